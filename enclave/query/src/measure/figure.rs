//! Figures over the released values of measures.

use datafusion::{
    arrow::datatypes::DataType,
    common::Column,
    functions::expr_fn::nullif,
    logical_expr::{Expr, cast, lit},
};
use sekisho_tables::ColumnType;

use super::{
    Asked, Measure,
    linear::{Counted, Linear, Piece},
};
use crate::{
    MeasureKind,
    expression::{Clear, Conjunct},
};

/// The measures of a figure, under the aggregate's FILTER.
pub(super) struct Figures {
    filter: Vec<Conjunct>,
    measures: Vec<Measure>,
}

impl Figures {
    pub(super) fn new(filter: Vec<Conjunct>) -> Self {
        Self {
            filter,
            measures: Vec::new(),
        }
    }

    /// The same, of fewer rows.
    pub(super) fn within(mut self, filter: Vec<Conjunct>) -> Self {
        self.filter.extend(filter);
        self
    }

    pub(super) fn individuals(mut self, unit: Clear) -> Asked {
        let figure = self.measure(MeasureKind::Individuals, Some(unit), vec![]);
        self.asked(figure)
    }

    pub(super) fn count(mut self, linear: Linear) -> Asked {
        let figure = self.counted(&linear);
        self.asked(figure)
    }

    pub(super) fn sum(mut self, linear: Linear) -> Asked {
        let figure = self.summed(&linear);
        self.asked(figure)
    }

    /// One mean, or a sum by a count.
    pub(super) fn mean(mut self, linear: Linear) -> Asked {
        if let Some((piece, value)) = single(&linear) {
            let kind = match value.r#type {
                ColumnType::Int => MeasureKind::IntegerMean,
                _ => MeasureKind::Mean,
            };
            let mean = self.measure(kind, Some(value.clone()), piece.filter.clone());
            let figure = shifted(scaled(mean, piece.scale), piece.shift);
            return self.asked(figure);
        }
        let sum = match linear.fraction {
            true => self.summed(&linear),
            false => cast(self.summed(&linear), DataType::Float64),
        };
        let count = cast(self.counted(&linear), DataType::Float64);
        self.asked(sum / nullif(count, lit(0.0)))
    }

    /// A variance or a standard deviation: of `a·x + b` it is that of x times
    /// a², or |a|.
    pub(super) fn spread(mut self, kind: MeasureKind, linear: Linear) -> Option<Asked> {
        let (piece, value) = single(&linear)?;
        let by = match kind {
            MeasureKind::Variance | MeasureKind::VariancePopulation => piece.scale * piece.scale,
            _ => piece.scale.abs(),
        };
        let spread = self.measure(kind, Some(value.clone()), piece.filter.clone());
        Some(self.asked(scaled(spread, by)))
    }

    /// Of fractions a Float64, otherwise an Int64.
    fn summed(&mut self, linear: &Linear) -> Expr {
        let mut terms = Vec::new();
        for Piece {
            scale,
            shift,
            value,
            filter,
        } in &linear.pieces
        {
            if let Some(value) = value.as_ref().filter(|_| *scale != 0.0) {
                let kind = match value.r#type {
                    ColumnType::Int => MeasureKind::IntegerSum,
                    _ => MeasureKind::Sum,
                };
                let sum = self.measure(kind, Some(value.clone()), filter.clone());
                terms.push(match (linear.fraction, kind) {
                    (true, MeasureKind::Sum) => scaled(sum, *scale),
                    (true, _) => scaled(cast(sum, DataType::Float64), *scale),
                    (false, _) => multiplied(sum, *scale),
                });
            }
            if *shift != 0.0 {
                let count = self.measure(MeasureKind::Count, value.clone(), filter.clone());
                terms.push(if linear.fraction {
                    scaled(cast(count, DataType::Float64), *shift)
                } else {
                    multiplied(count, *shift)
                });
            }
        }
        self.total(terms, linear, linear.fraction)
    }

    /// An Int64.
    fn counted(&mut self, linear: &Linear) -> Expr {
        let counts = match &linear.counted {
            Counted::All => vec![self.measure(MeasureKind::Count, None, vec![])],
            Counted::Where(filter) => {
                vec![self.measure(MeasureKind::Count, None, filter.clone())]
            }
            Counted::Pieces => linear
                .pieces
                .iter()
                .map(|piece| {
                    self.measure(
                        MeasureKind::Count,
                        piece.value.clone(),
                        piece.filter.clone(),
                    )
                })
                .collect(),
        };
        self.total(counts, linear, false)
    }

    /// What terms add up to. Without any, a multiple of the rows: nothing.
    fn total(&mut self, terms: Vec<Expr>, linear: &Linear, fraction: bool) -> Expr {
        let total = terms.into_iter().reduce(|sum, term| sum + term);
        total.unwrap_or_else(|| {
            let filter = match (&linear.counted, linear.pieces.as_slice()) {
                (Counted::Where(filter), _) => filter.clone(),
                (_, [piece]) => piece.filter.clone(),
                _ => vec![],
            };
            let rows = self.measure(MeasureKind::Count, None, filter);
            if fraction {
                cast(rows, DataType::Float64) * lit(0.0)
            } else {
                rows * lit(0_i64)
            }
        })
    }

    /// A measure's column; equal measures are one.
    fn measure(
        &mut self,
        kind: MeasureKind,
        argument: Option<Clear>,
        filter: Vec<Conjunct>,
    ) -> Expr {
        let mut conditions: Vec<Conjunct> = Vec::new();
        for condition in self.filter.iter().cloned().chain(filter) {
            if !conditions.contains(&condition) {
                conditions.push(condition);
            }
        }
        let measure = Measure {
            kind,
            argument,
            filter: conditions,
        };
        let index = match self.measures.iter().position(|known| *known == measure) {
            Some(index) => index,
            None => {
                self.measures.push(measure);
                self.measures.len() - 1
            }
        };
        Expr::Column(Column::from_name(format!("m{index}")))
    }

    fn asked(self, figure: Expr) -> Asked {
        let plain = match &figure {
            Expr::Cast(cast) => matches!(cast.expr.as_ref(), Expr::Column(_)),
            figure => matches!(figure, Expr::Column(_)),
        };
        Asked {
            measures: self.measures,
            figure,
            derived: !plain,
        }
    }
}

/// The one piece of an argument that has a value where its column has.
fn single(linear: &Linear) -> Option<(&Piece, &Clear)> {
    match (linear.pieces.as_slice(), &linear.counted) {
        ([piece], Counted::Pieces) => Some((piece, piece.value.as_ref()?)),
        _ => None,
    }
}

fn scaled(figure: Expr, by: f64) -> Expr {
    if by == 1.0 { figure } else { figure * lit(by) }
}

fn shifted(figure: Expr, by: f64) -> Expr {
    if by == 0.0 { figure } else { figure + lit(by) }
}

/// Of whole numbers below 2^53.
fn multiplied(figure: Expr, by: f64) -> Expr {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "sums of integer literals, below 2^53"
    )]
    let by = by as i64;
    if by == 1 { figure } else { figure * lit(by) }
}
