//! The tables that the manifest declares: clinical, samples, quality control.

mod cell;
mod column;
mod delimited;
mod given;
mod matrix;
mod merged;
mod parquet;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt32Builder};
use arrow::datatypes::SchemaRef;
use roaring::RoaringBitmap;
use sha2::{Digest, Sha256};

use crate::ingest::Warnings;
use crate::inputs::{Input, Inputs};
use crate::manifest::{DeclaredTable, Manifest};
use crate::parquet_file::ParquetFile;
use crate::quality::Computed;
use crate::registry::Registry;
use crate::{IngestError, InputError, Place, Progress, Role, Rows, schema};

use column::ColumnBuilder;

/// Rows that are gathered before they are written.
const BATCH_ROWS: usize = 8192;

/// What the declared tables hold.
#[derive(Default)]
pub(crate) struct Declared {
    /// Rows of each table.
    pub(crate) rows: BTreeMap<String, u64>,
    /// Whose each sample is.
    pub(crate) samples: HashMap<String, Owner>,
    /// Who has a row in `individuals`.
    individuals: RoaringBitmap,
}

/// An individual.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) individual: String,
    pub(crate) unit: u32,
}

/// Where declared tables come from, and where they go.
pub(crate) struct Declarations<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) inputs: &'a Inputs,
    pub(crate) directory: &'a Path,
    pub(crate) warnings: &'a Warnings,
    pub(crate) progress: &'a dyn Progress,
}

/// Rows of an input file, cell by cell, in the order of the declared columns.
trait RowSource {
    /// Reads the next row's cells as text.
    fn read(&mut self, cells: &mut Vec<String>) -> Result<Option<Place>, InputError>;

    /// What the file calls the field that holds a column of the row, where that is no column of
    /// its own.
    fn field(&self, _column: usize) -> Option<&str> {
        None
    }
}

impl Declared {
    /// Writes the declared tables that need no genotypes, or those that do, given what was
    /// computed from them; gives indices to individuals who have none.
    pub(crate) fn write(
        &mut self,
        from: &Declarations<'_>,
        computed: Option<&Computed>,
        registry: &mut Registry,
    ) -> Result<(), IngestError> {
        let Declarations {
            manifest,
            inputs,
            warnings,
            progress,
            ..
        } = from;
        let total = manifest.tables.len() as u64;
        let inputs = inputs.tables.iter().zip(&inputs.sources);
        for (done, (table, (files, sources))) in (0..).zip(manifest.tables.iter().zip(inputs)) {
            if table.is_computed() != computed.is_some() {
                continue;
            }
            progress.at("read tables", done, Some(total));
            let mut writer = TableWriter::create(table, from.directory)?;
            for row in merged::rows(table, sources, computed, &self.samples, warnings)? {
                writer.check_merged(&row.cells, &row.at)?;
                let owner = writer.owner(&row.cells, &row.at, registry, &mut self.individuals)?;
                if writer.is_new(&row.cells, &row.at, &owner)? {
                    writer.append(&row.cells, owner.unit, &row.at)?;
                }
            }
            let mut features = matrix::Features::default();
            for file in files {
                self.read(file, &mut writer, registry, warnings, &mut features)?;
            }
            self.rows.insert(table.name.clone(), writer.close()?);
        }
        progress.at("read tables", total, Some(total));
        Ok(())
    }

    fn read(
        &mut self,
        file: &Input,
        writer: &mut TableWriter<'_>,
        registry: &mut Registry,
        warnings: &Warnings,
        features: &mut matrix::Features,
    ) -> Result<(), IngestError> {
        let given = given::Given {
            table: writer.table,
            samples: &self.samples,
        };
        let mut source = open(file, &given, warnings, features)?;
        let mut cells = Vec::new();
        while let Some(place) = source.read(&mut cells)? {
            let at = At {
                file: &file.name,
                place,
            };
            writer.check(&mut cells, &at, source.as_ref())?;
            let owner = writer.owner(&cells, &at, registry, &mut self.individuals)?;
            if !writer.is_new(&cells, &at, &owner)? {
                Warnings::count(&warnings.collapsed_rows, 1);
                continue;
            }
            if let Some(sample) = writer.sample(&cells) {
                let sample_id = sample.to_owned();
                if self.samples.insert(sample_id, owner.clone()).is_some() {
                    let message = format!("sample `{sample}` is there twice; keep one row");
                    return Err(at.error(message).in_field("sample_id").into());
                }
            }
            writer.append(&cells, owner.unit, &at)?;
        }
        Ok(())
    }
}

fn open<'a>(
    file: &'a Input,
    given: &given::Given<'a, '_>,
    warnings: &Warnings,
    features: &'a mut matrix::Features,
) -> Result<Box<dyn RowSource + 'a>, IngestError> {
    let table = given.table;
    let is_parquet = file.name.ends_with(".parquet");
    Ok(match &table.naming.matrix {
        Some(_) if is_parquet => {
            let message = "a matrix is read from delimited text; write it as .tsv or .csv";
            return Err(InputError::new(&file.name, Place::File, message).into());
        }
        Some(matrix) => Box::new(matrix::MatrixRows::open(
            file, matrix, given, warnings, features,
        )?),
        None if is_parquet => Box::new(parquet::ParquetRows::open(file, table, given.by(file)?)?),
        None => Box::new(delimited::DelimitedRows::open(
            file,
            table,
            given.by(file)?,
        )?),
    })
}

/// Where a row is.
#[derive(Clone, Copy)]
struct At<'a> {
    /// The file's name.
    file: &'a str,
    place: Place,
}

impl At<'_> {
    fn error(&self, message: impl Into<String>) -> InputError {
        InputError::new(self.file, self.place, message)
    }
}

/// A table of the snapshot being written.
struct TableWriter<'a> {
    table: &'a DeclaredTable,
    unit: usize,
    schema: SchemaRef,
    units: UInt32Builder,
    builders: Vec<ColumnBuilder>,
    pending: usize,
    rows: u64,
    /// Where an individual's row is; for tables of one row per individual.
    first: HashMap<u32, (String, Place, [u8; 32])>,
    /// Rows so far; for other tables that collapse identical rows.
    seen: HashMap<[u8; 32], ()>,
    file: ParquetFile,
}

impl<'a> TableWriter<'a> {
    fn create(table: &'a DeclaredTable, directory: &Path) -> Result<Self, IngestError> {
        let schema = schema::logical(&table.table());
        let path = directory.join(format!("{}.parquet", table.name));
        let columns = &table.columns;
        Ok(Self {
            table,
            unit: columns
                .iter()
                .position(|column| column.column.role == Role::Unit)
                .unwrap_or(0),
            file: ParquetFile::create(&path, Arc::clone(&schema), |properties| properties)?,
            schema,
            units: UInt32Builder::new(),
            builders: columns
                .iter()
                .map(|column| ColumnBuilder::new(column.column.r#type))
                .collect(),
            pending: 0,
            rows: 0,
            first: HashMap::new(),
            seen: HashMap::new(),
        })
    }

    /// Replaces what is written with what is meant, and checks it. No value is
    /// an empty cell from here on.
    fn check(
        &self,
        cells: &mut [String],
        at: &At<'_>,
        source: &dyn RowSource,
    ) -> Result<(), InputError> {
        for (place, (cell, column)) in cells.iter_mut().zip(&self.table.columns).enumerate() {
            cell::normalise(cell, column);
            cell::check(cell, &column.column).map_err(|expected| {
                let field = source.field(place).unwrap_or(&column.from);
                at.error(expected).in_field(field)
            })?;
        }
        Ok(())
    }

    /// Checks the cells of a row that was put together of checked ones.
    fn check_merged(&self, cells: &[String], at: &At<'_>) -> Result<(), InputError> {
        for (cell, column) in cells.iter().zip(&self.table.columns) {
            cell::check(cell, &column.column)
                .map_err(|expected| at.error(expected).in_field(&column.column.name))?;
        }
        Ok(())
    }

    fn owner(
        &self,
        cells: &[String],
        at: &At<'_>,
        registry: &mut Registry,
        individuals: &mut RoaringBitmap,
    ) -> Result<Owner, IngestError> {
        let individual = cells.get(self.unit).cloned().unwrap_or_default();
        if self.table.name == "individuals" {
            registry.assign([&individual])?;
        }
        let unit = registry.index(&individual);
        if let (Some(unit), "individuals") = (unit, self.table.name.as_str()) {
            individuals.insert(unit);
        }
        match unit.filter(|unit| individuals.contains(*unit)) {
            Some(unit) => Ok(Owner { individual, unit }),
            None => Err(at
                .error(format!(
                    "individual `{individual}` has no row in table `individuals`; add one, or \
                     remove this row"
                ))
                .into()),
        }
    }

    /// Whether a row is one to keep, and not a copy to collapse.
    fn is_new(&mut self, cells: &[String], at: &At<'_>, owner: &Owner) -> Result<bool, InputError> {
        let collapse = self.table.collapse_identical;
        let digest = if collapse { digest(cells) } else { [0; 32] };
        if self.table.rows != Rows::OnePerIndividual {
            return Ok(!collapse || self.seen.insert(digest, ()).is_none());
        }
        let here = (at.file.to_owned(), at.place, digest);
        let Some((file, place, earlier)) = self.first.get(&owner.unit) else {
            self.first.insert(owner.unit, here);
            return Ok(true);
        };
        if collapse && *earlier == digest {
            return Ok(false);
        }
        let individual = &owner.individual;
        let message = if collapse {
            format!("individual `{individual}` is already at {file}{place}, with other values")
        } else {
            format!(
                "individual `{individual}` is already at {file}{place}; keep one row, or declare \
                 `duplicates = \"identical\"` if the rows are alike"
            )
        };
        Err(at.error(message))
    }

    /// The sample that a row of `samples` is about.
    fn sample<'c>(&self, cells: &'c [String]) -> Option<&'c str> {
        let columns = self.table.columns.iter();
        columns
            .zip(cells)
            .find(|(column, _)| self.table.name == "samples" && column.column.name == "sample_id")
            .map(|(_, cell)| cell.as_str())
    }

    fn append(&mut self, cells: &[String], unit: u32, at: &At<'_>) -> Result<(), IngestError> {
        self.units.append_value(unit);
        for ((builder, cell), column) in
            self.builders.iter_mut().zip(cells).zip(&self.table.columns)
        {
            builder
                .append(cell)
                .map_err(|expected| at.error(expected).in_field(&column.from))?;
        }
        self.rows += 1;
        self.pending += 1;
        if self.pending == BATCH_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), IngestError> {
        let units: ArrayRef = Arc::new(self.units.finish());
        let columns = self.builders.iter_mut().map(ColumnBuilder::finish);
        let columns = std::iter::once(units).chain(columns).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(IngestError::write(Path::new(&self.table.name)))?;
        self.pending = 0;
        self.file.write(&batch)
    }

    fn close(mut self) -> Result<u64, IngestError> {
        self.flush()?;
        self.file.close()?;
        Ok(self.rows)
    }
}

fn digest(cells: &[String]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for cell in cells {
        hash.update((cell.len() as u64).to_le_bytes());
        hash.update(cell);
    }
    hash.finalize().into()
}
