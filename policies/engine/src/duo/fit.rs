//! Whether a use fits what was consented to. The answer has three values: a condition that files
//! cannot tell is for a person, and never taken to be met.

use jiff::{ToSpan as _, civil::Date};

use super::{Code, Codes, Kind, code::Limit};
use crate::{
    mondo::Relation,
    purpose::{DataUse, Purpose, Sector, SectorUse},
    words::Words,
};

/// Whether a code lets data be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// No.
    Forbids,
    /// A person must judge.
    Refers,
    /// Yes.
    Permits,
}

/// What one condition of a consent says to a use.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) fit: Fit,
    /// Why, where it does not permit.
    pub(crate) words: Words,
}

/// What each condition says. Of codes that name alternatives, as two diseases or two countries,
/// the one that fits best speaks for all.
pub(crate) fn answers(codes: &Codes, of: &DataUse) -> Vec<Answer> {
    let mut answers: Vec<(Kind, Answer)> = Vec::new();
    for code in codes.iter() {
        let answer = judged(code, of);
        // Equal kinds stand beside each other: the codes are sorted.
        match answers.last_mut() {
            Some((kind, best)) if *kind == code.kind => {
                if answer.fit > best.fit {
                    *best = answer;
                }
            }
            _ => answers.push((code.kind, answer)),
        }
    }
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The least that any condition says.
pub(crate) fn least(answers: &[Answer]) -> Fit {
    let least = answers.iter().map(|answer| answer.fit).min();
    least.unwrap_or(Fit::Forbids)
}

/// A code's answer, with what a person judged where files cannot tell.
fn judged(code: &Code, of: &DataUse) -> Answer {
    let (fit, words) = alone(code, of);
    let judged = of.judged.iter().find(|judged| judged.kind == code.kind);
    let (fit, id) = match (fit, judged) {
        (Fit::Refers, Some(judged)) if judged.met => (Fit::Permits, words),
        (Fit::Refers, Some(_)) => (Fit::Forbids, "fit-judged-not-met"),
        _ => (fit, words),
    };
    let words = Words::of(id)
        .with("code", code)
        .with_words("label", code.kind.label())
        .with("purpose", of.purpose);
    Answer {
        fit,
        words: match (&code.limit, of.purpose) {
            (Limit::Disease(consented), Purpose::Disease(studied)) => words
                .with("consented", consented.named())
                .with("studied", studied.named()),
            (Limit::Disease(consented), _) => words.with("consented", consented.named()),
            (Limit::Months(_) | Limit::Day(_), _) => {
                words.with("day", last_day(&code.limit, of).map_or(of.day, |day| day))
            }
            _ => words,
        },
    }
}

/// What the code itself says, and the entry that tells why.
fn alone(code: &Code, of: &DataUse) -> (Fit, &'static str) {
    use Fit::{Forbids, Permits, Refers};
    if of.purpose.is_prohibited() {
        return (Forbids, "fit-prohibited");
    }
    let commercial = of.sector_use == SectorUse::Commercial;
    let industry = of.sector == Sector::Industry;
    let unless = |forbidden: bool, id| match forbidden {
        true => (Forbids, id),
        false => (Permits, "fit-permits"),
    };
    let one_of = |meant: &str, forbids, refers| match &code.limit {
        Limit::Name(name) => unless(name != meant, forbids),
        _ => (Refers, refers),
    };
    match code.kind {
        // Clinical care is a further use, not a condition on research.
        Kind::Nres | Kind::Gru | Kind::Cc => (Permits, "fit-permits"),
        Kind::Hmb => match of.purpose {
            Purpose::Health | Purpose::Disease(_) | Purpose::Planning => (Permits, "fit-permits"),
            Purpose::Methods => (Refers, "fit-hmb-methods"),
            _ => (Forbids, "fit-hmb"),
        },
        Kind::Ds => of_disease(code, of.purpose),
        Kind::Poa => unless(of.purpose != Purpose::PopulationOrigins, "fit-poa"),
        Kind::Npu => unless(industry, "fit-npu"),
        Kind::Ncu => use_for_gain(commercial, industry),
        Kind::Npuncu if industry => (Forbids, "fit-npu"),
        Kind::Npuncu => use_for_gain(commercial, industry),
        Kind::Npoa => unless(of.purpose == Purpose::PopulationOrigins, "fit-npoa"),
        Kind::Nmds => unless(of.purpose == Purpose::Methods, "fit-nmds"),
        Kind::Irb => unless(!of.ethics, "fit-irb"),
        Kind::Col if of.holder_takes_part => (Permits, "fit-permits"),
        Kind::Col => (Refers, "fit-col"),
        Kind::Gs => one_of(&of.country, "fit-gs", "fit-gs-open"),
        Kind::Is => one_of(&of.organisation, "fit-is", "fit-is-open"),
        Kind::Ps => one_of(&of.project, "fit-ps", "fit-ps-open"),
        Kind::Us => one_of(&of.person, "fit-us", "fit-us-open"),
        Kind::Ts => match last_day(&code.limit, of) {
            Some(last) => unless(of.day > last, "fit-ts"),
            None => (Refers, "fit-ts-open"),
        },
        Kind::Mor => match code.limit {
            Limit::Day(until) if of.day > until => (Permits, "fit-permits"),
            Limit::Day(_) => (Refers, "fit-mor-until"),
            _ => (Refers, "fit-mor"),
        },
        Kind::Pub => (Refers, "fit-pub"),
        Kind::Rtn => (Refers, "fit-rtn"),
        Kind::Gso => (Refers, "fit-gso"),
        Kind::Rs => (Refers, "fit-rs"),
    }
}

fn of_disease(code: &Code, purpose: Purpose) -> (Fit, &'static str) {
    let (Limit::Disease(consented), Purpose::Disease(studied)) = (&code.limit, purpose) else {
        return (Fit::Forbids, "fit-ds-no-disease");
    };
    match studied.to(*consented) {
        Relation::Kind => (Fit::Permits, "fit-permits"),
        Relation::Wider => (Fit::Forbids, "fit-ds-wider"),
        Relation::Other => (Fit::Forbids, "fit-ds-other"),
        Relation::Unknown => (Fit::Refers, "fit-ds-unknown"),
    }
}

/// A company that says it is not after gain is for a person to believe.
fn use_for_gain(commercial: bool, industry: bool) -> (Fit, &'static str) {
    match (commercial, industry) {
        (true, _) => (Fit::Forbids, "fit-ncu"),
        (false, true) => (Fit::Refers, "fit-ncu-company"),
        (false, false) => (Fit::Permits, "fit-permits"),
    }
}

/// The last day that a limit in time leaves; months are counted from the project's approval.
fn last_day(limit: &Limit, of: &DataUse) -> Option<Date> {
    match limit {
        Limit::Day(day) => Some(*day),
        // Beyond what a calendar holds is a slip, and long over.
        Limit::Months(months) => {
            let end = of.approved_on.checked_add(i64::from(*months).months());
            Some(end.and_then(Date::yesterday).unwrap_or(of.approved_on))
        }
        _ => None,
    }
}
