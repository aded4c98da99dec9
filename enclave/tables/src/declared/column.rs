//! A column's values on their way to Arrow.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
};

use crate::ColumnType;

use super::cell;

/// Values of one column.
pub(super) enum ColumnBuilder {
    Text(StringBuilder),
    Int(Int64Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
    Date(Date32Builder),
}

impl ColumnBuilder {
    pub(super) fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Int => Self::Int(Int64Builder::new()),
            ColumnType::Float => Self::Float(Float64Builder::new()),
            ColumnType::Bool => Self::Bool(BooleanBuilder::new()),
            ColumnType::Date => Self::Date(Date32Builder::new()),
        }
    }

    /// Appends a checked cell; an empty one is NULL.
    pub(super) fn append(&mut self, text: &str) -> Result<(), String> {
        let value = Some(text).filter(|text| !text.is_empty());
        match self {
            Self::Text(builder) => builder.append_option(value),
            Self::Int(builder) => builder.append_option(value.map(cell::integer).transpose()?),
            Self::Float(builder) => builder.append_option(value.map(cell::float).transpose()?),
            Self::Bool(builder) => builder.append_option(value.map(cell::boolean).transpose()?),
            Self::Date(builder) => builder.append_option(value.map(cell::date).transpose()?),
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::Float(builder) => Arc::new(builder.finish()),
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
        }
    }
}
