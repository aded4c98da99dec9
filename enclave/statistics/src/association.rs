//! Many markers, each tested beside the same covariates.
//!
//! What the covariates say is taken out once. A marker then costs a few sums over those
//! who carry it: of a linear model they give its coefficient's t statistic exactly (Frisch,
//! Waugh and Lovell), of a logistic one the score statistic. An unknown genotype counts
//! as the mean of the known ones.

mod spread;

use nalgebra::{DMatrix, DVector};

pub use spread::Spread;

use crate::{Unfit, newton, regression, survival::count};

/// Numbers that are added at once.
const LANES: usize = 4;

/// A marker of which less than this is its own, of what it varies by, is determined by the
/// covariates.
const LEAST_OWN: f64 = 1e-8;

/// What covariates alone say of an outcome.
#[derive(Clone, Debug)]
pub struct Null {
    n: usize,
    /// Of each individual, in lanes: its residual, its weight, and what it has of each of the
    /// directions that the covariates span, times its weight.
    rows: Vec<[f64; LANES]>,
    /// Lanes' groups of an individual.
    stride: usize,
    /// Of a linear model, the sum of its squared residuals and its degrees of freedom less one.
    linear: Option<(f64, f64)>,
}

/// Who has a marker: places of individuals, those with one copy, two, and an unknown number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marker<'a> {
    /// With one copy.
    pub one: &'a [u32],
    /// With two.
    pub two: &'a [u32],
    /// With an unknown number.
    pub missing: &'a [u32],
}

impl Marker<'_> {
    /// The copies of each of `n` individuals.
    #[must_use]
    pub fn copies(&self, n: usize) -> Vec<f64> {
        let mean = self.mean(n);
        let mut copies = vec![0.0; n];
        let of = [(self.one, 1.0), (self.two, 2.0), (self.missing, mean)];
        for (places, value) in of {
            for place in places {
                if let Some(copies) = copies.get_mut(*place as usize) {
                    *copies = value;
                }
            }
        }
        copies
    }

    fn mean(&self, n: usize) -> f64 {
        let known = n.saturating_sub(self.missing.len()).max(1);
        (count(self.one.len()) + 2.0 * count(self.two.len())) / count(known)
    }
}

impl Null {
    /// A linear model; a row of covariates for each individual, which may be empty.
    ///
    /// # Errors
    ///
    /// [`Unfit`] without degrees of freedom, or when covariates say the same.
    pub fn linear(outcome: &[f64], covariates: &[Vec<f64>]) -> Result<Self, Unfit> {
        let rows = regression::rows(outcome.len(), covariates)?;
        let width = rows.first().map_or(0, |row| row.len());
        let degrees = outcome
            .len()
            .checked_sub(width + 1)
            .filter(|&left| left > 0);
        let degrees = count(degrees.ok_or(Unfit::TooLittle)?);
        let weights = vec![1.0; rows.len()];
        let directions = directions(&rows, &weights)?;
        // Twice, so that what rounding left of the covariates is taken out, too.
        let mut residuals: Vec<f64> = outcome.to_vec();
        for _ in 0..2 {
            let mut said = DVector::zeros(width);
            for (direction, residual) in directions.iter().zip(&residuals) {
                said.axpy(*residual, direction, 1.0);
            }
            for (direction, residual) in directions.iter().zip(&mut residuals) {
                *residual -= said.dot(direction);
            }
        }
        let left = residuals.iter().map(|of| of * of).sum::<f64>();
        if left <= 0.0 {
            return Err(Unfit::Singular);
        }
        Ok(Self::new(
            &residuals,
            &weights,
            &directions,
            Some((left, degrees)),
        ))
    }

    /// A logistic model.
    ///
    /// # Errors
    ///
    /// [`Unfit`] when everybody has the outcome or nobody, when covariates say the same, or
    /// when they tell the outcome.
    pub fn logistic(outcome: &[bool], covariates: &[Vec<f64>]) -> Result<Self, Unfit> {
        let rows = regression::rows(outcome.len(), covariates)?;
        let shares = regression::shares(outcome, &rows)?;
        let weights: Vec<f64> = shares.iter().map(|share| share * (1.0 - share)).collect();
        let residuals: Vec<f64> = (outcome.iter().zip(&shares))
            .map(|(&is_case, share)| f64::from(u8::from(is_case)) - share)
            .collect();
        let directions = directions(&rows, &weights)?;
        Ok(Self::new(&residuals, &weights, &directions, None))
    }

    fn new(
        residuals: &[f64],
        weights: &[f64],
        directions: &[DVector<f64>],
        linear: Option<(f64, f64)>,
    ) -> Self {
        let width = directions.first().map_or(0, |row| row.len());
        let stride = (width + 2).div_ceil(LANES);
        let mut rows = Vec::with_capacity(residuals.len() * stride);
        for ((residual, weight), direction) in residuals.iter().zip(weights).zip(directions) {
            let mut numbers = [*residual, *weight].into_iter();
            let mut rest = direction.iter().map(|of| of * weight);
            for _ in 0..stride {
                let mut lanes = [0.0; LANES];
                for lane in &mut lanes {
                    *lane = numbers.next().or_else(|| rest.next()).unwrap_or(0.0);
                }
                rows.push(lanes);
            }
        }
        Self {
            n: residuals.len(),
            rows,
            stride,
            linear,
        }
    }

    /// Individuals.
    #[must_use]
    pub fn individuals(&self) -> usize {
        self.n
    }

    /// A marker's statistic, about a standard normal deviate where it has nothing to do with
    /// the outcome; none where the covariates say all of it, or everybody has the same.
    #[must_use]
    pub fn statistic(&self, marker: Marker<'_>) -> Option<f64> {
        match self.stride {
            1 => self.statistic_of::<1>(marker),
            2 => self.statistic_of::<2>(marker),
            3 => self.statistic_of::<3>(marker),
            4 => self.statistic_of::<4>(marker),
            5..=8 => self.statistic_of::<8>(marker),
            _ => self.statistic_of::<16>(marker),
        }
    }

    fn statistic_of<const WIDE: usize>(&self, marker: Marker<'_>) -> Option<f64> {
        let mean = marker.mean(self.n);
        let one = self.sums::<WIDE>(marker.one);
        let two = self.sums::<WIDE>(marker.two);
        let unknown = self.sums::<WIDE>(marker.missing);
        let (mut score, mut squares, mut said) = (0.0, 0.0, 0.0);
        let lanes = one.iter().zip(&two).zip(&unknown);
        let lanes = lanes.flat_map(|((one, two), unknown)| one.iter().zip(two).zip(unknown));
        for (at, ((one, two), unknown)) in lanes.enumerate() {
            let sum = one + 2.0 * two + mean * unknown;
            match at {
                0 => score = sum,
                1 => squares = one + 4.0 * two + mean * mean * unknown,
                _ => said += sum * sum,
            }
        }
        self.of_sums(score, squares, said)
    }

    /// The statistic of numbers, one for each individual, as that of a marker. Of a linear
    /// model it is also the one of a model that explains these numbers by the outcome.
    #[must_use]
    pub fn statistic_of_numbers(&self, numbers: &[f64]) -> Option<f64> {
        // Of large numbers that differ little the difference would be lost.
        let mean = numbers.iter().sum::<f64>() / count(numbers.len().max(1));
        let mut squares = 0.0;
        let mut said = vec![0.0; self.stride * LANES];
        for (number, row) in numbers.iter().zip(self.rows.chunks(self.stride)) {
            let number = number - mean;
            for (said, lane) in said.iter_mut().zip(row.iter().flatten()) {
                *said += number * lane;
            }
            let weight = row.first().map_or(0.0, |[_, weight, ..]| *weight);
            squares += number * number * weight;
        }
        let [score, _, of_directions @ ..] = said.as_slice() else {
            return None;
        };
        let said = of_directions.iter().map(|of| of * of).sum();
        self.of_sums(*score, squares, said)
    }

    fn of_sums(&self, score: f64, squares: f64, said: f64) -> Option<f64> {
        let own = squares - said;
        if own <= LEAST_OWN * squares {
            return None;
        }
        let explained = score * score / own;
        let of = match self.linear {
            None => explained,
            Some((left, degrees)) => explained * degrees / (left - explained).max(0.0),
        };
        Some(of.sqrt().copysign(score)).filter(|of| of.is_finite())
    }

    /// The sum of some individuals' numbers.
    fn sums<const WIDE: usize>(&self, places: &[u32]) -> [[f64; LANES]; WIDE] {
        let mut sums = [[0.0; LANES]; WIDE];
        for place in places {
            let start = *place as usize * self.stride;
            let row = self
                .rows
                .get(start..start + self.stride)
                .unwrap_or_default();
            for (sums, lanes) in sums.iter_mut().zip(row) {
                for (sum, lane) in sums.iter_mut().zip(lanes) {
                    *sum += lane;
                }
            }
        }
        sums
    }
}

/// What each individual has of directions that span the rows: of their products, weighted,
/// the sum is the identity.
fn directions(rows: &[DVector<f64>], weights: &[f64]) -> Result<Vec<DVector<f64>>, Unfit> {
    let width = rows.first().map_or(0, |row| row.len());
    let mut products = DMatrix::zeros(width, width);
    for (row, weight) in rows.iter().zip(weights) {
        products.ger(*weight, row, row, 1.0);
    }
    // Told apart as a fit would tell them.
    newton::inverse(&products).ok_or(Unfit::Singular)?;
    let lower = products.cholesky().ok_or(Unfit::Singular)?.unpack();
    let solved = rows.iter().map(|row| lower.solve_lower_triangular(row));
    solved.collect::<Option<Vec<_>>>().ok_or(Unfit::Singular)
}
