//! Days of the proleptic Gregorian calendar, counted from 1970-01-01.
//!
//! Total for every `i32`, unlike a timestamp in nanoseconds, which ends in 2262.
//! The algorithm is Howard Hinnant's (`days_from_civil`).

/// The days that the engine's timestamps can hold: 1677-09-22 to 2262-04-10.
/// A truncated day is shown as such a timestamp.
const OF_TIMESTAMPS: std::ops::RangeInclusive<i64> = -106_751..=106_750;

/// A span that days are truncated to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Span {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Span {
    /// Reads `date_trunc`'s first argument.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.to_lowercase().as_str() {
            "day" => Some(Self::Day),
            "week" => Some(Self::Week),
            "month" => Some(Self::Month),
            "quarter" => Some(Self::Quarter),
            "year" => Some(Self::Year),
            _ => None,
        }
    }

    /// The first day of the span that a day is in; weeks begin on Monday.
    pub(super) fn first(self, day: i32) -> Option<i32> {
        let date = Date::of(day);
        let first = match self {
            Self::Day => i64::from(day),
            Self::Week => i64::from(day) - (weekday(day) - 1),
            Self::Month => days(date.year, date.month, 1),
            Self::Quarter => days(date.year, (date.month - 1) / 3 * 3 + 1, 1),
            Self::Year => days(date.year, 1, 1),
        };
        shown(first)
    }
}

/// A part of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    DayOfYear,
    /// From 0, Sunday.
    DayOfWeek,
    /// From 1, Monday.
    IsoDayOfWeek,
    IsoYear,
}

impl Part {
    /// Reads `date_part`'s first argument.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name
            .trim_matches(|c| matches!(c, '\'' | '"'))
            .to_lowercase();
        match name.as_str() {
            "year" | "years" => Some(Self::Year),
            "quarter" | "qtr" => Some(Self::Quarter),
            "month" | "months" => Some(Self::Month),
            "week" | "weeks" => Some(Self::Week),
            "day" | "days" => Some(Self::Day),
            "doy" => Some(Self::DayOfYear),
            "dow" => Some(Self::DayOfWeek),
            "isodow" => Some(Self::IsoDayOfWeek),
            "isoyear" => Some(Self::IsoYear),
            _ => None,
        }
    }

    /// The part of a day.
    pub(super) fn of(self, day: i32) -> i64 {
        let date = Date::of(day);
        let of_year = i64::from(day) - days(date.year, 1, 1) + 1;
        match self {
            Self::Year => date.year,
            Self::Quarter => (date.month - 1) / 3 + 1,
            Self::Month => date.month,
            Self::Week => (thursday(day).1 - 1) / 7 + 1,
            Self::Day => date.day,
            Self::DayOfYear => of_year,
            Self::DayOfWeek => weekday(day) % 7,
            Self::IsoDayOfWeek => weekday(day),
            Self::IsoYear => thursday(day).0,
        }
    }
}

/// The first day of the bin of `stride` days that a day is in.
pub(super) fn bin_of_days(day: i32, stride: i32, origin: i32) -> Option<i32> {
    let since = i64::from(day) - i64::from(origin);
    let into = since.checked_rem_euclid(i64::from(stride))?;
    shown(i64::from(day) - into)
}

/// The first day of the bin of `stride` months that a day is in.
pub(super) fn bin_of_months(day: i32, stride: i32, origin: i32) -> Option<i32> {
    let (date, from) = (Date::of(day), Date::of(origin));
    let since = (date.year - from.year) * 12 + date.month - from.month;
    // Before the origin's day of the month, the day is in the month before.
    let since = since - i64::from(date.day < from.day);
    let bin = since - since.checked_rem_euclid(i64::from(stride))?;
    let month = from.year * 12 + from.month - 1 + bin;
    shown(days(
        month.div_euclid(12),
        month.rem_euclid(12) + 1,
        from.day,
    ))
}

/// The day of the month.
pub(super) fn day_of_month(day: i32) -> i64 {
    Date::of(day).day
}

fn shown(day: i64) -> Option<i32> {
    i32::try_from(day)
        .ok()
        .filter(|day| OF_TIMESTAMPS.contains(&i64::from(*day)))
}

/// A date; months and days from 1.
struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    fn of(day: i32) -> Self {
        // Years begin in March here, so that a leap day is the last of its year.
        let day = i64::from(day) + 719_468;
        let era = day.div_euclid(146_097);
        let of_era = day.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let january = i64::from(month >= 10);
        Self {
            year: year + era * 400 + january,
            month: month + 3 - 12 * january,
            day: of_year - (153 * month + 2) / 5 + 1,
        }
    }
}

/// The day of a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// From 1, Monday. 1970-01-01 was a Thursday.
fn weekday(day: i32) -> i64 {
    (i64::from(day) + 3).rem_euclid(7) + 1
}

/// The year of the Thursday of a day's week, and that Thursday's day of the
/// year: ISO 8601 counts weeks by them.
fn thursday(day: i32) -> (i64, i64) {
    let thursday = i64::from(day) + 4 - weekday(day);
    // At the ends of i32 the Thursday may lie outside; a week is no year.
    let within = thursday.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    let year = Date::of(i32::try_from(within).unwrap_or(day)).year;
    (year, within - days(year, 1, 1) + 1)
}
