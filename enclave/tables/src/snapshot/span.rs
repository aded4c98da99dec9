//! Genotypes in memory, to be counted by AND and popcount.

use std::ops::Range;

use roaring::RoaringBitmap;

use super::{GenotypeBlock, GenotypeGroup, Snapshot, SnapshotError};

/// Variants of a span.
pub const SPAN: u32 = 4096;

/// How many individuals of a group have which genotype. Of somebody with several
/// samples the most copies count that any of them has, and the genotype is unknown
/// if it is in all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GenotypeCounts {
    /// No copy of the allele.
    pub none: u64,
    /// One copy.
    pub one: u64,
    /// Two copies.
    pub two: u64,
    /// Not known.
    pub missing: u64,
}

/// One of the genotypes that [`GenotypeCounts`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Genotype {
    /// No copy of the allele.
    None,
    /// One copy.
    One,
    /// Two copies.
    Two,
    /// Not known.
    Missing,
}

/// A run of variants with their genotypes, as bit planes or as lists of samples,
/// whichever are shorter.
#[derive(Debug)]
pub struct Span {
    first: u32,
    ids: String,
    /// Where each variant's identifier ends.
    ends: Vec<usize>,
    /// Samples with one copy, with two, and of unknown genotype.
    sets: Vec<[Set; 3]>,
    /// Words of a plane.
    words: usize,
    planes: Vec<u64>,
    lists: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
enum Set {
    /// From here on in `planes`, as many words as a plane has.
    Plane(usize),
    /// From here to there in `lists`.
    List(usize, usize),
}

impl Span {
    /// Reads span `number` of a snapshot's variants.
    pub(super) fn read(snapshot: &Snapshot, number: u32) -> Result<Self, SnapshotError> {
        let words = snapshot.genotype_units()?.len().div_ceil(64);
        let first = number.saturating_mul(SPAN);
        let mut span = Self {
            first,
            ids: String::new(),
            ends: Vec::new(),
            sets: Vec::new(),
            words,
            planes: Vec::new(),
            lists: Vec::new(),
        };
        let mut rows = RoaringBitmap::new();
        rows.insert_range(first..first.saturating_add(SPAN));
        for block in snapshot.blocks_of(&rows)? {
            let GenotypeBlock {
                variant_id,
                dosage_1,
                dosage_2,
                missing,
                ..
            } = block?;
            span.ids.push_str(&variant_id);
            span.ends.push(span.ids.len());
            let sets = [dosage_1, dosage_2, missing].map(|set| span.add(&set));
            span.sets.push(sets);
        }
        span.planes.shrink_to_fit();
        span.lists.shrink_to_fit();
        Ok(span)
    }

    fn add(&mut self, set: &RoaringBitmap) -> Set {
        // A place in a list takes half a word.
        if set.len() as usize <= 2 * self.words {
            let start = self.lists.len();
            self.lists.extend(set);
            return Set::List(start, self.lists.len());
        }
        let start = self.planes.len();
        self.planes.resize(start + self.words, 0);
        for position in set {
            if let Some(word) = self.planes.get_mut(start + position as usize / 64) {
                *word |= 1 << (position % 64);
            }
        }
        Set::Plane(start)
    }

    /// The variants (`__variant`) of the span.
    pub fn variants(&self) -> Range<u32> {
        // At most `SPAN` of them.
        let variants = u32::try_from(self.sets.len()).unwrap_or(SPAN);
        self.first..self.first.saturating_add(variants)
    }

    /// What it takes in memory, in bytes.
    pub fn bytes(&self) -> usize {
        let Self {
            ids,
            ends,
            sets,
            planes,
            lists,
            ..
        } = self;
        ids.len()
            + size_of_val(ends.as_slice())
            + size_of_val(sets.as_slice())
            + size_of_val(planes.as_slice())
            + size_of_val(lists.as_slice())
    }

    /// A variant's identifier; empty if it is not of the span.
    pub fn id(&self, variant: u32) -> &str {
        let id = self.index(variant).and_then(|index| {
            let start = index
                .checked_sub(1)
                .map_or(Some(0), |before| self.ends.get(before).copied());
            let range = start?..*self.ends.get(index)?;
            self.ids.get(range)
        });
        id.unwrap_or_default()
    }

    /// How many of a group have which genotype; of a variant that is not of the
    /// span everybody's is unknown.
    pub fn counts(&self, variant: u32, group: &GenotypeGroup) -> GenotypeCounts {
        let individuals = group.individuals.len();
        let Some(sets) = self.index(variant).and_then(|index| self.sets.get(index)) else {
            return GenotypeCounts {
                missing: individuals,
                ..GenotypeCounts::default()
            };
        };
        let [one, two, missing] = match group.several {
            None => sets.map(|set| self.count(set, group)),
            Some(_) => {
                let [one, two, missing] = self.of_individuals(sets, group);
                [one.len(), two.len(), missing.len()]
            }
        };
        GenotypeCounts {
            none: individuals.saturating_sub(one + two + missing),
            one,
            two,
            missing,
        }
    }

    /// Who of a group has one copy, two, and an unknown number.
    pub(super) fn copies(&self, variant: u32, group: &GenotypeGroup) -> [RoaringBitmap; 3] {
        let sets = self.index(variant).and_then(|index| self.sets.get(index));
        sets.map_or_else(Default::default, |sets| self.of_individuals(sets, group))
    }

    /// Hands on the positions of a group's samples with one copy, two, or an unknown number,
    /// whichever the number says from 0 on.
    pub(super) fn each_position(
        &self,
        variant: u32,
        number: usize,
        group: &GenotypeGroup,
        mut each: impl FnMut(u32),
    ) {
        let sets = self.index(variant).and_then(|index| self.sets.get(index));
        match sets.and_then(|sets| sets.get(number)) {
            None => {}
            Some(Set::List(start, end)) => {
                let list = self.list(*start, *end).iter().copied();
                list.filter(|position| group.has(*position)).for_each(each);
            }
            Some(Set::Plane(start)) => {
                let words = self.plane(*start).iter().zip(&group.plane).zip(0_u32..);
                for ((word, of_group), number) in words {
                    let mut rest = word & of_group;
                    while rest != 0 {
                        each(number * 64 + rest.trailing_zeros());
                        rest &= rest - 1;
                    }
                }
            }
        }
    }

    /// Samples of everybody whose genotype is unknown; of a variant that is not of the
    /// span, all.
    pub fn missing(&self, variant: u32) -> u64 {
        let sets = self.index(variant).and_then(|index| self.sets.get(index));
        match sets {
            Some([.., Set::List(start, end)]) => self.list(*start, *end).len() as u64,
            Some([.., Set::Plane(start)]) => {
                let words = self.plane(*start).iter();
                words.map(|word| u64::from(word.count_ones())).sum()
            }
            None => u64::MAX,
        }
    }

    /// Who of a group has one of these genotypes, in ascending order.
    pub fn individuals(
        &self,
        variant: u32,
        genotypes: &[Genotype],
        group: &GenotypeGroup,
    ) -> Vec<u32> {
        let Some(sets) = self.index(variant).and_then(|index| self.sets.get(index)) else {
            return Vec::new();
        };
        let wants = |genotype| genotypes.contains(&genotype);
        let [one, two, missing] = *sets;
        let known = [
            (one, Genotype::One),
            (two, Genotype::Two),
            (missing, Genotype::Missing),
        ];
        if group.several.is_some() {
            let sets = self.of_individuals(sets, group);
            let mut found = RoaringBitmap::new();
            for (set, (_, genotype)) in sets.iter().zip(known) {
                if wants(genotype) {
                    found |= set;
                }
            }
            if wants(Genotype::None) {
                let all = sets.iter().fold(RoaringBitmap::new(), |all, set| all | set);
                found |= &group.individuals - all;
            }
            return found.into_iter().collect();
        }
        // With one sample each there is nothing to compare.
        let mut plane = vec![0; self.words];
        for (set, genotype) in known {
            if wants(genotype) != wants(Genotype::None) {
                self.mark(set, &mut plane);
            }
        }
        for (word, of_group) in plane.iter_mut().zip(&group.plane) {
            let marked = if wants(Genotype::None) { !*word } else { *word };
            *word = marked & of_group;
        }
        let mut found: Vec<u32> = bits(&plane)
            .filter_map(|position| group.unit(position))
            .collect();
        found.sort_unstable();
        found
    }

    /// Sets the bits of a set.
    fn mark(&self, set: Set, plane: &mut [u64]) {
        match set {
            Set::List(start, end) => {
                for position in self.list(start, end) {
                    if let Some(word) = plane.get_mut(*position as usize / 64) {
                        *word |= 1 << (position % 64);
                    }
                }
            }
            Set::Plane(start) => {
                for (word, of_set) in plane.iter_mut().zip(self.plane(start)) {
                    *word |= of_set;
                }
            }
        }
    }

    fn index(&self, variant: u32) -> Option<usize> {
        let index = variant.checked_sub(self.first)? as usize;
        (index < self.sets.len()).then_some(index)
    }

    fn plane(&self, start: usize) -> &[u64] {
        self.planes
            .get(start..start + self.words)
            .unwrap_or_default()
    }

    fn list(&self, start: usize, end: usize) -> &[u32] {
        self.lists.get(start..end).unwrap_or_default()
    }

    fn count(&self, set: Set, group: &GenotypeGroup) -> u64 {
        match set {
            Set::List(start, end) => {
                let list = self.list(start, end).iter();
                list.filter(|position| group.has(**position)).count() as u64
            }
            Set::Plane(start) => {
                let both = self.plane(start).iter().zip(&group.plane);
                both.map(|(a, b)| u64::from((a & b).count_ones())).sum()
            }
        }
    }

    /// Whose samples of a group a set has.
    fn units(&self, set: Set, group: &GenotypeGroup) -> Vec<u32> {
        let mut plane = vec![0; self.words];
        self.mark(set, &mut plane);
        for (word, of_group) in plane.iter_mut().zip(&group.plane) {
            *word &= of_group;
        }
        bits(&plane)
            .filter_map(|position| group.unit(position))
            .collect()
    }

    /// The individuals of a group with one copy, with two, and of unknown genotype.
    fn of_individuals(&self, sets: &[Set; 3], group: &GenotypeGroup) -> [RoaringBitmap; 3] {
        let units = |set: Set| self.units(set, group);
        let [one, two, missing] = *sets;
        let two: RoaringBitmap = units(two).into_iter().collect();
        let one = units(one).into_iter().collect::<RoaringBitmap>() - &two;
        let missing = match &group.several {
            None => units(missing).into_iter().collect(),
            Some(samples) => {
                let mut unknown = vec![0_u32; samples.len()];
                let mut in_all = units(missing);
                in_all.retain(|unit| {
                    let at = *unit as usize;
                    unknown.get_mut(at).is_some_and(|unknown| {
                        *unknown += 1;
                        samples.get(at) == Some(unknown)
                    })
                });
                in_all.into_iter().collect()
            }
        };
        [one, two, missing]
    }
}

/// The places of a plane's bits.
fn bits(plane: &[u64]) -> impl Iterator<Item = u32> {
    let words = plane.iter().zip(0_u32..).filter(|(word, _)| **word != 0);
    words.flat_map(|(word, number)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros();
            rest &= rest.wrapping_sub(1);
            (bit < 64).then_some(number * 64 + bit)
        })
    })
}
