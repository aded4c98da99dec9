//! Every node and expression that the engine knows, and what the guard does
//! with it over private rows. An engine that learns a new one fails to build here.

use std::sync::Arc;

use datafusion::{
    common::{Column, ScalarValue},
    functions_aggregate::expr_fn::count,
    logical_expr::{
        DescribeTable, Distinct, Expr, JoinType, Like, LogicalPlan, LogicalPlanBuilder,
        Partitioning, Statement, Subquery, TransactionStart, col,
        expr::{GroupingSet, Placeholder},
        lit,
        logical_plan::{TransactionAccessMode, TransactionIsolationLevel},
        try_cast,
    },
};
use sekisho_tables::Catalogue;

use super::Dataset;
use crate::{Rule, expression, label, session, statement};

/// What the guard does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ruling {
    /// The result is about individuals still.
    Private,
    /// Cells take its place.
    Cut,
    /// It reads nothing private.
    Public,
    Refused,
}

fn of_node(plan: &LogicalPlan) -> Ruling {
    match plan {
        LogicalPlan::TableScan(_)
        | LogicalPlan::Projection(_)
        | LogicalPlan::Filter(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Join(_) => Ruling::Private,
        // Of the individual: private. Of anything else: refused.
        LogicalPlan::Distinct(_) => Ruling::Private,
        LogicalPlan::Aggregate(_) => Ruling::Cut,
        LogicalPlan::Values(_) | LogicalPlan::EmptyRelation(_) => Ruling::Public,
        LogicalPlan::Window(_)
        | LogicalPlan::Sort(_)
        | LogicalPlan::Limit(_)
        | LogicalPlan::Union(_)
        | LogicalPlan::Repartition(_)
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
        | LogicalPlan::RecursiveQuery(_) => Ruling::Refused,
    }
}

/// Whether an expression may stand over a private column at all.
fn may_stand(expr: &Expr) -> bool {
    match expr {
        Expr::Alias(_)
        | Expr::Column(_)
        | Expr::Literal(..)
        | Expr::BinaryExpr(_)
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
        | Expr::Cast(_)
        | Expr::ScalarFunction(_)
        | Expr::InList(_) => true,
        Expr::ScalarVariable(..)
        | Expr::SimilarTo(_)
        | Expr::TryCast(_)
        | Expr::AggregateFunction(_)
        | Expr::WindowFunction(_)
        | Expr::Exists(_)
        | Expr::InSubquery(_)
        | Expr::SetComparison(_)
        | Expr::ScalarSubquery(_)
        | Expr::GroupingSet(_)
        | Expr::Placeholder(_)
        | Expr::OuterReferenceColumn(..)
        | Expr::Unnest(_)
        | Expr::HigherOrderFunction(_)
        | Expr::Lambda(_)
        | Expr::LambdaVariable(_) => false,
        #[expect(deprecated, reason = "an expression is one of these, too")]
        Expr::Wildcard { .. } => false,
    }
}

async fn plan(catalogue: &Catalogue, sql: &str) -> LogicalPlan {
    let statement = statement::Statement::read(sql, catalogue).unwrap();
    session::plan(&statement, catalogue).await.unwrap().0
}

/// A scan of `individuals`, without the projection that the parser puts above.
async fn scan(catalogue: &Catalogue) -> LogicalPlan {
    let plan = plan(catalogue, "SELECT * FROM individuals").await;
    plan.inputs()[0].clone()
}

fn build(builder: datafusion::common::Result<LogicalPlanBuilder>) -> LogicalPlan {
    builder.unwrap().build().unwrap()
}

#[tokio::test]
async fn every_node_over_private_rows_is_ruled_on() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    let scan = scan(catalogue).await;
    let over = || LogicalPlanBuilder::from(scan.clone());
    let unit = || col("individuals.individual_id");
    let other = build(over().alias("other"));
    let empty = build(Ok(LogicalPlanBuilder::empty(true)));
    let samples = vec![
        scan.clone(),
        build(over().project([unit()])),
        build(over().filter(col("individuals.age").gt(lit(50_i64)))),
        other.clone(),
        build(over().join(
            other,
            JoinType::Inner,
            (
                vec!["individuals.individual_id"],
                vec!["other.individual_id"],
            ),
            None,
        )),
        LogicalPlan::Distinct(Distinct::All(Arc::new(build(over().project([unit()]))))),
        build(over().aggregate(Vec::<Expr>::new(), vec![count(unit())])),
        build(LogicalPlanBuilder::values(vec![vec![lit(1_i64)]])),
        empty.clone(),
        build(over().sort([unit().sort(true, true)])),
        build(over().limit(0, Some(10))),
        build(over().union(scan.clone())),
        build(over().repartition(Partitioning::RoundRobinBatch(2))),
        build(over().explain(false, false)),
        build(over().explain(false, true)),
        LogicalPlan::Subquery(Subquery {
            subquery: Arc::new(scan.clone()),
            outer_ref_columns: vec![],
            spans: Default::default(),
        }),
        LogicalPlan::Statement(Statement::TransactionStart(TransactionStart {
            access_mode: TransactionAccessMode::ReadOnly,
            isolation_level: TransactionIsolationLevel::Serializable,
        })),
        LogicalPlan::DescribeTable(DescribeTable {
            schema: Arc::new(scan.schema().as_arrow().clone()),
            output_schema: Arc::clone(empty.schema()),
        }),
    ];
    for sample in samples {
        let ruled = match label::label(&sample, "", catalogue) {
            Ok(_) => Ruling::Cut,
            Err(refusal) if refusal.rule == Rule::Rows => Ruling::Private,
            Err(refusal) if refusal.rule == Rule::Nothing => Ruling::Public,
            Err(_) => Ruling::Refused,
        };
        assert_eq!(ruled, of_node(&sample), "{}", sample.display());
    }
}

#[tokio::test]
async fn expressions_that_may_not_stand_over_private_rows_are_refused() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    let LogicalPlan::TableScan(scan) = scan(catalogue).await else {
        panic!("a scan")
    };
    let table = catalogue.table("individuals").unwrap();
    let relation = label::Relation::scan(&scan, table, 1).unwrap();
    let age = || Expr::Column(Column::new(Some("individuals"), "age"));
    let subquery = Subquery {
        subquery: Arc::new(LogicalPlan::TableScan(scan)),
        outer_ref_columns: vec![],
        spans: Default::default(),
    };
    let field = Arc::new(arrow::datatypes::Field::new(
        "age",
        arrow::datatypes::DataType::Int64,
        true,
    ));
    let samples = vec![
        Expr::ScalarVariable(Arc::clone(&field), vec!["@@age".to_owned()]),
        Expr::SimilarTo(Like::new(
            false,
            Box::new(age()),
            Box::new(lit("4%")),
            None,
            false,
        )),
        try_cast(age(), arrow::datatypes::DataType::Utf8),
        count(age()),
        Expr::ScalarSubquery(subquery.clone()),
        datafusion::logical_expr::exists(Arc::clone(&subquery.subquery)),
        datafusion::logical_expr::in_subquery(age(), Arc::clone(&subquery.subquery)),
        Expr::GroupingSet(GroupingSet::Rollup(vec![age()])),
        Expr::Placeholder(Placeholder::new_with_field("$1".to_owned(), None)),
        Expr::OuterReferenceColumn(field, Column::new(Some("individuals"), "age")),
    ];
    for sample in samples {
        assert!(!may_stand(&sample), "{sample}");
        let refused = expression::scalar(&sample, &relation, "", catalogue);
        assert!(refused.is_err(), "{sample}");
        let compared = sample
            .clone()
            .eq(Expr::Literal(ScalarValue::Int64(Some(1)), None));
        let refused = expression::predicate(&compared, &relation, "", catalogue);
        assert!(refused.is_err(), "{compared}");
    }
    assert!(may_stand(&age()));
}
