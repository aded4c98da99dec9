//! Clear scalars: one declared column, at most one function, literals.
//!
//! What the visitor wrote is read into steps of our own, which are total, and
//! never passed on.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, StringArray},
        datatypes::DataType,
    },
    common::{Column, ScalarValue},
    logical_expr::{BinaryExpr, Case, Expr, Operator, expr::ScalarFunction},
};
use sekisho_tables::{ColumnType, Role};

use super::{
    Clear, Judge, Reason, branches,
    calendar::{self, Part, Span},
    function, literal,
    step::Step,
};
use crate::{Refusal, label::Origin};

/// Beyond it a literal is no quantity.
const MAX_LITERAL: f64 = 1e15;
/// Beyond it a stride is no bin: a century of days.
const MAX_STRIDE: i32 = 36_600;
/// The digits that `round` is offered for.
const DIGITS: std::ops::RangeInclusive<i64> = -15..=15;

/// A column with the steps that are taken over it.
pub(super) struct Stepped<'r> {
    pub(super) column: Column,
    pub(super) origin: &'r Origin,
    pub(super) declared: &'r sekisho_tables::Column,
    pub(super) steps: Vec<Step>,
    /// Whether one of the steps is a function.
    function: bool,
}

impl<'r> Stepped<'r> {
    /// The type of what comes out.
    pub(super) fn output(&self) -> ColumnType {
        function::output(&self.steps, self.declared.r#type)
    }

    /// What comes out for each declared value of a text column.
    pub(super) fn derived(&self) -> Option<Vec<String>> {
        let domain = self.declared.domain.as_ref()?;
        let values: ArrayRef = Arc::new(StringArray::from_iter_values(domain));
        let derived = function::apply(&self.steps, values).ok()?;
        let derived = derived.as_string_opt::<i32>()?;
        (derived.null_count() == 0).then(|| derived.iter().flatten().map(str::to_owned).collect())
    }

    /// Whether what comes out for NULL is NULL.
    pub(super) fn strict(&self) -> bool {
        !self.steps.iter().any(|step| matches!(step, Step::Or(_)))
    }

    pub(super) fn clear(&self) -> Clear {
        let mut domain = self.derived();
        for step in &self.steps {
            if let (Some(domain), Step::Or(ScalarValue::Utf8(Some(value)))) = (&mut domain, step) {
                domain.push(value.clone());
            }
        }
        let bounds = self.steps.iter().try_fold(
            self.declared.bounds,
            |bounds, step| -> Option<Option<[f64; 2]>> { Some(step.bounds(bounds?)) },
        );
        Clear {
            expr: function::call(
                &self.steps,
                self.declared.r#type,
                Expr::Column(self.column.clone()),
            ),
            column: self.column.clone(),
            level: self.origin.level,
            r#type: self.output(),
            domain: domain.map(distinct),
            bounds: bounds.flatten(),
        }
    }

    fn and(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.steps.extend(steps);
        self
    }
}

/// The values in their order, each once.
pub(super) fn distinct(values: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    values
        .into_iter()
        .filter(|value| seen.insert(value.clone()))
        .collect()
}

impl<'r> Judge<'r> {
    /// Reads a clear scalar.
    pub(super) fn scalar(&self, expr: &Expr) -> Result<Clear, Refusal> {
        match expr {
            Expr::Alias(alias) => self.scalar(&alias.expr),
            Expr::Case(case) => self.case(case),
            Expr::Not(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsNotUnknown(_)
            | Expr::Between(_)
            | Expr::InList(_)
            | Expr::Like(_) => self.truth(expr),
            Expr::BinaryExpr(binary) if !is_arithmetic(binary.op) => self.truth(expr),
            Expr::ScalarFunction(function) if function.name() == "starts_with" => self.truth(expr),
            _ => self.stepped(expr).map(|stepped| stepped.clear()),
        }
    }

    /// A predicate over one column, as a value of true, false and NULL.
    fn truth(&self, expr: &Expr) -> Result<Clear, Refusal> {
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
        })
    }

    /// `CASE WHEN … THEN literal … ELSE literal END` over one column.
    fn case(&self, case: &Case) -> Result<Clear, Refusal> {
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
        Ok(Clear {
            column,
            level,
            r#type,
            domain: (r#type == ColumnType::Text).then(|| {
                let texts = values
                    .iter()
                    .filter_map(|value| value.try_as_str().flatten());
                distinct(texts.map(str::to_owned).collect())
            }),
            bounds: bounds(&values),
            expr: Expr::Case(Case {
                expr: None,
                when_then_expr: when
                    .into_iter()
                    .zip(values.iter().cloned())
                    .map(|(when, value)| (Box::new(when), literal(value)))
                    .collect(),
                else_expr: Some(literal(otherwise)),
            }),
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

    /// Reads steps over a column.
    pub(super) fn stepped(&self, expr: &Expr) -> Result<Stepped<'r>, Refusal> {
        match expr {
            Expr::Alias(alias) => self.stepped(&alias.expr),
            Expr::Column(column) => {
                let origin = self.origin(column, expr)?;
                let declared = origin
                    .column
                    .as_ref()
                    .ok_or_else(|| self.refused(expr, Reason::Unknown))?;
                Ok(Stepped {
                    column: column.clone(),
                    origin,
                    declared,
                    steps: Vec::new(),
                    function: false,
                })
            }
            Expr::Negative(inner) => {
                let inner = self.computable(inner)?;
                match inner.output() {
                    ColumnType::Int => Ok(inner.and([Step::MultiplyInteger(-1)])),
                    ColumnType::Float => Ok(inner.and([Step::Multiply((-1.0).into())])),
                    _ => Err(self.refused(expr, Reason::Type)),
                }
            }
            Expr::Cast(cast) => self.cast(expr, &cast.expr, cast.field.data_type()),
            Expr::TryCast(cast) => self.cast(expr, &cast.expr, cast.field.data_type()),
            Expr::BinaryExpr(binary) if is_arithmetic(binary.op) => self.arithmetic(expr, binary),
            Expr::ScalarFunction(function) => self.function(expr, function),
            _ => Err(self.refused(expr, Reason::Unknown)),
        }
    }

    /// Steps over a column that may be computed with.
    fn computable(&self, expr: &Expr) -> Result<Stepped<'r>, Refusal> {
        let inner = self.stepped(expr)?;
        let named = matches!(inner.declared.role, Role::Unit | Role::Identifier);
        let undeclared = inner.declared.r#type == ColumnType::Text
            && inner.declared.domain.is_none()
            && !inner.origin.is_annotation();
        if named && !inner.origin.is_annotation() {
            Err(self.refused(expr, Reason::Identifier(inner.column.name)))
        } else if undeclared {
            Err(self.refused(expr, Reason::Undeclared(inner.column.name)))
        } else {
            Ok(inner)
        }
    }

    /// Casts that cannot fail.
    fn cast(&self, expr: &Expr, inner: &Expr, to: &DataType) -> Result<Stepped<'r>, Refusal> {
        let inner = self.computable(inner)?;
        match (inner.output(), to) {
            (ColumnType::Int, DataType::Int64)
            | (ColumnType::Float, DataType::Float64)
            | (ColumnType::Bool, DataType::Boolean)
            | (ColumnType::Text, DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8)
            | (ColumnType::Date, DataType::Date32) => Ok(inner),
            (ColumnType::Date, DataType::Timestamp(_, None)) => {
                Ok(inner.and([Step::Truncate(Span::Day)]))
            }
            (ColumnType::Int | ColumnType::Bool, DataType::Float64) => {
                Ok(inner.and([Step::Fraction]))
            }
            (
                ColumnType::Bool,
                DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64,
            ) => Ok(inner.and([Step::Integer])),
            // Parts of a day are small; the engine holds them in 32 bits.
            (ColumnType::Int, DataType::Int32)
                if matches!(inner.steps.last(), Some(Step::Part(_) | Step::Integer)) =>
            {
                Ok(inner)
            }
            _ => Err(self.refused(expr, Reason::Cast)),
        }
    }

    fn arithmetic(&self, expr: &Expr, binary: &BinaryExpr) -> Result<Stepped<'r>, Refusal> {
        let BinaryExpr { left, op, right } = binary;
        let (operand, number, literal_left) =
            match (literal::constant(left), literal::constant(right)) {
                (None, Some(number)) => (left, number, false),
                (Some(number), None) => (right, number, true),
                (None, None) => {
                    // What is wrong with one of the sides is more to the point.
                    self.computable(left)?;
                    self.computable(right)?;
                    return Err(self.refused(expr, Reason::Columns));
                }
                (Some(_), Some(_)) => return Err(self.refused(expr, Reason::NoColumn)),
            };
        if literal_left && *op == Operator::Divide {
            return Err(self.refused(expr, Reason::Division));
        }
        let operand = self.computable(operand)?;
        let steps = match (operand.output(), &number) {
            (ColumnType::Int, ScalarValue::Int64(Some(value)))
                if literal::widened(*value).abs() <= MAX_LITERAL =>
            {
                let value = *value;
                match (op, literal_left) {
                    (Operator::Plus, _) => vec![Step::AddInteger(value)],
                    (Operator::Minus, false) => vec![Step::AddInteger(-value)],
                    (Operator::Minus, true) => {
                        vec![Step::MultiplyInteger(-1), Step::AddInteger(value)]
                    }
                    (Operator::Multiply, _) => vec![Step::MultiplyInteger(value)],
                    (Operator::Divide, _) if value != 0 => vec![Step::DivideInteger(value)],
                    _ => return Err(self.refused(expr, Reason::Division)),
                }
            }
            (r#type @ (ColumnType::Int | ColumnType::Float), number) => {
                let value = match number {
                    ScalarValue::Int64(Some(value)) => literal::widened(*value),
                    ScalarValue::Float64(Some(value)) => *value,
                    _ => return Err(self.refused(expr, Reason::Type)),
                };
                if value.abs() > MAX_LITERAL {
                    return Err(self.refused(expr, Reason::Literal));
                }
                let mut steps = Vec::new();
                if r#type == ColumnType::Int {
                    steps.push(Step::Fraction);
                }
                match (op, literal_left) {
                    (Operator::Plus, _) => steps.push(Step::Add(value.into())),
                    (Operator::Minus, false) => steps.push(Step::Add((-value).into())),
                    (Operator::Minus, true) => {
                        steps.extend([Step::Multiply((-1.0).into()), Step::Add(value.into())]);
                    }
                    (Operator::Multiply, _) => steps.push(Step::Multiply(value.into())),
                    (Operator::Divide, _) if value != 0.0 => steps.push(Step::Divide(value.into())),
                    _ => return Err(self.refused(expr, Reason::Division)),
                }
                steps
            }
            _ => return Err(self.refused(expr, Reason::Type)),
        };
        Ok(operand.and(steps))
    }

    fn function(&self, expr: &Expr, function: &ScalarFunction) -> Result<Stepped<'r>, Refusal> {
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

fn is_arithmetic(op: Operator) -> bool {
    matches!(
        op,
        Operator::Plus | Operator::Minus | Operator::Multiply | Operator::Divide | Operator::Modulo
    )
}

/// The type that all values have, NULL aside; an integer is a fraction too.
pub(crate) fn common_type(values: &[ScalarValue]) -> Option<ColumnType> {
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
