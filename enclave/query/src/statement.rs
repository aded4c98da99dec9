//! The statement: one query, of clauses that are understood.
//!
//! Every struct of the syntax tree that may hide a clause is taken apart field
//! by field, so that a parser which learns a new one fails to build here.

mod expressions;
mod from;
mod size;

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
    ops::ControlFlow,
};

use datafusion::{
    common::DataFusionError,
    sql::{
        parser::{DFParserBuilder, Statement as Parsed},
        sqlparser::{
            ast::{
                Cte, Distinct, Expr as SqlExpr, GroupByExpr, LimitClause, Query, Select, SetExpr,
                Statement as SqlStatement, TableWithJoins, With, visit_expressions,
            },
            dialect::GenericDialect,
            parser::ParserError,
            tokenizer::Span,
        },
    },
};
use sekisho_tables::Catalogue;

use crate::{Place, Refusal, Rule, rewrite};

/// The deepest nesting of a query.
const MAX_DEPTH: usize = 50;

/// A statement that passed.
pub(crate) struct Statement {
    /// The text as written.
    pub(crate) sql: String,
    /// The text as the parser writes it: equal for queries that differ in
    /// white space, comments and the case of keywords only.
    pub(crate) canonical: String,
    pub(crate) parsed: Parsed,
}

impl Statement {
    /// Reads and judges a statement.
    pub(crate) fn read(sql: &str, catalogue: &Catalogue) -> Result<Self, Refusal> {
        size::text(sql)?;
        let mut statements = parse(sql)?;
        let (Some(parsed), None) = (statements.pop_front(), statements.pop_front()) else {
            return Err(Refusal::new(
                Rule::Several,
                "a visit asks exactly one query",
                "send one query at a time, without a semicolon between two",
            )
            .at(sql, ";"));
        };
        let judge = Judge {
            sql,
            catalogue,
            reached: Cell::new(Place::START),
            reads: Cell::new(0),
            named: RefCell::default(),
        };
        let query = judge.query_of(&parsed)?;
        judge.expressions(query)?;
        judge.query(query)?;
        for subquery in subqueries(query) {
            judge.query(&subquery)?;
        }
        let canonical = query.to_string();
        Ok(Self {
            sql: sql.to_owned(),
            canonical,
            parsed,
        })
    }
}

fn parse(sql: &str) -> Result<VecDeque<Parsed>, Refusal> {
    DFParserBuilder::new(sql)
        .with_dialect(&GenericDialect {})
        .with_recursion_limit(MAX_DEPTH)
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| match error.find_root() {
            DataFusionError::SQL(error, _) => match error.as_ref() {
                ParserError::RecursionLimitExceeded => too_deep(),
                ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
                    syntax(Place::named_in(message))
                }
            },
            _ => syntax(None),
        })
}

fn syntax(place: Option<Place>) -> Refusal {
    Refusal::new(
        Rule::Syntax,
        "the text is not a SQL query that this server reads",
        "check what stands before and at the place: commas, parentheses, quotes and the order of clauses; text stands in single quotes, names in double quotes",
    )
    .at_place(place)
}

fn too_deep() -> Refusal {
    Refusal::new(
        Rule::Syntax,
        format!("the query is nested more than {MAX_DEPTH} levels deep"),
        "name inner queries with WITH, and leave out parentheses that are not needed",
    )
}

/// The queries that stand in expressions, however deep.
fn subqueries(query: &Query) -> Vec<Query> {
    let mut found = Vec::new();
    let _: ControlFlow<()> = visit_expressions(query, |expr| {
        match expr {
            SqlExpr::Subquery(query)
            | SqlExpr::Exists {
                subquery: query, ..
            }
            | SqlExpr::InSubquery {
                subquery: query, ..
            } => found.push(query.as_ref().clone()),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    found
}

/// Walks the syntax tree. The nesting is bounded by the parser.
struct Judge<'a> {
    sql: &'a str,
    catalogue: &'a Catalogue,
    /// Where the walk is: a word that is refused stands here or later.
    reached: Cell<Place>,
    /// Tables read so far, counted as often as the plan will read them.
    reads: Cell<usize>,
    /// What a query that stands in WITH reads, by its name: it is planned anew
    /// wherever it is named, so a few lines can grow beyond all bounds.
    named: RefCell<HashMap<String, usize>>,
}

impl Judge<'_> {
    fn query_of<'p>(&self, parsed: &'p Parsed) -> Result<&'p Query, Refusal> {
        match parsed {
            Parsed::Statement(statement) => match statement.as_ref() {
                SqlStatement::Query(query) => Ok(query),
                SqlStatement::Explain { .. } => Err(self.explain()),
                _ => Err(self.not_a_query()),
            },
            Parsed::Explain(_) => Err(self.explain()),
            Parsed::CreateExternalTable(_) | Parsed::CopyTo(_) | Parsed::Reset(_) => {
                Err(self.not_a_query())
            }
        }
    }

    fn explain(&self) -> Refusal {
        Refusal::new(
            Rule::NotAQuery,
            "EXPLAIN would show how many rows each step read",
            "use `check` on the query itself: it says what would be released, by which rules",
        )
        .at(self.sql, "explain")
        .with_rewrite(rewrite::individuals(self.catalogue, None))
    }

    fn not_a_query(&self) -> Refusal {
        let refusal = Refusal::new(
            Rule::NotAQuery,
            "only queries are answered: nothing is created, changed, copied or set here",
            "start with SELECT or WITH",
        );
        refusal
            .at_place(Some(Place::START))
            .with_rewrite(rewrite::individuals(self.catalogue, None))
    }

    fn clause(&self, name: &str, help: &str) -> Refusal {
        let word = name.split(' ').next().unwrap_or(name);
        let place = Place::after(self.reached.get(), self.sql, word);
        self.clause_at(place.or_else(|| Place::of(self.sql, word)), name, help)
    }

    fn clause_at(&self, place: Option<Place>, name: &str, help: &str) -> Refusal {
        let name = if name.starts_with("a ") {
            name.to_owned()
        } else {
            format!("`{name}`")
        };
        Refusal::new(Rule::Clause, format!("{name} is not supported"), help)
            .at_place(place)
            .with_rewrite(rewrite::individuals(self.catalogue, None))
    }

    fn reach(&self, span: Span) {
        if let Some(place) = Place::of_span(span) {
            self.reached.set(place);
        }
    }

    fn none(&self, absent: bool, name: &str) -> Result<(), Refusal> {
        if absent {
            Ok(())
        } else {
            Err(self.clause(name, "leave it out"))
        }
    }

    fn query(&self, query: &Query) -> Result<(), Refusal> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        if let Some(With {
            with_token: _,
            recursive,
            cte_tables,
        }) = with
        {
            self.none(!recursive, "RECURSIVE")?;
            for Cte {
                alias,
                query,
                from,
                materialized,
                closing_paren_token: _,
            } in cte_tables
            {
                self.alias(alias)?;
                self.none(from.is_none(), "FROM")?;
                self.none(materialized.is_none(), "MATERIALIZED")?;
                let before = self.reads.replace(0);
                self.query(query)?;
                for subquery in subqueries(query) {
                    self.query(&subquery)?;
                }
                let reads = self.reads.replace(before);
                let mut named = self.named.borrow_mut();
                let most = named.entry(alias.name.value.to_lowercase()).or_default();
                *most = reads.max(*most);
            }
        }
        if let Some(order) = order_by {
            self.none(order.interpolate.is_none(), "INTERPOLATE")?;
        }
        if let Some(LimitClause::LimitOffset {
            limit: _,
            offset: _,
            limit_by,
        }) = limit_clause
        {
            self.none(limit_by.is_empty(), "LIMIT BY")?;
        }
        self.none(fetch.is_none(), "FETCH")?;
        self.none(locks.is_empty(), "FOR")?;
        self.none(for_clause.is_none(), "FOR")?;
        self.none(settings.is_none(), "SETTINGS")?;
        self.none(format_clause.is_none(), "FORMAT")?;
        self.none(pipe_operators.is_empty(), "|>")?;
        self.set(body)
    }

    fn set(&self, body: &SetExpr) -> Result<(), Refusal> {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation {
                left,
                op: _,
                set_quantifier: _,
                right,
            } => {
                self.set(left)?;
                self.set(right)
            }
            SetExpr::Values(values) => self.values(values),
            SetExpr::Table(_) => Err(self.clause("TABLE", "write SELECT … FROM the table")),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                Err(self.not_a_query())
            }
        }
    }

    fn select(&self, select: &Select) -> Result<(), Refusal> {
        let Select {
            select_token,
            optimizer_hints,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection: _,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection: _,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having: _,
            named_window: _,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor: _,
        } = select;
        self.reach(select_token.0.span);
        self.none(optimizer_hints.is_empty(), "hints")?;
        self.none(!matches!(distinct, Some(Distinct::On(_))), "DISTINCT ON")?;
        self.none(select_modifiers.is_none(), "SELECT modifiers")?;
        self.none(top.is_none(), "TOP")?;
        self.none(exclude.is_none(), "EXCLUDE")?;
        self.none(into.is_none(), "INTO")?;
        self.none(lateral_views.is_empty(), "LATERAL VIEW")?;
        self.none(prewhere.is_none(), "PREWHERE")?;
        self.none(connect_by.is_empty(), "CONNECT BY")?;
        self.none(cluster_by.is_empty(), "CLUSTER BY")?;
        self.none(distribute_by.is_empty(), "DISTRIBUTE BY")?;
        self.none(sort_by.is_empty(), "SORT BY")?;
        self.none(qualify.is_none(), "QUALIFY")?;
        self.none(value_table_mode.is_none(), "AS VALUE")?;
        let (GroupByExpr::All(modifiers) | GroupByExpr::Expressions(_, modifiers)) = group_by;
        if !modifiers.is_empty() {
            return Err(self.grouping_sets("WITH after GROUP BY"));
        }
        for TableWithJoins { relation, joins } in from {
            self.relation(relation)?;
            for join in joins {
                self.join(join)?;
            }
        }
        Ok(())
    }
}
