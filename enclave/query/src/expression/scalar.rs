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
    logical_expr::{BinaryExpr, Expr, Operator},
};
use sekisho_tables::{ColumnType, Role};

use super::{Clear, Judge, Reason, calendar::Span, function, literal, step::Step};
use crate::{Refusal, label::Origin};

/// Beyond it a literal is no quantity.
const MAX_LITERAL: f64 = 1e15;

/// A column with the steps that are taken over it.
pub(super) struct Stepped<'r> {
    pub(super) column: Column,
    pub(super) origin: &'r Origin,
    pub(super) declared: &'r sekisho_tables::Column,
    pub(super) steps: Vec<Step>,
    /// Whether one of the steps is a function.
    pub(super) function: bool,
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
        let mut domain = match self.steps.as_slice() {
            [Step::Integer] => Some(vec!["0".to_owned(), "1".to_owned()]),
            _ => self.derived(),
        };
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
            computed: self.origin.computed || !self.steps.iter().all(Step::is_natural),
        }
    }

    pub(super) fn and(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
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
    pub(super) fn computable(&self, expr: &Expr) -> Result<Stepped<'r>, Refusal> {
        let inner = self.stepped(expr)?;
        let named = matches!(inner.declared.role, Role::Unit | Role::Identifier);
        let undeclared = inner.declared.is_undeclared() && !inner.origin.is_annotation();
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
        if *op == Operator::Modulo {
            return Err(self.refused(expr, Reason::Function("%".to_owned())));
        }
        let (operand, number, literal_left) =
            match (literal::constant(left), literal::constant(right)) {
                (None, Some(number)) => (left, number, false),
                (Some(number), None) => (right, number, true),
                (None, None) => {
                    // What is wrong with one of the sides is more to the point.
                    for side in [left, right] {
                        if matches!(side.as_ref(), Expr::Literal(..)) {
                            return Err(self.refused(expr, Reason::Type));
                        }
                        self.computable(side)?;
                    }
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
}

fn is_arithmetic(op: Operator) -> bool {
    matches!(
        op,
        Operator::Plus | Operator::Minus | Operator::Multiply | Operator::Divide | Operator::Modulo
    )
}
