//! Sheets as Arrow IPC: a stream for each, one after another.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{ArrayRef, Float64Array, Int64Array, StringArray},
    datatypes::{DataType, Field, Schema},
    error::ArrowError,
    ipc::writer::StreamWriter,
    record_batch::RecordBatch,
};
use sekisho_disclosure::{
    Sheet,
    sheet::{Column, ColumnKind, Entry, EntryType},
};

/// Metadata of a schema: the sheet's name among those of its analysis.
const TABLE: &str = "sekisho.table";

/// Encodes sheets; each says what the release says.
pub(super) fn encode(
    sheets: &[Sheet],
    metadata: &HashMap<String, String>,
) -> Result<Vec<u8>, ArrowError> {
    let mut bytes = Vec::new();
    for sheet in sheets {
        let mut metadata = metadata.clone();
        metadata.insert(TABLE.to_owned(), sheet.name().to_owned());
        let fields = sheet.columns().iter().enumerate();
        let fields: Vec<Field> = fields
            .map(|(at, column)| field(sheet, at, column))
            .collect();
        let schema = Arc::new(Schema::new(fields).with_metadata(metadata));
        let columns = sheet.columns().iter().enumerate();
        let columns = columns
            .map(|(at, column)| array(sheet, at, column))
            .collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
        let mut writer = StreamWriter::try_new(&mut bytes, &schema)?;
        writer.write(&batch)?;
        writer.finish()?;
    }
    Ok(bytes)
}

fn field(sheet: &Sheet, at: usize, column: &Column) -> Field {
    let kind = match column.kind {
        ColumnKind::Key => "key",
        ColumnKind::Figure => "figure",
        ColumnKind::Derived => "derived",
    };
    let mut metadata = HashMap::from([("sekisho.kind".to_owned(), kind.to_owned())]);
    if column.kind == ColumnKind::Figure {
        let suppressed = entries(sheet, at).filter(|entry| **entry == Entry::Nothing);
        metadata.insert(
            "sekisho.suppressed".to_owned(),
            suppressed.count().to_string(),
        );
    }
    let data_type = match column.r#type {
        EntryType::Text => DataType::Utf8,
        EntryType::Integer => DataType::Int64,
        EntryType::Fraction => DataType::Float64,
    };
    Field::new(&column.name, data_type, true).with_metadata(metadata)
}

fn array(sheet: &Sheet, at: usize, column: &Column) -> ArrayRef {
    let entries = entries(sheet, at);
    match column.r#type {
        EntryType::Text => {
            let words = entries.map(|entry| match entry {
                Entry::Text(word) => Some(word.as_str()),
                _ => None,
            });
            Arc::new(words.collect::<StringArray>())
        }
        EntryType::Integer => {
            let numbers = entries.map(|entry| match entry {
                Entry::Integer(number) => Some(*number),
                _ => None,
            });
            Arc::new(numbers.collect::<Int64Array>())
        }
        EntryType::Fraction => {
            let numbers = entries.map(|entry| match entry {
                Entry::Fraction(number) => Some(*number),
                _ => None,
            });
            Arc::new(numbers.collect::<Float64Array>())
        }
    }
}

/// What stands in a column, by row.
fn entries(sheet: &Sheet, at: usize) -> impl Iterator<Item = &Entry> {
    sheet
        .rows()
        .iter()
        .map(move |row| row.get(at).unwrap_or(&Entry::Nothing))
}
