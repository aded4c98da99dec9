//! What single individuals consented to, and whether their data may be used.

mod file;

use std::{borrow::Cow, collections::BTreeSet, fmt, str::FromStr};

use jiff::{ToSpan as _, civil::Date};

use crate::{
    duo::{Codes, Fit, answers, least},
    finding::Slip,
    purpose::{Basis, DataUse, Judged, UnknownWord},
    values::{any_or, country, list},
};

pub use file::{Consents, consents};

/// What somebody consented to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConsentTerms {
    /// For what, and under which conditions.
    pub codes: Codes,
    /// Whether industry may take part.
    pub industry: bool,
    /// From which countries the data may be visited.
    pub countries: Countries,
}

/// Countries that somebody consented to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Countries {
    /// Each that has a basis besides consent.
    Any,
    /// These, by their ISO 3166-1 codes.
    Named(BTreeSet<String>),
}

/// One individual's consent, as a file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The line of the file.
    pub line: u64,
    /// The individual, as the holder's tables name them.
    pub individual: String,
    /// What they consented to.
    pub terms: ConsentTerms,
    /// When they were registered: an embargo counts from there.
    pub registered_on: Option<Date>,
    /// The organisation that collected their data, which no embargo binds; the holder if it is none.
    pub collected_by: Option<String>,
    /// Whether they withdrew.
    pub withdrawn: bool,
}

/// Why somebody's data may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exclusion {
    /// They withdrew.
    Withdrawn,
    /// Their data are not used yet.
    Embargo,
    /// Their consent does not cover the use, or a person would have to judge it.
    Consent,
    /// They did not consent to industry.
    Industry,
    /// They did not consent to the country.
    Country,
}

impl ConsentTerms {
    /// Whether these terms let data be used. What people judged, they judged of codes of the
    /// dataset, `judged`: it holds for the same code of an individual, limit included, and for no
    /// other.
    ///
    /// # Errors
    ///
    /// The first thing that stands against it.
    pub fn admit(&self, of: &DataUse, judged: &Codes) -> Result<(), Exclusion> {
        let mut own = Cow::Borrowed(of);
        if !of.judged.is_empty() {
            let agrees = |of: &Judged| self.codes.agree(judged, of.kind);
            own.to_mut().judged.retain(agrees);
        }
        if least(&answers(&self.codes, &own)) != Fit::Permits {
            Err(Exclusion::Consent)
        } else if of.industry && !self.industry {
            Err(Exclusion::Industry)
        } else if !self.countries.hold(&of.country, of.basis) {
            Err(Exclusion::Country)
        } else {
            Ok(())
        }
    }
}

impl Countries {
    /// Whether data may be visited from a country. Where consent is the only basis, it is consent
    /// to that country: one that names none was not told which protection there is.
    fn hold(&self, country: &str, basis: Option<Basis>) -> bool {
        match (self, basis) {
            (_, None) | (Countries::Any, Some(Basis::Consent)) => false,
            (Countries::Any, Some(_)) => true,
            (Countries::Named(named), Some(_)) => named.contains(country),
        }
    }

    pub(crate) fn read(text: &str) -> Result<Countries, Slip> {
        let named = any_or(text, |text| list(text, country))?;
        Ok(named.map_or(Countries::Any, |named| {
            Countries::Named(named.into_iter().collect())
        }))
    }
}

/// The first day on which somebody's data may be used by others than those who collected them;
/// never where it is not known when they were registered.
pub fn embargo_ends(registered_on: Option<Date>, months: u16) -> Option<Date> {
    if months == 0 {
        return Some(Date::MIN);
    }
    registered_on?.checked_add(i64::from(months).months()).ok()
}

impl Consent {
    /// Whether their data may be used, under an embargo of so many months, where people judged
    /// these codes of the dataset.
    ///
    /// # Errors
    ///
    /// The first thing that stands against it.
    pub fn admit(
        &self,
        of: &DataUse,
        judged: &Codes,
        holder: &str,
        embargo_months: u16,
    ) -> Result<(), Exclusion> {
        let collected_by = self.collected_by.as_deref().unwrap_or(holder);
        let ends = embargo_ends(self.registered_on, embargo_months);
        if self.withdrawn {
            Err(Exclusion::Withdrawn)
        } else if collected_by != of.organisation && ends.is_none_or(|ends| of.day < ends) {
            Err(Exclusion::Embargo)
        } else {
            self.terms.admit(of, judged)
        }
    }
}

impl fmt::Display for Countries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Countries::Any => f.write_str("*"),
            Countries::Named(named) => {
                let named: Vec<&str> = named.iter().map(String::as_str).collect();
                f.write_str(&named.join(";"))
            }
        }
    }
}

impl FromStr for Countries {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Countries::read(text).map_err(|_| UnknownWord)
    }
}
