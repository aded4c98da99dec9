//! What the individuals of a dataset consented to, in the codes of the GA4GH Data Use Ontology
//! (DUO), and whether a project's purpose fits.
//!
//! The answer has three values. A condition that only a person can judge — a publication duty, a
//! geographical limit, whether one disease is a kind of another — is referred, never allowed.

use crate::{
    characters::plain,
    finding::Slip,
    record::{Project, Purpose, Sector, SectorUse},
    values::list,
};

/// One code of `consent_codes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Code {
    /// No restriction (DUO:0000004).
    Nres,
    /// General research use (DUO:0000042).
    Gru,
    /// Health, medical or biomedical research (DUO:0000006).
    Hmb,
    /// Disease-specific research (DUO:0000007), with the disease's MONDO id.
    Ds(String),
    /// Population origins or ancestry research only (DUO:0000011).
    Poa,
    /// Not-for-profit organisations only (DUO:0000045).
    Npu,
    /// Non-commercial use only (DUO:0000046).
    Ncu,
    /// Not-for-profit organisations and non-commercial use only (DUO:0000018).
    Npuncu,
    /// No population origins or ancestry research (DUO:0000044).
    Npoa,
    /// No general methods research (DUO:0000015).
    Nmds,
    /// Ethics approval required (DUO:0000021); the project's ethics approval answers it.
    Irb,
    /// A code whose condition a person must judge.
    Referred(&'static str),
}

/// Collaboration, geography, institution, project, user, time, moratorium, publication, return,
/// genetic studies only, research-specific.
const REFERRED: [&str; 11] = [
    "COL", "GS", "IS", "PS", "US", "TS", "MOR", "PUB", "RTN", "GSO", "RS",
];

const DECIDED: [(&str, Code); 10] = [
    ("NRES", Code::Nres),
    ("GRU", Code::Gru),
    ("HMB", Code::Hmb),
    ("POA", Code::Poa),
    ("NPU", Code::Npu),
    ("NCU", Code::Ncu),
    ("NPUNCU", Code::Npuncu),
    ("NPOA", Code::Npoa),
    ("NMDS", Code::Nmds),
    ("IRB", Code::Irb),
];

/// Whether a code permits a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    Forbids,
    Refers,
    Permits,
}

/// The codes of a cell: one that says for what, any number that say under which conditions.
pub(crate) fn codes(text: &str) -> Result<Vec<Code>, Slip> {
    const WHY: &str = "the first code says what the individuals agreed to; without it, or with two that differ, any use would be a guess";
    let codes = list(text, code)?;
    let primary: Vec<&Code> = codes.iter().filter(|code| code.is_primary()).collect();
    let diseases = primary.iter().all(|code| matches!(code, Code::Ds(_)));
    match primary.len() {
        0 => Err(Slip::new(
            format!("`{text}` does not say for what"),
            WHY,
            format!("<NRES|GRU|HMB|DS:MONDO:0000000|POA>;{text}"),
        )),
        1 => Ok(codes),
        _ if diseases => Ok(codes),
        _ => Err(Slip::new(
            format!("`{text}` says more than once for what"),
            WHY,
            "<one of NRES|GRU|HMB|DS:MONDO:0000000|POA, then the modifiers>",
        )),
    }
}

/// The least that any code says; of several diseases, the most.
pub(crate) fn fit(codes: &[Code], project: &Project, sector: Sector) -> Fit {
    let diseases = codes.iter().filter(|code| matches!(code, Code::Ds(_)));
    let best = diseases.map(|code| code.fit(project, sector)).max();
    let rest = codes.iter().filter(|code| !matches!(code, Code::Ds(_)));
    let least = rest.map(|code| code.fit(project, sector)).min();
    best.into_iter().chain(least).min().unwrap_or(Fit::Forbids)
}

/// A disease of the MONDO ontology, as `MONDO:0004992`.
pub(crate) fn mondo(text: &str) -> Result<String, Slip> {
    plain(text)?;
    let upper = text.to_ascii_uppercase();
    let digits = upper.strip_prefix("MONDO:");
    if digits.is_some_and(|d| d.len() == 7 && d.bytes().all(|byte| byte.is_ascii_digit())) {
        return Ok(upper);
    }
    Err(Slip::new(
        format!("`{text}` is no disease of MONDO"),
        "diseases are compared by their seven-digit MONDO id",
        "<MONDO:0000000>",
    ))
}

fn code(text: &str) -> Result<Code, Slip> {
    plain(text)?;
    let upper = text.to_ascii_uppercase();
    if let Some(disease) = upper.strip_prefix("DS:") {
        return mondo(disease).map(Code::Ds);
    }
    let decided = DECIDED
        .iter()
        .find(|(word, _)| *word == upper)
        .map(|(_, code)| code.clone());
    let referred = REFERRED
        .iter()
        .find(|word| **word == upper)
        .map(|word| Code::Referred(word));
    decided.or(referred).ok_or_else(|| {
        let words: Vec<&str> = DECIDED
            .iter()
            .map(|(word, _)| *word)
            .chain(REFERRED)
            .collect();
        Slip::new(
            format!("`{text}` is no consent code that is known here"),
            "a condition of the individuals' consent that is not read is not kept",
            format!("<DS:MONDO:0000000|{}>", words.join("|")),
        )
    })
}

impl Code {
    fn is_primary(&self) -> bool {
        matches!(
            self,
            Code::Nres | Code::Gru | Code::Hmb | Code::Ds(_) | Code::Poa
        )
    }

    fn fit(&self, project: &Project, sector: Sector) -> Fit {
        let only_if = |permitted| {
            if permitted {
                Fit::Permits
            } else {
                Fit::Forbids
            }
        };
        let commercial = project.sector_use == SectorUse::Commercial;
        let industry = sector == Sector::Industry;
        match (self, &project.purpose) {
            (_, Purpose::Insurance | Purpose::Employment | Purpose::ReIdentification) => {
                Fit::Forbids
            }
            (Code::Nres | Code::Gru, _) => Fit::Permits,
            (Code::Hmb, Purpose::Health | Purpose::Disease(_)) => Fit::Permits,
            // Whether a method serves health is a person's to judge.
            (Code::Hmb, Purpose::Methods) => Fit::Refers,
            (Code::Hmb, _) => Fit::Forbids,
            (Code::Ds(consented), Purpose::Disease(studied)) if consented == studied => {
                Fit::Permits
            }
            // It may be a kind of the disease that was consented to.
            (Code::Ds(_), Purpose::Disease(_)) => Fit::Refers,
            (Code::Ds(_), _) => Fit::Forbids,
            (Code::Poa, purpose) => only_if(*purpose == Purpose::PopulationOrigins),
            (Code::Npu, _) => only_if(!industry),
            (Code::Ncu, _) => only_if(!commercial),
            (Code::Npuncu, _) => only_if(!industry && !commercial),
            (Code::Npoa, purpose) => only_if(*purpose != Purpose::PopulationOrigins),
            (Code::Nmds, purpose) => only_if(*purpose != Purpose::Methods),
            (Code::Irb, _) => only_if(!project.ethics.is_empty()),
            (Code::Referred(_), _) => Fit::Refers,
        }
    }
}
