//! What is clear without being steps: truths, and CASE with literals.

use datafusion::{
    common::{Column, ScalarValue},
    logical_expr::{Case, Expr},
};
use sekisho_tables::ColumnType;

use super::{Clear, Judge, Reason, branches, literal, scalar::distinct};
use crate::Refusal;

impl Judge<'_> {
    /// A predicate over one column, as a value of true, false and NULL.
    pub(super) fn truth(&self, expr: &Expr) -> Result<Clear, Refusal> {
        let judged = self.single(expr)?;
        let column = self.one_column([&judged.expr].into_iter(), expr)?;
        let level = self.origin(&column, expr)?.level;
        Ok(Clear {
            expr: judged.expr,
            column,
            level,
            r#type: ColumnType::Bool,
            domain: None,
            bounds: None,
            computed: false,
        })
    }

    /// `CASE WHEN … THEN literal … ELSE literal END` over one column.
    pub(super) fn case(&self, case: &Case) -> Result<Clear, Refusal> {
        let whole = Expr::Case(case.clone());
        let mut when = Vec::new();
        let mut values = Vec::new();
        for (condition, value) in branches(case) {
            when.push(self.single(&condition)?.expr);
            values.push(self.branch_value(&value)?);
        }
        values.push(match &case.else_expr {
            Some(value) => self.branch_value(value)?,
            None => ScalarValue::Null,
        });
        let Some(r#type) = common_type(&values) else {
            return Err(self.refused(&whole, Reason::Branches));
        };
        let column = self.one_column(when.iter(), &whole)?;
        let level = self.origin(&column, &whole)?.level;
        let values: Vec<ScalarValue> = values.iter().map(|value| typed(value, r#type)).collect();
        let otherwise = values.last().cloned().unwrap_or(ScalarValue::Null);
        let literal = |value: ScalarValue| Box::new(Expr::Literal(value, None));
        let domain = written(&values, r#type);
        let bounds = bounds(&values);
        let case = Expr::Case(Case {
            expr: None,
            when_then_expr: when
                .into_iter()
                .zip(values)
                .map(|(when, value)| (Box::new(when), literal(value)))
                .collect(),
            else_expr: Some(literal(otherwise)),
        });
        Ok(Clear {
            expr: case,
            column,
            level,
            r#type,
            domain,
            bounds,
            computed: matches!(r#type, ColumnType::Int | ColumnType::Float),
        })
    }

    fn branch_value(&self, value: &Expr) -> Result<ScalarValue, Refusal> {
        literal::constant(value).ok_or_else(|| self.refused(value, Reason::Branches))
    }

    fn one_column<'e>(
        &self,
        exprs: impl Iterator<Item = &'e Expr>,
        whole: &Expr,
    ) -> Result<Column, Refusal> {
        let mut columns: Vec<Column> = exprs.flat_map(Expr::column_refs).cloned().collect();
        columns.sort_unstable();
        columns.dedup();
        match columns.as_slice() {
            [column] => Ok(column.clone()),
            [] => Err(self.refused(whole, Reason::NoColumn)),
            _ => Err(self.refused(whole, Reason::Columns)),
        }
    }
}

/// The type that all values have, NULL aside; an integer is a fraction too.
fn common_type(values: &[ScalarValue]) -> Option<ColumnType> {
    let mut common = None;
    for value in values {
        let r#type = match value {
            ScalarValue::Int64(_) => ColumnType::Int,
            ScalarValue::Float64(_) => ColumnType::Float,
            ScalarValue::Utf8(_) => ColumnType::Text,
            ScalarValue::Boolean(_) => ColumnType::Bool,
            ScalarValue::Date32(_) => ColumnType::Date,
            _ => continue,
        };
        common = match (common, r#type) {
            (None, r#type) => Some(r#type),
            (Some(common), r#type) if common == r#type => Some(common),
            (Some(ColumnType::Int), ColumnType::Float)
            | (Some(ColumnType::Float), ColumnType::Int) => Some(ColumnType::Float),
            _ => return None,
        };
    }
    common
}

/// A value in a type that [`common_type`] found.
fn typed(value: &ScalarValue, r#type: ColumnType) -> ScalarValue {
    match (value, r#type) {
        (ScalarValue::Int64(Some(value)), ColumnType::Float) => {
            ScalarValue::Float64(Some(literal::widened(*value)))
        }
        (value, _) if !value.is_null() => value.clone(),
        (_, ColumnType::Int) => ScalarValue::Int64(None),
        (_, ColumnType::Float) => ScalarValue::Float64(None),
        (_, ColumnType::Text) => ScalarValue::Utf8(None),
        (_, ColumnType::Bool) => ScalarValue::Boolean(None),
        (_, ColumnType::Date) => ScalarValue::Date32(None),
    }
}

/// The texts or integers among the values.
fn written(values: &[ScalarValue], r#type: ColumnType) -> Option<Vec<String>> {
    let values = values.iter().filter(|value| !value.is_null());
    match r#type {
        ColumnType::Text | ColumnType::Int => {
            Some(distinct(values.map(ToString::to_string).collect()))
        }
        ColumnType::Float | ColumnType::Bool | ColumnType::Date => None,
    }
}

fn bounds(values: &[ScalarValue]) -> Option<[f64; 2]> {
    values
        .iter()
        .filter_map(|value| match value {
            ScalarValue::Int64(Some(value)) => Some(literal::widened(*value)),
            ScalarValue::Float64(Some(value)) => Some(*value),
            _ => None,
        })
        .fold(None, |bounds, value| match bounds {
            None => Some([value, value]),
            Some([low, high]) => Some([value.min(low), value.max(high)]),
        })
}
