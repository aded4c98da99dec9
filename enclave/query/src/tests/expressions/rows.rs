//! Rows of individuals to evaluate expressions over.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray},
    record_batch::RecordBatch,
};
use datafusion::{datasource::MemTable, logical_expr::Expr, prelude::SessionContext};

use super::super::Dataset;
use crate::session;

/// Rows of individuals.
pub(super) struct Rows(RecordBatch);

impl Rows {
    pub(super) fn ordinary() -> Self {
        let date = |text: &str| {
            use arrow::compute::kernels::cast_utils::Parser;
            arrow::datatypes::Date32Type::parse(text)
        };
        Self::of(
            vec![
                Some(0),
                Some(39),
                Some(40),
                Some(41),
                Some(59),
                Some(120),
                None,
                Some(64),
            ],
            vec![
                Some(0.0),
                Some(49.95),
                Some(50.0),
                Some(-0.0),
                Some(399.99),
                Some(72.25),
                None,
                Some(60.5),
            ],
            vec![
                Some("female"),
                Some("male"),
                None,
                Some("male"),
                Some("female"),
                Some("female"),
                Some("male"),
                None,
            ],
            vec![
                Some("lung"),
                Some("liver"),
                Some("bone"),
                None,
                Some("lung"),
                Some("liver"),
                None,
                Some("bone"),
            ],
            vec![
                date("1970-01-01"),
                date("1969-12-31"),
                date("2016-02-29"),
                date("2015-06-01"),
                date("2017-12-31"),
                date("2021-01-03"),
                None,
                date("1900-03-01"),
            ],
        )
    }

    pub(super) fn extreme() -> Self {
        Self::of(
            vec![
                Some(i64::MIN),
                Some(i64::MAX),
                Some(-1),
                Some(0),
                Some(i64::MIN + 1),
                Some(1 << 53),
                None,
                Some(1),
            ],
            vec![
                Some(1e308),
                Some(-1e308),
                Some(f64::MAX),
                Some(f64::MIN),
                Some(f64::MIN_POSITIVE),
                Some(-0.0),
                None,
                Some(5e-324),
            ],
            vec![
                Some(""),
                Some("   "),
                Some("ß"),
                Some("\u{0}"),
                Some("İ"),
                Some("🧬🧬🧬🧬"),
                None,
                Some("x"),
            ],
            vec![
                Some(""),
                Some("%"),
                Some("_"),
                Some("\\"),
                Some("'"),
                Some("lung"),
                None,
                Some("LUNG"),
            ],
            vec![
                Some(i32::MIN),
                Some(i32::MAX),
                Some(0),
                Some(-106_752),
                Some(106_751),
                Some(-719_528),
                None,
                Some(95_026_601),
            ],
        )
    }

    fn of(
        ages: Vec<Option<i64>>,
        weights: Vec<Option<f64>>,
        sexes: Vec<Option<&str>>,
        diagnoses: Vec<Option<&str>>,
        days: Vec<Option<i32>>,
    ) -> Self {
        let smokers: BooleanArray = (0..ages.len())
            .map(|n| match n % 3 {
                0 => Some(true),
                1 => Some(false),
                _ => None,
            })
            .collect();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("age", Arc::new(Int64Array::from(ages))),
            ("weight", Arc::new(Float64Array::from(weights))),
            ("sex", Arc::new(StringArray::from(sexes))),
            ("diagnosis", Arc::new(StringArray::from(diagnoses))),
            ("registered_on", Arc::new(Date32Array::from(days))),
            ("smoker", Arc::new(smokers)),
        ];
        Self(
            RecordBatch::try_from_iter_with_nullable(
                columns.into_iter().map(|(name, array)| (name, array, true)),
            )
            .unwrap(),
        )
    }

    fn context(&self) -> SessionContext {
        let context = SessionContext::new_with_state(session::state().unwrap());
        let table = MemTable::try_new(self.0.schema(), vec![vec![self.0.clone()]]).unwrap();
        context
            .register_table("individuals", Arc::new(table))
            .unwrap();
        context
    }

    pub(super) async fn evaluate(&self, expr: Expr) -> datafusion::error::Result<ArrayRef> {
        let rows = self.context().table("individuals").await?;
        let batches = rows.select(vec![expr.alias("x")])?.collect().await?;
        Ok(Arc::clone(batches[0].column(0)))
    }

    pub(super) async fn select(&self, sql: &str) -> datafusion::error::Result<ArrayRef> {
        let sql = format!("SELECT {sql} AS x FROM individuals");
        let batches = self.context().sql(&sql).await?.collect().await?;
        Ok(Arc::clone(batches[0].column(0)))
    }
}

/// A table's columns and the rows they are evaluated over have the same types.
#[test]
fn the_rows_have_the_catalogues_types() {
    let dataset = Dataset::new();
    let table = dataset.snapshot.catalogue().table("individuals").unwrap();
    let rows = Rows::ordinary();
    let schema = rows.0.schema();
    for column in &table.columns {
        if let Ok(field) = schema.field_with_name(&column.name) {
            assert_eq!(*field.data_type(), session::data_type(column.r#type));
        }
    }
}
