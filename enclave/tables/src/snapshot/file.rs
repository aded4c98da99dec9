//! A Parquet file of a snapshot, opened with no more than what is asked for.
//!
//! Each column of each row group that a reader has costs it buffers and a decompressor,
//! whether rows of it are wanted or not, and so do the offsets of their pages. So row
//! groups are chosen first.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::file::metadata::{
    PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use roaring::RoaringBitmap;

use super::SnapshotError;

/// A file, and those of its row groups that are to be read.
pub(super) struct TableFile {
    path: PathBuf,
    file: File,
    metadata: ParquetMetaData,
}

impl TableFile {
    pub(super) fn open(path: &Path) -> Result<Self, SnapshotError> {
        let file = File::open(path).map_err(SnapshotError::io(path))?;
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file);
        Ok(Self {
            path: path.to_path_buf(),
            metadata: metadata.map_err(SnapshotError::damaged(path))?,
            file,
        })
    }

    /// The names of its columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let schema = self.metadata.file_metadata().schema();
        schema.get_fields().iter().map(|field| field.name())
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> Result<u32, SnapshotError> {
        let rows = self.metadata.file_metadata().num_rows();
        u32::try_from(rows).map_err(SnapshotError::damaged(&self.path))
    }

    /// Where the rows of each of its row groups are.
    fn groups(&self) -> impl Iterator<Item = (&RowGroupMetaData, Range<u32>)> {
        let mut start = 0_u32;
        self.metadata.row_groups().iter().map(move |group| {
            let rows = u32::try_from(group.num_rows()).unwrap_or(u32::MAX);
            let first = start;
            start = start.saturating_add(rows);
            (group, first..start)
        })
    }

    /// The file as if it had no row groups but those of which this holds. It is asked of
    /// each once, in order.
    pub(super) fn of_groups(
        self,
        mut wanted: impl FnMut(&RowGroupMetaData, Range<u32>) -> bool,
    ) -> Self {
        let kept = self
            .groups()
            .filter(|(group, at)| wanted(group, at.clone()));
        let kept = kept.map(|(group, _)| group.clone()).collect();
        let builder = self.metadata.into_builder().set_row_groups(kept);
        Self {
            metadata: builder.build(),
            ..self
        }
    }

    /// The file as if it had no row groups but those with some of these rows, and where
    /// the rows are in what is left.
    pub(super) fn of_rows(self, rows: &RoaringBitmap) -> (Self, RowSelection) {
        let (mut ranges, mut total) = (Vec::new(), 0_usize);
        let kept = self.of_groups(|_, at| {
            let mut within = RoaringBitmap::new();
            within.insert_range(at.clone());
            within &= rows;
            let mut runs = within.iter();
            while let Some(run) = runs.next_range() {
                let place = |row: &u32| total + (row - at.start) as usize;
                ranges.push(place(run.start())..place(run.end()) + 1);
            }
            if !within.is_empty() {
                total += at.len();
            }
            !within.is_empty()
        });
        let selection = RowSelection::from_consecutive_ranges(ranges.into_iter(), total);
        (kept, selection)
    }

    /// With the offsets of its pages, so that pages whose rows are skipped are not even read.
    pub(super) fn with_pages(self) -> Result<Self, SnapshotError> {
        let with_pages = || {
            let mut reader = ParquetMetaDataReader::new_with_metadata(self.metadata)
                .with_offset_index_policy(PageIndexPolicy::Optional);
            reader.read_page_indexes(&self.file)?;
            reader.finish()
        };
        Ok(Self {
            metadata: with_pages().map_err(SnapshotError::damaged(&self.path))?,
            ..self
        })
    }

    /// A reader of it, to be told what else is wanted.
    pub(super) fn reader(self) -> Result<ParquetRecordBatchReaderBuilder<File>, SnapshotError> {
        let options = ArrowReaderOptions::new();
        let metadata = ArrowReaderMetadata::try_new(Arc::new(self.metadata), options);
        let metadata = metadata.map_err(SnapshotError::damaged(&self.path))?;
        Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(
            self.file, metadata,
        ))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use arrow::array::{AsArray, RecordBatch, UInt32Array};
    use arrow::datatypes::UInt32Type;
    use parquet::arrow::ArrowWriter;
    use parquet::file::properties::WriterProperties;
    use proptest::prelude::*;

    use super::*;

    const ROWS: u32 = 40;

    /// The numbers of its rows, seven to a row group and three to a page.
    fn numbered() -> tempfile::TempPath {
        let column: UInt32Array = (0..ROWS).collect();
        let batch = RecordBatch::try_from_iter([("number", Arc::new(column) as _)]).unwrap();
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(7))
            .set_write_batch_size(1)
            .set_data_page_row_count_limit(3);
        let file = tempfile::NamedTempFile::new().unwrap();
        let properties = Some(properties.build());
        let mut writer = ArrowWriter::try_new(&file, batch.schema(), properties).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        file.into_temp_path()
    }

    fn read(reader: ParquetRecordBatchReaderBuilder<File>) -> Vec<u32> {
        let batches = reader.build().unwrap().map(Result::unwrap);
        batches
            .flat_map(|batch| {
                let numbers = batch.column(0).as_primitive::<UInt32Type>();
                numbers.values().to_vec()
            })
            .collect()
    }

    proptest! {
        #[test]
        fn the_rows_that_are_wanted_are_read_and_no_others(
            wanted in prop::collection::btree_set(0..ROWS + 5, 0..20)
        ) {
            let path = numbered();
            let (file, selection) = TableFile::open(&path)
                .unwrap()
                .of_rows(&wanted.iter().collect());
            let reader = file.with_pages().unwrap().reader().unwrap();
            let expected: Vec<u32> = wanted.into_iter().filter(|row| *row < ROWS).collect();
            prop_assert_eq!(read(reader.with_row_selection(selection)), expected);
        }
    }

    #[test]
    fn of_row_groups_without_a_wanted_row_nothing_is_left() {
        let path = numbered();
        let open = || TableFile::open(&path).unwrap();
        assert_eq!(open().rows().unwrap(), ROWS);
        assert_eq!(open().columns().collect::<Vec<_>>(), ["number"]);
        let starts: Vec<_> = open().groups().map(|(_, at)| at.start).collect();
        assert_eq!(starts, [0, 7, 14, 21, 28, 35]);
        let (file, _) = open().of_rows(&RoaringBitmap::from([8, 36]));
        assert_eq!(file.groups().count(), 2);
        let second = open().of_groups(|_, at| at.start == 7);
        assert_eq!(read(second.reader().unwrap()), (7..14).collect::<Vec<_>>());
    }
}
