//! What stands in FROM: tables, queries in parentheses and joins of them.

use datafusion::sql::sqlparser::ast::{
    Join, JoinConstraint, JoinOperator, ObjectName, TableAlias, TableFactor,
};

use super::Judge;
use crate::{Refusal, Rule, rewrite};

/// The most tables that a query reads.
const MAX_READS: usize = 64;

impl Judge<'_> {
    pub(super) fn join(&self, join: &Join) -> Result<(), Refusal> {
        let Join {
            relation,
            global,
            join_operator,
        } = join;
        self.none(!global, "GLOBAL")?;
        self.relation(relation)?;
        let constraint = match join_operator {
            JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint)
            | JoinOperator::CrossJoin(constraint) => constraint,
            _ => {
                return Err(self.clause(
                    "JOIN of this kind",
                    "write INNER JOIN … ON or LEFT JOIN … ON",
                ));
            }
        };
        match constraint {
            JoinConstraint::On(_) | JoinConstraint::Using(_) | JoinConstraint::None => Ok(()),
            JoinConstraint::Natural => {
                Err(self.clause("NATURAL", "name the columns to join on with ON or USING"))
            }
        }
    }

    pub(super) fn relation(&self, relation: &TableFactor) -> Result<(), Refusal> {
        match relation {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                self.read(name)?;
                let call = name.to_string();
                if args.is_some() {
                    return Err(self.clause(&call, "name a table of the dataset"));
                }
                self.none(
                    with_hints.is_empty() && index_hints.is_empty(),
                    "WITH hints",
                )?;
                self.none(version.is_none(), "FOR")?;
                self.none(!with_ordinality, "WITH ORDINALITY")?;
                self.none(partitions.is_empty(), "PARTITION")?;
                self.none(json_path.is_none(), "path")?;
                self.none(sample.is_none(), "TABLESAMPLE")?;
                alias.as_ref().map_or(Ok(()), |alias| self.alias(alias))
            }
            TableFactor::Derived {
                lateral,
                subquery,
                alias,
                sample,
            } => {
                self.none(!lateral, "LATERAL")?;
                self.none(sample.is_none(), "TABLESAMPLE")?;
                alias.as_ref().map_or(Ok(()), |alias| self.alias(alias))?;
                self.query(subquery)
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => {
                self.none(alias.is_none(), "alias of a join in parentheses")?;
                self.relation(&table_with_joins.relation)?;
                table_with_joins
                    .joins
                    .iter()
                    .try_for_each(|join| self.join(join))
            }
            _ => Err(self.clause(
                "FROM of this kind",
                "name a table, or a query in parentheses",
            )),
        }
    }

    fn read(&self, name: &ObjectName) -> Result<(), Refusal> {
        // By its value: however it is quoted, it names the same query.
        let alone = match name.0.as_slice() {
            [part] => part.as_ident(),
            _ => None,
        };
        let named = alone.and_then(|name| {
            let named = self.named.borrow();
            named.get(&name.value.to_lowercase()).copied()
        });
        let reads = self.reads.get().saturating_add(named.unwrap_or(1));
        self.reads.set(reads);
        if reads <= MAX_READS {
            return Ok(());
        }
        Err(Refusal::new(
            Rule::TooWide,
            format!(
                "the query reads more than {MAX_READS} tables, each counted as often as it is read"
            ),
            "ask in several queries",
        )
        .at(self.sql, "from")
        .with_rewrite(rewrite::individuals(self.catalogue, None)))
    }

    pub(super) fn alias(&self, alias: &TableAlias) -> Result<(), Refusal> {
        let TableAlias {
            explicit: _,
            name: _,
            columns,
            at,
        } = alias;
        self.none(at.is_none(), "AT")?;
        self.none(columns.is_empty(), "column aliases of a table")
    }
}
