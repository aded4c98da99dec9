//! A change of consent, as it stands sealed in the ledger.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::civil::Date;
use roaring::RoaringBitmap;
use sekisho_policies::{Codes, Consent, ConsentTerms, Countries};
use serde::{Deserialize, Serialize};

/// A change, of individuals by their dense index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Record {
    /// What a file says of individuals, in place of what was known of them.
    Import(Import),
    /// Individuals withdrew.
    Withdraw(Individuals),
    /// They are back.
    Reinstate(Individuals),
}

/// What a file of consents says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    pub(crate) terms: Vec<Group>,
    pub(crate) registered_on: BTreeMap<Date, Individuals>,
    pub(crate) collected_by: BTreeMap<String, Individuals>,
    pub(crate) withdrawn: Individuals,
}

/// Individuals who consented to the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    #[serde(with = "as_text")]
    codes: Codes,
    industry: bool,
    #[serde(with = "as_text")]
    countries: Countries,
    pub(crate) individuals: Individuals,
}

/// A set of individuals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Individuals(pub RoaringBitmap);

/// What a record comes to, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The individuals.
    pub individuals: u64,
    /// Those of them who withdrew with it.
    pub withdrawn: u64,
}

impl Record {
    /// What a file says, with the dense index of each of its individuals.
    pub fn import(consents: &[Consent], indices: &[u32]) -> Self {
        let mut import = Import::default();
        let mut groups: BTreeMap<&ConsentTerms, RoaringBitmap> = BTreeMap::new();
        for (consent, index) in consents.iter().zip(indices) {
            groups.entry(&consent.terms).or_default().insert(*index);
            if let Some(day) = consent.registered_on {
                import
                    .registered_on
                    .entry(day)
                    .or_default()
                    .0
                    .insert(*index);
            }
            if let Some(organisation) = &consent.collected_by {
                let collected = import.collected_by.entry(organisation.clone());
                collected.or_default().0.insert(*index);
            }
            if consent.withdrawn {
                import.withdrawn.0.insert(*index);
            }
        }
        let groups = groups.into_iter().map(|(terms, individuals)| Group {
            codes: terms.codes.clone(),
            industry: terms.industry,
            countries: terms.countries.clone(),
            individuals: Individuals(individuals),
        });
        import.terms = groups.collect();
        Self::Import(import)
    }

    /// How many it is about.
    pub fn summary(&self) -> Summary {
        match self {
            Self::Import(import) => Summary {
                individuals: import.terms.iter().map(|of| of.individuals.0.len()).sum(),
                withdrawn: import.withdrawn.0.len(),
            },
            Self::Withdraw(Individuals(of)) => Summary {
                individuals: of.len(),
                withdrawn: of.len(),
            },
            Self::Reinstate(Individuals(of)) => Summary {
                individuals: of.len(),
                withdrawn: 0,
            },
        }
    }

    /// The record as the ledger seals it.
    ///
    /// # Errors
    ///
    /// If a set cannot be written down.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// A sealed record.
    ///
    /// # Errors
    ///
    /// If it is of another format, or holds terms that nobody understands.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

impl Group {
    /// What they consented to.
    pub(crate) fn terms(&self) -> ConsentTerms {
        ConsentTerms {
            codes: self.codes.clone(),
            industry: self.industry,
            countries: self.countries.clone(),
        }
    }
}

/// Terms as files write them.
mod as_text {
    use std::{fmt::Display, str::FromStr};

    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(
        terms: &impl Display,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(terms)
    }

    pub(super) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::custom("terms that are not known"))
    }
}

impl Serialize for Individuals {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(self.0.serialized_size());
        self.0
            .serialize_into(&mut bytes)
            .map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&STANDARD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Individuals {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
        RoaringBitmap::deserialize_from(bytes.as_slice())
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}
