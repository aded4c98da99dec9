//! Genes and consequences from INFO.

use crate::manifest::AnnotationKeys;

use super::allele::Annotation;
use super::header::Header;

/// Where a file's annotations are.
#[derive(Debug)]
pub(super) enum Annotations {
    /// INFO fields of their own: gene, consequence, impact. Each says whether it
    /// has a value per alternate allele.
    Fields([Option<bool>; 3]),
    /// One field with entries, of parts in a known order.
    Entries(Parts),
}

/// The places of an entry's parts.
#[derive(Debug)]
pub(super) struct Parts {
    allele: Option<usize>,
    gene: Option<usize>,
    consequence: Option<usize>,
    impact: Option<usize>,
    pick: Option<usize>,
}

/// SnpEff's order, version 1.0 of the ANN standard.
const ANN: Parts = Parts {
    allele: Some(0),
    consequence: Some(1),
    impact: Some(2),
    gene: Some(3),
    pick: None,
};

impl Annotations {
    /// Where the annotations are, and the INFO fields to read for them. An error
    /// says what the header lacks.
    pub(super) fn new(
        keys: &AnnotationKeys,
        header: &Header,
    ) -> Result<(Self, Vec<String>), String> {
        if let Some(key) = &keys.csq {
            let parts = header
                .info_description(key)
                .and_then(parts)
                .ok_or_else(|| {
                    format!("expected a header line for INFO field `{key}` that names its parts")
                })?;
            return Ok((Self::Entries(parts), vec![key.clone()]));
        }
        if let Some(key) = &keys.ann {
            return Ok((Self::Entries(ANN), vec![key.clone()]));
        }
        let fields = [&keys.gene, &keys.consequence, &keys.impact];
        let places = fields.map(|key| key.as_ref().map(|key| header.is_per_alternate(key)));
        let names = fields.into_iter().flatten().cloned().collect();
        Ok((Self::Fields(places), names))
    }

    /// What is said of the nth (from 0) alternate allele of a record, given the
    /// INFO fields that [`Annotations::new`] asked for.
    pub(super) fn of(
        &self,
        info: &[Option<String>],
        reference: &str,
        alternates: &[String],
        n: usize,
    ) -> Annotation {
        match self {
            Self::Fields(places) => {
                let mut values = info.iter();
                let mut field = |place: &Option<bool>| {
                    let per_alternate = (*place)?;
                    let value = values.next()?.as_deref()?;
                    let value = if per_alternate {
                        value.split(',').nth(n)?
                    } else {
                        value
                    };
                    present(value)
                };
                let [gene, consequence, impact] = places;
                Annotation {
                    gene: field(gene),
                    consequence: field(consequence),
                    impact: field(impact),
                }
            }
            Self::Entries(parts) => {
                let entries = info.first().and_then(Option::as_deref).unwrap_or("");
                parts.most_severe(entries, reference, alternates, n)
            }
        }
    }
}

impl Parts {
    /// The entry of an allele that VEP picked, else the first of the most severe.
    fn most_severe(
        &self,
        entries: &str,
        reference: &str,
        alternates: &[String],
        n: usize,
    ) -> Annotation {
        let Some(alternate) = alternates.get(n) else {
            return Annotation::default();
        };
        let short = without_anchor(reference, alternates, alternate);
        entries
            .split(',')
            .map(|entry| entry.split('|').collect::<Vec<_>>())
            .filter(|entry| {
                let allele = part(entry, self.allele).unwrap_or("");
                alternates.len() == 1 || allele == alternate || allele == short
            })
            .min_by_key(|entry| {
                let unpicked = part(entry, self.pick).is_none_or(str::is_empty);
                (unpicked, severity(part(entry, self.impact)))
            })
            .map(|entry| Annotation {
                gene: part(&entry, self.gene).and_then(present),
                consequence: part(&entry, self.consequence).and_then(present),
                impact: part(&entry, self.impact).and_then(present),
            })
            .unwrap_or_default()
    }
}

fn part<'a>(entry: &[&'a str], place: Option<usize>) -> Option<&'a str> {
    entry.get(place?).copied()
}

fn present(value: &str) -> Option<String> {
    (!value.is_empty() && value != ".").then(|| value.to_owned())
}

/// An allele as VEP names it where alleles have different lengths: without the
/// base that all share, and `-` if nothing is left.
fn without_anchor<'a>(reference: &str, alternates: &[String], alternate: &'a str) -> &'a str {
    let mut lengths = alternates.iter().map(String::len);
    let anchor = reference.chars().next();
    let shared = alternates.iter().all(|a| a.chars().next() == anchor);
    if shared && lengths.any(|length| length != reference.len()) {
        match alternate.get(1..) {
            Some(rest) if !rest.is_empty() => rest,
            _ => "-",
        }
    } else {
        alternate
    }
}

fn severity(impact: Option<&str>) -> u8 {
    match impact {
        Some("HIGH") => 0,
        Some("MODERATE") => 1,
        Some("LOW") => 2,
        Some("MODIFIER") => 3,
        _ => 4,
    }
}

/// The parts that VEP's description names: `… Format: Allele|Consequence|…`.
fn parts(description: &str) -> Option<Parts> {
    let (_, format) = description.split_once("Format: ")?;
    let names: Vec<&str> = format.trim_matches('"').split('|').map(str::trim).collect();
    let place = |name: &str| {
        names
            .iter()
            .position(|part| part.eq_ignore_ascii_case(name))
    };
    Some(Parts {
        allele: Some(place("Allele")?),
        gene: place("SYMBOL"),
        consequence: Some(place("Consequence")?),
        impact: place("IMPACT"),
        pick: place("PICK"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VEP: &str = "Consequence annotations from Ensembl VEP. Format: \
                       Allele|Consequence|IMPACT|SYMBOL|Gene|PICK";

    fn of(entries: &str, reference: &str, alternates: &[&str], n: usize) -> Annotation {
        let alternates: Vec<String> = alternates.iter().map(|&a| a.to_owned()).collect();
        let info = [Some(entries.to_owned())];
        parts(VEP)
            .map(|parts| Annotations::Entries(parts).of(&info, reference, &alternates, n))
            .unwrap_or_default()
    }

    #[test]
    fn each_allele_has_the_most_severe_of_its_own_entries() {
        let entries = "T|intron_variant|MODIFIER|ABC|ENSG1|,T|stop_gained|HIGH|DEF|ENSG2|,\
                       G|synonymous_variant|LOW|ABC|ENSG1|";
        assert_eq!(
            of(entries, "A", &["T", "G"], 0).gene.as_deref(),
            Some("DEF")
        );
        assert_eq!(
            of(entries, "A", &["T", "G"], 1).impact.as_deref(),
            Some("LOW")
        );
    }

    #[test]
    fn a_picked_entry_wins_over_a_more_severe_one() {
        let entries = "T|stop_gained|HIGH|DEF|ENSG2|,T|intron_variant|MODIFIER|ABC|ENSG1|1";
        assert_eq!(of(entries, "A", &["T"], 0).gene.as_deref(), Some("ABC"));
    }

    #[test]
    fn indels_are_found_without_their_anchor() {
        let entries = "-|frameshift_variant|HIGH|ABC|ENSG1|,GG|intron_variant|MODIFIER||ENSG1|";
        let deletion = of(entries, "AC", &["A", "AGG"], 0);
        assert_eq!(deletion.consequence.as_deref(), Some("frameshift_variant"));
        assert_eq!(of(entries, "AC", &["A", "AGG"], 1).gene, None);
    }
}
