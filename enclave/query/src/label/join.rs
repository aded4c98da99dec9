//! Joins: private tables on the individual, annotations on the variant.

use datafusion::{
    common::{Column, JoinType},
    logical_expr::{BinaryExpr, Expr, Join, LogicalPlan, Operator, utils::split_conjunction},
};
use sekisho_tables::Role;

use super::{
    Labelled, Origin, Relation, Walk,
    joined::{Equal, Kept},
};
use crate::{Level, Refusal, Rule, rewrite};

/// Joins of a query that pair every row of an individual with every other.
const MAX_FANS: usize = 1;

/// What the equalities of a join's condition say.
#[derive(Default)]
struct Equalities {
    unit: bool,
    variant: bool,
    /// Other identifiers that are equal, of rows and of individuals.
    rows: Vec<(Expr, Expr)>,
    units: Vec<(Expr, Expr)>,
    /// Predicates that are not equalities of columns.
    rest: Vec<Expr>,
}

impl Walk<'_> {
    pub(super) fn join(
        &mut self,
        plan: &LogicalPlan,
        join: &Join,
        left: Labelled,
        right: Labelled,
    ) -> Result<Labelled, Refusal> {
        match (left, right) {
            (Labelled::Private(left), Labelled::Private(right)) => {
                self.private_join(join, left, right)
            }
            (Labelled::Private(left), Labelled::Annotation(right)) => {
                self.annotated(join, left, right, true)
            }
            (Labelled::Annotation(left), Labelled::Private(right)) => {
                self.annotated(join, left, right, false)
            }
            (
                Labelled::Public(left) | Labelled::Released(left),
                Labelled::Public(right) | Labelled::Released(right),
            ) => self
                .released_join(plan, join, left, right)
                .map(Labelled::Released),
            (Labelled::Annotation(_), _) | (_, Labelled::Annotation(_)) => {
                Err(self.annotation_alone())
            }
            (Labelled::Private(relation), _) | (_, Labelled::Private(relation)) => Err(self
                .join_key(
                    &relation,
                    "private rows cannot be joined with what is already aggregated",
                )),
        }
    }

    /// Two private tables, equal on the individual by the visitor's own words.
    fn private_join(
        &self,
        join: &Join,
        left: Relation,
        right: Relation,
    ) -> Result<Labelled, Refusal> {
        let said = self.equalities(join, &left, &right)?;
        if !said.unit {
            return Err(self.join_key(&left, "private tables are joined on the individual"));
        }
        let (kept, beside) = match join.join_type {
            JoinType::Inner => (Kept::Partners, None),
            JoinType::Left => (Kept::Left, Some(&right)),
            JoinType::Right => (Kept::Right, Some(&left)),
            _ => return Err(self.join_kind(&left)),
        };
        if let Some(relation) = beside.filter(|side| side.many() && side.units.is_some()) {
            return Err(self.partial(relation));
        }
        let fans = usize::from(self.fans_out(&said, &left, &right)?);
        let mut relation = self.joined(join, left, right, said, kept)?;
        relation.fans += fans;
        if relation.fans > MAX_FANS {
            return Err(self.fan_out(&relation));
        }
        Ok(Labelled::Private(relation))
    }

    /// Whether a join pairs every row of an individual with every other. How many
    /// pairs that makes depends on the individual, and a query that fails for it
    /// would tell: of genotypes no such join is answered, of other rows one.
    fn fans_out(
        &self,
        said: &Equalities,
        left: &Relation,
        right: &Relation,
    ) -> Result<bool, Refusal> {
        let same_sample = said.rows.iter().any(|(column, _)| match column {
            Expr::Column(column) => left.origin(column).is_some_and(Origin::is_sample),
            _ => false,
        });
        if left.variant && right.variant {
            return if said.variant && same_sample {
                Ok(false)
            } else {
                Err(self.fan_out(left))
            };
        }
        // Of other tables a sample may have several rows.
        let one_per_sample = left.is_of_samples() || right.is_of_samples();
        Ok(left.many() && right.many() && !(same_sample && one_per_sample))
    }

    fn fan_out(&self, relation: &Relation) -> Refusal {
        Refusal::new(
            Rule::FanOut,
            "the join pairs every row of an individual with every other, more than once or of genotypes",
            "join on sample_id too, or ask in several queries",
        )
        .at(self.sql, "join")
        .with_rewrite(rewrite::individuals(self.catalogue, relation.table()))
    }

    /// Private rows beside what is known of their variants.
    fn annotated(
        &self,
        join: &Join,
        left: Relation,
        right: Relation,
        private_left: bool,
    ) -> Result<Labelled, Refusal> {
        let said = self.equalities(join, &left, &right)?;
        let private = if private_left { &left } else { &right };
        if !said.variant {
            return Err(self.join_key(private, "`variants` is joined on variant_id"));
        }
        let kept = match (join.join_type, private_left) {
            (JoinType::Inner, _) => Kept::Partners,
            (JoinType::Left, true) => Kept::Left,
            (JoinType::Right, false) => Kept::Right,
            _ => return Err(self.join_kind(private)),
        };
        self.joined(join, left, right, said, kept)
            .map(Labelled::Private)
    }

    fn joined(
        &self,
        join: &Join,
        left: Relation,
        right: Relation,
        said: Equalities,
        kept: Kept,
    ) -> Result<Relation, Refusal> {
        if !said.rest.is_empty() && kept != Kept::Partners {
            return Err(Refusal::new(
                Rule::JoinKind,
                "an outer join has a condition beside its keys",
                "move the condition into WHERE, or into a query in parentheses",
            )
            .at(self.sql, "on"));
        }
        let equal = Equal {
            rows: said.rows,
            units: said.units,
            variant: said.variant,
        };
        let relation =
            Relation::joined(&join.schema, left, right, equal, kept).map_err(|_| self.invalid())?;
        match said.rest.into_iter().reduce(Expr::and) {
            Some(predicate) => self.filter(&predicate, relation),
            None => Ok(relation),
        }
    }

    /// Sorts a join's condition into equalities that are allowed and the rest.
    fn equalities(
        &self,
        join: &Join,
        left: &Relation,
        right: &Relation,
    ) -> Result<Equalities, Refusal> {
        let mut said = Equalities::default();
        let written = join.on.iter().map(|(a, b)| a.clone().eq(b.clone()));
        let filter = join
            .filter
            .iter()
            .flat_map(|filter| split_conjunction(filter).into_iter().cloned());
        for condition in written.chain(filter) {
            let pair = match &condition {
                Expr::BinaryExpr(BinaryExpr {
                    left: a,
                    op: Operator::Eq,
                    right: b,
                }) => match (a.as_ref(), b.as_ref()) {
                    (Expr::Column(a), Expr::Column(b)) => Some((a.clone(), b.clone())),
                    _ => None,
                },
                _ => None,
            };
            match pair {
                None => said.rest.push(condition),
                Some((a, b)) if left.origin(&a).is_some() => {
                    self.equality(&mut said, a, b, left, right)?;
                }
                Some((a, b)) => self.equality(&mut said, b, a, left, right)?,
            }
        }
        Ok(said)
    }

    fn equality(
        &self,
        said: &mut Equalities,
        a: Column,
        b: Column,
        left: &Relation,
        right: &Relation,
    ) -> Result<(), Refusal> {
        let (Some(of_left), Some(of_right)) = (left.origin(&a), right.origin(&b)) else {
            return Err(self.join_key(left, "a condition compares two columns of one table"));
        };
        if of_left.is_unit() && of_right.is_unit() {
            said.unit = true;
            return Ok(());
        }
        if of_left.is_variant() && of_right.is_variant() && left.variant && right.variant {
            said.variant = true;
            return Ok(());
        }
        let named = |origin: &Origin| {
            let column = origin.column.as_ref()?;
            (column.role == Role::Identifier).then(|| column.name.clone())
        };
        let same = named(of_left).is_some_and(|name| Some(name) == named(of_right));
        let pair = (Expr::Column(a.clone()), Expr::Column(b.clone()));
        match (same, of_left.level, of_right.level) {
            (true, Level::Row, Level::Row) => said.rows.push(pair),
            (true, Level::Unit, Level::Unit) => said.units.push(pair),
            _ => {
                let message = format!("`{}` and `{}` cannot be compared", a.name, b.name);
                return Err(self.join_key(left, &message));
            }
        }
        Ok(())
    }

    fn join_key(&self, relation: &Relation, message: &str) -> Refusal {
        let unit = relation
            .table()
            .and_then(|table| self.catalogue.table(table))
            .and_then(sekisho_tables::Table::unit)
            .map_or("individual_id", |column| column.name.as_str());
        Refusal::new(
            Rule::JoinKey,
            message,
            format!("write JOIN … ON a.{unit} = b.{unit}, or ON g.variant_id = v.variant_id for variants"),
        )
        .at(self.sql, "join")
        .at(self.sql, "from")
        .with_rewrite(rewrite::individuals(self.catalogue, relation.table()))
    }

    fn join_kind(&self, relation: &Relation) -> Refusal {
        Refusal::new(
            Rule::JoinKind,
            "over private rows only inner joins and outer joins that preserve the private side are answered",
            "write INNER JOIN or LEFT JOIN",
        )
        .at(self.sql, "join")
        .with_rewrite(rewrite::individuals(self.catalogue, relation.table()))
    }

    /// What an outer join leaves out of rows must not hang on who is inside.
    fn partial(&self, relation: &Relation) -> Refusal {
        Refusal::new(
            Rule::JoinKind,
            "the side of an outer join that may be missing has several rows per individual and conditions on individuals",
            "move the conditions on individuals into WHERE, or aggregate that side with GROUP BY the individual",
        )
        .at(self.sql, "join")
        .with_rewrite(rewrite::individuals(self.catalogue, relation.table()))
    }
}
