//! The values of group keys, and their positions in the keys of cells.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray,
    },
    datatypes::{DataType, Date32Type, Float64Type, Int64Type},
};
use sekisho_disclosure::Key;
use sekisho_tables::ColumnType;

use super::Mismatch;
use crate::{Dimension, Shape};

/// A value of a group key.
#[derive(Clone, Debug)]
pub(super) enum KeyValue {
    Text(String),
    Integer(i64),
    Fraction(f64),
    Flag(bool),
    /// Days since 1970-01-01.
    Day(i32),
}

impl Ord for KeyValue {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            (Self::Fraction(a), Self::Fraction(b)) => a.total_cmp(b),
            (Self::Flag(a), Self::Flag(b)) => a.cmp(b),
            (Self::Day(a), Self::Day(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for KeyValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for KeyValue {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for KeyValue {}

impl KeyValue {
    fn rank(&self) -> u8 {
        match self {
            Self::Text(_) => 0,
            Self::Integer(_) => 1,
            Self::Fraction(_) => 2,
            Self::Flag(_) => 3,
            Self::Day(_) => 4,
        }
    }
}

impl KeyValue {
    /// As the word that a domain declares; none of what is no word.
    pub(super) fn word(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Flag(flag) => Some(flag.to_string()),
            Self::Integer(_) | Self::Fraction(_) | Self::Day(_) => None,
        }
    }
}

/// The values of a column, per row.
pub(super) fn values(column: &ArrayRef) -> Result<Vec<Option<KeyValue>>, Mismatch> {
    let values = match column.data_type() {
        DataType::Utf8 => column
            .as_string::<i32>()
            .iter()
            .map(|value| value.map(|value| KeyValue::Text(value.to_owned())))
            .collect(),
        DataType::Int64 => column
            .as_primitive::<Int64Type>()
            .iter()
            .map(|value| value.map(KeyValue::Integer))
            .collect(),
        DataType::Float64 => column
            .as_primitive::<Float64Type>()
            .iter()
            // Two zeros are one value.
            .map(|value| value.map(|value| KeyValue::Fraction(value + 0.0)))
            .collect(),
        DataType::Boolean => column
            .as_boolean()
            .iter()
            .map(|value| value.map(KeyValue::Flag))
            .collect(),
        DataType::Date32 => column
            .as_primitive::<Date32Type>()
            .iter()
            .map(|value| value.map(KeyValue::Day))
            .collect(),
        _ => return Err(Mismatch),
    };
    Ok(values)
}

/// Per dimension of a cut: its values, in the order of their positions.
#[derive(Clone, Debug)]
pub struct Keys(Vec<Vec<KeyValue>>);

/// The values of one dimension, to find positions in.
pub(super) struct Positions(BTreeMap<KeyValue, u32>);

impl Positions {
    /// Of a declared domain in its order; of a data key whatever was found, sorted.
    pub(super) fn of<'v>(
        dimension: &Dimension,
        found: impl Iterator<Item = &'v KeyValue>,
    ) -> Result<(Self, Vec<KeyValue>), Mismatch> {
        let values: Vec<KeyValue> = match &dimension.values {
            Some(declared) => declared
                .iter()
                .map(|value| match dimension.r#type {
                    ColumnType::Bool => KeyValue::Flag(value == "true"),
                    _ => KeyValue::Text(value.clone()),
                })
                .collect(),
            None => {
                let mut values: Vec<KeyValue> = found.cloned().collect();
                values.sort_unstable();
                values.dedup();
                values
            }
        };
        let positions = (0_u32..)
            .zip(&values)
            .map(|(position, value)| (value.clone(), position))
            .collect();
        Ok((Self(positions), values))
    }

    /// The position of a value that somebody has; none if it is outside the
    /// declared domain, or outside what the predicates leave of it: those outside
    /// the cohort may have any.
    pub(super) fn of_anybody(&self, value: Option<&KeyValue>) -> Option<u32> {
        self.0.get(value?).copied()
    }

    /// The position of a value; a value outside the declared domain does not fit.
    pub(super) fn position(&self, value: Option<&KeyValue>) -> Result<Option<u32>, Mismatch> {
        let Some(value) = value else {
            return Ok(None);
        };
        match self.0.get(value) {
            Some(position) => Ok(Some(*position)),
            None => Err(Mismatch),
        }
    }
}

impl Keys {
    pub(super) fn new(values: Vec<Vec<KeyValue>>) -> Self {
        Self(values)
    }

    /// The position of a dimension's value.
    pub(super) fn position(&self, index: usize, value: &KeyValue) -> Option<u32> {
        let values = self.0.get(index)?;
        let position = values.iter().position(|known| known == value)?;
        u32::try_from(position).ok()
    }

    /// A cell's key as words, none for NULL; where keys are declared words, or true and
    /// false.
    pub fn words(&self, key: &Key) -> Vec<Option<String>> {
        let values = self.0.iter().zip(key);
        let word = |(values, position): (&Vec<KeyValue>, &Option<u32>)| {
            values.get((*position)? as usize)?.word()
        };
        values.map(word).collect()
    }

    /// A key's column over the rows of protected cells.
    pub(crate) fn array(
        &self,
        shape: &Shape,
        index: usize,
        positions: impl Iterator<Item = Option<u32>>,
    ) -> Result<ArrayRef, Mismatch> {
        let (Some(values), Some(dimension)) = (self.0.get(index), shape.dimensions.get(index))
        else {
            return Err(Mismatch);
        };
        let of = |position: Option<u32>| values.get(position? as usize);
        let rows = positions.map(of);
        let array: ArrayRef = match dimension.r#type {
            ColumnType::Text => Arc::new(
                rows.map(|value| match value {
                    Some(KeyValue::Text(value)) => Some(value.as_str()),
                    _ => None,
                })
                .collect::<StringArray>(),
            ),
            ColumnType::Int => Arc::new(
                rows.map(|value| match value {
                    Some(KeyValue::Integer(value)) => Some(*value),
                    _ => None,
                })
                .collect::<Int64Array>(),
            ),
            ColumnType::Float => Arc::new(
                rows.map(|value| match value {
                    Some(KeyValue::Fraction(value)) => Some(*value),
                    _ => None,
                })
                .collect::<Float64Array>(),
            ),
            ColumnType::Bool => Arc::new(
                rows.map(|value| match value {
                    Some(KeyValue::Flag(value)) => Some(*value),
                    _ => None,
                })
                .collect::<BooleanArray>(),
            ),
            ColumnType::Date => Arc::new(
                rows.map(|value| match value {
                    Some(KeyValue::Day(value)) => Some(*value),
                    _ => None,
                })
                .collect::<Date32Array>(),
            ),
        };
        Ok(array)
    }
}
