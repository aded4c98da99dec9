//! The groups whose frequencies are asked for.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;
use sekisho_disclosure::{Profile, frequency};
use sekisho_query::{Shape, cells::Strata};
use sekisho_tables::{GenotypeGroup, SnapshotError, Span};

use super::earlier::{By, Earlier};
use crate::{
    admission::Admission,
    anchors::{AnchorError, Asked},
    exposure,
};

/// A group of individuals.
pub(crate) struct Group {
    /// The values of its columns; none for NULL.
    pub(crate) words: Vec<Option<String>>,
    /// Everybody in it. Final.
    pub(crate) everybody: RoaringBitmap,
    /// Those of it whose genotypes are counted. Final, too.
    pub(crate) genotyped: GenotypeGroup,
    /// Whether nothing of it is shown: it is too small for what was asked.
    pub(crate) withheld: bool,
    /// Whose genotypes were counted before.
    earlier: Earlier,
}

/// Why groups cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GroupError {
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    Anchors(#[from] AnchorError),
}

impl Group {
    /// Whether so many variants may not be told of so few individuals.
    pub(crate) fn is_small_for(&self, variants: u64, profile: &Profile) -> bool {
        !frequency::is_large_enough(self.genotyped.individuals().len(), variants)
            || !exposure::may_tell(1, self.genotyped.individuals().len(), profile)
    }

    /// Whether a variant tells of few who were not counted before.
    pub(super) fn is_near_earlier(
        &self,
        by: By<'_>,
        span: &Span,
        variant: u32,
    ) -> Result<bool, SnapshotError> {
        let counted = self.genotyped.individuals();
        self.earlier.is_near(counted, by, span, variant)
    }
}

/// Every combination of the declared values, whether anybody has it or not: which
/// combinations there are is itself an answer.
///
/// Those who have no genotypes would let two cohorts differ much, and their genotypes
/// by one person's: so whose genotypes are counted is settled once more, among all of
/// whom they were counted before.
pub(crate) fn of_strata(
    shape: &Shape,
    strata: &Strata,
    admission: &Admission,
    profile: &Profile,
) -> Result<Vec<Group>, GroupError> {
    let sets = strata.by_words();
    let none = RoaringBitmap::new();
    let everybody = |words: &Vec<_>| sets.get(words).map_or(&none, |stratum| &stratum.everybody);
    let named = combinations(shape).into_iter().map(|words| {
        let set = everybody(&words).clone();
        (words, set)
    });
    of_sets(named.collect(), admission, profile)
}

/// The groups of sets that are settled as a query's are.
pub(crate) fn of_sets(
    sets: Vec<(Vec<Option<String>>, RoaringBitmap)>,
    admission: &Admission,
    profile: &Profile,
) -> Result<Vec<Group>, GroupError> {
    let pinned = &admission.pinned;
    let genotyped: RoaringBitmap = pinned.snapshot.genotype_units()?.iter().collect();
    let permitted = &genotyped & &*admission.permitted.individuals;
    let asked = Asked {
        permitted: &permitted,
        ..admission.asked(profile)
    };
    let mut counted: Vec<RoaringBitmap> = sets.iter().map(|(_, set)| set & &permitted).collect();
    pinned.genotyped.snap(asked, counted.iter_mut())?;
    let group = |((words, everybody), counted): ((Vec<_>, _), &RoaringBitmap)| {
        let mut group = Group {
            everybody,
            genotyped: GenotypeGroup::new(&pinned.snapshot, counted)?,
            withheld: false,
            earlier: Earlier::none(),
            words,
        };
        // Of so few nothing about genomes may be told at all.
        group.withheld = group.is_small_for(1, profile);
        if !group.withheld {
            let earlier = pinned.genotyped.before(asked.noise, counted)?;
            group.earlier = Earlier::of(earlier, counted, &genotyped);
        }
        Ok(group)
    };
    sets.into_iter().zip(&counted).map(group).collect()
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

/// Who a figure of a group is about, how many of them have genotypes, and of how many
/// variants it tells: for what releases add up to. Of variants that were `named` that
/// one is withheld tells, too.
pub(super) fn told<'g>(
    groups: &'g [Group],
    shown: &'g BTreeMap<usize, u64>,
    named: Option<u64>,
) -> impl Iterator<Item = (&'g RoaringBitmap, u64, u64)> {
    let groups = groups.iter().enumerate();
    groups.filter_map(move |(number, group)| {
        let shown = shown.get(&number).copied();
        let variants = named.filter(|_| !group.withheld).or(shown)?;
        let genotyped = group.genotyped.individuals().len();
        (variants > 0).then_some((&group.everybody, genotyped, variants))
    })
}

/// Remembers who is in the groups that are shown, and who is in the others: their
/// totals may be asked for later.
pub(crate) fn remember(
    groups: &[Group],
    shown: &BTreeMap<usize, u64>,
    admission: &Admission,
    profile: &Profile,
) -> Result<(), AnchorError> {
    let shown: BTreeSet<usize> = shown.keys().copied().collect();
    let unions = |set: fn(&Group) -> &RoaringBitmap| {
        let mut unions = [RoaringBitmap::new(), RoaringBitmap::new()];
        for (number, group) in groups.iter().enumerate() {
            let [visible, hidden] = &mut unions;
            *(if shown.contains(&number) {
                visible
            } else {
                hidden
            }) |= set(group);
        }
        unions
    };
    let pinned = &admission.pinned;
    let asked = admission.asked(profile);
    let mut of_all = unions(|group| &group.everybody);
    pinned.anchors.snap(asked, of_all.iter_mut())?;
    let mut of_genotyped = unions(|group| group.genotyped.individuals());
    pinned.genotyped.snap(asked, of_genotyped.iter_mut())
}
