//! Functions over released figures: those that are offered, by name.
//!
//! Each is total in size: what it makes is no larger than what it is given, so
//! that a short query cannot fill a worker's memory. Joining texts is the
//! exception, and counted. And each gives the same for the same: nothing of
//! chance, of the clock, or of the machine, since a question that is asked
//! again is answered by what was released before.

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, Operator, WindowFunctionDefinition},
};

/// Scalar functions.
pub(crate) const SCALARS: &[&str] = &[
    // Numbers.
    "abs",
    "acos",
    "asin",
    "atan",
    "atan2",
    "cbrt",
    "ceil",
    "cos",
    "degrees",
    "exp",
    "floor",
    "gcd",
    "isnan",
    "iszero",
    "lcm",
    "ln",
    "log",
    "log10",
    "log2",
    "nanvl",
    "pi",
    "power",
    "radians",
    "round",
    "signum",
    "sin",
    "sqrt",
    "tan",
    "tanh",
    "trunc",
    // Of several.
    "coalesce",
    "greatest",
    "least",
    "nullif",
    "nvl",
    "nvl2",
    // Texts.
    "ascii",
    "bit_length",
    "btrim",
    "character_length",
    "concat",
    "concat_ws",
    "contains",
    "ends_with",
    "initcap",
    "left",
    "lower",
    "ltrim",
    "octet_length",
    "reverse",
    "right",
    "rtrim",
    "split_part",
    "starts_with",
    "strpos",
    "substr",
    "translate",
    "upper",
    // Days.
    "date_bin",
    "date_part",
    "date_trunc",
];

/// Aggregate functions, which may stand over a window too.
pub(crate) const AGGREGATES: &[&str] = &[
    "avg",
    "bool_and",
    "bool_or",
    "corr",
    "count",
    "covar_pop",
    "covar_samp",
    "max",
    "median",
    "min",
    "percentile_cont",
    "regr_avgx",
    "regr_avgy",
    "regr_count",
    "regr_intercept",
    "regr_r2",
    "regr_slope",
    "regr_sxx",
    "regr_sxy",
    "regr_syy",
    "stddev",
    "stddev_pop",
    "sum",
    "var",
    "var_pop",
];

/// Window functions.
pub(crate) const WINDOWS: &[&str] = &[
    "cume_dist",
    "dense_rank",
    "first_value",
    "lag",
    "last_value",
    "lead",
    "nth_value",
    "ntile",
    "percent_rank",
    "rank",
    "row_number",
];

/// What an expression is, by its outermost part.
pub(super) enum Offer {
    /// It may stand over released figures.
    Offered,
    /// It may, and joins so many more texts.
    JoinsTexts(usize),
    /// It may not: a function or an operator of this name.
    Refused(String),
    /// It holds a query of its own.
    Subquery,
}

/// Judges an expression by its outermost part. Every kind is decided by name.
pub(super) fn offer(expr: &Expr) -> Offer {
    match expr {
        Expr::Alias(_)
        | Expr::Column(_)
        | Expr::Like(_)
        | Expr::Not(_)
        | Expr::IsNotNull(_)
        | Expr::IsNull(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::IsNotUnknown(_)
        | Expr::Negative(_)
        | Expr::Between(_)
        | Expr::Case(_)
        | Expr::InList(_) => Offer::Offered,
        Expr::Literal(value, _) => plain(&value.data_type(), "a list or structure"),
        Expr::Cast(cast) => plain(cast.field.data_type(), "cast"),
        Expr::TryCast(cast) => plain(cast.field.data_type(), "try_cast"),
        Expr::BinaryExpr(binary) => operator(binary.op),
        Expr::ScalarFunction(function) => match (function.name(), function.args.len()) {
            ("concat" | "concat_ws", texts) => Offer::JoinsTexts(texts),
            (name, _) => listed(name, SCALARS),
        },
        Expr::AggregateFunction(function) => listed(function.func.name(), AGGREGATES),
        Expr::WindowFunction(function) => match &function.fun {
            WindowFunctionDefinition::AggregateUDF(function) => listed(function.name(), AGGREGATES),
            WindowFunctionDefinition::WindowUDF(function) => listed(function.name(), WINDOWS),
        },
        Expr::Exists(_) | Expr::InSubquery(_) | Expr::ScalarSubquery(_) => Offer::Subquery,
        Expr::SimilarTo(_) => Offer::Refused("similar".to_owned()),
        Expr::SetComparison(_) => Offer::Refused("any".to_owned()),
        Expr::ScalarVariable(..) => Offer::Refused("a variable".to_owned()),
        Expr::Placeholder(_) => Offer::Refused("a placeholder".to_owned()),
        Expr::OuterReferenceColumn(..) => Offer::Refused("a column of an outer query".to_owned()),
        Expr::GroupingSet(_) => Offer::Refused("grouping sets".to_owned()),
        Expr::Unnest(_) => Offer::Refused("unnest".to_owned()),
        Expr::HigherOrderFunction(_) | Expr::Lambda(_) | Expr::LambdaVariable(_) => {
            Offer::Refused("a lambda".to_owned())
        }
        #[expect(deprecated, reason = "decided by name, like the others")]
        Expr::Wildcard { .. } => Offer::Refused("*".to_owned()),
    }
}

fn listed(name: &str, offered: &[&str]) -> Offer {
    if offered.contains(&name) {
        Offer::Offered
    } else {
        Offer::Refused(name.to_owned())
    }
}

fn operator(op: Operator) -> Offer {
    match op {
        Operator::Eq
        | Operator::NotEq
        | Operator::Lt
        | Operator::LtEq
        | Operator::Gt
        | Operator::GtEq
        | Operator::Plus
        | Operator::Minus
        | Operator::Multiply
        | Operator::Divide
        | Operator::IntegerDivide
        | Operator::Modulo
        | Operator::And
        | Operator::Or
        | Operator::IsDistinctFrom
        | Operator::IsNotDistinctFrom
        | Operator::LikeMatch
        | Operator::ILikeMatch
        | Operator::NotLikeMatch
        | Operator::NotILikeMatch
        | Operator::BitwiseAnd
        | Operator::BitwiseOr
        | Operator::BitwiseXor
        | Operator::BitwiseShiftRight
        | Operator::BitwiseShiftLeft => Offer::Offered,
        Operator::StringConcat => Offer::JoinsTexts(1),
        Operator::RegexMatch
        | Operator::RegexIMatch
        | Operator::RegexNotMatch
        | Operator::RegexNotIMatch
        | Operator::AtArrow
        | Operator::ArrowAt
        | Operator::Arrow
        | Operator::LongArrow
        | Operator::HashArrow
        | Operator::HashLongArrow
        | Operator::AtAt
        | Operator::HashMinus
        | Operator::AtQuestion
        | Operator::Question
        | Operator::QuestionAnd
        | Operator::QuestionPipe
        | Operator::Colon => Offer::Refused(op.to_string()),
    }
}

/// One value, not a list of values, and none whose size its type hides.
fn plain(data_type: &DataType, name: &str) -> Offer {
    if data_type.is_numeric()
        || data_type.is_temporal()
        || data_type.is_string()
        || matches!(data_type, DataType::Null | DataType::Boolean)
    {
        Offer::Offered
    } else {
        Offer::Refused(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::HashSet;

    use datafusion::logical_expr::Volatility;

    use super::*;

    #[test]
    fn every_offered_function_exists_and_gives_the_same_for_the_same() {
        let state = crate::session::state().unwrap();
        let scalars = state.scalar_functions().values();
        let scalars: HashSet<&str> = scalars
            .filter(|function| function.signature().volatility == Volatility::Immutable)
            .map(|function| function.name())
            .collect();
        let aggregates = state.aggregate_functions().values();
        let aggregates: HashSet<&str> = aggregates
            .filter(|function| function.signature().volatility == Volatility::Immutable)
            .map(|function| function.name())
            .collect();
        let windows = state.window_functions().values();
        let windows: HashSet<&str> = windows
            .filter(|function| function.signature().volatility == Volatility::Immutable)
            .map(|function| function.name())
            .collect();
        for (offered, known) in [
            (SCALARS, scalars),
            (AGGREGATES, aggregates),
            (WINDOWS, windows),
        ] {
            let unknown: Vec<_> = offered
                .iter()
                .filter(|name| !known.contains(*name))
                .collect();
            assert!(unknown.is_empty(), "{unknown:?}");
        }
    }
}
