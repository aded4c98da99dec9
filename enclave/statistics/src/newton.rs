//! The maximum of a concave likelihood, by Newton's method with halved steps.

use nalgebra::{DMatrix, DVector};

use crate::Unfit;

/// Steps after which an estimate is said not to converge.
const MOST_STEPS: usize = 250;

/// Halvings after which no better estimate lies in a step's direction.
const MOST_HALVINGS: u32 = 20;

/// How little coefficients move at the end, in units of their standard errors.
const STILL: f64 = 1e-9;

/// A log-likelihood at some coefficients, its gradient, and its information (minus the
/// matrix of second derivatives).
pub(crate) struct Slope {
    pub(crate) likelihood: f64,
    pub(crate) gradient: DVector<f64>,
    pub(crate) information: DMatrix<f64>,
}

impl Slope {
    /// Of nobody.
    pub(crate) fn flat(width: usize) -> Self {
        Self {
            likelihood: 0.0,
            gradient: DVector::zeros(width),
            information: DMatrix::zeros(width, width),
        }
    }

    /// Of both together.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.likelihood += other.likelihood;
        self.gradient += other.gradient;
        self.information += other.information;
        self
    }
}

/// The coefficients at a maximum.
pub(crate) struct Maximum {
    pub(crate) coefficients: DVector<f64>,
    pub(crate) likelihood: f64,
    /// Their covariance: the inverse of the information.
    pub(crate) covariance: DMatrix<f64>,
}

/// Climbs from `start` to the maximum.
pub(crate) fn maximum(
    start: DVector<f64>,
    slope: impl Fn(&DVector<f64>) -> Slope,
) -> Result<Maximum, Unfit> {
    let mut at = start;
    let mut here = slope(&at);
    for step_number in 0..MOST_STEPS {
        if !here.likelihood.is_finite() {
            return Err(Unfit::Diverges);
        }
        let steep = match step_number {
            0 => Unfit::Singular,
            // What was determined at first flattens where coefficients run away.
            _ => Unfit::Diverges,
        };
        let covariance = inverse(&here.information).ok_or(steep)?;
        let step = &covariance * &here.gradient;
        // The gain that is still to be had, twice: a step's squared length in errors.
        if step.dot(&here.gradient).abs() < STILL * STILL {
            return Ok(Maximum {
                coefficients: at + step,
                likelihood: here.likelihood,
                covariance,
            });
        }
        let better = |halvings: u32| {
            let to = &at + &step / f64::from(1_u32 << halvings);
            let there = slope(&to);
            // As good but for rounding is good enough.
            let slack = 1e-12 * here.likelihood.abs();
            (there.likelihood >= here.likelihood - slack).then_some((to, there))
        };
        let found = (0..MOST_HALVINGS).find_map(better);
        (at, here) = found.ok_or(Unfit::Diverges)?;
    }
    Err(Unfit::Diverges)
}

/// The inverse of a matrix that should be positive definite; none where a direction is as
/// good as undetermined: what is left of a diagonal element when the others are taken out
/// of it is nothing but rounding.
pub(crate) fn inverse(information: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let factor = information.clone().cholesky()?;
    let left = factor.l_dirty().diagonal();
    let determined = |(left, whole): (&f64, &f64)| left * left > 1e-12 * whole;
    let whole = information.diagonal();
    let all = left.iter().zip(whole.iter()).all(determined);
    all.then(|| factor.inverse())
}
