//! Why a query does not plan, in our words: the engine's repeat literals.

use std::ops::ControlFlow;

use datafusion::{
    common::{DataFusionError, SchemaError, utils::datafusion_strsim::levenshtein},
    execution::SessionState,
    sql::{
        parser::Statement as Parsed,
        sqlparser::ast::{
            Expr as SqlExpr, ObjectNamePart, Spanned as _, visit_expressions, visit_relations,
        },
    },
};
use sekisho_tables::Catalogue;

use super::invalid;
use crate::{
    Place, Refusal, Rule,
    label::{AGGREGATES, SCALARS, WINDOWS},
    rewrite,
    statement::Statement,
};

/// A refusal in place of the engine's text.
pub(super) fn refusal(
    error: &DataFusionError,
    statement: &Statement,
    state: &SessionState,
    catalogue: &Catalogue,
) -> Refusal {
    let sql = &statement.sql;
    let noted = error.diagnostic().and_then(|noted| noted.span);
    let refusal = match error.find_root() {
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound {
                field,
                valid_fields,
            } => {
                let mut names: Vec<&str> = valid_fields
                    .iter()
                    .map(|field| field.name.as_str())
                    .collect();
                names.sort_unstable();
                names.dedup();
                Refusal::new(
                    Rule::UnknownColumn,
                    format!("there is no column `{}` here", field.name),
                    format!("the columns are: {}", names.join(", ")),
                )
                .at_place(Place::of_plan(field.spans.first()))
                .at_place(Place::of_plan(noted))
                .at(sql, &field.name)
                .with_rewrite(rewrite::quoted(sql, &field.name, catalogue))
            }
            SchemaError::AmbiguousReference { field } => Refusal::new(
                Rule::UnknownColumn,
                format!("`{}` could be a column of several tables", field.name),
                "write the table's name or alias before it, with a dot between",
            )
            .at_place(Place::of_plan(noted))
            .at(sql, &field.name),
            _ => invalid(),
        },
        root => {
            let functions = functions(&statement.parsed);
            let text = root.to_string();
            functions
                .iter()
                .find(|function| !exists(&function.name, state))
                .map(unknown)
                .or_else(|| not_grouped(&text))
                .unwrap_or_else(invalid)
                .at_place(Place::of_plan(noted))
                // Most often it is about the arguments of a function that it names.
                .at_place(
                    functions
                        .iter()
                        .find(|function| text.contains(&format!("'{}'", function.name)))
                        .and_then(|function| function.place),
                )
        }
    };
    match refusal.rewrite {
        Some(_) => refusal,
        None => refusal.with_rewrite(rewrite::individuals(catalogue, None)),
    }
}

/// Where a table is named, however it is quoted.
pub(super) fn place_of_table(parsed: &Parsed, table: &str) -> Option<Place> {
    let Parsed::Statement(statement) = parsed else {
        return None;
    };
    let mut place = None;
    let _: ControlFlow<()> = visit_relations(statement.as_ref(), |name| {
        let last = name.0.last().and_then(ObjectNamePart::as_ident);
        if last.is_some_and(|last| last.value.eq_ignore_ascii_case(table)) {
            place = Place::of_span(name.span());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    place
}

/// A function that the text calls.
struct Called {
    name: String,
    place: Option<Place>,
}

fn functions(parsed: &Parsed) -> Vec<Called> {
    let mut called = Vec::new();
    let Parsed::Statement(statement) = parsed else {
        return called;
    };
    let _: ControlFlow<()> = visit_expressions(statement.as_ref(), |expr| {
        if let SqlExpr::Function(function) = expr {
            called.push(Called {
                name: function.name.to_string().to_lowercase(),
                place: Place::of_span(function.name.span()),
            });
        }
        ControlFlow::Continue(())
    });
    called
}

fn exists(name: &str, state: &SessionState) -> bool {
    state.scalar_functions().contains_key(name)
        || state.aggregate_functions().contains_key(name)
        || state.window_functions().contains_key(name)
        || state.higher_order_functions().contains_key(name)
}

fn unknown(function: &Called) -> Refusal {
    let name = &function.name;
    // A slip changes a letter or two, of a short name one.
    let near = 1 + usize::from(name.len() > 4);
    let nearest = [AGGREGATES, SCALARS, WINDOWS]
        .into_iter()
        .flatten()
        .map(|offered| (levenshtein(name, offered), offered))
        .filter(|(distance, _)| *distance <= near)
        .min();
    let help = match nearest {
        Some((_, offered)) => format!("did you mean `{offered}`?"),
        None => "the aggregates of private columns are count, sum and avg; further functions work over their results, for example round and coalesce".to_owned(),
    };
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let message = if plain {
        format!("there is no function `{name}`")
    } else {
        "there is no such function".to_owned()
    };
    Refusal::new(Rule::UnknownFunction, message, help).at_place(function.place)
}

/// The engine has no kind of error of its own for this.
fn not_grouped(text: &str) -> Option<Refusal> {
    (text.contains("must appear in the GROUP BY clause") || text.contains("must be in GROUP BY"))
        .then(|| {
            Refusal::new(
                Rule::NotGrouped,
                "a column beside aggregates is neither grouped nor aggregated",
                "name the column in GROUP BY, or count, sum or average it",
            )
        })
}
