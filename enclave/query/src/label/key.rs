//! Group keys of released figures.

use datafusion::logical_expr::Expr;
use sekisho_tables::{ColumnType, Label, Role};

use super::{Relation, Walk, bare};
use crate::{Dimension, Refusal, Rule, cut::Key, expression::Clear, rewrite};

impl Walk<'_> {
    /// A key: of a declared domain, all of whose values are shown, or a data key,
    /// of whose values those are shown that enough individuals have.
    pub(super) fn key(&self, expr: &Expr, name: &str, relation: &Relation) -> Result<Key, Refusal> {
        if matches!(expr, Expr::GroupingSet(_)) {
            return Err(Refusal::new(
                Rule::Clause,
                "ROLLUP, CUBE and GROUPING SETS over private rows are not offered",
                "ask for each total in a query of its own",
            )
            .at(self.sql, "group")
            .with_rewrite(rewrite::individuals(self.catalogue, relation.table())));
        }
        let (clear, origin) = self.clear(expr, relation)?;
        let is_bare = bare(expr).is_some();
        let annotated = origin.is_annotation();
        if (origin.has_role(Role::Unit) || origin.has_role(Role::Identifier))
            && !annotated
            && !(is_bare && origin.is_variant())
        {
            return Err(self.identifier(&clear.column.name, relation));
        }
        let values = match clear.r#type {
            // That a site occurs here is somebody's.
            _ if annotated || origin.is_variant() => None,
            // And that a feature does, but for those that the query names.
            _ if origin.has_role(Role::Feature) => origin.admitted.clone().filter(|_| is_bare),
            ColumnType::Bool => Some(vec!["false".to_owned(), "true".to_owned()]),
            ColumnType::Text => {
                let values = match is_bare {
                    true => origin.admitted.clone(),
                    false => clear.domain.clone(),
                };
                Some(values.ok_or_else(|| self.undeclared(&clear, relation))?)
            }
            ColumnType::Int | ColumnType::Float | ColumnType::Date => None,
        };
        let name = match bare(expr) {
            Some(column) => &column.name,
            None => name,
        };
        let dimension = Dimension {
            name: name.to_owned(),
            r#type: clear.r#type,
            level: clear.level,
            values,
        };
        Ok(Key {
            expr: clear.expr,
            dimension,
        })
    }

    fn identifier(&self, name: &str, relation: &Relation) -> Refusal {
        Refusal::new(
            Rule::KeyIdentifier,
            format!(
                "`{name}` identifies somebody or something: it can be joined on and counted, not shown"
            ),
            self.grouping_help(),
        )
        .at(self.sql, name)
        .with_rewrite(self.grouping(relation))
    }

    fn undeclared(&self, clear: &Clear, relation: &Relation) -> Refusal {
        let name = &clear.column.name;
        Refusal::new(
            Rule::KeyUndeclared,
            format!("`{name}` has no declared domain, so its values are not shown"),
            self.grouping_help(),
        )
        .at(self.sql, name)
        .with_rewrite(self.grouping(relation))
    }

    fn grouping_help(&self) -> String {
        let columns: Vec<&str> = self.declared().map(|(_, column)| column).collect();
        match columns.is_empty() {
            true => "this dataset declares no domain to group by; ask for the total".to_owned(),
            false => format!("group by one of: {}", columns.join(", ")),
        }
    }

    fn grouping(&self, relation: &Relation) -> Option<String> {
        self.declared()
            .find_map(|(table, column)| rewrite::by(self.catalogue, table, column))
            .or_else(|| rewrite::individuals(self.catalogue, relation.table()))
    }

    fn declared(&self) -> impl Iterator<Item = (&str, &str)> {
        self.catalogue.tables.iter().flat_map(|table| {
            let private = table.label == Label::Private;
            table
                .columns
                .iter()
                .filter(move |column| private && column.domain.is_some())
                .map(|column| (table.name.as_str(), column.name.as_str()))
        })
    }
}
