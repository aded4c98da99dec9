//! Matching by strata: of the propensity to be treated, within exact classes.

use std::collections::BTreeMap;

use crate::{Unfit, regression, survival::count};

/// Quantiles of the treated's propensity.
const PARTS: usize = 5;

/// An individual, as matching sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject {
    /// Whether it is treated; else it is a control.
    pub treated: bool,
    /// Whom it may be matched with: those of the same class alone.
    pub class: usize,
    /// The propensity to be treated, on any scale that ascends.
    pub score: f64,
}

/// The log-odds of being treated, after a logistic model of these covariates.
///
/// # Errors
///
/// As of [`regression::logistic`].
pub fn propensity(treated: &[bool], covariates: &[Vec<f64>]) -> Result<Vec<f64>, Unfit> {
    let fitted = regression::logistic(treated, covariates)?;
    let (intercept, slopes) = fitted.coefficients.split_first().ok_or(Unfit::TooLittle)?;
    let score = |row: &Vec<f64>| {
        let parts = row.iter().zip(slopes).map(|(value, slope)| value * slope);
        intercept + parts.sum::<f64>()
    };
    Ok(covariates.iter().map(score).collect())
}

/// The stratum of each individual; none of those who are not matched.
///
/// Common support: whoever lies outside the `least`-th smallest and largest scores of the
/// other side is not matched, so that no single person's score decides it. Strata are
/// quintiles of the scores of the treated who are left, within each class. One of which
/// either side is no crowd is merged with the next, and the last with the one before.
#[must_use]
pub fn strata(
    subjects: &[Subject],
    least: usize,
    is_crowd: impl Fn(&[usize]) -> bool,
) -> Vec<Option<usize>> {
    let inside = |treated: bool| {
        let of = subjects.iter().filter(|of| of.treated != treated);
        let scores = sorted(of.map(|of| of.score));
        let place = least.max(1) - 1;
        let low = scores.get(place).copied();
        let high = scores.len().checked_sub(place + 1);
        let high = high.and_then(|at| scores.get(at)).copied();
        move |score: f64| {
            low.is_some_and(|low| low <= score) && high.is_some_and(|high| score <= high)
        }
    };
    let (treated, control) = (inside(true), inside(false));
    let is_inside = |of: &Subject| match of.treated {
        true => treated(of.score),
        false => control(of.score),
    };
    let of = subjects.iter().filter(|of| of.treated && is_inside(of));
    let scores = sorted(of.map(|of| of.score));
    let cuts: Vec<f64> = (1..PARTS)
        .filter_map(|part| scores.get((scores.len() * part).div_ceil(PARTS).max(1) - 1))
        .copied()
        .collect();
    let mut cells: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (at, of) in subjects.iter().enumerate().filter(|(_, of)| is_inside(of)) {
        let part = cuts.iter().filter(|cut| **cut < of.score).count();
        cells.entry((of.class, part)).or_default().push(at);
    }
    let is_whole = |cell: &[usize]| {
        let side = |treated: bool| {
            let of = cell.iter().copied();
            of.filter(|at| subjects.get(*at).is_some_and(|of| of.treated == treated))
                .collect::<Vec<_>>()
        };
        is_crowd(&side(true)) && is_crowd(&side(false))
    };
    let mut found: Vec<Vec<usize>> = Vec::new();
    let cells: Vec<_> = cells.into_iter().collect();
    for class in cells.chunk_by(|(a, _), (b, _)| a.0 == b.0) {
        let first = found.len();
        let mut open = Vec::new();
        for (_, cell) in class {
            open.extend(cell);
            if is_whole(&open) {
                found.push(std::mem::take(&mut open));
            }
        }
        if let Some(last) = found.get_mut(first..).and_then(<[_]>::last_mut) {
            last.append(&mut open);
        }
    }
    let mut strata = vec![None; subjects.len()];
    for (stratum, members) in found.iter().enumerate() {
        for at in members {
            if let Some(of) = strata.get_mut(*at) {
                *of = Some(stratum);
            }
        }
    }
    strata
}

/// Weights by which controls are distributed over strata as the treated are: 1 of each
/// treated; of controls such that they add up to the effective size, the square of their
/// sum over the sum of their squares (Kish), so that limits that count them are right. None
/// of those who have no stratum.
#[must_use]
pub fn weights(treated: &[bool], strata: &[Option<usize>]) -> Vec<f64> {
    let mut sizes: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
    for (treated, stratum) in treated.iter().zip(strata) {
        let Some(stratum) = stratum else { continue };
        let [of_treated, of_controls] = sizes.entry(*stratum).or_default();
        *(if *treated { of_treated } else { of_controls }) += 1.0;
    }
    let raw = |(treated, stratum): (&bool, &Option<usize>)| {
        let size = stratum.and_then(|stratum| sizes.get(&stratum));
        size.map_or(0.0, |[of_treated, of_controls]| match treated {
            true => 1.0,
            false => of_treated / of_controls,
        })
    };
    let mut weights: Vec<f64> = treated.iter().zip(strata).map(raw).collect();
    let of_controls = || {
        weights
            .iter()
            .zip(treated)
            .filter(|(_, treated)| !**treated)
    };
    let sum: f64 = of_controls().map(|(weight, _)| weight).sum();
    let squares: f64 = of_controls().map(|(weight, _)| weight * weight).sum();
    let scale = if squares > 0.0 { sum / squares } else { 1.0 };
    for (weight, treated) in weights.iter_mut().zip(treated) {
        if !treated {
            *weight *= scale;
        }
    }
    weights
}

/// Strata and their mean scores.
#[must_use]
pub fn centres(subjects: &[Subject], strata: &[Option<usize>]) -> Vec<(usize, f64)> {
    let mut sums: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
    for (of, stratum) in subjects.iter().zip(strata) {
        let Some(stratum) = stratum else { continue };
        let (sum, size) = sums.entry(*stratum).or_default();
        *sum += of.score;
        *size += 1;
    }
    let centre = |(stratum, (sum, size))| (stratum, sum / count(size));
    sums.into_iter().map(centre).collect()
}

/// The stratum whose centre is nearest; none if there are no strata.
#[must_use]
pub fn nearest(centres: &[(usize, f64)], score: f64) -> Option<usize> {
    let off = |centre: &f64| (centre - score).abs();
    let nearest = centres
        .iter()
        .min_by(|(_, a), (_, b)| off(a).total_cmp(&off(b)));
    nearest.map(|(stratum, _)| *stratum)
}

fn sorted(scores: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut scores: Vec<f64> = scores.collect();
    scores.sort_by(f64::total_cmp);
    scores
}
