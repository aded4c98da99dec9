//! The functions that are offered over private columns.

use datafusion::{
    common::ScalarValue,
    logical_expr::{Expr, expr::ScalarFunction},
};
use sekisho_tables::ColumnType;

use super::{
    Judge, Reason,
    calendar::{self, Part, Span},
    literal,
    scalar::Stepped,
    step::Step,
};
use crate::Refusal;

/// Beyond it a stride is no bin: a century of days.
const MAX_STRIDE: i32 = 36_600;
/// The digits that `round` is offered for.
const DIGITS: std::ops::RangeInclusive<i64> = -15..=15;

impl<'r> Judge<'r> {
    /// Reads a function of a clear scalar and literals.
    pub(super) fn function(
        &self,
        expr: &Expr,
        function: &ScalarFunction,
    ) -> Result<Stepped<'r>, Refusal> {
        let name = function.name();
        let form = || self.refused(expr, Reason::Function(name.to_owned()));
        let arguments = function.args.as_slice();
        let (operand, literals) = match (name, arguments) {
            ("date_trunc" | "date_part", [unit, operand]) => (operand, std::slice::from_ref(unit)),
            ("date_bin", [_, operand]) | ("date_bin", [_, operand, _]) => (operand, arguments),
            (
                "lower" | "upper" | "btrim" | "substr" | "left" | "floor" | "ceil" | "round"
                | "coalesce",
                [operand, literals @ ..],
            ) => (operand, literals),
            _ => return Err(form()),
        };
        let inner = self.computable(operand)?;
        if inner.function {
            return Err(self.refused(expr, Reason::Nested));
        }
        let constants: Vec<Option<ScalarValue>> = literals.iter().map(literal::constant).collect();
        let number = matches!(inner.output(), ColumnType::Int | ColumnType::Float);
        let widen = |step| match inner.output() {
            ColumnType::Int => vec![Step::Fraction, step],
            _ => vec![step],
        };
        let steps = match (name, inner.output(), constants.as_slice()) {
            ("lower", ColumnType::Text, []) => vec![Step::Lower],
            ("upper", ColumnType::Text, []) => vec![Step::Upper],
            ("btrim", ColumnType::Text, []) => vec![Step::Trim],
            ("left", ColumnType::Text, [Some(ScalarValue::Int64(Some(length)))])
            | (
                "substr",
                ColumnType::Text,
                [
                    Some(ScalarValue::Int64(Some(1))),
                    Some(ScalarValue::Int64(Some(length))),
                ],
            ) => vec![Step::Left(usize::try_from(*length).map_err(|_| form())?)],
            ("floor", _, []) if number => widen(Step::Floor),
            ("ceil", _, []) if number => widen(Step::Ceil),
            ("round", ColumnType::Int, digits) => {
                vec![Step::RoundInteger(digits_of(digits).ok_or_else(form)?)]
            }
            ("round", ColumnType::Float, digits) => {
                vec![Step::Round(digits_of(digits).ok_or_else(form)?)]
            }
            ("date_trunc", ColumnType::Date, [Some(ScalarValue::Utf8(Some(span)))]) => {
                vec![Step::Truncate(Span::named(span).ok_or_else(form)?)]
            }
            ("date_part", ColumnType::Date, [Some(ScalarValue::Utf8(Some(part)))]) => {
                if part.trim_matches(['\'', '"']).eq_ignore_ascii_case("epoch") {
                    vec![Step::Epoch]
                } else {
                    vec![Step::Part(Part::named(part).ok_or_else(form)?)]
                }
            }
            ("date_bin", ColumnType::Date, _) => {
                vec![bin(arguments).ok_or_else(form)?]
            }
            ("coalesce", _, [Some(_)]) => {
                let value = arguments
                    .get(1)
                    .and_then(|value| literal::read(value, inner.output()));
                match value {
                    Some(literal::Literal::OfType(value)) => vec![Step::Or(value)],
                    Some(literal::Literal::Wider(value)) => vec![Step::Fraction, Step::Or(value)],
                    None => return Err(self.refused(expr, Reason::Type)),
                }
            }
            _ => return Err(form()),
        };
        let mut stepped = inner.and(steps);
        stepped.function = true;
        Ok(stepped)
    }
}

fn digits_of(digits: &[Option<ScalarValue>]) -> Option<i32> {
    match digits {
        [] => Some(0),
        [Some(ScalarValue::Int64(Some(digits)))] if DIGITS.contains(digits) => {
            i32::try_from(*digits).ok()
        }
        _ => None,
    }
}

/// `date_bin(INTERVAL '…', day[, DATE '…'])`: whole days, or whole months from a
/// day that every month has.
fn bin(arguments: &[Expr]) -> Option<Step> {
    let (stride, origin) = match arguments {
        [stride, _] => (stride, 0),
        [stride, _, origin] => match literal::read(origin, ColumnType::Date)? {
            literal::Literal::OfType(ScalarValue::Date32(Some(origin))) => (stride, origin),
            _ => return None,
        },
        _ => return None,
    };
    let Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(stride)), _) = stride else {
        return None;
    };
    if stride.nanoseconds != 0 {
        return None;
    }
    let fits = |stride: i32| (1..=MAX_STRIDE).contains(&stride);
    match (stride.months, stride.days) {
        (0, stride) if fits(stride) => Some(Step::BinDays { stride, origin }),
        (stride, 0) if fits(stride) && calendar::day_of_month(origin) <= 28 => {
            Some(Step::BinMonths { stride, origin })
        }
        _ => None,
    }
}
