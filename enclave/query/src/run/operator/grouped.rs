//! Which groups a variant is in.

use std::collections::HashMap;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray},
        datatypes::UInt32Type,
        record_batch::RecordBatch,
        row::{RowConverter, SortField},
    },
    common::{DataFusionError, Result},
};
use roaring::RoaringBitmap;

/// Variants by their groups.
#[derive(Default)]
pub(super) struct Grouped {
    pub(super) variants: RoaringBitmap,
    pub(super) groups: HashMap<u32, Vec<u32>>,
    pub(super) ending: HashMap<u32, Vec<u32>>,
    pub(super) examples: Vec<u32>,
}

impl Grouped {
    /// Of the variant's number and the columns that it is grouped by.
    pub(super) fn of(keys: &RecordBatch) -> Result<Self> {
        let (variants, columns) = keys
            .columns()
            .split_first()
            .ok_or_else(|| DataFusionError::Internal("the variants have no numbers".to_owned()))?;
        let variants = variants.as_primitive_opt::<UInt32Type>().ok_or_else(|| {
            DataFusionError::Internal("the variants' numbers are none".to_owned())
        })?;
        let mut grouped = Self::default();
        let mut last: Vec<u32> = Vec::new();
        let numbers = numbers(columns, keys.num_rows())?;
        for ((row, variant), number) in (0_u32..).zip(variants).zip(numbers) {
            let Some(variant) = variant else { continue };
            grouped.variants.insert(variant);
            grouped.groups.entry(variant).or_default().push(number);
            match last.get_mut(number as usize) {
                Some(last) => *last = variant.max(*last),
                None => {
                    last.push(variant);
                    grouped.examples.push(row);
                }
            }
        }
        for (number, variant) in (0_u32..).zip(last) {
            grouped.ending.entry(variant).or_default().push(number);
        }
        Ok(grouped)
    }
}

/// The number of each row's group; numbers begin at 0 and come in their order.
fn numbers(columns: &[ArrayRef], rows: usize) -> Result<Vec<u32>> {
    if columns.is_empty() {
        return Ok(vec![0; rows]);
    }
    let fields = columns
        .iter()
        .map(|column| SortField::new(column.data_type().clone()));
    let converter = RowConverter::new(fields.collect())?;
    let rows = converter.convert_columns(columns)?;
    let mut known = HashMap::new();
    let number = |row| {
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        *known.entry(row).or_insert(next)
    };
    Ok(rows.iter().map(number).collect())
}
