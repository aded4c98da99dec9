//! Kinship coefficients of samples of different individuals: KING's robust estimator
//! (Manichaikul et al., Bioinformatics 2010;26:2867, equation 11), which takes no
//! frequencies and so holds in populations that are mixed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Progress;

use super::Statistic;
use super::cohort::Cohort;
use super::panel::{Panel, Row};

/// Lower bounds of the coefficients of one genome, and of relatives of the first and the
/// second degree: 2^-1.5, 2^-2.5 and 2^-3.5, as KING has them.
const DEGREES: [f32; 3] = [0.353_553, 0.176_777, 0.088_388];

/// Where a coefficient is cut off: of somebody with few heterozygous calls it has no bound.
const LEAST: f32 = -1.0;

/// Sites without which nothing is said: an estimate's standard error is then 0.02.
const MIN_SITES: usize = 1_000;

/// Sites, at most: an error of 0.006.
pub(super) const MOST_SITES: usize = 10_000;

/// The share of the sites that a sample must have calls at.
const MIN_CALLED: f64 = 0.8;

/// Pairs of samples times sites, at most: minutes of one core.
const MOST_WORK: usize = 4_000_000_000_000;

/// Samples with relatives, at most: of people there are few.
const MOST_RELATIONS: usize = 10_000_000;

/// Samples that are compared with as many others while they are in a processor's cache.
const TILE: usize = 32;

/// For how many sites there is time.
pub(super) fn sites(samples: usize) -> Result<usize, String> {
    let pairs = samples.saturating_mul(samples) / 2;
    let sites = (MOST_WORK / pairs.max(1)).min(MOST_SITES);
    match sites < MIN_SITES {
        true => Err(format!(
            "there is no time to compare each of {samples} samples with each; leave out `kinship`, \
             `duplicates`, `first_degree` and `second_degree`"
        )),
        false => Ok(sites),
    }
}

/// How close the samples are, by position.
pub(super) struct Kinship {
    /// The greatest coefficient with anybody else's sample.
    closest: Vec<f32>,
    /// Of each sample: other individuals who are duplicates, of the first and of the second
    /// degree.
    relatives: Vec<[u64; 3]>,
    /// Pairs of individuals, likewise.
    pub(super) pairs: [u64; 3],
}

impl Kinship {
    /// Compares all pairs, if there are sites enough.
    pub(super) fn of(
        panel: &Panel,
        cohort: &Cohort,
        progress: &dyn Progress,
    ) -> Result<Option<Self>, String> {
        if panel.sites() < MIN_SITES {
            return Ok(None);
        }
        let least = (panel.sites() as f64 * MIN_CALLED) as usize;
        let rows: Vec<Sample<'_>> = (0..panel.samples())
            .filter(|sample| panel.called(*sample) >= least)
            .map(|sample| Sample::of(panel, cohort, sample))
            .collect();
        let found = compare(&rows, panel.samples(), progress)?;
        Ok(Some(found.close(panel.samples(), cohort)))
    }

    pub(super) fn value(&self, sample: usize, statistic: Statistic) -> Option<f64> {
        let closest = self.closest.get(sample).filter(|of| of.is_finite())?;
        let [duplicates, first, second] = *self.relatives.get(sample)?;
        Some(match statistic {
            Statistic::Kinship => f64::from(closest.max(LEAST)),
            Statistic::Duplicates => duplicates as f64,
            Statistic::FirstDegree => first as f64,
            Statistic::SecondDegree => second as f64,
            _ => return None,
        })
    }
}

struct Sample<'p> {
    number: usize,
    unit: u32,
    row: Row<'p>,
    /// The sites at which it is homozygous.
    homozygous: Vec<u64>,
    /// At how many it is heterozygous.
    heterozygous: u32,
    /// Words with sites at which it has no call, which are few.
    unknown: Vec<(usize, u64)>,
}

impl<'p> Sample<'p> {
    fn of(panel: &'p Panel, cohort: &Cohort, number: usize) -> Self {
        let row = panel.row(number);
        let words = row.heterozygous.iter().zip(row.unknown).enumerate();
        let homozygous = words.map(|(at, (heterozygous, unknown))| {
            let used = match panel.sites().saturating_sub(at * 64) {
                ..64 => (1 << (panel.sites() % 64)) - 1,
                _ => u64::MAX,
            };
            used & !(heterozygous | unknown)
        });
        Self {
            number,
            unit: cohort.unit(number),
            row,
            homozygous: homozygous.collect(),
            heterozygous: row.heterozygous.iter().map(|word| word.count_ones()).sum(),
            unknown: (row.unknown.iter().copied().enumerate())
                .filter(|(_, word)| *word != 0)
                .collect(),
        }
    }

    /// At how many sites it is heterozygous and another has a call.
    fn heterozygous_beside(&self, other: &Self) -> u32 {
        let unknown = other.unknown.iter().map(|(at, word)| {
            let own = self.row.heterozygous.get(*at);
            own.map_or(0, |own| (own & word).count_ones())
        });
        self.heterozygous - unknown.sum::<u32>()
    }
}

/// What was found of some pairs.
#[derive(Default)]
struct Found {
    closest: Vec<f32>,
    /// The coefficient of samples that are relatives, each pair once.
    relations: Vec<(u32, u32, f32)>,
}

fn compare(rows: &[Sample<'_>], samples: usize, progress: &dyn Progress) -> Result<Found, String> {
    let tiles = rows.len().div_ceil(TILE);
    let (next, relations) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut found = Found {
            closest: vec![f32::NEG_INFINITY; samples],
            relations: Vec::new(),
        };
        loop {
            let tile = next.fetch_add(1, Ordering::Relaxed);
            if tile >= tiles || relations.load(Ordering::Relaxed) > MOST_RELATIONS {
                return found;
            }
            progress.at("find relatives", tile as u64, Some(tiles as u64));
            let before = found.relations.len();
            for other in tile..tiles {
                found.tile(rows, tile, other);
            }
            relations.fetch_add(found.relations.len() - before, Ordering::Relaxed);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut all = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let joined = threads.into_iter().map(|thread| {
            let joined = thread.join();
            joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        joined.reduce(Found::and).unwrap_or_default()
    });
    if relations.into_inner() > MOST_RELATIONS {
        return Err(format!(
            "more than {MOST_RELATIONS} pairs of samples are those of relatives; are they of \
             different people?"
        ));
    }
    all.relations
        .sort_unstable_by_key(|(one, other, _)| (*one, *other));
    Ok(all)
}

impl Found {
    /// Compares the samples of two tiles, or of one.
    fn tile(&mut self, rows: &[Sample<'_>], one: usize, other: usize) {
        let tile = |number: usize| {
            let first = number * TILE;
            let last = rows.len().min(first + TILE);
            rows.get(first..last).unwrap_or_default()
        };
        for (number, a) in tile(one).iter().enumerate() {
            let behind = if one == other { number + 1 } else { 0 };
            for b in tile(other).iter().skip(behind).filter(|b| b.unit != a.unit) {
                let Some(kinship) = coefficient(a, b) else {
                    continue;
                };
                for sample in [a.number, b.number] {
                    if let Some(closest) = self.closest.get_mut(sample) {
                        *closest = closest.max(kinship);
                    }
                }
                if degree(kinship).is_some() {
                    // Positions are below 2^32.
                    self.relations
                        .push((a.number as u32, b.number as u32, kinship));
                }
            }
        }
    }

    fn and(mut self, other: Self) -> Self {
        for (one, other) in self.closest.iter_mut().zip(other.closest) {
            *one = one.max(other);
        }
        self.relations.extend(other.relations);
        self
    }

    /// Counts individuals: of one with several samples the closest is meant.
    fn close(self, samples: usize, cohort: &Cohort) -> Kinship {
        let mut by_sample: HashMap<(u32, u32), f32> = HashMap::new();
        let mut by_individual: HashMap<(u32, u32), f32> = HashMap::new();
        for (one, other, kinship) in self.relations {
            let [a, b] = [one, other].map(|sample| cohort.unit(sample as usize));
            for key in [(one, b), (other, a)] {
                let known = by_sample.entry(key).or_insert(kinship);
                *known = known.max(kinship);
            }
            let known = by_individual.entry((a.min(b), a.max(b))).or_insert(kinship);
            *known = known.max(kinship);
        }
        let mut relatives = vec![[0; 3]; samples];
        for ((sample, _), kinship) in by_sample {
            let counts = relatives.get_mut(sample as usize);
            count(counts, kinship);
        }
        let mut pairs = [0; 3];
        for kinship in by_individual.into_values() {
            count(Some(&mut pairs), kinship);
        }
        Kinship {
            closest: self.closest,
            relatives,
            pairs,
        }
    }
}

fn count(counts: Option<&mut [u64; 3]>, kinship: f32) {
    let place = degree(kinship).and_then(|degree| counts?.get_mut(degree));
    if let Some(n) = place {
        *n += 1;
    }
}

/// 0 of one genome, or the degree.
fn degree(kinship: f32) -> Option<usize> {
    DEGREES.iter().position(|least| kinship >= *least)
}

/// The kinship coefficient of two samples, of the sites where both have a call; none if
/// one of them is heterozygous nowhere.
fn coefficient(a: &Sample<'_>, b: &Sample<'_>) -> Option<f32> {
    let (mut both, mut opposite) = (0_u32, 0_u32);
    let heterozygous = a.row.heterozygous.iter().zip(b.row.heterozygous);
    let homozygous = a.homozygous.iter().zip(&b.homozygous);
    let alternate = a.row.alternate.iter().zip(b.row.alternate);
    for (((het_a, het_b), (hom_a, hom_b)), (alt_a, alt_b)) in
        heterozygous.zip(homozygous).zip(alternate)
    {
        both += (het_a & het_b).count_ones();
        opposite += (hom_a & hom_b & (alt_a ^ alt_b)).count_ones();
    }
    let [of_a, of_b] = [a.heterozygous_beside(b), b.heterozygous_beside(a)];
    let fewer = of_a.min(of_b);
    let distance = 4 * opposite + of_a + of_b - 2 * both;
    (fewer > 0).then(|| 0.5 - distance as f32 / (4 * fewer) as f32)
}

#[cfg(test)]
pub(super) fn of_two(panel: &Panel, cohort: &Cohort, [one, other]: [usize; 2]) -> Option<f32> {
    let sample = |number| Sample::of(panel, cohort, number);
    coefficient(&sample(one), &sample(other))
}

#[cfg(test)]
mod tests;
