//! What data are used for, and by whom.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::Serialize;

use crate::{characters::plain, duo::Kind, finding::Slip, mondo::Disease, words::Words};

/// What a project is for. The last three are prohibited everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Any research.
    Research,
    /// Health, medicine, biomedicine.
    Health,
    /// A disease.
    Disease(Disease),
    /// Where populations come from.
    PopulationOrigins,
    /// Methods of research.
    Methods,
    /// Whether a study would find its people here: what a member may ask before it has a project.
    Planning,
    /// Insurance.
    Insurance,
    /// Employment.
    Employment,
    /// Finding out who somebody is.
    ReIdentification,
}

/// Purposes that are one word.
const WORDS: [(&str, Purpose); 8] = [
    ("research", Purpose::Research),
    ("health", Purpose::Health),
    ("population-origins", Purpose::PopulationOrigins),
    ("methods", Purpose::Methods),
    ("insurance", Purpose::Insurance),
    ("employment", Purpose::Employment),
    ("re-identification", Purpose::ReIdentification),
    ("planning", Purpose::Planning),
];

impl Purpose {
    /// Whether nobody may have it.
    pub fn is_prohibited(self) -> bool {
        matches!(
            self,
            Purpose::Insurance | Purpose::Employment | Purpose::ReIdentification
        )
    }

    /// A project's purpose; planning is none.
    pub(crate) fn read(text: &str) -> Result<Purpose, Slip> {
        plain(text)?;
        let lower = text.to_ascii_lowercase();
        if let Some(disease) = lower.strip_prefix("disease:") {
            return Disease::read(disease).map(Purpose::Disease);
        }
        let projects = || WORDS.iter().filter(|(_, p)| *p != Purpose::Planning);
        match projects().find(|(word, _)| *word == lower) {
            Some((_, purpose)) => Ok(*purpose),
            None => {
                let words: Vec<&str> = projects().map(|(word, _)| *word).collect();
                let entry = Words::of("no-purpose")
                    .with("text", text)
                    .with("words", words.join("|"));
                Err(Slip::new(entry))
            }
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Purpose::Disease(disease) = self {
            return write!(f, "disease:{disease}");
        }
        let word = WORDS.iter().find(|(_, purpose)| purpose == self);
        f.write_str(word.map_or("", |(word, _)| word))
    }
}

/// A text that is no word of a closed list, or no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a word that is known here")]
pub struct UnknownWord;

impl FromStr for Purpose {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(disease) = text.strip_prefix("disease:") {
            let disease = disease.parse().map_err(|_| UnknownWord)?;
            return Ok(Purpose::Disease(disease));
        }
        named(&WORDS, text)
    }
}

/// Whether a use is for gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectorUse {
    /// Not for gain.
    NonCommercial,
    /// For gain.
    Commercial,
}

/// What sort of organisation one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sector {
    /// Universities and institutes.
    Academia,
    /// Companies.
    Industry,
    /// Hospitals and agencies of the public.
    Public,
}

/// Why data may be visited from a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// It is where the data are.
    Domestic,
    /// Its protection of personal data is recognised as adequate.
    Adequate,
    /// A contract covers its members.
    Contract,
    /// The individuals who named the country consented to it; nobody else's data are used.
    Consent,
}

/// Words of a closed list, as files and permits write them.
pub(crate) trait Word: Copy + PartialEq + 'static {
    const WORDS: &'static [(&'static str, Self)];

    fn word(self) -> &'static str {
        let row = Self::WORDS.iter().find(|(_, value)| *value == self);
        row.map_or("", |(word, _)| word)
    }
}

impl Word for SectorUse {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("non-commercial", SectorUse::NonCommercial),
        ("commercial", SectorUse::Commercial),
    ];
}

impl Word for Sector {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("academia", Sector::Academia),
        ("industry", Sector::Industry),
        ("public", Sector::Public),
    ];
}

impl Word for Basis {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("domestic", Basis::Domestic),
        ("adequate", Basis::Adequate),
        ("contract", Basis::Contract),
        ("consent", Basis::Consent),
    ];
}

macro_rules! as_words {
    ($($type:ty),*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $type {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                named(Self::WORDS, text)
            }
        }
    )*};
}
as_words!(SectorUse, Sector, Basis);

fn named<T: Copy>(words: &[(&str, T)], text: &str) -> Result<T, UnknownWord> {
    let row = words.iter().find(|(word, _)| *word == text);
    row.map(|(_, value)| *value).ok_or(UnknownWord)
}

/// Who wants to use data, from where, for what: all that consent depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DataUse {
    /// The visitor, as the URI of the certificate.
    pub person: String,
    /// The visitor's organisation.
    pub organisation: String,
    /// Its country, two letters of ISO 3166-1.
    pub country: String,
    /// Why data may be visited from there; nobody's may where there is no basis.
    pub basis: Option<Basis>,
    /// The organisation's sector.
    pub sector: Sector,
    /// The project, or the organisation where a member only plans.
    pub project: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether it is for gain.
    pub sector_use: SectorUse,
    /// Whether industry takes part: it is for gain, or the visitor's or the leading organisation is
    /// of industry.
    pub industry: bool,
    /// Whether an ethics approval is on record.
    pub ethics: bool,
    /// When the project was approved.
    pub approved_on: Date,
    /// The day.
    pub day: Date,
    /// Whether the dataset's holder leads the project or has people in its team.
    pub holder_takes_part: bool,
    /// What people judged of conditions that files cannot tell.
    pub judged: Vec<Judged>,
}

/// What a person judged of one condition of the consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Judged {
    /// The condition.
    pub kind: Kind,
    /// Whether the project meets it.
    pub met: bool,
}
