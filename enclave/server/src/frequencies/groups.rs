//! The groups whose frequencies are asked for.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use sekisho_disclosure::{Profile, frequency};
use sekisho_query::{Shape, cells::Strata};
use sekisho_tables::{GenotypeGroup, Snapshot, SnapshotError};

use crate::exposure;

/// A group of individuals.
pub(super) struct Group {
    /// The values of its columns; none for NULL.
    pub(super) words: Vec<Option<String>>,
    /// Those of it who have genotypes. Final.
    pub(super) genotyped: GenotypeGroup,
    /// Whether nothing of it is shown: it is too small for what was asked.
    pub(super) withheld: bool,
}

impl Group {
    /// Whether so many variants may not be told of so few individuals.
    pub(super) fn is_small_for(&self, variants: u64, profile: &Profile) -> bool {
        !frequency::is_large_enough(self.genotyped.individuals().len(), variants)
            || !exposure::may_tell(self.genotyped.individuals().len(), profile)
    }
}

/// Every combination of the declared values, whether anybody has it or not: which
/// combinations there are is itself an answer.
pub(super) fn of(
    shape: &Shape,
    strata: &Strata,
    snapshot: &Snapshot,
    profile: &Profile,
) -> Result<Vec<Group>, SnapshotError> {
    let sets = strata.by_words();
    let none = RoaringBitmap::new();
    let group = |words: Vec<Option<String>>| {
        let everybody = sets.get(&words).copied().unwrap_or(&none);
        let genotyped = GenotypeGroup::new(snapshot, everybody)?;
        let mut group = Group {
            genotyped,
            withheld: false,
            words,
        };
        // Of so few nothing about genomes may be told at all.
        group.withheld = group.is_small_for(1, profile);
        Ok(group)
    };
    combinations(shape).into_iter().map(group).collect()
}

fn combinations(shape: &Shape) -> Vec<Vec<Option<String>>> {
    let mut combinations = vec![Vec::new()];
    for dimension in &shape.dimensions {
        let declared = dimension.values.iter().flatten().cloned().map(Some);
        let values: Vec<Option<String>> = declared.chain([None]).collect();
        combinations = combinations
            .into_iter()
            .flat_map(|words| {
                values.iter().map(move |value| {
                    let mut words = words.clone();
                    words.push(value.clone());
                    words
                })
            })
            .collect();
    }
    combinations
}

/// Who a released figure of a group is about, and how many variants it tells of:
/// for what releases add up to.
pub(super) fn told<'g>(
    groups: &'g [Group],
    shown: &'g BTreeMap<usize, u64>,
) -> impl Iterator<Item = (&'g RoaringBitmap, u64)> {
    let groups = groups.iter().enumerate();
    groups.filter_map(|(number, group)| {
        let variants = shown
            .get(&number)
            .copied()
            .filter(|variants| *variants > 0)?;
        Some((group.genotyped.individuals(), variants))
    })
}
