//! The order of chromosomes in a snapshot.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{InputError, Place};

use super::assembly::{Assembly, canonical};

/// One order of contigs: of one file its own, whatever it is; of several, one that
/// fits every file's header, and where headers leave it open, 1 to 22, X, Y, MT and
/// then by name.
#[derive(Debug)]
pub(super) struct ContigOrder {
    ranks: HashMap<Arc<str>, u32>,
    /// Of one file: contigs in the order in which they appear.
    appeared: Option<Mutex<Vec<Arc<str>>>>,
    assembly: Option<Assembly>,
}

/// A contig and its rank. Contigs that no header names come last, by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Contig {
    pub(super) rank: u32,
    pub(super) name: Arc<str>,
}

impl ContigOrder {
    /// Merges the orders of the files' headers.
    pub(super) fn new<'a>(
        headers: impl Iterator<Item = (&'a str, &'a Vec<String>)>,
        assembly: Option<Assembly>,
    ) -> Result<Self, InputError> {
        let mut after: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut waiting: BTreeMap<String, usize> = BTreeMap::new();
        let standard = (1..=22).map(|n| n.to_string());
        for name in standard.chain(["X", "Y", "MT"].map(str::to_owned)) {
            waiting.insert(name, 0);
        }
        let mut seen = BTreeSet::new();
        let mut last_file = "";
        let mut files = 0;
        for (file, contigs) in headers {
            files += 1;
            if !seen.insert(contigs) {
                continue;
            }
            last_file = file;
            let names: Vec<_> = contigs.iter().map(|name| canonical(name)).collect();
            for name in &names {
                waiting.entry(name.as_ref().to_owned()).or_default();
            }
            for (first, second) in names.iter().zip(names.iter().skip(1)) {
                let followers = after.entry(first.as_ref().to_owned()).or_default();
                if first != second && followers.insert(second.as_ref().to_owned()) {
                    *waiting.entry(second.as_ref().to_owned()).or_default() += 1;
                }
            }
        }
        let mut ready: BinaryHeap<Reverse<(u32, String)>> = waiting
            .iter()
            .filter(|(_, before)| **before == 0)
            .map(|(name, _)| Reverse((natural(name), name.clone())))
            .collect();
        let mut ranks = HashMap::new();
        while let Some(Reverse((_, name))) = ready.pop() {
            for follower in after.get(&name).into_iter().flatten() {
                if let Some(before) = waiting.get_mut(follower) {
                    *before -= 1;
                    if *before == 0 {
                        ready.push(Reverse((natural(follower), follower.clone())));
                    }
                }
            }
            let rank = u32::try_from(ranks.len()).unwrap_or(u32::MAX);
            ranks.insert(Arc::from(name), rank);
        }
        if ranks.len() < waiting.len() {
            return Err(InputError::new(
                last_file,
                Place::File,
                "its header lists contigs in another order than an earlier file's; give all files \
                 one order with `bcftools reheader` and `bcftools sort`",
            ));
        }
        Ok(Self {
            ranks,
            appeared: (files == 1).then(Mutex::default),
            assembly,
        })
    }

    /// The last base of a chromosome, 1-based, and the assembly that says so; none
    /// where that is not known.
    pub(super) fn last_base(&self, contig: &Contig) -> Option<(u32, &'static str)> {
        let assembly = self.assembly?;
        Some((assembly.length(&contig.name)?, assembly.name()))
    }

    /// The contig of a name as a file writes it.
    pub(super) fn contig(&self, name: &str) -> Contig {
        let name = canonical(name);
        if let Some(appeared) = &self.appeared {
            let mut appeared = appeared.lock().unwrap_or_else(PoisonError::into_inner);
            let at = appeared.iter().position(|known| **known == *name);
            let at = at.unwrap_or_else(|| {
                appeared.push(Arc::from(name.as_ref()));
                appeared.len() - 1
            });
            return Contig {
                rank: u32::try_from(at).unwrap_or(u32::MAX),
                name: appeared
                    .get(at)
                    .map_or_else(|| Arc::from(name.as_ref()), Arc::clone),
            };
        }
        match self.ranks.get_key_value(name.as_ref()) {
            Some((name, rank)) => Contig {
                rank: *rank,
                name: Arc::clone(name),
            },
            None => Contig {
                rank: u32::MAX,
                name: Arc::from(name.as_ref()),
            },
        }
    }
}

fn natural(name: &str) -> u32 {
    match (name.parse(), name) {
        (Ok(n @ 1..=22), _) => n,
        (_, "X") => 23,
        (_, "Y") => 24,
        (_, "MT") => 25,
        _ => 26,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn ranks(headers: &[&[&str]], names: &[&str]) -> Vec<u32> {
        let mut headers: Vec<Vec<String>> = headers
            .iter()
            .map(|h| h.iter().map(|s| (*s).to_owned()).collect())
            .collect();
        // Of further files, whose headers say nothing.
        headers.extend([Vec::new(), Vec::new()]);
        let order = ContigOrder::new(headers.iter().map(|h| ("x.vcf", h)), None).unwrap();
        names.iter().map(|name| order.contig(name).rank).collect()
    }

    fn is_ascending(ranks: &[u32]) -> bool {
        ranks.is_sorted_by(|a, b| a < b)
    }

    #[test]
    fn without_headers_the_order_is_natural() {
        assert!(is_ascending(&ranks(
            &[],
            &["1", "chr2", "10", "22", "chrX", "Y", "chrM"]
        )));
        assert_eq!(ranks(&[], &["GL000207.1"]), [u32::MAX]);
    }

    #[test]
    fn a_headers_order_holds_even_where_it_is_not_natural() {
        let header: &[&str] = &[
            "chrM",
            "chr1",
            "chr10",
            "chr2",
            "chr2_KI1_random",
            "chr10_KI2_random",
        ];
        assert!(is_ascending(&ranks(&[header], header)));
    }

    #[test]
    fn one_file_has_whatever_order_it_has() {
        let header = vec!["2".to_owned(), "1".to_owned()];
        let order = ContigOrder::new([("x.vcf", &header)].into_iter(), None).unwrap();
        let ranks = ["decoy", "1", "chr2", "chr1", "decoy"].map(|name| order.contig(name).rank);
        assert_eq!(ranks, [0, 1, 2, 1, 0]);
    }

    #[test]
    fn headers_that_contradict_each_other_are_refused() {
        let (a, b) = (vec!["1".into(), "2".into()], vec!["2".into(), "1".into()]);
        let headers = [("a.vcf", &a), ("b.vcf", &b)];
        let error = ContigOrder::new(headers.into_iter(), None).unwrap_err();
        assert_eq!(error.file, "b.vcf");
    }
}
