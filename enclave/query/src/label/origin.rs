//! What is known of a column over private rows.

use std::sync::Arc;

use sekisho_tables::{self as tables, ColumnType, Label, Role, Rows, Table};

use crate::{Level, expression::Clear};

/// The columns that name single sites.
const SITE: [&str; 6] = ["variant_id", "pos", "end", "ref", "alt", "rsid"];

/// Where a column comes from.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) table: Arc<Table>,
    /// The declared column, or what is known of one that was computed.
    pub(crate) column: Option<tables::Column>,
    /// Which of the plan's scans.
    pub(crate) scan: usize,
    /// The values that the filters so far leave, if it is known which it may have.
    pub(crate) admitted: Option<Vec<String>>,
    /// Whether it has one value per individual.
    pub(crate) level: Level,
    /// Whether it was computed.
    pub(crate) derived: bool,
    /// Whether it is a number that was computed; see [`Clear::computed`].
    pub(crate) computed: bool,
    /// Whether an outer join leaves it out for somebody.
    pub(crate) nullable: bool,
    /// Whether it names single sites of the genome.
    pub(crate) site: bool,
}

impl Origin {
    /// A declared column.
    pub(super) fn of(table: &Arc<Table>, column: &tables::Column, scan: usize) -> Self {
        let genomic = matches!(table.rows, Rows::OnePerAllele | Rows::OnePerAlleleAndSample);
        Self {
            table: Arc::clone(table),
            column: Some(column.clone()),
            scan,
            admitted: column.domain.clone(),
            level: match table.rows {
                Rows::OnePerIndividual => Level::Unit,
                _ => Level::Row,
            },
            derived: false,
            computed: false,
            nullable: false,
            // A range of a number may hold one site as well as a position does.
            site: genomic
                && (SITE.contains(&column.name.as_str())
                    || (table.label == Label::Annotation
                        && matches!(column.r#type, ColumnType::Int | ColumnType::Float))),
        }
    }

    /// What was computed from a column of this origin.
    pub(super) fn computed(&self, name: &str, clear: &Clear) -> Self {
        let role = match self.column.as_ref().map(|column| column.role) {
            Some(role @ (Role::Feature | Role::Measure | Role::Technical)) => role,
            _ => Role::Attribute,
        };
        Self {
            column: Some(tables::Column {
                name: name.to_owned(),
                r#type: clear.r#type,
                role,
                meaning: None,
                unit: None,
                domain: clear.domain.clone(),
                bounds: clear.bounds,
                required: false,
                quality: None,
            }),
            admitted: clear.domain.clone(),
            level: clear.level,
            derived: true,
            computed: clear.computed,
            ..self.clone()
        }
    }

    /// A figure of one individual, made of the rows of a table.
    pub(super) fn counted(
        table: &Arc<Table>,
        name: &str,
        r#type: ColumnType,
        bounds: Option<[f64; 2]>,
        domain: Option<Vec<String>>,
    ) -> Self {
        Self {
            table: Arc::clone(table),
            column: Some(tables::Column {
                name: name.to_owned(),
                r#type,
                role: Role::Measure,
                meaning: None,
                unit: None,
                domain: domain.clone(),
                bounds,
                required: false,
                quality: None,
            }),
            scan: 0,
            admitted: domain,
            level: Level::Unit,
            derived: true,
            computed: false,
            nullable: false,
            site: false,
        }
    }

    /// Whether the column describes an individual as a whole.
    pub(crate) fn is_of_individuals(&self) -> bool {
        self.level == Level::Unit
    }

    /// Whether the column names the individual, in every row.
    pub(crate) fn is_unit(&self) -> bool {
        !self.nullable && self.has_role(Role::Unit)
    }

    /// Whether the column names the sample.
    pub(crate) fn is_sample(&self) -> bool {
        self.is_named("sample_id")
    }

    /// Whether the column says how many copies a sample carries.
    pub(crate) fn is_dosage(&self) -> bool {
        self.table.rows == Rows::OnePerAlleleAndSample && self.is_named("dosage")
    }

    /// Whether the column names the variant.
    pub(crate) fn is_variant(&self) -> bool {
        self.site && self.is_named("variant_id")
    }

    pub(crate) fn is_annotation(&self) -> bool {
        self.table.label == Label::Annotation
    }

    pub(super) fn has_role(&self, role: Role) -> bool {
        self.column
            .as_ref()
            .is_some_and(|column| column.role == role)
    }

    fn is_named(&self, name: &str) -> bool {
        !self.derived
            && self
                .column
                .as_ref()
                .is_some_and(|column| column.name == name)
    }
}
