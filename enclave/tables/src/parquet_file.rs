//! Parquet files as snapshots hold them.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};

use crate::IngestError;

/// Bytes of a row group at which it is written out, whatever its rows.
const ROW_GROUP_BYTES: usize = 64 << 20;

/// A Parquet file being written.
pub(crate) struct ParquetFile {
    path: PathBuf,
    writer: ArrowWriter<File>,
}

impl ParquetFile {
    /// Starts a file. `tune` may change how it is written.
    pub(crate) fn create(
        path: &Path,
        schema: SchemaRef,
        tune: impl FnOnce(WriterPropertiesBuilder) -> WriterPropertiesBuilder,
    ) -> Result<Self, IngestError> {
        let file = File::create(path).map_err(IngestError::io(path))?;
        let level = ZstdLevel::try_new(3).map_err(IngestError::write(path))?;
        // The version of the library would make equal snapshots differ.
        let properties = WriterProperties::builder()
            .set_created_by("sekisho".to_owned())
            .set_compression(Compression::ZSTD(level));
        let properties = tune(properties).build();
        let writer = ArrowWriter::try_new(file, schema, Some(properties))
            .map_err(IngestError::write(path))?;
        Ok(Self {
            path: path.to_path_buf(),
            writer,
        })
    }

    /// Appends rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), IngestError> {
        let write = |writer: &mut ArrowWriter<File>| {
            writer.write(batch)?;
            if writer.in_progress_size() > ROW_GROUP_BYTES {
                writer.flush()?;
            }
            Ok::<_, parquet::errors::ParquetError>(())
        };
        write(&mut self.writer).map_err(IngestError::write(&self.path))
    }

    /// Ends the file.
    pub(crate) fn close(self) -> Result<(), IngestError> {
        self.writer
            .close()
            .map(drop)
            .map_err(IngestError::write(&self.path))
    }
}
