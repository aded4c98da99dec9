//! The codes, and how they are written.

use std::{fmt, str::FromStr, sync::OnceLock};

use jiff::civil::Date;

use crate::{
    characters::plain,
    finding::Slip,
    mondo::Disease,
    purpose::UnknownWord,
    values::{country, day, list, name, person, project},
    words::Words,
};

/// What a code is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "named as DUO names them; see policies/ontology/duo.csv"
)]
pub enum Kind {
    Nres,
    Gru,
    Hmb,
    Ds,
    Poa,
    Npu,
    Ncu,
    Npuncu,
    Npoa,
    Nmds,
    Irb,
    Cc,
    Col,
    Gs,
    Is,
    Ps,
    Us,
    Ts,
    Mor,
    Pub,
    Rtn,
    Gso,
    Rs,
}

/// One code, with what it is limited to: `HMB`, `DS:MONDO:0004992`, `GS:JP`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    pub(crate) kind: Kind,
    pub(crate) limit: Limit,
}

/// What a code is limited to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Limit {
    /// Nothing, or something that is written elsewhere.
    Open,
    Disease(Disease),
    /// A country, an organisation, a project, a person.
    Name(String),
    Months(u16),
    Day(Date),
}

/// What one consent says: for what, and under which conditions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Codes(Vec<Code>);

impl Kind {
    /// Every kind, those that say for what first.
    pub const ALL: [Kind; 23] = [
        Kind::Nres,
        Kind::Gru,
        Kind::Hmb,
        Kind::Ds,
        Kind::Poa,
        Kind::Npu,
        Kind::Ncu,
        Kind::Npuncu,
        Kind::Npoa,
        Kind::Nmds,
        Kind::Irb,
        Kind::Cc,
        Kind::Col,
        Kind::Gs,
        Kind::Is,
        Kind::Ps,
        Kind::Us,
        Kind::Ts,
        Kind::Mor,
        Kind::Pub,
        Kind::Rtn,
        Kind::Gso,
        Kind::Rs,
    ];

    /// Whether it says for what data may be used; the others say under which conditions.
    pub(crate) fn is_permission(self) -> bool {
        matches!(
            self,
            Kind::Nres | Kind::Gru | Kind::Hmb | Kind::Ds | Kind::Poa
        )
    }

    /// Whether files alone may not be able to tell if it is met.
    pub(crate) fn may_be_judged(self) -> bool {
        !matches!(
            self,
            Kind::Nres
                | Kind::Gru
                | Kind::Poa
                | Kind::Npu
                | Kind::Npoa
                | Kind::Nmds
                | Kind::Irb
                | Kind::Cc
        )
    }

    /// Its shorthand, as `HMB`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Nres => "NRES",
            Kind::Gru => "GRU",
            Kind::Hmb => "HMB",
            Kind::Ds => "DS",
            Kind::Poa => "POA",
            Kind::Npu => "NPU",
            Kind::Ncu => "NCU",
            Kind::Npuncu => "NPUNCU",
            Kind::Npoa => "NPOA",
            Kind::Nmds => "NMDS",
            Kind::Irb => "IRB",
            Kind::Cc => "CC",
            Kind::Col => "COL",
            Kind::Gs => "GS",
            Kind::Is => "IS",
            Kind::Ps => "PS",
            Kind::Us => "US",
            Kind::Ts => "TS",
            Kind::Mor => "MOR",
            Kind::Pub => "PUB",
            Kind::Rtn => "RTN",
            Kind::Gso => "GSO",
            Kind::Rs => "RS",
        }
    }

    /// What DUO calls it.
    pub(crate) fn label(self) -> Words {
        static LABELS: OnceLock<Vec<(&str, String, &str)>> = OnceLock::new();
        let labels = LABELS.get_or_init(|| {
            let rows = include_str!("../../../ontology/duo.csv").lines().skip(1);
            rows.filter_map(|row| {
                let (_, row) = row.split_once(',')?;
                let (code, row) = row.split_once(',')?;
                let (english, japanese) = row.rsplit_once(',')?;
                Some((code, english.trim_matches('"').to_owned(), japanese))
            })
            .collect()
        });
        let row = labels.iter().find(|(code, ..)| *code == self.as_str());
        match row {
            Some((_, english, japanese)) => Words::both(english, japanese),
            None => Words::both(self.as_str(), self.as_str()),
        }
    }

    /// A kind as people write it, in any case.
    pub(crate) fn read(text: &str) -> Result<Kind, Slip> {
        plain(text)?;
        let upper = text.to_ascii_uppercase();
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == upper);
        kind.ok_or_else(|| {
            let words = Kind::ALL.map(Kind::as_str).join("|");
            Slip::new(
                Words::of("no-consent-code")
                    .with("text", text)
                    .with("words", words),
            )
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or(UnknownWord)
    }
}

impl Code {
    /// Reads one code, in any case.
    pub(crate) fn read(text: &str) -> Result<Code, Slip> {
        let (word, limit) = match text.split_once(':') {
            Some((word, limit)) => (word, Some(limit)),
            None => (text, None),
        };
        let kind = Kind::read(word.trim())?;
        let limit = match (kind, limit.map(str::trim)) {
            (Kind::Ds, limit) => Limit::Disease(Disease::read(limit.unwrap_or_default())?),
            (_, None) => Limit::Open,
            (Kind::Gs, Some(text)) => Limit::Name(country(text)?),
            (Kind::Is, Some(text)) => Limit::Name(name(text)?),
            (Kind::Ps, Some(text)) => Limit::Name(project(text)?),
            (Kind::Us, Some(text)) => Limit::Name(person(text)?),
            (Kind::Ts, Some(text)) => match text.parse() {
                Ok(months @ 1..=1200) => Limit::Months(months),
                _ => Limit::Day(day(text)?),
            },
            (Kind::Mor, Some(text)) => Limit::Day(day(text)?),
            (_, Some(limit)) => {
                let words = Words::of("code-without-limit")
                    .with("code", kind)
                    .with("limit", limit);
                return Err(Slip::mended(words, kind.as_str()));
            }
        };
        Ok(Code { kind, limit })
    }

    /// The code's kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        match &self.limit {
            Limit::Open => Ok(()),
            Limit::Disease(disease) => write!(f, ":{disease}"),
            Limit::Name(name) => write!(f, ":{name}"),
            Limit::Months(months) => write!(f, ":{months}"),
            Limit::Day(day) => write!(f, ":{day}"),
        }
    }
}

impl Codes {
    /// The codes of a cell: one that says for what, or several diseases, and any number that say
    /// under which conditions.
    pub(crate) fn read(text: &str) -> Result<Codes, Slip> {
        let mut codes = list(text, Code::read)?;
        let mut permissions = codes.iter().filter(|code| code.kind.is_permission());
        let words = |id| Words::of(id).with("text", text);
        let Some(first) = permissions.next() else {
            return Err(Slip::new(words("codes-without-permission")));
        };
        if permissions.any(|other| other.kind != Kind::Ds || first.kind != Kind::Ds) {
            return Err(Slip::new(words("codes-with-two-permissions")));
        }
        codes.sort();
        codes.dedup();
        Ok(Codes(codes))
    }

    /// Whether both say the same of a kind, limits included.
    pub(crate) fn agree(&self, other: &Codes, kind: Kind) -> bool {
        let of_kind = |code: &&Code| code.kind == kind;
        let own = self.iter().filter(of_kind);
        own.eq(other.iter().filter(of_kind))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Code> {
        self.0.iter()
    }

    /// The days, or months after the approval, at which something ends.
    pub(crate) fn limits_in_time(&self) -> impl Iterator<Item = Result<Date, u16>> {
        self.0.iter().filter_map(|code| match code.limit {
            Limit::Day(day) => Some(Ok(day)),
            Limit::Months(months) => Some(Err(months)),
            _ => None,
        })
    }

    /// The diseases that it names.
    pub(crate) fn diseases(&self) -> impl Iterator<Item = Disease> {
        self.0.iter().filter_map(|code| match code.limit {
            Limit::Disease(disease) => Some(disease),
            _ => None,
        })
    }
}

impl fmt::Display for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, code) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(";")?;
            }
            write!(f, "{code}")?;
        }
        Ok(())
    }
}

impl FromStr for Codes {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Codes::read(text).map_err(|_| UnknownWord)
    }
}
