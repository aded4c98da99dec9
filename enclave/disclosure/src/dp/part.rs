//! The numbers of a statistic to which noise is added.

use super::{bounding::Bounds, unprotectable};
use crate::{
    Figure, ProtectError,
    cell::{Measure, Statistic},
    gaussian::Gaussian,
    profile::Profile,
};

/// A number that a statistic is made of, and how much of it is one individual's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    quantity: Quantity,
    /// Δ: what one individual adds to one group at most, up or down.
    change: i128,
}

/// What a part is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// The individuals behind the figure.
    Individuals,
    /// Their rows.
    Rows,
    /// The quanta of what they add to a sum.
    Sum,
}

/// The parts of a statistic: two of a mean, its sum and its individuals.
///
/// # Errors
///
/// When the statistic cannot be bounded.
pub(super) fn parts(statistic: &Statistic, profile: &Profile) -> Result<Vec<Part>, ProtectError> {
    let sum = || -> Result<Part, ProtectError> {
        let bounds = Bounds::of(statistic).ok_or_else(|| {
            unprotectable(
                "a sum or mean needs declared bounds; ask for a column whose manifest has them",
            )
        })?;
        Ok(Part {
            quantity: Quantity::Sum,
            change: bounds.reach(),
        })
    };
    match statistic.measure {
        Measure::Individuals => Ok(vec![Part::of_individuals()]),
        Measure::Count => Ok(vec![Part {
            quantity: Quantity::Rows,
            change: i128::from(profile.dp.rows),
        }]),
        Measure::IntegerSum | Measure::Sum => Ok(vec![sum()?]),
        Measure::IntegerMean | Measure::Mean => Ok(vec![sum()?, Part::of_individuals()]),
        Measure::Variance
        | Measure::VariancePopulation
        | Measure::Deviation
        | Measure::DeviationPopulation => Err(unprotectable(
            "variances and deviations are not offered; ask for counts, sums or means",
        )),
    }
}

impl Part {
    /// A number of individuals.
    pub(super) fn of_individuals() -> Self {
        Self {
            quantity: Quantity::Individuals,
            change: 1,
        }
    }

    /// What the part is a number of.
    pub(super) fn quantity(self) -> Quantity {
        self.quantity
    }

    /// The exact number.
    pub(super) fn of(self, figure: &Figure) -> i128 {
        match self.quantity {
            Quantity::Individuals => i128::from(figure.individuals()),
            Quantity::Rows | Quantity::Sum => figure.totals().integer,
        }
    }

    /// Whether nobody adds more to the figure than the noise is made for.
    pub(super) fn is_bounded(self, figure: &Figure) -> bool {
        let totals = figure.totals();
        let [largest, _] = totals.top;
        #[expect(clippy::cast_precision_loss, reason = "compared as it was summed")]
        let change = self.change as f64;
        match self.quantity {
            Quantity::Individuals => totals.sound,
            Quantity::Rows | Quantity::Sum => {
                totals.sound && totals.fraction == 0.0 && largest <= change
            }
        }
    }

    /// Its noise, over all groups of a table.
    pub(super) fn noise(self, profile: &Profile) -> Gaussian {
        #[expect(
            clippy::cast_precision_loss,
            reason = "the noise is rounded up by more"
        )]
        let change = self.change as f64;
        Gaussian::new(profile.dp.groups, change, profile.dp.rho_statistic)
    }
}
