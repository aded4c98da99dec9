//! Whether an individual's tumour and normal are of one person: Pearson's correlation of
//! their allele fractions over common sites, as in NGSCheckMate (Lee et al., Nucleic Acids
//! Res 2017;45:e103).

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::Matching;
use crate::snapshot::StoredBlock;

use super::Statistic;
use super::cohort::{Cohort, Tissue};

/// Pairs of a tumour and a normal sample.
pub(super) struct Matches {
    matching: Matching,
    pairs: Vec<Pair>,
    /// At one site: each sample's allele fraction; not a number where it is not known.
    fractions: Vec<f64>,
}

struct Pair {
    unit: u32,
    normal: usize,
    tumor: usize,
    sums: Sums,
}

/// What correlation is computed from.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    n: u64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

/// How well each sample matches the other tissue of its individual.
pub(super) struct Matched {
    matching: Matching,
    /// By position: the best correlation, and its sites.
    best: BTreeMap<usize, (f64, u64)>,
    /// Individuals who could be compared, and those of whom a sample matches nothing.
    pub(super) individuals: u64,
    pub(super) mismatches: u64,
}

impl Matches {
    pub(super) fn of(cohort: &Cohort, matching: Matching) -> Self {
        let mut of_units: BTreeMap<u32, [Vec<usize>; 2]> = BTreeMap::new();
        for (sample, tissue) in cohort.tissues.iter().enumerate() {
            let [normals, tumors] = of_units.entry(cohort.unit(sample)).or_default();
            match tissue {
                Some(Tissue::Normal) => normals.push(sample),
                Some(Tissue::Tumor) => tumors.push(sample),
                None => {}
            }
        }
        let mut pairs = Vec::new();
        for (unit, [normals, tumors]) in of_units {
            for normal in normals {
                pairs.extend(tumors.iter().map(|tumor| Pair {
                    unit,
                    normal,
                    tumor: *tumor,
                    sums: Sums::default(),
                }));
            }
        }
        Self {
            matching,
            pairs,
            fractions: vec![f64::NAN; cohort.samples()],
        }
    }

    /// Adds a site, whose block has the depth and the allele's depth as fields, or none.
    pub(super) fn add(&mut self, block: &StoredBlock) {
        self.fractions.fill(0.0);
        let genotypes = &block.genotypes;
        for (set, fraction) in [
            (&genotypes.dosage_1, 0.5),
            (&genotypes.dosage_2, 1.0),
            (&genotypes.missing, f64::NAN),
        ] {
            for position in set {
                if let Some(known) = self.fractions.get_mut(position as usize) {
                    *known = fraction;
                }
            }
        }
        self.read_depths(block);
        for Pair {
            normal,
            tumor,
            sums,
            ..
        } in &mut self.pairs
        {
            let fraction = |sample: &usize| self.fractions.get(*sample).copied();
            if let (Some(x), Some(y)) = (fraction(normal), fraction(tumor))
                && x.is_finite()
                && y.is_finite()
            {
                sums.add(x, y);
            }
        }
    }

    /// Reads fractions from depths where both are known, and forgets those of sites that are
    /// too shallow.
    fn read_depths(&mut self, block: &StoredBlock) {
        let [depths, alternate] = block.fields.as_slice() else {
            return;
        };
        let Some(depths) = depths else {
            return;
        };
        let mut recorded = block.recorded.as_ref().map(|set| set.iter());
        for (row, depth) in depths.iter().enumerate() {
            let position = match &mut recorded {
                Some(recorded) => match recorded.next() {
                    Some(position) => position as usize,
                    None => return,
                },
                None => row,
            };
            let (Some(depth), Some(fraction)) = (*depth, self.fractions.get_mut(position)) else {
                continue;
            };
            if depth < self.matching.min_depth {
                *fraction = f64::NAN;
                continue;
            }
            let alternate = alternate.as_ref().and_then(|of| of.get(row).copied());
            if let Some(alternate) = alternate.flatten() {
                // Callers count reads by rules of their own: more than all is all.
                *fraction = (f64::from(alternate) / f64::from(depth)).min(1.0);
            }
        }
    }

    pub(super) fn close(self) -> Matched {
        let mut best: BTreeMap<usize, (f64, u64)> = BTreeMap::new();
        let mut units: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        for pair in &self.pairs {
            let sums = &pair.sums;
            let enough = sums.n >= self.matching.min_sites;
            let Some(correlation) = sums.correlation().filter(|_| enough) else {
                continue;
            };
            let samples = [pair.normal, pair.tumor];
            units.entry(pair.unit).or_default().extend(samples);
            for sample in samples {
                let known = best.entry(sample).or_insert((correlation, sums.n));
                if known.0 < correlation {
                    *known = (correlation, sums.n);
                }
            }
        }
        let is_mismatch = |sample: &usize| {
            let known = best.get(sample);
            known.is_some_and(|(of, _)| *of < self.matching.min_correlation)
        };
        let mismatches = units
            .values()
            .filter(|of| of.iter().any(is_mismatch))
            .count();
        Matched {
            matching: self.matching,
            individuals: units.len() as u64,
            mismatches: mismatches as u64,
            best,
        }
    }
}

impl Matched {
    pub(super) fn value(&self, sample: usize, statistic: Statistic) -> Option<f64> {
        let (correlation, sites) = *self.best.get(&sample)?;
        match statistic {
            Statistic::TumorNormalCorrelation => Some(correlation),
            Statistic::TumorNormalSites => Some(sites as f64),
            Statistic::TumorNormalMismatch => {
                let mismatch = correlation < self.matching.min_correlation;
                Some(f64::from(u8::from(mismatch)))
            }
            _ => None,
        }
    }
}

impl Sums {
    fn add(&mut self, x: f64, y: f64) {
        self.n += 1;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.yy += y * y;
        self.xy += x * y;
    }

    /// None if one of them is the same everywhere.
    fn correlation(&self) -> Option<f64> {
        let Self {
            x, y, xx, yy, xy, ..
        } = *self;
        // Fractions are of one size, and sites are few: nothing is lost by cancellation.
        let n = self.n as f64;
        let (varies_x, varies_y) = (n * xx - x * x, n * yy - y * y);
        let covaries = n * xy - x * y;
        let correlation = covaries / (varies_x * varies_y).sqrt();
        let varies = varies_x > 1e-9 && varies_y > 1e-9;
        varies.then(|| correlation.clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests;
