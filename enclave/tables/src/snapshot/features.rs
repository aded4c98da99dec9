//! Numbers of many features of the same people: expression, methylation, metabolites.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, AsArray, DictionaryArray, Float64Array, RecordBatch, StringArray, UInt32Array,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Schema, UInt32Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use roaring::RoaringBitmap;

use super::{Snapshot, SnapshotError, scan};
use crate::{Table, UNIT};

const BATCH_ROWS: usize = 1 << 16;

/// Rows that are held at once where those of a feature are not together: 128 MiB.
const HELD_ROWS: u64 = 8 << 20;

/// Where numbers of features are, and which of them are meant.
#[derive(Clone, Debug)]
pub struct Features {
    path: PathBuf,
    /// The columns with the feature, the number, and, of one tissue alone, the sample.
    feature: String,
    value: String,
    samples: Option<HashSet<String>>,
    rows: HashMap<String, u64>,
    individuals: RoaringBitmap,
    /// Whether the rows of each feature stand together.
    together: bool,
}

/// The columns of a batch.
struct Columns {
    units: UInt32Array,
    features: DictionaryArray<Int32Type>,
    values: Float64Array,
    /// Of each row, whether its sample is meant; none if all are.
    meant: Option<Vec<bool>>,
}

impl Snapshot {
    /// The numbers in `value` of what `feature` names, columns of a table; of samples of one
    /// tissue, if given. `goes_on` is asked again and again while all rows are looked at.
    ///
    /// # Errors
    ///
    /// If there is no such table or column, a file cannot be read, or `goes_on` fails.
    pub fn features<E: From<SnapshotError>>(
        &self,
        table: &Table,
        (feature, value): (&str, &str),
        tissue: Option<&str>,
        goes_on: impl Fn() -> Result<(), E>,
    ) -> Result<Features, E> {
        let samples = tissue.map(|tissue| self.samples_of(tissue)).transpose()?;
        let mut features = Features {
            path: self.table_path(&table.name),
            feature: feature.to_owned(),
            value: value.to_owned(),
            samples,
            rows: HashMap::new(),
            individuals: RoaringBitmap::new(),
            together: true,
        };
        features.survey(goes_on)?;
        Ok(features)
    }

    fn samples_of(&self, tissue: &str) -> Result<HashSet<String>, SnapshotError> {
        let path = self.table_path("samples");
        let mut samples = HashSet::new();
        for batch in scan::all_rows(&path, &["sample_id", "tissue"])? {
            let batch = batch?;
            let column = |name| batch.column_by_name(name)?.as_string_opt::<i32>();
            let (Some(ids), Some(tissues)) = (column("sample_id"), column("tissue")) else {
                return Err(damaged(&path));
            };
            let of = ids.iter().zip(tissues);
            let of = of.filter(|(_, of)| *of == Some(tissue));
            samples.extend(of.filter_map(|(id, _)| id.map(str::to_owned)));
        }
        Ok(samples)
    }
}

impl Features {
    /// Who has a number of any.
    pub fn individuals(&self) -> &RoaringBitmap {
        &self.individuals
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Gives each feature with the individuals of a cohort and their numbers, one for each
    /// row; of features in `wanted` alone, if given. `goes_on` is asked again and again.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or `goes_on` or `with` fails.
    pub fn each<E: From<SnapshotError>>(
        &self,
        cohort: &RoaringBitmap,
        wanted: Option<&HashSet<String>>,
        goes_on: impl Fn() -> Result<(), E>,
        mut with: impl FnMut(&str, &[(u32, f64)]) -> Result<(), E>,
    ) -> Result<(), E> {
        let is_wanted = |name: &str| wanted.is_none_or(|wanted| wanted.contains(name));
        if self.together {
            let mut last: Option<(String, Vec<(u32, f64)>)> = None;
            self.read(cohort, is_wanted, &goes_on, &mut |name, of| {
                if last.as_ref().is_none_or(|(last, _)| last != name)
                    && let Some((done, values)) = last.replace((name.to_owned(), Vec::new()))
                {
                    with(&done, &values)?;
                }
                if let Some((_, values)) = &mut last {
                    values.push(of);
                }
                Ok::<_, E>(())
            })?;
            return last.map_or(Ok(()), |(name, values)| with(&name, &values));
        }
        for group in self.groups(is_wanted) {
            let mut held: HashMap<&str, Vec<(u32, f64)>> = HashMap::new();
            for name in &group {
                held.insert(name, Vec::new());
            }
            let of_group = |name: &str| group.contains(name);
            self.read(cohort, of_group, &goes_on, &mut |name, of| {
                if let Some(values) = held.get_mut(name) {
                    values.push(of);
                }
                Ok::<_, E>(())
            })?;
            let mut names: Vec<&str> = group.into_iter().collect();
            names.sort_unstable();
            for name in names {
                let values = held.remove(name).unwrap_or_default();
                if !values.is_empty() {
                    with(name, &values)?;
                }
            }
        }
        Ok(())
    }

    /// Features whose rows can be held at once.
    fn groups(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<HashSet<&str>> {
        let mut names: Vec<(&str, u64)> = (self.rows.iter())
            .map(|(name, rows)| (name.as_str(), *rows))
            .filter(|(name, _)| is_wanted(name))
            .collect();
        names.sort_unstable();
        let mut groups: Vec<HashSet<&str>> = Vec::new();
        let mut held = u64::MAX;
        for (name, rows) in names {
            held = held.saturating_add(rows);
            if held > HELD_ROWS {
                groups.push(HashSet::new());
                held = rows;
            }
            if let Some(group) = groups.last_mut() {
                group.insert(name);
            }
        }
        groups
    }

    /// Finds out which features there are, who has them, and how they are ordered.
    fn survey<E: From<SnapshotError>>(
        &mut self,
        goes_on: impl Fn() -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut rows, mut individuals) = (HashMap::new(), RoaringBitmap::new());
        let (mut last, mut together) = (String::new(), true);
        for columns in self.columns()? {
            goes_on()?;
            let columns = columns?;
            let names = columns.features.downcast_dict::<StringArray>();
            let Some(names) = names else {
                return Err(damaged(&self.path).into());
            };
            for (at, (name, unit)) in names.into_iter().zip(&columns.units).enumerate() {
                let (Some(name), Some(unit)) = (name, unit) else {
                    return Err(damaged(&self.path).into());
                };
                if last != name {
                    name.clone_into(&mut last);
                    together &= !rows.contains_key(name);
                }
                match rows.get_mut(name) {
                    Some(rows) => *rows += 1,
                    None => {
                        rows.insert(name.to_owned(), 1_u64);
                    }
                }
                if columns.is_meant(at) {
                    individuals.insert(unit);
                }
            }
        }
        self.rows = rows;
        self.individuals = individuals;
        self.together = together;
        Ok(())
    }

    /// Gives each number of a cohort's individuals and of features that are wanted.
    fn read<E: From<SnapshotError>>(
        &self,
        cohort: &RoaringBitmap,
        is_wanted: impl Fn(&str) -> bool,
        goes_on: &impl Fn() -> Result<(), E>,
        with: &mut impl FnMut(&str, (u32, f64)) -> Result<(), E>,
    ) -> Result<(), E> {
        for columns in self.columns()? {
            goes_on()?;
            let columns = columns?;
            let words = columns.features.values().as_string_opt::<i32>();
            let words = words.ok_or_else(|| damaged(&self.path))?;
            let wanted: Vec<bool> = words
                .iter()
                .map(|word| word.is_some_and(&is_wanted))
                .collect();
            let keys = columns.features.keys().values();
            for (at, (key, unit)) in keys.iter().zip(columns.units.values()).enumerate() {
                let key = usize::try_from(*key).unwrap_or(usize::MAX);
                if wanted.get(key) == Some(&true) && columns.is_meant(at) && cohort.contains(*unit)
                {
                    with(words.value(key), (*unit, columns.values.value(at)))?;
                }
            }
        }
        Ok(())
    }

    fn columns(
        &self,
    ) -> Result<impl Iterator<Item = Result<Columns, SnapshotError>> + use<'_>, SnapshotError> {
        let reader = self.reader()?;
        Ok(reader.map(|batch| {
            let batch = batch.map_err(SnapshotError::damaged(&self.path))?;
            self.taken_apart(&batch).ok_or_else(|| damaged(&self.path))
        }))
    }

    /// Reads texts as they are stored: a word once, and numbers of words.
    fn reader(&self) -> Result<ParquetRecordBatchReader, SnapshotError> {
        let path = &self.path;
        let file = File::open(path).map_err(SnapshotError::io(path))?;
        let damaged = SnapshotError::damaged::<parquet::errors::ParquetError>;
        let options = ArrowReaderOptions::new();
        let stored = ArrowReaderMetadata::load(&file, options.clone()).map_err(damaged(path))?;
        let word = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let fields = stored.schema().fields().iter();
        let fields = fields.map(|field| match field.data_type() {
            DataType::Utf8 => Field::new(field.name(), word.clone(), field.is_nullable()),
            _ => field.as_ref().clone(),
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = options.with_schema(schema);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
            .map_err(damaged(path))?;
        let sample = self.samples.is_some().then_some("sample_id");
        let names = [UNIT, &self.feature, &self.value];
        let names = names.into_iter().chain(sample);
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        let builder = builder.with_projection(mask).with_batch_size(BATCH_ROWS);
        builder.build().map_err(damaged(path))
    }

    fn taken_apart(&self, batch: &RecordBatch) -> Option<Columns> {
        let column = |name: &str| batch.column_by_name(name);
        let meant = match &self.samples {
            None => None,
            Some(samples) => {
                let of = column("sample_id")?.as_dictionary_opt::<Int32Type>()?;
                let words = of.values().as_string_opt::<i32>()?;
                let of_word = words
                    .iter()
                    .map(|of| of.is_some_and(|of| samples.contains(of)));
                let of_word: Vec<bool> = of_word.collect();
                let of_row = of.keys().iter().map(|key| {
                    let key = key.and_then(|key| usize::try_from(key).ok());
                    key.and_then(|key| of_word.get(key)) == Some(&true)
                });
                Some(of_row.collect())
            }
        };
        let values = cast(column(&self.value)?, &DataType::Float64).ok()?;
        Some(Columns {
            units: column(UNIT)?.as_primitive_opt::<UInt32Type>()?.clone(),
            features: column(&self.feature)?
                .as_dictionary_opt::<Int32Type>()?
                .clone(),
            values: values.as_primitive_opt::<Float64Type>()?.clone(),
            meant,
        })
    }
}

fn damaged(path: &Path) -> SnapshotError {
    SnapshotError::damaged(path)("its columns are not the catalogue's")
}

impl Columns {
    /// Whether a row has a number, of a sample that is meant.
    fn is_meant(&self, row: usize) -> bool {
        let of = self.meant.as_ref();
        self.values.is_valid(row) && of.is_none_or(|of| of.get(row) == Some(&true))
    }
}
