//! A published snapshot, opened for reading.
//!
//! ```text
//! STORE/<dataset>/
//!   registry.tsv                 dense index → individual, append-only, never leaves
//!   current                      the id of the newest snapshot
//!   lock                         held by an ingest while it runs
//!   batches/<digest>/            blocks of samples that came together, shared by snapshots
//!   tmp-…/                       a snapshot that is being made, or that a killed ingest left
//!   snapshots/<id>/
//!     catalogue.json             what may be said of it
//!     report.json                what the ingest found; for the holder's operators
//!     tables/<name>.parquet      `__unit` UInt32, then the declared columns
//!     public/<name>.parquet      the rows of a release that was published
//!     tables/variants.parquet    `__variant` UInt32, then the variants' columns
//!     genotypes.parquet          one row per variant: sets of samples as roaring bitmaps
//!     batches.json, batches/<n>/ in its place where the manifest names batches: of each
//!                                its own genotypes, the row of its variants among all, and
//!                                samples of which nothing is known at variants that it has not
//!     genotype_samples.parquet   sample's position → `sample_id`, `individual_id`, `__unit`
//! ```

mod batches;
mod blocks;
mod error;
mod expand;
mod features;
mod file;
mod genes;
mod group;
mod near;
mod places;
mod rows;
mod scan;
mod selection;
mod span;
mod spans;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use arrow::array::AsArray;
use arrow::datatypes::{Date32Type, SchemaRef, UInt32Type};
use roaring::RoaringBitmap;

use crate::{Catalogue, ColumnType, Rows, Table, UNIT, published, schema};

pub use blocks::{Blocks, GenotypeBlock};
pub(crate) use blocks::{StoredBlock, StoredBlocks};
pub use error::SnapshotError;
pub use features::Features;
pub use group::GenotypeGroup;
pub use near::Near;
pub use places::{Copies, Places};
pub use rows::{Batches, public_rows};
pub use selection::Selection;
pub use span::{Genotype, GenotypeCounts, SPAN, Span};
pub use spans::Spans;

use rows::{project, read};

/// A published snapshot. Cheap to clone; its files never change.
#[derive(Clone, Debug)]
pub struct Snapshot(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    directory: PathBuf,
    id: String,
    catalogue: Catalogue,
    individuals: OnceLock<RoaringBitmap>,
    /// Whose its samples with genotypes are.
    units: OnceLock<Arc<Vec<u32>>>,
    batches: OnceLock<Option<Vec<batches::Batch>>>,
}

/// A sample that has genotypes. Its position among all is its place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenotypeSample {
    /// The sample.
    pub sample_id: String,
    /// Whose it is.
    pub individual_id: String,
}

impl Snapshot {
    /// Opens a snapshot's directory.
    ///
    /// # Errors
    ///
    /// If its catalogue cannot be read.
    pub fn open(dir: &Path) -> Result<Self, SnapshotError> {
        let path = dir.join("catalogue.json");
        let bytes = fs::read(&path).map_err(SnapshotError::io(&path))?;
        let catalogue = serde_json::from_slice(&bytes).map_err(SnapshotError::damaged(&path))?;
        let id = dir.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self(Arc::new(Opened {
            id: id.into_owned(),
            directory: dir.to_path_buf(),
            catalogue,
            individuals: OnceLock::new(),
            units: OnceLock::new(),
            batches: OnceLock::new(),
        })))
    }

    /// What an ingest has written so far, before it is published.
    pub(crate) fn unpublished(directory: &Path, catalogue: Catalogue) -> Self {
        Self(Arc::new(Opened {
            id: String::new(),
            directory: directory.to_path_buf(),
            catalogue,
            individuals: OnceLock::new(),
            units: OnceLock::new(),
            batches: OnceLock::new(),
        }))
    }

    /// The digest of what it was made from, 64 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.0.directory
    }

    /// What may be said of it.
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    /// The dense indices that have a row in `individuals`.
    ///
    /// # Errors
    ///
    /// If the table cannot be read.
    pub fn individuals(&self) -> Result<RoaringBitmap, SnapshotError> {
        if let Some(known) = self.0.individuals.get() {
            return Ok(known.clone());
        }
        let path = self.table_path("individuals");
        let mut individuals = RoaringBitmap::new();
        for batch in scan::all_rows(&path, &[UNIT])? {
            individuals.extend(batch?.column(0).as_primitive::<UInt32Type>().values());
        }
        Ok(self.0.individuals.get_or_init(|| individuals).clone())
    }

    /// A date of each individual, by dense index, in days since 1970-01-01;
    /// nothing of those without one, and none if `individuals` has no such date.
    ///
    /// # Errors
    ///
    /// If the table cannot be read.
    pub fn dates(&self, column: &str) -> Result<Option<Vec<(u32, i32)>>, SnapshotError> {
        let declared = self.table("individuals")?.column(column);
        if declared.is_none_or(|declared| declared.r#type != ColumnType::Date) {
            return Ok(None);
        }
        let path = self.table_path("individuals");
        let mut dates = Vec::new();
        for batch in scan::all_rows(&path, &[UNIT, column])? {
            let batch = batch?;
            let units = batch.column(0).as_primitive::<UInt32Type>().values();
            let days = batch.column(1).as_primitive::<Date32Type>();
            let known = units
                .iter()
                .zip(days)
                .filter_map(|(unit, day)| Some((*unit, day?)));
            dates.extend(known);
        }
        Ok(Some(dates))
    }

    /// The schema of a table: its hidden columns, then its visible ones.
    ///
    /// Private tables have `__unit` first, `variants` has `__variant`, and
    /// `genotypes` has both.
    ///
    /// # Errors
    ///
    /// If there is no such table.
    pub fn schema(&self, table: &str) -> Result<SchemaRef, SnapshotError> {
        Ok(schema::logical(self.table(table)?))
    }

    /// The rows of a table with just these columns, in this order.
    ///
    /// Rows of a private table are those of the cohort's individuals: others
    /// never leave the scan. For `variants` and public tables the cohort is
    /// ignored.
    ///
    /// # Errors
    ///
    /// If there is no such table or column, or a file cannot be read.
    pub fn scan(
        &self,
        table: &str,
        columns: &[String],
        cohort: &RoaringBitmap,
    ) -> Result<Batches, SnapshotError> {
        let of = self.table(table)?;
        let path = self.table_path(&of.name);
        match of.rows {
            Rows::OnePerAlleleAndSample => self.genotypes(columns, cohort, None, false),
            Rows::OnePerAllele => read(&path, of, columns, None, &Near::default()),
            Rows::OnePerIndividual | Rows::ManyPerIndividual => {
                read(&path, of, columns, Some(cohort), &Near::default())
            }
            Rows::OnePerAlleleAndGroup => public_rows(&self.public(), of, columns),
        }
    }

    /// The rows of `genotypes`, made while they are read: those of the cohort's
    /// individuals, of these variants (`__variant`) if given, and, if
    /// `carriers_only`, with a dosage of 1 or 2.
    ///
    /// Rows come by variant, then by the sample's position.
    ///
    /// # Errors
    ///
    /// If the snapshot has no genotypes or no such column, or a file cannot be
    /// read.
    pub fn genotypes(
        &self,
        columns: &[String],
        cohort: &RoaringBitmap,
        variants: Option<&RoaringBitmap>,
        carriers_only: bool,
    ) -> Result<Batches, SnapshotError> {
        let schema = project(&self.schema("genotypes")?, "genotypes", columns)?;
        let expansion =
            expand::Expansion::open(self, Arc::clone(&schema), cohort, variants, carriers_only)?;
        Ok(Batches::new(schema, expansion))
    }

    /// The rows of `variants` with just these columns, as [`Snapshot::scan`] has them,
    /// but for parts of the file that cannot have what is said.
    ///
    /// # Errors
    ///
    /// If the snapshot has no variants or no such column, or a file cannot be read.
    pub fn variants(&self, columns: &[String], near: &Near) -> Result<Batches, SnapshotError> {
        let of = self.table("variants")?;
        read(&self.table_path(&of.name), of, columns, None, near)
    }

    /// The genotypes of every variant, as sets of sample positions.
    ///
    /// # Errors
    ///
    /// If the snapshot has no genotypes or a file cannot be read.
    pub fn blocks(&self) -> Result<Blocks, SnapshotError> {
        Blocks::open(self, None, true)
    }

    /// The genotypes of these variants (`__variant`), as sets of sample positions.
    ///
    /// # Errors
    ///
    /// If the snapshot has no genotypes or a file cannot be read.
    pub fn blocks_of(&self, variants: &RoaringBitmap) -> Result<Blocks, SnapshotError> {
        Blocks::open(self, Some(variants), true)
    }

    /// As [`Snapshot::blocks`] and [`Snapshot::blocks_of`], without the variants'
    /// identifiers.
    ///
    /// # Errors
    ///
    /// If the snapshot has no genotypes or a file cannot be read.
    pub fn unnamed_blocks(
        &self,
        variants: Option<&RoaringBitmap>,
    ) -> Result<Blocks, SnapshotError> {
        Blocks::open(self, variants, false)
    }

    /// Whose the samples are that have genotypes, by position.
    ///
    /// # Errors
    ///
    /// If the snapshot has no genotypes or a file cannot be read.
    pub fn genotype_units(&self) -> Result<Arc<Vec<u32>>, SnapshotError> {
        self.table("genotypes")?;
        if let Some(known) = self.0.units.get() {
            return Ok(Arc::clone(known));
        }
        let mut units = Vec::new();
        for batch in scan::all_rows(&self.samples_path(), &[UNIT])? {
            units.extend(batch?.column(0).as_primitive::<UInt32Type>().values());
        }
        Ok(Arc::clone(self.0.units.get_or_init(|| Arc::new(units))))
    }

    /// The names of the samples that have genotypes, by position.
    ///
    /// # Errors
    ///
    /// If the snapshot has no genotypes or a file cannot be read.
    pub fn genotype_samples(&self) -> Result<Vec<GenotypeSample>, SnapshotError> {
        self.table("genotypes")?;
        let mut samples = Vec::new();
        for batch in scan::all_rows(&self.samples_path(), &["sample_id", "individual_id"])? {
            let batch = batch?;
            let ids = batch.column(0).as_string::<i32>();
            let individuals = batch.column(1).as_string::<i32>();
            for (sample_id, individual_id) in ids.iter().zip(individuals) {
                samples.push(GenotypeSample {
                    sample_id: sample_id.unwrap_or_default().to_owned(),
                    individual_id: individual_id.unwrap_or_default().to_owned(),
                });
            }
        }
        Ok(samples)
    }

    fn samples_path(&self) -> PathBuf {
        self.0.directory.join("genotype_samples.parquet")
    }

    /// The folder with the files of its public tables, and of no others.
    pub fn public(&self) -> PathBuf {
        self.0.directory.join(published::FOLDER)
    }

    /// The batches that its genotypes are in; none where they are in one file.
    fn batches(&self) -> Result<Option<&[batches::Batch]>, SnapshotError> {
        let known = match self.0.batches.get() {
            Some(known) => known,
            None => {
                let found = batches::of(&self.0.directory)?;
                self.0.batches.get_or_init(|| found)
            }
        };
        Ok(known.as_deref())
    }

    /// The one file of genotypes, where they are not in batches.
    fn genotypes_path(&self) -> PathBuf {
        self.0.directory.join("genotypes.parquet")
    }

    /// The columns that genotypes are stored in, in any of their files.
    pub(crate) fn genotype_columns(&self) -> Result<Vec<String>, SnapshotError> {
        match self.batches()? {
            None => columns(&self.genotypes_path()),
            Some(batches) => {
                let mut all = Vec::new();
                for batch in batches {
                    all.extend(columns(&batch.genotypes())?);
                }
                Ok(all)
            }
        }
    }

    fn table(&self, name: &str) -> Result<&Table, SnapshotError> {
        let table = self.0.catalogue.table(name);
        table.ok_or_else(|| SnapshotError::NoTable {
            table: name.to_owned(),
        })
    }

    fn table_path(&self, name: &str) -> PathBuf {
        let file = format!("{name}.parquet");
        self.0.directory.join("tables").join(file)
    }
}

/// The names of a file's columns.
fn columns(path: &Path) -> Result<Vec<String>, SnapshotError> {
    let file = file::TableFile::open(path)?;
    Ok(file.columns().map(str::to_owned).collect())
}
