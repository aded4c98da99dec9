//! Releases that are public tables: their receipts are verified, and their rows held
//! against the digest in them.

use std::fs::{self, File};
use std::io::{BufReader, Read as _};
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};
use sekisho_receipt::{Leaf, ROWS_SALT, ROWS_SHA256, Receipt, Release, RowsDigest, salted_rows};

use crate::inputs::{Input, Inputs};
use crate::manifest::{Manifest, PublishedTable};
use crate::parquet_file::ParquetFile;
use crate::schema::{FREQUENCIES, logical, published_table};
use crate::{ColumnType, IngestError, InputError, Place, Published, Table};

/// The folder of a snapshot with the tables that anybody may read.
pub(crate) const FOLDER: &str = "public";

/// The first bytes of an Arrow IPC file, which a stream does not have.
const FILE_MAGIC: &[u8] = b"ARROW1";

/// Writes every published table; gives what may be said of them.
pub(crate) fn write(
    manifest: &Manifest,
    inputs: &Inputs,
    directory: &Path,
) -> Result<Vec<Table>, IngestError> {
    let folder = directory.join(FOLDER);
    if !manifest.published.is_empty() {
        fs::create_dir(&folder).map_err(IngestError::io(&folder))?;
    }
    let tables = manifest.published.iter().zip(&inputs.published);
    tables
        .map(|(table, [file, receipt])| {
            let release = approved(table, receipt, &manifest.dataset)?;
            rows(table, file, &release, &folder)
        })
        .collect()
}

/// The release that a receipt proves, if a committee let it be published.
fn approved(table: &PublishedTable, file: &Input, dataset: &str) -> Result<Release, IngestError> {
    let fail = |message: String| InputError::new(&file.name, Place::File, message);
    let text = fs::read_to_string(&file.path).map_err(IngestError::io(&file.path))?;
    let receipt = Receipt::from_json(&text).map_err(|error| fail(error.to_string()))?;
    let leaf = receipt.verify(std::slice::from_ref(&table.ledger));
    let leaf = leaf.map_err(|error| {
        let origin = table.ledger.origin();
        fail(format!("not a receipt of the ledger `{origin}`: {error}"))
    })?;
    let Leaf::Release(release) = leaf else {
        return Err(fail("the receipt is of no release".to_owned()).into());
    };
    if release.dataset != dataset {
        let message = format!("the release is of dataset `{}`", release.dataset);
        return Err(fail(message).into());
    }
    let says = |name: &str| release.parameters.get(name).map_or("", String::as_str);
    if says("exposure.publishes") != "true" || says("exposure.approved_by").is_empty() {
        let message = format!(
            "the release was made under profile `{}`, which lets nothing be published; the \
             committee decides that with `exposure.publishes`",
            release.profile
        );
        return Err(fail(message).into());
    }
    Ok(release)
}

/// Copies a table's rows, if they are those of the release.
fn rows(
    table: &PublishedTable,
    file: &Input,
    release: &Release,
    folder: &Path,
) -> Result<Table, IngestError> {
    let fail = |message: String| InputError::new(&file.name, Place::File, message);
    let batches = batches(file)?;
    let salt = batches.schema.metadata().get(ROWS_SALT).cloned();
    let salt = salt.unwrap_or_default();
    let Some(by) = groups(&batches.schema) else {
        let message = "the file has not the columns of a table of frequencies, in their order";
        return Err(fail(message.to_owned()).into());
    };
    let mut published = published_table(
        &table.name,
        &by,
        Published {
            ledger: table.ledger.to_string(),
            sequence: release.sequence,
            approved_by: (release.parameters.get("exposure.approved_by").cloned())
                .unwrap_or_default(),
            keys: 1 + by.len(),
            rows: 0,
        },
    );
    let schema = logical(&published);
    let path = folder.join(format!("{}.parquet", table.name));
    let mut out = ParquetFile::create(&path, Arc::clone(&schema), |properties| properties)?;
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    let mut digest = RowsDigest::of(&names);
    let mut count = 0;
    for batch in batches.batches {
        let batch = batch.map_err(|error| fail(format!("not Arrow IPC: {error}")))?;
        if !digest.batch(&batch) {
            return Err(fail("a column is of another type".to_owned()).into());
        }
        count += batch.num_rows() as u64;
        let batch = RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec());
        let message = "a row has no variant";
        out.write(&batch.map_err(|_| fail(message.to_owned()))?)?;
    }
    out.close()?;
    let said = release.parameters.get(ROWS_SHA256);
    let rows = salted_rows(&salt, &digest.finish().to_string());
    if said != Some(&rows.to_string()) {
        let message = "its rows are not those of the release that the receipt proves; save the \
                       answer again as it was sent";
        return Err(fail(message.to_owned()).into());
    }
    if let Some(published) = &mut published.published {
        published.rows = count;
    }
    Ok(published)
}

/// Rows of a file, read when they are asked for.
struct Batches {
    schema: Arc<Schema>,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>,
}

/// Opens an Arrow IPC stream or file.
fn batches(file: &Input) -> Result<Batches, IngestError> {
    let io = || IngestError::io(&file.path);
    let mut start = Vec::new();
    let opened = File::open(&file.path).map_err(io())?;
    let magic = opened.take(FILE_MAGIC.len() as u64).read_to_end(&mut start);
    magic.map_err(io())?;
    let opened = BufReader::new(File::open(&file.path).map_err(io())?);
    let opened = if start == FILE_MAGIC {
        FileReader::try_new(opened, None).map(|reader| Batches {
            schema: reader.schema(),
            batches: Box::new(reader),
        })
    } else {
        StreamReader::try_new(opened, None).map(|reader| Batches {
            schema: reader.schema(),
            batches: Box::new(reader),
        })
    };
    opened.map_err(|error| {
        let message = format!("not Arrow IPC: {error}; save the answer with `--format arrow`");
        InputError::new(&file.name, Place::File, message).into()
    })
}

/// The columns that name groups, if a schema is that of frequencies.
fn groups(schema: &Schema) -> Option<Vec<String>> {
    let fields = schema.fields();
    let by = fields.len().checked_sub(1 + FREQUENCIES.len())?;
    let name = |at: usize| fields.get(at).map(|field| field.name().as_str());
    let is = |at: usize, of: &DataType| fields.get(at).is_some_and(|f| f.data_type() == of);
    let words = (0..=by).all(|at| is(at, &DataType::Utf8));
    let mut figures = FREQUENCIES.iter().zip(1 + by..);
    let figures = figures.all(|((figure, kind, _), at)| {
        let of = match kind {
            ColumnType::Int => DataType::Int64,
            _ => DataType::Float64,
        };
        name(at) == Some(figure) && is(at, &of)
    });
    (name(0) == Some("variant_id") && words && figures)
        .then(|| (1..=by).filter_map(name).map(str::to_owned).collect())
}
