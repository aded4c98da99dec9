//! Arguments of several pieces: CASE, coalesce, and computed numbers of few values.

use datafusion::logical_expr::{Expr, expr::Case, lit};
use sekisho_tables::ColumnType;

use super::{
    Judge,
    linear::{Counted, Linear, Piece, Purpose, widened},
};
use crate::{
    Refusal,
    expression::{self, Clear, Conjunct},
};

/// The most pieces of one aggregate.
const MAX_PIECES: usize = 32;

impl Judge<'_> {
    /// A piece for each branch, of the rows that no earlier one took.
    pub(super) fn case(
        &self,
        expr: &Expr,
        case: &Case,
        purpose: &Purpose<'_>,
    ) -> Result<Linear, Refusal> {
        let mut read = Vec::new();
        for (condition, value) in expression::branches(case) {
            read.push((Some(condition), self.linear(&value, purpose)?));
        }
        if let Some(value) = &case.else_expr {
            read.push((None, self.linear(value, purpose)?));
        }
        if read.len() > MAX_PIECES || read.iter().any(|(_, value)| !value.is_plain()) {
            let message = "the branches of a CASE are one column or literal each, and not too many";
            return Err(self
                .argument("case", message)
                .at(self.sql, &expression::first_word(expr)));
        }
        let fraction = read.iter().any(|(_, value)| value.fraction);
        let all = case.else_expr.is_some()
            && read
                .iter()
                .all(|(_, value)| matches!(value.counted, Counted::All));
        let mut pieces: Vec<Piece> = Vec::new();
        let mut earlier = Vec::new();
        for (condition, value) in read {
            // Where every row counts, a branch that adds nothing does not matter.
            let matters = !all
                || matches!(purpose, Purpose::Sum(_))
                    && value.pieces.iter().any(|piece| piece.shift != 0.0);
            if matters {
                let mut filter = Vec::new();
                for condition in &earlier {
                    let not = Expr::IsNotTrue(Box::new(Expr::clone(condition)));
                    filter.extend(self.condition(&not)?);
                }
                if let Some(condition) = &condition {
                    filter.extend(self.condition(condition)?);
                }
                pieces.extend(value.pieces.into_iter().map(|piece| Piece {
                    filter: filter.clone(),
                    ..piece
                }));
            }
            earlier.extend(condition);
        }
        Ok(Linear {
            pieces,
            counted: if all { Counted::All } else { Counted::Pieces },
            fraction,
        })
    }

    /// `coalesce(value, literal)`: the value, and the literal where there is none.
    pub(super) fn coalesced(
        &self,
        expr: &Expr,
        value: &Expr,
        instead: &Expr,
        purpose: &Purpose<'_>,
    ) -> Result<Linear, Refusal> {
        let (mut linear, other) = (self.linear(value, purpose)?, self.linear(instead, purpose)?);
        let (column, other) = match (linear.pieces.as_slice(), other.pieces.as_slice()) {
            (
                [
                    Piece {
                        value: Some(column),
                        ..
                    },
                ],
                [other],
            ) if other.value.is_none()
                && matches!(linear.counted, Counted::Pieces)
                && matches!(purpose, Purpose::Sum(_)) =>
            {
                (column.clone(), other.clone())
            }
            _ => return self.value(expr, purpose),
        };
        linear.pieces.push(Piece {
            filter: vec![Conjunct {
                expr: column.expr.is_null(),
                level: column.level,
            }],
            ..other
        });
        linear.fraction |= expression::constant(instead)
            .is_some_and(|value| matches!(value, datafusion::common::ScalarValue::Float64(_)));
        Ok(Linear {
            counted: Counted::All,
            ..linear
        })
    }

    /// A computed number, as a piece for each of the few values that it can have.
    pub(super) fn valued(&self, name: &str, expr: &Expr, clear: &Clear) -> Result<Linear, Refusal> {
        let values: Option<Vec<i64>> = clear
            .domain
            .as_ref()
            .filter(|domain| domain.len() <= MAX_PIECES && clear.r#type == ColumnType::Int)
            .and_then(|domain| domain.iter().map(|value| value.parse().ok()).collect());
        let Some(values) = values else {
            let refusal = self
                .argument(
                    name,
                    "a number that was computed is not summed: its sum could tell of a few",
                )
                .at(self.sql, &expression::first_word(expr));
            return Err(Refusal {
                help: "sum the column itself, with arithmetic around it inside the aggregate; count ranges with FILTER (WHERE …)".to_owned(),
                ..refusal
            });
        };
        let of = |expr: Expr| Conjunct {
            expr,
            level: clear.level,
        };
        let pieces = values
            .into_iter()
            .filter(|value| *value != 0)
            .map(|value| Piece {
                scale: 0.0,
                shift: widened(value),
                value: None,
                filter: vec![of(clear.expr.clone().eq(lit(value)))],
            });
        Ok(Linear {
            pieces: pieces.collect(),
            counted: Counted::Where(vec![of(clear.expr.clone().is_not_null())]),
            fraction: false,
        })
    }
}
