//! What stands in FROM: tables, queries in parentheses and joins of them.

use datafusion::sql::sqlparser::ast::{
    Join, JoinConstraint, JoinOperator, ObjectName, Spanned as _, TableAlias, TableFactor,
};

use super::Judge;
use crate::{Place, Refusal, Rule, rewrite};

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
            JoinOperator::Semi(_) | JoinOperator::LeftSemi(_) | JoinOperator::RightSemi(_) => {
                return Err(self.other_join("SEMI JOIN"));
            }
            JoinOperator::Anti(_) | JoinOperator::LeftAnti(_) | JoinOperator::RightAnti(_) => {
                return Err(self.other_join("ANTI JOIN"));
            }
            JoinOperator::CrossApply | JoinOperator::OuterApply => {
                return Err(self.other_join("APPLY"));
            }
            JoinOperator::AsOf { .. } => return Err(self.other_join("ASOF JOIN")),
            JoinOperator::StraightJoin(_) => return Err(self.other_join("STRAIGHT_JOIN")),
            JoinOperator::ArrayJoin
            | JoinOperator::LeftArrayJoin
            | JoinOperator::InnerArrayJoin => return Err(self.other_join("ARRAY JOIN")),
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
                self.reach(name.span());
                self.read(name)?;
                if args.is_some() {
                    return Err(self.clause(&name.to_string(), "name a table of the dataset"));
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
            TableFactor::TableFunction { .. } => Err(self.other_relation("TABLE")),
            TableFactor::Function { name, .. } => Err(self.other_relation(&name.to_string())),
            TableFactor::UNNEST { .. } => Err(self.other_relation("UNNEST")),
            TableFactor::JsonTable { .. } => Err(self.other_relation("JSON_TABLE")),
            TableFactor::OpenJsonTable { .. } => Err(self.other_relation("OPENJSON")),
            TableFactor::Pivot { .. } => Err(self.other_relation("PIVOT")),
            TableFactor::Unpivot { .. } => Err(self.other_relation("UNPIVOT")),
            TableFactor::MatchRecognize { .. } => Err(self.other_relation("MATCH_RECOGNIZE")),
            TableFactor::XmlTable { .. } => Err(self.other_relation("XMLTABLE")),
            TableFactor::SemanticView { .. } => Err(self.other_relation("SEMANTIC_VIEW")),
        }
    }

    fn other_join(&self, name: &str) -> Refusal {
        self.clause(name, "write INNER JOIN … ON or LEFT JOIN … ON")
    }

    fn other_relation(&self, name: &str) -> Refusal {
        self.clause(
            name,
            "name a table of the dataset, or a query in parentheses",
        )
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
        .at_place(Place::of_span(name.span()))
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
        let plain = columns.iter().all(|column| column.data_type.is_none());
        self.none(plain, "types in an alias")
    }
}
