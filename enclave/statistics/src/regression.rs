//! Linear and logistic regression.

use nalgebra::{DMatrix, DVector, DVectorView};

use crate::{
    Unfit,
    design::Design,
    newton::{self, Slope},
    survival::count,
};

/// A fitted model. Of both vectors the first is the intercept's, the others are the
/// covariates' in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    /// Coefficients.
    pub coefficients: Vec<f64>,
    /// Their standard errors.
    pub errors: Vec<f64>,
    /// How well the model fits.
    pub fit: Fit,
    /// Of each coefficient: by how much each individual moves it, to first order.
    pub influence: Vec<Vec<f64>>,
    /// Of each individual: how much of its own fitted value it decides, from 0 to 1.
    pub leverage: Vec<f64>,
}

/// How well a model fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fit {
    /// A linear one.
    Linear {
        /// The share of variance that covariates explain, R².
        explained: f64,
        /// The standard deviation of residuals.
        residual: f64,
    },
    /// A logistic one.
    Logistic {
        /// The logarithm of its likelihood.
        likelihood: f64,
        /// Of the model with an intercept alone.
        null_likelihood: f64,
    },
}

/// Fits a linear model by least squares.
///
/// # Errors
///
/// [`Unfit`] without residual degrees of freedom, or when covariates say the same.
pub fn linear(outcome: &[f64], covariates: &[Vec<f64>]) -> Result<Regression, Unfit> {
    let (design, rows) = design(outcome.len(), covariates)?;
    let width = rows.first().map_or(0, |row| row.len());
    let degrees = outcome.len().checked_sub(width).filter(|&left| left > 0);
    let degrees = count(degrees.ok_or(Unfit::TooLittle)?);
    let mean = outcome.iter().sum::<f64>() / count(outcome.len());
    let mut moments = DVector::zeros(width);
    for (row, value) in rows.iter().zip(outcome) {
        moments.axpy(value - mean, row, 1.0);
    }
    let covariance = newton::inverse(&products(&rows)).ok_or(Unfit::Singular)?;
    let mut coefficients = &covariance * moments;
    let squares = |of: &mut dyn Iterator<Item = f64>| of.map(|off| off * off).sum::<f64>();
    let left =
        squares(&mut (rows.iter().zip(outcome)).map(|(row, y)| y - mean - row.dot(&coefficients)));
    let whole = squares(&mut outcome.iter().map(|y| y - mean));
    if whole <= 0.0 {
        return Err(Unfit::Singular);
    }
    if let Some(intercept) = coefficients.get_mut(0) {
        *intercept += mean;
    }
    let variance = left / degrees;
    let residuals = rows.iter().zip(outcome);
    let residuals = residuals.map(|(row, y)| y - row.dot(&coefficients));
    let moved = Moved::new(&design, &rows, &covariance, residuals.map(|of| (of, 1.0)));
    let (coefficients, errors) = as_given(&design, &coefficients, &(covariance * variance));
    Ok(Regression {
        coefficients,
        errors,
        influence: moved.influence,
        leverage: moved.leverage,
        fit: Fit::Linear {
            explained: 1.0 - left / whole,
            residual: variance.sqrt(),
        },
    })
}

/// Fits a logistic model by maximum likelihood.
///
/// # Errors
///
/// [`Unfit`] when everybody has the outcome or nobody, when covariates say the same, or
/// when they tell the outcome.
pub fn logistic(outcome: &[bool], covariates: &[Vec<f64>]) -> Result<Regression, Unfit> {
    fitted(outcome, covariates, slope)
}

/// Fits a logistic model by a likelihood with Jeffreys' prior (Firth 1993; Heinze and
/// Schemper 2002): it has a maximum where covariates tell the outcome, too.
///
/// # Errors
///
/// [`Unfit`] when everybody has the outcome or nobody, or when covariates say the same.
pub fn firth(outcome: &[bool], covariates: &[Vec<f64>]) -> Result<Regression, Unfit> {
    fitted(outcome, covariates, penalised_slope)
}

/// A logistic model at the maximum of what `slope` climbs.
fn fitted(
    outcome: &[bool],
    covariates: &[Vec<f64>],
    slope: impl Fn(&[bool], &[DVector<f64>], &DVector<f64>) -> Slope,
) -> Result<Regression, Unfit> {
    let (design, rows) = design(outcome.len(), covariates)?;
    let [cases, others] = sides(outcome)?;
    let start = start(outcome, &rows)?;
    let found = newton::maximum(start, |at| slope(outcome, &rows, at))?;
    let n = cases + others;
    let residuals = rows.iter().zip(outcome).map(|(row, &is_case)| {
        let share = logistic_share(row.dot(&found.coefficients));
        let of_case = f64::from(u8::from(is_case));
        (of_case - share, share * (1.0 - share))
    });
    let moved = Moved::new(&design, &rows, &found.covariance, residuals);
    let (coefficients, errors) = as_given(&design, &found.coefficients, &found.covariance);
    Ok(Regression {
        coefficients,
        errors,
        influence: moved.influence,
        leverage: moved.leverage,
        fit: Fit::Logistic {
            likelihood: found.likelihood,
            null_likelihood: cases * (cases / n).ln() + others * (others / n).ln(),
        },
    })
}

/// How many have the outcome, and how many have not.
fn sides(outcome: &[bool]) -> Result<[f64; 2], Unfit> {
    let cases = count(outcome.iter().filter(|&&of| of).count());
    let others = count(outcome.len()) - cases;
    match cases > 0.0 && others > 0.0 {
        true => Ok([cases, others]),
        false => Err(Unfit::TooLittle),
    }
}

/// The model with an intercept alone.
fn start(outcome: &[bool], rows: &[DVector<f64>]) -> Result<DVector<f64>, Unfit> {
    let [cases, others] = sides(outcome)?;
    let mut start = DVector::zeros(rows.first().map_or(0, |row| row.len()));
    if let Some(intercept) = start.get_mut(0) {
        *intercept = (cases / others).ln();
    }
    Ok(start)
}

/// The likelihood of a logistic model.
fn slope(outcome: &[bool], rows: &[DVector<f64>], coefficients: &DVector<f64>) -> Slope {
    let width = coefficients.len();
    let mut found = Slope {
        likelihood: 0.0,
        gradient: DVector::zeros(width),
        information: DMatrix::zeros(width, width),
    };
    for (row, &is_case) in rows.iter().zip(outcome) {
        let score = row.dot(coefficients);
        let odds = (-score.abs()).exp();
        let share = logistic_share(score);
        let of_case = f64::from(u8::from(is_case));
        found.likelihood += of_case * score - score.max(0.0) - odds.ln_1p();
        found.gradient.axpy(of_case - share, row, 1.0);
        found.information.ger(share * (1.0 - share), row, row, 1.0);
    }
    found
}

/// The same with half the logarithm of its information's determinant.
fn penalised_slope(outcome: &[bool], rows: &[DVector<f64>], at: &DVector<f64>) -> Slope {
    let mut found = slope(outcome, rows, at);
    let Some(factor) = found.information.clone().cholesky() else {
        found.likelihood = f64::NAN;
        return found;
    };
    found.likelihood += factor.l_dirty().diagonal().map(f64::ln).sum();
    for row in rows {
        let share = logistic_share(row.dot(at));
        let leverage = share * (1.0 - share) * row.dot(&factor.solve(row));
        found.gradient.axpy(leverage * (0.5 - share), row, 1.0);
    }
    found
}

/// Rows with a 1 before each, of covariates less their means; of no covariates, 1 alone.
pub(crate) fn rows(n: usize, covariates: &[Vec<f64>]) -> Result<Vec<DVector<f64>>, Unfit> {
    if covariates.len() == n && covariates.iter().all(Vec::is_empty) {
        return Ok(vec![DVector::from_element(1, 1.0); n]);
    }
    Ok(design(n, covariates)?.1)
}

/// What a logistic model of these rows expects of each individual.
pub(crate) fn shares(outcome: &[bool], rows: &[DVector<f64>]) -> Result<Vec<f64>, Unfit> {
    let start = start(outcome, rows)?;
    let found = newton::maximum(start, |at| slope(outcome, rows, at))?;
    let share = |row: &DVector<f64>| logistic_share(row.dot(&found.coefficients));
    Ok(rows.iter().map(share).collect())
}

/// 1 / (1 + e^−score), without overflow.
fn logistic_share(score: f64) -> f64 {
    let nearer = 1.0 / (1.0 + (-score.abs()).exp());
    if score >= 0.0 { nearer } else { 1.0 - nearer }
}

/// What each individual does to a fit.
struct Moved {
    influence: Vec<Vec<f64>>,
    leverage: Vec<f64>,
}

impl Moved {
    /// From the inverse of the information, and of each row its residual and weight.
    fn new(
        design: &Design,
        rows: &[DVector<f64>],
        inverse: &DMatrix<f64>,
        residuals: impl Iterator<Item = (f64, f64)>,
    ) -> Self {
        let back = back(design, inverse.nrows());
        let mut moved = Self {
            influence: vec![Vec::with_capacity(rows.len()); inverse.nrows()],
            leverage: Vec::with_capacity(rows.len()),
        };
        for (row, (residual, weight)) in rows.iter().zip(residuals) {
            let direction = inverse * row;
            moved.leverage.push(weight * row.dot(&direction));
            let by = &back * direction * residual;
            for (influence, by) in moved.influence.iter_mut().zip(by.iter()) {
                influence.push(*by);
            }
        }
        moved
    }
}

/// How much each individual decides of a fitted value, whatever the outcome: by its
/// covariates alone.
///
/// # Errors
///
/// [`Unfit`] when covariates say the same.
pub fn leverage(covariates: &[Vec<f64>]) -> Result<Vec<f64>, Unfit> {
    let (_, rows) = design(covariates.len(), covariates)?;
    let inverse = newton::inverse(&products(&rows)).ok_or(Unfit::Singular)?;
    Ok(rows.iter().map(|row| row.dot(&(&inverse * row))).collect())
}

/// What of each covariate the others and an intercept do not say: its residuals when it is
/// regressed on them. A coefficient is determined by nothing else.
///
/// # Errors
///
/// [`Unfit`] when covariates say the same.
pub fn own_parts(covariates: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, Unfit> {
    let (_, rows) = design(covariates.len(), covariates)?;
    let inverse = newton::inverse(&products(&rows)).ok_or(Unfit::Singular)?;
    let variances = inverse.diagonal();
    // The first is the intercept's.
    let directions = inverse.column_iter().zip(variances.iter()).skip(1);
    let part = |(column, variance): (DVectorView<'_, f64>, &f64)| {
        let direction = column / *variance;
        rows.iter().map(|row| row.dot(&direction)).collect()
    };
    Ok(directions.map(part).collect())
}

/// The sum of each row's products with itself.
fn products(rows: &[DVector<f64>]) -> DMatrix<f64> {
    let width = rows.first().map_or(0, |row| row.len());
    let mut products = DMatrix::zeros(width, width);
    for row in rows {
        products.ger(1.0, row, row, 1.0);
    }
    products
}

fn design(n: usize, covariates: &[Vec<f64>]) -> Result<(Design, Vec<DVector<f64>>), Unfit> {
    if covariates.len() != n {
        return Err(Unfit::TooLittle);
    }
    let design = Design::new(covariates, covariates.first().map_or(0, Vec::len))?;
    let rows = design.with_intercept();
    Ok((design, rows))
}

/// Coefficients and errors of the covariates as they were given.
fn as_given(
    design: &Design,
    coefficients: &DVector<f64>,
    covariance: &DMatrix<f64>,
) -> (Vec<f64>, Vec<f64>) {
    let back = back(design, coefficients.len());
    let errors = (&back * covariance * back.transpose()).diagonal();
    (
        (&back * coefficients).iter().copied().collect(),
        errors.iter().map(|variance| variance.sqrt()).collect(),
    )
}

/// Row by row what a coefficient of the covariates as they were given is made of: the
/// intercept loses what the means took.
fn back(design: &Design, width: usize) -> DMatrix<f64> {
    DMatrix::from_fn(width, width, |row, column| {
        let of = column.checked_sub(1);
        let spread = of.and_then(|of| design.spreads().get(of));
        let mean = of.and_then(|of| design.means().get(of));
        match (row, spread, mean) {
            (row, Some(spread), _) if row == column => 1.0 / spread,
            (0, Some(spread), Some(mean)) => -mean / spread,
            (0, None, _) => 1.0,
            _ => 0.0,
        }
    })
}
