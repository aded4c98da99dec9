//! What an aggregate is of: a sum of pieces, each of some rows only.
//!
//! `CASE WHEN p THEN 2 * x + 1 ELSE 5 END` has two pieces: `2 * x + 1` where p
//! is true, and 5 where it is not.

use datafusion::{
    arrow::datatypes::DataType,
    common::ScalarValue,
    logical_expr::{BinaryExpr, Expr, ExprSchemable, Operator},
};
use sekisho_tables::{ColumnType, Role};

use super::Judge;
use crate::{
    Refusal,
    expression::{self, Clear, Conjunct},
};

/// Beyond it a literal is no quantity.
const MAX_LITERAL: f64 = 1e15;

/// `scale · value + shift`, or just `shift`, of the rows that pass the filter.
#[derive(Clone)]
pub(super) struct Piece {
    pub(super) scale: f64,
    pub(super) shift: f64,
    pub(super) value: Option<Clear>,
    pub(super) filter: Vec<Conjunct>,
}

/// Which rows an aggregate's argument has a value for.
#[derive(Clone)]
pub(super) enum Counted {
    /// Every row.
    All,
    /// Those that pass.
    Where(Vec<Conjunct>),
    /// Those of the pieces, where their values are not NULL.
    Pieces,
}

/// The argument of an aggregate.
#[derive(Clone)]
pub(super) struct Linear {
    pub(super) pieces: Vec<Piece>,
    pub(super) counted: Counted,
    /// Whether the engine computes it with fractions.
    pub(super) fraction: bool,
}

impl Linear {
    fn of(piece: Piece, counted: Counted) -> Self {
        Self {
            pieces: vec![piece],
            counted,
            fraction: false,
        }
    }

    fn constant(value: f64, fraction: bool) -> Self {
        Self {
            fraction,
            ..Self::of(
                Piece {
                    scale: 0.0,
                    shift: value,
                    value: None,
                    filter: vec![],
                },
                Counted::All,
            )
        }
    }

    /// Of a scalar as it is.
    fn value(value: Clear) -> Self {
        Self {
            fraction: value.r#type == ColumnType::Float,
            ..Self::of(
                Piece {
                    scale: 1.0,
                    shift: 0.0,
                    value: Some(value),
                    filter: vec![],
                },
                Counted::Pieces,
            )
        }
    }

    fn times(mut self, by: f64) -> Self {
        for piece in &mut self.pieces {
            piece.scale *= by;
            piece.shift *= by;
        }
        self
    }

    fn plus(mut self, literal: f64) -> Self {
        let filter = match &self.counted {
            Counted::Pieces => {
                for piece in &mut self.pieces {
                    piece.shift += literal;
                }
                return self;
            }
            // There may be rows with a value but in none of the pieces.
            Counted::All => vec![],
            Counted::Where(filter) => filter.clone(),
        };
        self.pieces.push(Piece {
            scale: 0.0,
            shift: literal,
            value: None,
            filter,
        });
        self
    }

    /// Whether it is one value or literal of every row.
    pub(super) fn is_plain(&self) -> bool {
        !matches!(self.counted, Counted::Where(_))
            && match self.pieces.as_slice() {
                [] => true,
                [piece] => piece.filter.is_empty(),
                _ => false,
            }
    }
}

/// What an aggregate wants of its argument.
pub(super) enum Purpose<'n> {
    /// Whether there is a value is what matters.
    Count,
    /// Numbers; the name of the aggregate.
    Sum(&'n str),
}

impl Judge<'_> {
    /// What `count` counts: rows for which the argument has a value.
    pub(super) fn counted(&self, argument: &Expr) -> Result<Linear, Refusal> {
        self.of_rows("count", argument, &Purpose::Count)
    }

    /// What `sum`, `avg` and the like are of.
    pub(super) fn summed(&self, name: &str, argument: &Expr) -> Result<Linear, Refusal> {
        self.of_rows(name, argument, &Purpose::Sum(name))
    }

    fn of_rows(
        &self,
        name: &str,
        argument: &Expr,
        purpose: &Purpose<'_>,
    ) -> Result<Linear, Refusal> {
        let linear = self.linear(argument, purpose)?;
        if linear.pieces.is_empty() && matches!(linear.counted, Counted::Pieces) {
            return Err(self.argument(name, "what is aggregated is always NULL"));
        }
        Ok(linear)
    }

    pub(super) fn linear(&self, expr: &Expr, purpose: &Purpose<'_>) -> Result<Linear, Refusal> {
        if let Some(value) = expression::constant(expr) {
            return self.constant(expr, &value, purpose);
        }
        match expr {
            Expr::Alias(alias) => self.linear(&alias.expr, purpose),
            Expr::Case(case) => self.case(expr, case, purpose),
            Expr::Negative(inner) => Ok(self.linear(inner, purpose)?.times(-1.0)),
            Expr::Cast(cast) if self.is_truth(&cast.expr) => {
                self.truth(expr, &cast.expr, cast.field.data_type(), purpose)
            }
            Expr::Cast(cast) if *cast.field.data_type() == DataType::Float64 => {
                let inner = self.linear(&cast.expr, purpose)?;
                Ok(Linear {
                    fraction: true,
                    ..inner
                })
            }
            Expr::ScalarFunction(function) if function.name() == "coalesce" => {
                match function.args.as_slice() {
                    [value, instead] => self.coalesced(expr, value, instead, purpose),
                    _ => self.value(expr, purpose),
                }
            }
            Expr::BinaryExpr(binary) => match self.arithmetic(binary, purpose)? {
                Some(linear) => Ok(linear),
                None => self.value(expr, purpose),
            },
            _ => self.value(expr, purpose),
        }
    }

    fn constant(
        &self,
        expr: &Expr,
        value: &ScalarValue,
        purpose: &Purpose<'_>,
    ) -> Result<Linear, Refusal> {
        match (value, purpose) {
            (value, _) if value.is_null() => Ok(Linear {
                pieces: vec![],
                counted: Counted::Pieces,
                fraction: false,
            }),
            (_, Purpose::Count) => Ok(Linear::constant(1.0, false)),
            (value, Purpose::Sum(name)) => match number(value) {
                Some((number, fraction)) if number.abs() <= MAX_LITERAL => {
                    Ok(Linear::constant(number, fraction))
                }
                _ => Err(self.no_number(name, expr)),
            },
        }
    }

    /// True and false as 1 and 0.
    fn truth(
        &self,
        expr: &Expr,
        truth: &Expr,
        to: &DataType,
        purpose: &Purpose<'_>,
    ) -> Result<Linear, Refusal> {
        let fraction = match to {
            DataType::Float64 => true,
            to if to.is_signed_integer() => false,
            _ => return self.value(expr, purpose),
        };
        let known = Expr::IsNotUnknown(Box::new(truth.clone()));
        Ok(Linear {
            pieces: vec![Piece {
                scale: 0.0,
                shift: 1.0,
                value: None,
                filter: self.condition(truth)?,
            }],
            counted: Counted::Where(self.condition(&known)?),
            fraction,
        })
    }

    /// A linear function of one operand; none if it is another one.
    fn arithmetic(
        &self,
        binary: &BinaryExpr,
        purpose: &Purpose<'_>,
    ) -> Result<Option<Linear>, Refusal> {
        let BinaryExpr { left, op, right } = binary;
        let constant = |side: &Expr| expression::constant(side).as_ref().and_then(number);
        let (operand, (literal, of_fraction), literal_left) =
            match (constant(left), constant(right)) {
                (None, Some(literal)) => (left, literal, false),
                (Some(literal), None) => (right, literal, true),
                _ => return Ok(None),
            };
        if literal.abs() > MAX_LITERAL {
            return Ok(None);
        }
        let linear = match op {
            Operator::Plus | Operator::Minus | Operator::Multiply | Operator::Divide => {
                self.linear(operand, purpose)?
            }
            _ => return Ok(None),
        };
        let fraction = linear.fraction || of_fraction;
        let linear = match (op, literal_left) {
            (Operator::Plus, _) => linear.plus(literal),
            (Operator::Minus, false) => linear.plus(-literal),
            (Operator::Minus, true) => linear.times(-1.0).plus(literal),
            (Operator::Multiply, _) => linear.times(literal),
            // Of integers it is cut towards zero, and not linear.
            (Operator::Divide, false) if fraction && literal != 0.0 => linear.times(1.0 / literal),
            _ => return Ok(None),
        };
        // What is whole must be added without error: 2^53.
        let exact = linear
            .pieces
            .iter()
            .all(|piece| piece.scale.abs() < 9e15 && piece.shift.abs() < 9e15);
        Ok(exact.then_some(Linear { fraction, ..linear }))
    }

    pub(super) fn value(&self, expr: &Expr, purpose: &Purpose<'_>) -> Result<Linear, Refusal> {
        let clear = self.clear(expr)?;
        if let Purpose::Sum(name) = purpose {
            let named = self
                .declared(&clear)
                .is_some_and(|(_, column)| matches!(column.role, Role::Unit | Role::Identifier));
            if named || !matches!(clear.r#type, ColumnType::Int | ColumnType::Float) {
                return Err(self.no_number(name, expr));
            }
            if clear.computed {
                return self.valued(name, expr, &clear);
            }
        }
        Ok(Linear::value(clear))
    }

    /// Whether an expression is true, false or NULL.
    fn is_truth(&self, expr: &Expr) -> bool {
        expr.get_type(self.relation.schema())
            .is_ok_and(|found| found == DataType::Boolean)
    }

    fn no_number(&self, name: &str, expr: &Expr) -> Refusal {
        let word = expression::first_word(expr);
        let message = match expr {
            Expr::Column(column) => format!("`{}` is not a number", column.name),
            _ => "what is aggregated is not a number".to_owned(),
        };
        self.argument(name, &message).at(self.sql, &word)
    }
}

/// A number, and whether it is a fraction.
fn number(value: &ScalarValue) -> Option<(f64, bool)> {
    match value {
        ScalarValue::Int64(Some(value)) => Some((widened(*value), false)),
        ScalarValue::Float64(Some(value)) => Some((*value, true)),
        _ => None,
    }
}

/// Beyond 2^53 literals are refused by their size.
#[expect(
    clippy::cast_precision_loss,
    reason = "as SQL widens an integer to a fraction"
)]
pub(super) fn widened(value: i64) -> f64 {
    value as f64
}
