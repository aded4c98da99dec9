//! What may stand in a cell.

use jiff::civil::Date;

use crate::{characters::plain, finding::Slip, words::Words};

/// A name of the consortium's own making: an organisation, a dataset, a profile.
pub(crate) fn name(text: &str) -> Result<String, Slip> {
    identifier(text, 40, "name", |c| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
    })
}

/// A project's number, as `P-0001`.
pub(crate) fn project(text: &str) -> Result<String, Slip> {
    identifier(text, 40, "project", |c| {
        c.is_ascii_alphanumeric() || c == '-'
    })
}

/// A column of a dataset, as `sex` or `individuals.sex`.
pub(crate) fn column(text: &str) -> Result<String, Slip> {
    identifier(text, 80, "column", |c| {
        c.is_ascii_alphanumeric() || c == '_' || c == '.'
    })
}

/// A person, as the URI that stands in the certificate.
pub(crate) fn person(text: &str) -> Result<String, Slip> {
    let text = identifier(text, 200, "person", |c| {
        c.is_ascii_alphanumeric() || "-._~/@:+".contains(c)
    })?;
    let named = text.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            && !rest.is_empty()
    });
    if named {
        return Ok(text);
    }
    Err(Slip::new(Words::of("no-uri").with("text", text)))
}

/// The codes of ISO 3166-1 alpha-2 that are assigned (2024).
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM \
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS \
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN \
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV \
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS YE YT ZA ZM ZW";

/// A country, as two letters of ISO 3166-1, read in any case. One that nobody is in would make a
/// deny that bars nobody, as `UK` for `GB`.
pub(crate) fn country(text: &str) -> Result<String, Slip> {
    plain(text)?;
    let upper = text.to_ascii_uppercase();
    if COUNTRIES.split(' ').any(|code| code == upper) {
        return Ok(upper);
    }
    let words = Words::of("no-country").with("text", text);
    // As people write them.
    let meant = match upper.as_str() {
        "UK" => "GB",
        "EL" => "GR",
        _ => return Err(Slip::new(words)),
    };
    Err(Slip::mended(words, meant))
}

/// A day, as `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Result<Date, Slip> {
    plain(text)?;
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let parsed = if shape {
        text.parse::<Date>().ok()
    } else {
        None
    };
    match parsed {
        Some(day) if day.year() >= 1900 => Ok(day),
        _ if text.is_empty() => Err(Slip::new(Words::of("day-missing"))),
        _ => {
            let words = Words::of("no-day").with("text", text);
            Err(match iso(text) {
                Some(day) => Slip::mended(words, day),
                None => Slip::new(words),
            })
        }
    }
}

/// A whole number, zero or more.
pub(crate) fn number(text: &str) -> Result<u64, Slip> {
    plain(text)?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits => Ok(number),
        _ => Err(Slip::new(Words::of("no-number").with("text", text))),
    }
}

/// One word of a closed list, in any case.
pub(crate) fn choice<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, Slip> {
    plain(text)?;
    let lower = text.to_ascii_lowercase();
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == lower) {
        return Ok(*value);
    }
    let legal: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let words = Words::of("none-of-the-words")
        .with("text", text)
        .with("words", legal.join("|"));
    Err(Slip::new(words))
}

/// The parts of a list, each read by `part`; the separator is `;`.
pub(crate) fn list<T>(text: &str, part: impl Fn(&str) -> Result<T, Slip>) -> Result<Vec<T>, Slip> {
    plain(text)?;
    if text.is_empty() {
        return Err(Slip::new(Words::of("list-empty")));
    }
    text.split(';').map(|item| part(item.trim())).collect()
}

/// `*`, which is `None`, or what `one` reads.
pub(crate) fn any_or<T>(
    text: &str,
    one: impl FnOnce(&str) -> Result<T, Slip>,
) -> Result<Option<T>, Slip> {
    match text {
        "*" => Ok(None),
        text => one(text).map(Some),
    }
}

/// Text for people to read; it may hold any script, but not nothing.
pub(crate) fn title(text: &str) -> Result<String, Slip> {
    if text.is_empty() {
        return Err(Slip::new(Words::of("cell-empty")));
    }
    crate::characters::free(text)
}

fn identifier(
    text: &str,
    longest: usize,
    kind: &'static str,
    legal: impl Fn(char) -> bool,
) -> Result<String, Slip> {
    plain(text)?;
    let rule = Words::of(match kind {
        "name" => "rule-of-names",
        "project" => "rule-of-projects",
        "column" => "rule-of-columns",
        _ => "rule-of-people",
    });
    let words = |id| {
        Words::of(id)
            .with("text", text)
            .with_words("rule", rule.clone())
    };
    if text.is_empty() || text.len() > longest {
        return Err(Slip::new(words("name-length").with("longest", longest)));
    }
    if let Some(odd) = text.chars().find(|c| !legal(*c)) {
        let capital = odd.is_ascii_uppercase();
        let cleaned = if capital {
            text.to_ascii_lowercase()
        } else {
            text.to_owned()
        };
        let cleaned: String = cleaned.chars().filter(|c| legal(*c)).collect();
        let id = if capital {
            "capital-in-name"
        } else {
            "character-in-name"
        };
        return Err(Slip::mended(words(id).with("odd", odd), cleaned));
    }
    if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        let cleaned = text.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        return Err(Slip::mended(words("name-begins-with-a-mark"), cleaned));
    }
    Ok(text.to_owned())
}

/// The ISO form of a day written with other separators or without leading zeros, year first.
fn iso(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    let (4, Ok(month), Ok(day)) = (year.len(), month.parse::<u8>(), day.parse::<u8>()) else {
        return None;
    };
    let guess = format!("{year}-{month:02}-{day:02}");
    guess.parse::<Date>().is_ok().then_some(guess)
}
