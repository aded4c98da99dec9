//! The engine's session: nothing but the dataset's tables, nothing that reads
//! or writes elsewhere, and no setting that makes time depend on private data.

mod unplanned;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::{DataType, Field, Schema, SchemaRef},
    catalog::Session,
    common::Result,
    datasource::{TableProvider, TableType, provider_as_source},
    execution::{
        SessionState, SessionStateBuilder,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        runtime_env::RuntimeEnvBuilder,
    },
    logical_expr::{Expr, LogicalPlan, TableProviderFilterPushDown, TableSource},
    physical_plan::ExecutionPlan,
    prelude::{SessionConfig, SessionContext},
};
use sekisho_tables::{Catalogue, ColumnType, Label, Table, UNIT, VARIANT};

use crate::{Place, Refusal, Rule, rewrite, scan, statement::Statement};

/// What a query's operators may hold in memory.
const MEMORY_BYTES: usize = 2 << 30;

/// A state that was built before it was needed. They are all the same until they are used.
static READY: Mutex<Option<SessionState>> = Mutex::new(None);

/// Builds a state for the next query, which then need not wait for it.
pub(crate) fn make_ready() -> Result<()> {
    let state = built()?;
    *ready() = Some(state);
    Ok(())
}

fn ready() -> MutexGuard<'static, Option<SessionState>> {
    READY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The engine's state, for planning and for both phases of one query.
pub(crate) fn state() -> Result<SessionState> {
    let waiting = ready().take();
    waiting.map_or_else(built, Ok)
}

fn built() -> Result<SessionState> {
    let mut config = SessionConfig::new()
        .with_target_partitions(1)
        .with_information_schema(false)
        .with_create_default_catalog_and_schema(true);
    let options = config.options_mut();
    options.execution.enable_recursive_ctes = false;
    // A refusal shows the place of the column that it is about.
    options.sql_parser.collect_spans = true;
    // It compares whether columns can be NULL, and takes `IS TRUE` for one that can.
    options.execution.skip_physical_aggregate_schema_check = true;
    options.optimizer.enable_dynamic_filter_pushdown = false;
    options.optimizer.repartition_joins = false;
    options.optimizer.repartition_aggregations = false;
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_limit(MEMORY_BYTES, 1.0)
        // Nothing is spilled: rows stay in memory, or the query ends.
        .with_disk_manager_builder(
            DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled),
        )
        .build_arc()?;
    Ok(SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .build())
}

/// Plans a statement over the visible columns of the dataset's tables; with the plan
/// the state in which it may be run.
pub(crate) async fn plan(
    statement: &Statement,
    catalogue: &Catalogue,
) -> Result<(LogicalPlan, SessionState), Refusal> {
    let sql = &statement.sql;
    let state = state().map_err(|_| invalid())?;
    let context = SessionContext::new_with_state(state);
    for table in &catalogue.tables {
        let provider = Arc::new(SchemaOnly {
            schema: visible_schema(table),
            table: None,
        });
        context
            .register_table(table.name.as_str(), provider)
            .map_err(|_| invalid())?;
    }
    let state = context.state();
    let references = state
        .resolve_table_references(&statement.parsed)
        .map_err(|_| invalid())?;
    for reference in references {
        let known = reference.schema().is_none()
            && reference.catalog().is_none()
            && catalogue.table(reference.table()).is_some();
        if !known {
            let place = unplanned::place_of_table(&statement.parsed, reference.table());
            let refusal = unknown_table(&reference.to_string(), sql, catalogue);
            return Err(Refusal {
                place: place
                    .or_else(|| Place::of(sql, &format!("'{}'", reference.table())))
                    .or(refusal.place),
                ..refusal
            });
        }
    }
    match state.statement_to_plan(statement.parsed.clone()).await {
        Ok(plan) => Ok((plan, state)),
        Err(error) => Err(unplanned::refusal(&error, statement, &state, catalogue)),
    }
}

/// The refusal of a table that the dataset does not have.
pub(crate) fn unknown_table(name: &str, sql: &str, catalogue: &Catalogue) -> Refusal {
    let tables: Vec<&str> = catalogue
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    let word = name.split('.').next().unwrap_or(name);
    let plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    let message = if plain {
        format!("the dataset has no table `{name}`")
    } else {
        // It may have been written as a literal.
        "the dataset has no such table".to_owned()
    };
    Refusal::new(
        Rule::UnknownTable,
        message,
        format!("its tables are: {}", tables.join(", ")),
    )
    .at(sql, word)
    .with_rewrite(rewrite::individuals(catalogue, None))
}

fn invalid() -> Refusal {
    Refusal::new(
        Rule::Invalid,
        "the query does not plan",
        "check that types fit: of what is compared or computed with, and of the arguments of functions",
    )
}

/// The Arrow type of a column.
pub(crate) fn data_type(column: ColumnType) -> DataType {
    match column {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Int => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Bool => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
    }
}

fn visible_fields(table: &Table) -> impl Iterator<Item = Field> {
    table
        .columns
        .iter()
        .map(|column| Field::new(&column.name, data_type(column.r#type), true))
}

fn visible_schema(table: &Table) -> SchemaRef {
    Arc::new(Schema::new(visible_fields(table).collect::<Vec<_>>()))
}

/// The schema of a table with its hidden columns, which come first.
pub(crate) fn hidden_schema(table: &Table) -> SchemaRef {
    let unit = (table.label == Label::Private).then(|| Field::new(UNIT, DataType::UInt32, true));
    let variant = matches!(
        table.rows,
        sekisho_tables::Rows::OnePerAllele | sekisho_tables::Rows::OnePerAlleleAndSample
    )
    .then(|| Field::new(VARIANT, DataType::UInt32, true));
    let fields: Vec<Field> = unit
        .into_iter()
        .chain(variant)
        .chain(visible_fields(table))
        .collect();
    Arc::new(Schema::new(fields))
}

/// A source of a table with its hidden columns, for plans only; it takes the hints that
/// the table itself will.
pub(crate) fn hidden_source(table: &Table) -> Arc<dyn TableSource> {
    provider_as_source(Arc::new(SchemaOnly {
        schema: hidden_schema(table),
        table: Some(table.clone()),
    }))
}

/// A source that has a schema and cannot be read.
pub(crate) fn source(schema: SchemaRef) -> Arc<dyn TableSource> {
    provider_as_source(Arc::new(SchemaOnly {
        schema,
        table: None,
    }))
}

/// A table of which only the schema is known, and perhaps what it will be.
#[derive(Debug)]
struct SchemaOnly {
    schema: SchemaRef,
    table: Option<Table>,
}

#[async_trait]
impl TableProvider for SchemaOnly {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(match &self.table {
            Some(table) => scan::takes(table, filters),
            None => vec![TableProviderFilterPushDown::Unsupported; filters.len()],
        })
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        _projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        datafusion::common::plan_err!("a table without rows was read")
    }
}
