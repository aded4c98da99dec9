//! Cox's proportional hazards, ties after Efron.

use nalgebra::{DMatrix, DVector};

use crate::{
    Unfit,
    design::Design,
    newton::{self, Slope},
    survival::{Observation, count},
};

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Cox {
    /// Logarithms of hazard ratios, a covariate each.
    pub coefficients: Vec<f64>,
    /// Their standard errors.
    pub errors: Vec<f64>,
    /// The logarithm of the partial likelihood.
    pub likelihood: f64,
    /// Of the model without covariates.
    pub null_likelihood: f64,
    /// The share of pairs in which who is said to be at greater risk has the event
    /// first (Harrell's C).
    pub concordance: f64,
    /// Of each coefficient: by how much each individual moves it, to first order.
    pub influence: Vec<Vec<f64>>,
}

/// Fits a model to observations and their covariates, a row each.
///
/// # Errors
///
/// [`Unfit`] without events or covariates, when covariates say the same, or when one
/// tells who has the event.
pub fn fit(observations: &[Observation], covariates: &[Vec<f64>]) -> Result<Cox, Unfit> {
    fit_stratified(observations, covariates, &vec![0; observations.len()])
}

/// The same, each stratum with a baseline hazard of its own: people are compared with those
/// of their stratum alone.
///
/// # Errors
///
/// As [`fit`].
pub fn fit_stratified(
    observations: &[Observation],
    covariates: &[Vec<f64>],
    strata: &[usize],
) -> Result<Cox, Unfit> {
    let width = covariates.first().map_or(0, Vec::len);
    let fits = width > 0
        && covariates.len() == observations.len()
        && strata.len() == observations.len()
        && covariates.iter().all(|row| row.len() == width)
        && observations.iter().any(|observation| observation.event);
    if !fits {
        return Err(Unfit::TooLittle);
    }
    let design = Design::new(covariates, width)?;
    let mut order: Vec<usize> = (0..observations.len()).collect();
    let time = |&row: &usize| observations.get(row).map_or(0.0, |of| of.time);
    let stratum = |row: &usize| strata.get(*row);
    order.sort_by(|a, b| {
        stratum(a)
            .cmp(&stratum(b))
            .then(time(b).total_cmp(&time(a)))
    });
    let sorted = |order: &[usize]| -> Vec<(Observation, DVector<f64>)> {
        let of = order.iter().filter_map(|&row| {
            let of = observations.get(row)?;
            // Two zeros are one time.
            let time = of.time + 0.0;
            Some((Observation { time, ..*of }, design.rows.get(row)?.clone()))
        });
        of.collect()
    };
    let parts = order.chunk_by(|a, b| stratum(a) == stratum(b));
    let parts: Vec<_> = parts.map(|order| (order, sorted(order))).collect();
    let slope = |coefficients: &DVector<f64>| {
        let slopes = parts.iter().map(|(_, sorted)| slope(sorted, coefficients));
        slopes.fold(Slope::flat(width), Slope::with)
    };
    let null = slope(&DVector::zeros(width)).likelihood;
    let found = newton::maximum(DVector::zeros(width), slope)?;
    let spreads = design.spreads();
    let mut moved = vec![vec![0.0; observations.len()]; width];
    let (mut pairs, mut concordant) = (0.0, 0.0);
    for (order, sorted) in &parts {
        influence(sorted, order, &found, spreads, &mut moved);
        let scored = sorted.iter();
        let scored = scored.map(|(of, row)| (*of, row.dot(&found.coefficients)));
        let (more, agree) = concordance(&scored.collect::<Vec<_>>());
        pairs += more;
        concordant += agree;
    }
    let variances = found.covariance.diagonal();
    Ok(Cox {
        coefficients: (found.coefficients.iter().zip(spreads.iter()))
            .map(|(coefficient, spread)| coefficient / spread)
            .collect(),
        errors: (variances.iter().zip(spreads.iter()))
            .map(|(variance, spread)| variance.sqrt() / spread)
            .collect(),
        likelihood: found.likelihood,
        null_likelihood: null,
        // Of no pairs it is not a number.
        concordance: concordant / pairs,
        influence: moved,
    })
}

/// What each individual does to each coefficient: its score residual, times the covariance.
/// Ties are taken after Breslow here: where they are heavy, a refit says up to a quarter more.
fn influence(
    sorted: &[(Observation, DVector<f64>)],
    order: &[usize],
    found: &newton::Maximum,
    spreads: &DVector<f64>,
    influence: &mut [Vec<f64>],
) {
    let width = spreads.len();
    let score = |row: &DVector<f64>| row.dot(&found.coefficients).exp();
    let same =
        |(a, _): &(Observation, _), (b, _): &(Observation, _)| a.time.to_bits() == b.time.to_bits();
    // From the latest: of each time the events, the sum of weights, and the mean.
    let (mut weight, mut first) = (0.0, DVector::zeros(width));
    let mut times = Vec::new();
    for tied in sorted.chunk_by(same) {
        for (_, row) in tied {
            weight += score(row);
            first.axpy(score(row), row, 1.0);
        }
        let events = tied.iter().filter(|(of, _)| of.event).count();
        times.push((count(events) / weight, &first / weight, tied));
    }
    let (mut hazard, mut weighted) = (0.0, DVector::zeros(width));
    let mut place = sorted.len();
    for (rate, mean, tied) in times.into_iter().rev() {
        hazard += rate;
        weighted += &mean * rate;
        place -= tied.len();
        for (at, (observation, row)) in tied.iter().enumerate() {
            let mut residual = (&weighted - row * hazard) * score(row);
            if observation.event {
                residual += row - &mean;
            }
            let by = (&found.covariance * residual).component_div(spreads);
            let whose = order.get(place + at).copied().unwrap_or_default();
            for (of, by) in influence.iter_mut().zip(by.iter()) {
                if let Some(of) = of.get_mut(whose) {
                    *of = *by;
                }
            }
        }
    }
}

/// Sums over a set of individuals: of their weights, and of covariates and their
/// products by weight.
struct Sums {
    weight: f64,
    first: DVector<f64>,
    second: DMatrix<f64>,
}

impl Sums {
    fn none(width: usize) -> Self {
        Self {
            weight: 0.0,
            first: DVector::zeros(width),
            second: DMatrix::zeros(width, width),
        }
    }

    fn add(&mut self, weight: f64, row: &DVector<f64>) {
        self.weight += weight;
        self.first.axpy(weight, row, 1.0);
        self.second.ger(weight, row, row, 1.0);
    }
}

/// The partial likelihood at some coefficients, over observations with the latest first.
fn slope(sorted: &[(Observation, DVector<f64>)], coefficients: &DVector<f64>) -> Slope {
    let width = coefficients.len();
    let mut at_risk = Sums::none(width);
    let mut found = Slope::flat(width);
    for tied in sorted.chunk_by(|(a, _), (b, _)| a.time.to_bits() == b.time.to_bits()) {
        let mut events = Sums::none(width);
        let mut tied_events = 0_u32;
        for (observation, row) in tied {
            let score = row.dot(coefficients);
            let weight = score.exp();
            at_risk.add(weight, row);
            if observation.event {
                events.add(weight, row);
                tied_events += 1;
                found.likelihood += score;
                found.gradient += row;
            }
        }
        for number in 0..tied_events {
            // Each of those who have the event at once has it while a share of them is gone.
            let gone = f64::from(number) / f64::from(tied_events);
            let weight = at_risk.weight - gone * events.weight;
            let mean = (&at_risk.first - &events.first * gone) / weight;
            let second = (&at_risk.second - &events.second * gone) / weight;
            found.likelihood -= weight.ln();
            found.information += second - &mean * mean.transpose();
            found.gradient -= mean;
        }
    }
    found
}

/// Harrell's C of risk scores: how many pairs there are, and how many agree. Pairs of which
/// it is not known who had the event first are left out; equal scores count half.
fn concordance(scored: &[(Observation, f64)]) -> (f64, f64) {
    let mut distinct: Vec<f64> = scored.iter().map(|(_, score)| *score).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    let mut of: Vec<(&Observation, usize)> = (scored.iter())
        .map(|(of, score)| (of, distinct.partition_point(|other| other < score)))
        .collect();
    // The latest first, and of one time those without the event: whoever is among the
    // later ones when an event comes makes a pair with it.
    of.sort_by(|(a, _), (b, _)| b.time.total_cmp(&a.time).then(a.event.cmp(&b.event)));
    let mut later = Ranks::new(distinct.len());
    let (mut pairs, mut concordant) = (0.0_f64, 0.0_f64);
    let same = |(a, _): &(&Observation, usize), (b, _): &(&Observation, usize)| {
        a.time.to_bits() == b.time.to_bits() && a.event == b.event
    };
    for together in of.chunk_by(same) {
        for (_, rank) in together.iter().filter(|(of, _)| of.event) {
            let (below, equal) = (later.below(*rank), later.at(*rank));
            pairs += later.all;
            concordant += below + equal / 2.0;
        }
        for (_, rank) in together {
            later.add(*rank);
        }
    }
    (pairs, concordant)
}

/// How many of a growing number of ranks lie below another: a Fenwick tree.
struct Ranks {
    sums: Vec<f64>,
    all: f64,
}

impl Ranks {
    fn new(ranks: usize) -> Self {
        Self {
            sums: vec![0.0; ranks + 1],
            all: 0.0,
        }
    }

    fn add(&mut self, rank: usize) {
        self.all += 1.0;
        let mut place = rank + 1;
        while let Some(sum) = self.sums.get_mut(place) {
            *sum += 1.0;
            place += place & place.wrapping_neg();
        }
    }

    fn below(&self, rank: usize) -> f64 {
        let (mut place, mut found) = (rank, 0.0);
        while let Some(sum) = self.sums.get(place).filter(|_| place > 0) {
            found += sum;
            place &= place - 1;
        }
        found
    }

    fn at(&self, rank: usize) -> f64 {
        self.below(rank + 1) - self.below(rank)
    }
}
