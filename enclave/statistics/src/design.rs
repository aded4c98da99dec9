//! Covariates as the columns of a model.

use nalgebra::DVector;

use crate::{Unfit, survival::count};

/// Covariates less their means, in units of their standard deviations: neither steps nor
/// rounding hang on what they are measured in.
pub(crate) struct Design {
    pub(crate) rows: Vec<DVector<f64>>,
    means: DVector<f64>,
    spreads: DVector<f64>,
}

impl Design {
    /// Of a row for each individual, all of one length.
    pub(crate) fn new(rows: &[Vec<f64>], width: usize) -> Result<Self, Unfit> {
        if width == 0 || rows.iter().any(|row| row.len() != width) {
            return Err(Unfit::TooLittle);
        }
        let n = count(rows.len());
        let whole: Vec<DVector<f64>> = (rows.iter())
            .map(|row| DVector::from_row_slice(row))
            .collect();
        let total = (whole.iter()).fold(DVector::zeros(width), |sum, row| sum + row);
        let means = total / n;
        let squares = whole.iter().fold(DVector::zeros(width), |sum, row| {
            sum + (row - &means).map(|off| off * off)
        });
        let spreads = squares.map(|square: f64| (square / n).sqrt());
        let varies = |spread: &f64| spread.is_finite() && *spread > 0.0;
        if !spreads.iter().all(varies) {
            return Err(Unfit::Singular);
        }
        let rows = (whole.iter())
            .map(|row| (row - &means).component_div(&spreads))
            .collect();
        Ok(Self {
            rows,
            means,
            spreads,
        })
    }

    /// The rows with a 1 before each.
    pub(crate) fn with_intercept(&self) -> Vec<DVector<f64>> {
        let longer = |row: &DVector<f64>| row.clone().insert_row(0, 1.0);
        self.rows.iter().map(longer).collect()
    }

    /// What turns coefficients of these rows into those of the covariates as they were.
    pub(crate) fn spreads(&self) -> &DVector<f64> {
        &self.spreads
    }

    pub(crate) fn means(&self) -> &DVector<f64> {
        &self.means
    }
}
