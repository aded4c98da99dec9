//! What a query's predicates say of variants, as far as it lets files be skipped.

use std::collections::BTreeSet;

use datafusion::{
    common::ScalarValue,
    logical_expr::{Between, BinaryExpr, Expr, Operator, expr::InList},
};
use sekisho_tables::Near;

/// What a predicate says; none if nothing that helps.
pub(super) fn near(predicate: &Expr) -> Option<Near> {
    match predicate {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
            Operator::And => match (near(left), near(right)) {
                (Some(one), Some(other)) => Some(one.and(other)),
                (one, other) => one.or(other),
            },
            Operator::Or => Some(near(left)?.or(near(right)?)),
            _ => compared(column(left)?, *op, literal(right)?),
        },
        Expr::InList(InList {
            expr,
            list,
            negated: false,
        }) => {
            let column = column(expr)?;
            let mut each = list
                .iter()
                .map(|value| compared(column, Operator::Eq, literal(value)?));
            let first = each.next()??;
            each.try_fold(first, |all, value| Some(all.or(value?)))
        }
        Expr::Between(Between {
            expr,
            negated: false,
            low,
            high,
        }) => {
            let column = column(expr)?;
            let low = compared(column, Operator::GtEq, literal(low)?)?;
            Some(low.and(compared(column, Operator::LtEq, literal(high)?)?))
        }
        _ => None,
    }
}

fn column(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Column(column) => Some(&column.name),
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<&ScalarValue> {
    match expr {
        Expr::Literal(value, _) => Some(value),
        _ => None,
    }
}

fn compared(column: &str, op: Operator, value: &ScalarValue) -> Option<Near> {
    let anywhere = Near::default();
    match (column, op, value) {
        ("chrom", Operator::Eq, ScalarValue::Utf8(Some(text))) => Some(Near {
            chroms: Some(BTreeSet::from([text.clone()])),
            ..anywhere
        }),
        ("gene", Operator::Eq, ScalarValue::Utf8(Some(text))) => Some(Near {
            genes: Some(BTreeSet::from([text.clone()])),
            ..anywhere
        }),
        ("pos", op, ScalarValue::Int64(Some(pos))) => {
            let pos = match op {
                Operator::Eq => (*pos, *pos),
                Operator::Lt | Operator::LtEq => (i64::MIN, *pos),
                Operator::Gt | Operator::GtEq => (*pos, i64::MAX),
                _ => return None,
            };
            Some(Near {
                pos: Some(pos),
                ..anywhere
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::{col, lit};

    use super::*;

    fn genes(names: &[&str]) -> Near {
        Near {
            genes: Some(names.iter().map(|&name| name.to_owned()).collect()),
            ..Near::default()
        }
    }

    #[test]
    fn what_helps_is_taken_and_the_rest_is_left() {
        let a = || col("gene").eq(lit("A"));
        let pos = |low, high| Near {
            pos: Some((low, high)),
            ..Near::default()
        };
        for (predicate, expected) in [
            (a(), Some(genes(&["A"]))),
            (a().or(col("gene").eq(lit("B"))), Some(genes(&["A", "B"]))),
            (
                col("gene").in_list(vec![lit("A"), lit("B")], false),
                Some(genes(&["A", "B"])),
            ),
            (a().and(col("kind").eq(lit("snv"))), Some(genes(&["A"]))),
            (a().and(col("gene").eq(lit("B"))), Some(genes(&[]))),
            (col("pos").between(lit(5_i64), lit(9_i64)), Some(pos(5, 9))),
            (
                col("pos").gt(lit(5_i64)).and(col("pos").lt(lit(9_i64))),
                Some(pos(5, 9)),
            ),
            // Either may be elsewhere.
            (a().or(col("kind").eq(lit("snv"))), None),
            (a().or(col("pos").eq(lit(5_i64))), Some(Near::default())),
            (col("gene").in_list(vec![lit("A")], true), None),
            (col("gene").not_eq(lit("A")), None),
            (col("gene").eq(col("kind")), None),
            (col("gene").like(lit("A%")), None),
        ] {
            assert_eq!(near(&predicate), expected, "{predicate}");
        }
    }
}
