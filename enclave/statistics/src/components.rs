//! Principal components of genotypes: where individuals lie along what most of them differ by.

use nalgebra::{DMatrix, SymmetricEigen};

use crate::{association::Marker, survival::count};

/// Directions that are followed beyond those that are wanted: the more, the sooner the
/// wanted ones stand still.
const MORE: usize = 8;

/// Times that the directions are turned.
const TURNS: usize = 12;

/// A marker in units of its standard deviation by binomial variance, less its mean.
struct Scaled {
    /// What nobody's, one, two copies and an unknown number count.
    values: [f64; 4],
    /// How many copies each individual has.
    copies: Vec<u8>,
}

/// The individuals' places along the first components, a row for each individual, of unit
/// variance; fewer columns than wanted where markers do not vary that much. By subspace
/// iteration over the markers (Halko, Martinsson and Tropp 2011), from a fixed start: the same
/// markers give the same components, whose signs mean nothing.
#[derive(Default)]
pub struct Components {
    markers: Vec<Scaled>,
    n: usize,
}

impl Components {
    /// Of so many individuals.
    #[must_use]
    pub fn of(n: usize) -> Self {
        Self {
            markers: Vec::new(),
            n,
        }
    }

    /// Adds a marker, which should be common.
    pub fn add(&mut self, marker: Marker<'_>) {
        let mut copies = vec![0_u8; self.n];
        for (places, code) in [(marker.one, 1), (marker.two, 2), (marker.missing, 3)] {
            for place in places {
                if let Some(of) = copies.get_mut(*place as usize) {
                    *of = code;
                }
            }
        }
        let known = count(self.n.saturating_sub(marker.missing.len()));
        let mean = (count(marker.one.len()) + 2.0 * count(marker.two.len())) / known;
        let share = mean / 2.0;
        let deviation = (2.0 * share * (1.0 - share)).sqrt();
        if deviation > 0.0 && deviation.is_finite() {
            let value = |copies: f64| (copies - mean) / deviation;
            self.markers.push(Scaled {
                values: [value(0.0), value(1.0), value(2.0), 0.0],
                copies,
            });
        }
    }

    /// Markers so far.
    #[must_use]
    pub fn markers(&self) -> usize {
        self.markers.len()
    }

    /// The first components.
    #[must_use]
    pub fn first(&self, wanted: usize) -> Vec<Vec<f64>> {
        let width = (wanted + MORE).min(self.n).min(self.markers.len());
        if wanted == 0 || width == 0 {
            return vec![Vec::new(); self.n];
        }
        // Anything that is along no component by chance alone.
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let start = DMatrix::from_fn(self.n, width, |_, _| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            f64::from(u32::try_from(state >> 32).unwrap_or(0)) / f64::from(u32::MAX) - 0.5
        });
        let mut along = start.qr().q();
        for _ in 0..TURNS {
            along = self.turned(&along).qr().q();
        }
        let turned = self.turned(&along);
        let small = along.transpose() * &turned;
        let eigen = SymmetricEigen::new((&small + small.transpose()) / 2.0);
        let mut order: Vec<usize> = (0..width).collect();
        let size = |at: &usize| eigen.eigenvalues.get(*at).copied().unwrap_or(0.0);
        order.sort_by(|a, b| size(b).total_cmp(&size(a)));
        order.truncate(wanted);
        order.retain(|at| size(at) > 1e-9);
        let unit = count(self.n).sqrt();
        let components = order
            .iter()
            .map(|at| &along * eigen.eigenvectors.column(*at) * unit);
        let components: Vec<_> = components.collect();
        let row = |place: usize| {
            components
                .iter()
                .filter_map(move |of| of.get(place).copied())
        };
        (0..self.n).map(|place| row(place).collect()).collect()
    }

    /// Each direction, as all markers together turn it: the relationships of individuals times
    /// it.
    fn turned(&self, along: &DMatrix<f64>) -> DMatrix<f64> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let each = self.markers.len().div_ceil(threads.min(8)).max(1);
        // Individuals' numbers beside each other.
        let flat = along.transpose();
        let of_part = |part: &[Scaled]| {
            let mut sum = DMatrix::zeros(flat.nrows(), flat.ncols());
            for marker in part {
                marker.turn(&flat, &mut sum);
            }
            sum
        };
        let sums = std::thread::scope(|scope| {
            let parts = self.markers.chunks(each);
            let running: Vec<_> = parts
                .map(|part| scope.spawn(move || of_part(part)))
                .collect();
            let ended = running.into_iter().filter_map(|part| part.join().ok());
            ended.reduce(|sum, part| sum + part)
        });
        sums.map_or_else(|| along.clone(), |sum| sum.transpose())
    }
}

impl Scaled {
    fn turn(&self, along: &DMatrix<f64>, sum: &mut DMatrix<f64>) {
        let value = |code: u8| self.values.get(code as usize).copied().unwrap_or(0.0);
        let width = along.nrows();
        let mut share = vec![0.0; width];
        let numbers = along.as_slice().chunks_exact(width);
        for (numbers, code) in numbers.zip(&self.copies) {
            let value = value(*code);
            for (share, number) in share.iter_mut().zip(numbers) {
                *share += value * number;
            }
        }
        let sums = sum.as_mut_slice().chunks_exact_mut(width);
        for (sums, code) in sums.zip(&self.copies) {
            let value = value(*code);
            for (sum, share) in sums.iter_mut().zip(&share) {
                *sum += value * share;
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    /// Two peoples whose markers differ in frequency lie apart along the first component, and
    /// the components are at right angles.
    #[test]
    fn peoples_lie_apart() {
        let n = 300;
        let mut components = Components::of(n);
        let mut state = 5_u64;
        let mut draw = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(11);
            (state >> 33) % 100
        };
        for marker in 0..400_u64 {
            let mut of: [Vec<u32>; 3] = Default::default();
            for person in 0..300_u32 {
                let share = 20
                    + if (marker % 2 == 0) == (person < 150) {
                        25
                    } else {
                        0
                    };
                let copies = usize::from(draw() < share) + usize::from(draw() < share);
                if draw() == 0 {
                    of[2].push(person);
                } else if copies > 0 {
                    of[copies - 1].push(person);
                }
            }
            let [one, two, missing] = &of;
            components.add(Marker { one, two, missing });
        }
        assert_eq!(components.markers(), 400);
        let rows = components.first(2);
        let sign = rows[0][0].signum();
        for (person, row) in rows.iter().enumerate() {
            let side = if person < 150 { sign } else { -sign };
            assert!(row[0] * side > 0.5, "{person}: {row:?}");
        }
        let across: f64 = rows.iter().map(|row| row[0] * row[1]).sum();
        let own: f64 = rows.iter().map(|row| row[0] * row[0]).sum();
        assert!(
            across.abs() < 1e-6 && (own - 300.0).abs() < 1e-6,
            "{across} {own}"
        );
        assert_eq!(rows, components.first(2));
    }

    #[test]
    fn without_markers_there_are_none() {
        let mut components = Components::of(3);
        components.add(Marker::default());
        assert_eq!(components.first(2), vec![Vec::<f64>::new(); 3]);
    }
}
