//! Labels on the logical plan, and the cut at its lowest aggregates.
//!
//! The walk rebuilds the plan bottom-up. Over private tables only nodes and
//! expressions that are understood pass; an aggregate over them is taken out
//! as a [`Cut`] and replaced by a scan of its cells, above which the visitor's
//! plan goes on unchanged. A node that this file does not name is refused.

mod join;
mod joined;
mod key;
mod nested;
mod origin;
pub(crate) mod plans;
mod private;
mod relation;
mod released;

use datafusion::{common::tree_node::TreeNodeRecursion, logical_expr::LogicalPlan};
use sekisho_tables::{Catalogue, Label};

use crate::{
    Refusal, Rule,
    cut::{CELLS_PREFIX, Cut},
    rewrite,
};
pub(crate) use origin::Origin;
pub(crate) use relation::{Relation, bare};
pub(crate) use released::{AGGREGATES, SCALARS, WINDOWS};

/// A plan and whom its rows are about.
pub(crate) enum Labelled {
    /// Nobody: literals, and what was published.
    Public(LogicalPlan),
    /// Protected cells.
    Released(LogicalPlan),
    /// Sites of somebody's genome.
    Annotation(Relation),
    /// Individuals.
    Private(Relation),
}

/// What a walk leaves: a plan over cells, and the private plans that fill them.
pub(crate) struct Labels {
    pub(crate) released: LogicalPlan,
    pub(crate) cuts: Vec<Cut>,
}

/// Labels a plan and cuts it.
pub(crate) fn label(
    plan: &LogicalPlan,
    sql: &str,
    catalogue: &Catalogue,
) -> Result<Labels, Refusal> {
    no_reserved_name(plan)?;
    let mut walk = Walk {
        sql,
        catalogue,
        cuts: Vec::new(),
        scans: 0,
        published: false,
        figures: 0,
        joined_texts: 0,
    };
    match walk.label(plan)? {
        Labelled::Released(released) | Labelled::Public(released)
            if walk.published || !walk.cuts.is_empty() =>
        {
            Ok(Labels {
                released,
                cuts: walk.cuts,
            })
        }
        Labelled::Released(_) | Labelled::Public(_) => Err(Refusal::new(
            Rule::Nothing,
            "the query asks nothing of the dataset's tables",
            "count or aggregate over a table; `tables` lists them",
        )
        .with_rewrite(rewrite::individuals(catalogue, None))),
        Labelled::Private(relation) => Err(walk.rows(&relation)),
        Labelled::Annotation(_) => Err(walk.annotation_alone()),
    }
}

/// Hidden columns and cells are found by name, so nobody else may use these,
/// however an alias is quoted.
fn no_reserved_name(plan: &LogicalPlan) -> Result<(), Refusal> {
    let ours = |name: &str| plans::RESERVED.contains(&name) || name.starts_with(CELLS_PREFIX);
    let mut reserved = false;
    let visited = plan.apply_with_subqueries(|node| {
        reserved |= node.schema().iter().any(|(qualifier, field)| {
            ours(field.name()) || qualifier.is_some_and(|qualifier| ours(qualifier.table()))
        });
        Ok(TreeNodeRecursion::Continue)
    });
    if visited.is_ok() && !reserved {
        return Ok(());
    }
    Err(Refusal::new(
        Rule::Clause,
        "a name is one that the server uses itself",
        "choose a name that does not begin with two underscores",
    ))
}

/// The state of a walk.
struct Walk<'a> {
    sql: &'a str,
    catalogue: &'a Catalogue,
    cuts: Vec<Cut>,
    scans: usize,
    /// Whether a public table is read.
    published: bool,
    /// Figures of the cuts so far.
    figures: usize,
    /// Texts that expressions over figures have joined so far.
    joined_texts: usize,
}

impl Walk<'_> {
    fn label(&mut self, plan: &LogicalPlan) -> Result<Labelled, Refusal> {
        match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan),
            LogicalPlan::Values(_) | LogicalPlan::EmptyRelation(_) => {
                Ok(Labelled::Public(plan.clone()))
            }
            LogicalPlan::Join(join) => {
                let left = self.label(&join.left)?;
                let right = self.label(&join.right)?;
                self.join(plan, join, left, right)
            }
            LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Aggregate(_)
            | LogicalPlan::Sort(_)
            | LogicalPlan::Limit(_)
            | LogicalPlan::Window(_)
            | LogicalPlan::Distinct(_)
            | LogicalPlan::Union(_) => self.operator(plan),
            LogicalPlan::Repartition(_)
            | LogicalPlan::Subquery(_)
            | LogicalPlan::Statement(_)
            | LogicalPlan::Explain(_)
            | LogicalPlan::Analyze(_)
            | LogicalPlan::Extension(_)
            | LogicalPlan::Dml(_)
            | LogicalPlan::Ddl(_)
            | LogicalPlan::Copy(_)
            | LogicalPlan::DescribeTable(_)
            | LogicalPlan::Unnest(_)
            | LogicalPlan::RecursiveQuery(_) => Err(self.not_offered(plan)),
            #[expect(
                unreachable_patterns,
                reason = "a node that a later version adds is refused"
            )]
            _ => Err(self.not_offered(plan)),
        }
    }

    /// A node with inputs that are all of one kind: over private rows by our
    /// rules, over anything released as the visitor wrote it.
    fn operator(&mut self, plan: &LogicalPlan) -> Result<Labelled, Refusal> {
        let mut released = Vec::new();
        let mut public = true;
        for input in plan.inputs() {
            match self.label(input)? {
                Labelled::Private(relation) => return self.private(plan, relation),
                Labelled::Annotation(relation) => return self.annotation(plan, relation),
                Labelled::Public(input) => released.push(input),
                Labelled::Released(input) => {
                    public = false;
                    released.push(input);
                }
            }
        }
        let plan = self.rebuild(plan, released)?;
        Ok(if public {
            Labelled::Public(plan)
        } else {
            Labelled::Released(plan)
        })
    }

    fn scan(&mut self, scan: &datafusion::logical_expr::TableScan) -> Result<Labelled, Refusal> {
        let name = scan.table_name.table();
        let Some(table) = self.catalogue.table(name) else {
            return Err(self.unknown_table(name));
        };
        let labelled = match table.label {
            Label::Private => Labelled::Private,
            Label::Annotation => Labelled::Annotation,
            Label::Public => {
                self.published = true;
                return Ok(Labelled::Public(LogicalPlan::TableScan(scan.clone())));
            }
        };
        self.scans += 1;
        let relation = Relation::scan(scan, table, self.scans).map_err(|_| self.invalid())?;
        Ok(labelled(relation))
    }

    fn unknown_table(&self, name: &str) -> Refusal {
        crate::session::unknown_table(name, self.sql, self.catalogue)
    }

    fn not_offered(&self, plan: &LogicalPlan) -> Refusal {
        let display = plan.display().to_string();
        let operator = display
            .split([':', ' ', '('])
            .next()
            .unwrap_or_default()
            .to_owned();
        Refusal::new(
            Rule::Operator,
            format!("`{operator}` is not offered"),
            "aggregate first; HAVING, ORDER BY, LIMIT, windows and arithmetic work over the result",
        )
        .at(self.sql, &operator)
        .with_rewrite(rewrite::individuals(self.catalogue, None))
    }

    fn rows(&self, relation: &Relation) -> Refusal {
        let table = relation.table();
        let place = if self.sql.contains('*') && !self.sql.contains("(*)") {
            "*"
        } else {
            "select"
        };
        Refusal::new(
            Rule::Rows,
            "the query would return rows about individuals; only aggregates leave",
            "count, sum or average, with GROUP BY over columns that have a declared domain",
        )
        .at(self.sql, place)
        .with_rewrite(rewrite::individuals(self.catalogue, table))
    }

    fn annotation_alone(&self) -> Refusal {
        Refusal::new(
            Rule::AnnotationAlone,
            "which variants occur here is known from somebody's genome: `variants` is neither listed nor counted alone",
            "join `genotypes` on variant_id and count individuals",
        )
        .at(self.sql, "variants")
        .with_rewrite(rewrite::carriers(self.catalogue))
    }

    /// The plan could not be rebuilt. The engine's text stays inside.
    fn invalid(&self) -> Refusal {
        Refusal::new(
            Rule::Invalid,
            "the query does not plan",
            "check the names and types of columns and the arguments of functions",
        )
    }
}
