//! Numbers of features: where they are, and what each individual has of one.

use sekisho_runtime::status::Failure;
use sekisho_tables::{
    Catalogue, Column, ColumnType, Features, Role, Rows, Snapshot, SnapshotError, Table,
};

use sha2::{Digest as _, Sha256};

use crate::{
    analyses::unfit,
    words::{is_column, named},
};

/// The table that says of which tissue a sample is.
const SAMPLES: &str = "samples";

/// Which numbers are meant.
#[derive(Debug)]
pub(super) struct Numbers {
    table: String,
    /// The column; none if the table has but one.
    value: Option<String>,
    tissue: Option<String>,
    /// Whether it is their logarithms.
    pub(super) logarithm: bool,
}

/// Where they are.
pub(super) struct Place<'c> {
    table: &'c Table,
    feature: &'c Column,
    value: &'c Column,
    tissue: Option<&'c str>,
}

impl Numbers {
    /// Reads which are asked for.
    pub(super) fn read(
        field: &str,
        table: String,
        value: String,
        tissue: String,
        logarithm: bool,
    ) -> Result<Self, Failure> {
        let value = Some(value).filter(|value| !value.is_empty());
        let tissue = Some(tissue).filter(|tissue| !tissue.is_empty());
        if !is_column(&table) {
            return Err(Failure::invalid(
                &format!("{field}.table"),
                "no table of features is named",
            )
            .help("name a table with a column of role `feature`"));
        }
        if !value.as_ref().is_none_or(|value| is_column(value)) {
            return Err(
                Failure::invalid(&format!("{field}.value"), "this is no name of a column")
                    .help("name a column of numbers; none if the table has but one"),
            );
        }
        let odd = |tissue: &String| tissue.len() > 256 || tissue.contains(char::is_control);
        if tissue.as_ref().is_some_and(odd) {
            return Err(
                Failure::invalid(&format!("{field}.tissue"), "this is no tissue")
                    .help("name a value of `samples.tissue`"),
            );
        }
        Ok(Self {
            table,
            value,
            tissue,
            logarithm,
        })
    }

    /// Where they are in a dataset.
    pub(super) fn of<'c>(&'c self, catalogue: &'c Catalogue) -> Result<Place<'c>, Failure> {
        let name = &self.table;
        let table = catalogue.table(name);
        let table = table.filter(|table| table.rows == Rows::ManyPerIndividual);
        let table = table
            .ok_or_else(|| unmet(&format!("the dataset offers no table `{name}` of features")))?;
        let is_number = |column: &Column| {
            matches!(column.role, Role::Measure | Role::Technical)
                && matches!(column.r#type, ColumnType::Int | ColumnType::Float)
        };
        let feature = only(table.features())
            .ok_or_else(|| unmet(&format!("table `{name}` has not one column of features")))?;
        let value = match &self.value {
            Some(value) => table.column(value).filter(|column| is_number(column)),
            None => only(table.columns.iter().filter(|column| is_number(column))),
        };
        let value = value.ok_or_else(|| match &self.value {
            Some(value) => unmet(&format!("table `{name}` has no numbers `{value}`")),
            None => unmet(&format!(
                "table `{name}` has not one column of numbers: name one"
            )),
        })?;
        if self.logarithm && !value.bounds.is_some_and(|[lower, _]| lower >= 0.0) {
            let message = format!("`{}` is not bounded from 0 on", value.name);
            return Err(unmet(&format!("{message}, and may have no logarithm")));
        }
        if let Some(tissue) = &self.tissue {
            let samples = catalogue.table(SAMPLES);
            let declared = samples.and_then(|of| of.column("tissue")?.domain.as_ref());
            if table.column("sample_id").is_none() || declared.is_none() {
                return Err(unmet(
                    "the dataset does not say of which tissue samples are",
                ));
            }
            if !declared.is_some_and(|values| values.contains(tissue)) {
                return Err(unmet(&format!(
                    "`samples.tissue` is never {}",
                    named(tissue)
                )));
            }
        }
        Ok(Place {
            table,
            feature,
            value,
            tissue: self.tissue.as_deref(),
        })
    }

    /// The tables that are read.
    pub(super) fn tables(&self) -> impl Iterator<Item = String> {
        let samples = self.tissue.as_ref().map(|_| SAMPLES.to_owned());
        [self.table.clone()].into_iter().chain(samples)
    }
}

impl Place<'_> {
    /// What tells a feature's numbers from all others, but for how they are scaled: noise must
    /// not go away between a number and its logarithm, nor between one person's two numbers.
    pub(super) fn key(&self, feature: &str, numbers: &[(u32, f64)]) -> String {
        let mut digest = Sha256::new();
        for (unit, number) in numbers {
            digest.update(unit.to_le_bytes());
            digest.update(number.to_le_bytes());
        }
        let digest = hex::encode(digest.finalize());
        format!("{}.{}:{feature}:{digest}", self.table.name, self.value.name)
    }

    /// The numbers of a snapshot.
    pub(super) fn open<E: From<SnapshotError>>(
        &self,
        snapshot: &Snapshot,
        goes_on: impl Fn() -> Result<(), E>,
    ) -> Result<Features, E> {
        let columns = (self.feature.name.as_str(), self.value.name.as_str());
        snapshot.features(self.table, columns, self.tissue, goes_on)
    }
}

/// What each of some individuals has of a feature: the mean of their samples.
pub(super) struct Means<'u> {
    units: &'u [u32],
    logarithm: bool,
    sums: Vec<(f64, u32)>,
    means: Vec<Option<f64>>,
}

impl<'u> Means<'u> {
    /// Of individuals in ascending order.
    pub(super) fn of(units: &'u [u32], logarithm: bool) -> Self {
        Self {
            units,
            logarithm,
            sums: vec![(0.0, 0); units.len()],
            means: vec![None; units.len()],
        }
    }

    /// The means of these numbers, in the order of the individuals.
    pub(super) fn per_individual(&mut self, numbers: &[(u32, f64)]) -> &[Option<f64>] {
        self.sums.fill((0.0, 0));
        for (unit, number) in numbers {
            let number = match self.logarithm {
                true => (number + 1.0).log2(),
                false => *number,
            };
            let place = self.units.binary_search(unit);
            if let Some((sum, count)) = place.ok().and_then(|place| self.sums.get_mut(place)) {
                *sum += number;
                *count += 1;
            }
        }
        for (mean, (sum, count)) in self.means.iter_mut().zip(&self.sums) {
            *mean = (*count > 0).then(|| sum / f64::from(*count));
        }
        &self.means
    }
}

fn only<'c>(mut columns: impl Iterator<Item = &'c Column>) -> Option<&'c Column> {
    match (columns.next(), columns.next()) {
        (Some(column), None) => Some(column),
        _ => None,
    }
}

fn unmet(what: &str) -> Failure {
    unfit(what).help("`tables` lists tables with a column of role `feature`, and their numbers")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn of_several_samples_the_mean_counts_and_of_strangers_nothing() {
        let units = [2, 5, 9];
        let numbers = [(5, 1.0), (2, 3.0), (5, 7.0), (4, 100.0)];
        let mut means = Means::of(&units, false);
        assert_eq!(means.per_individual(&numbers), [Some(3.0), Some(4.0), None]);
        let mut logarithms = Means::of(&units, true);
        let of = logarithms.per_individual(&numbers);
        assert_eq!(of, [Some(2.0), Some(2.0), None]);
        assert_eq!(means.per_individual(&[(9, 1.0)]), [None, None, Some(1.0)]);
    }

    /// One number of one person more, as of another tissue, has a noise of its own.
    #[test]
    fn noise_hangs_on_every_number() {
        let table: Table = serde_json::from_value(serde_json::json!({
            "name": "expression", "label": "private", "rows": "many_per_individual",
            "profile": null,
            "columns": [
                { "name": "gene", "type": "text", "role": "feature" },
                { "name": "tpm", "type": "float", "role": "measure" },
            ],
        }))
        .unwrap();
        let [feature, value] = ["gene", "tpm"].map(|name| table.column(name).unwrap());
        let place = Place {
            table: &table,
            feature,
            value,
            tissue: None,
        };
        let one = place.key("TP53", &[(1, 2.0), (2, 3.0)]);
        assert_eq!(one, place.key("TP53", &[(1, 2.0), (2, 3.0)]));
        for other in [
            place.key("TP53", &[(1, 2.0), (2, 3.0), (2, 4.0)]),
            place.key("TP53", &[(1, 2.0), (2, 3.5)]),
            place.key("KRAS", &[(1, 2.0), (2, 3.0)]),
        ] {
            assert_ne!(one, other);
        }
    }
}
