//! What a snapshot says about itself: tables, columns, roles and domains.
//!
//! A catalogue is public to whoever may see the dataset. It is made from the
//! manifest alone and holds nothing that was computed from the data.

use serde::{Deserialize, Serialize};

/// The hidden first column of every private table: the individual's dense index.
pub const UNIT: &str = "__unit";

/// The hidden column that `variants` and `genotypes` share: the variant's row.
pub const VARIANT: &str = "__variant";

/// Everything a visitor may know of a dataset without asking it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// `[a-z0-9-]{1,40}`.
    pub dataset: String,
    /// A title for people.
    pub title: String,
    /// The holder's identifier.
    pub holder: String,
    /// `GRCh37`, `GRCh38` or `T2T-CHM13`.
    pub assembly: String,
    /// The dataset's release profile.
    pub profile: String,
    /// Its tables, in alphabetical order.
    pub tables: Vec<Table>,
}

impl Catalogue {
    /// The table of this name, as written.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

impl Catalogue {
    /// The catalogue without the columns that are not used, and without tables of
    /// which nothing is left but what joins need.
    #[must_use]
    pub fn limited_to(&self, uses: impl Fn(&Table, &Column) -> bool) -> Self {
        let joins = |column: &Column| matches!(column.role, Role::Unit | Role::Identifier);
        let limited = self.tables.iter().filter_map(|table| {
            let used = table.columns.iter().any(|column| uses(table, column));
            let columns = table.columns.iter();
            let columns = columns.filter(|column| joins(column) || uses(table, column));
            used.then(|| Table {
                columns: columns.cloned().collect(),
                ..table.clone()
            })
        });
        Self {
            tables: limited.collect(),
            ..self.clone()
        }
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// `[a-z][a-z0-9_]*`.
    pub name: String,
    /// Who its rows are about.
    pub label: Label,
    /// What one row is.
    pub rows: Rows,
    /// A release profile of its own; the stricter of it and the dataset's holds.
    pub profile: Option<String>,
    /// Its visible columns, in the manifest's order.
    pub columns: Vec<Column>,
    /// Of a public table: the release that made it one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
}

/// A release whose rows a committee let be published. Its receipt was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The verification key of the ledger that has the release.
    pub ledger: String,
    /// The release's leaf.
    pub sequence: u64,
    /// Who approved it, as the release profile says.
    pub approved_by: String,
    /// The first so many columns name a row.
    pub keys: usize,
    /// How many rows there are.
    pub rows: u64,
}

impl Table {
    /// The column of this name, as written.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns that name what is measured.
    pub fn features(&self) -> impl Iterator<Item = &Column> {
        let columns = self.columns.iter();
        columns.filter(|column| column.role == Role::Feature)
    }

    /// Whether its rows tell as much of somebody as genotypes do: of many features of the same
    /// people, means alone tell who is among them (Backes et al., CCS 2016).
    pub fn is_genomic(&self) -> bool {
        matches!(self.rows, Rows::OnePerAllele | Rows::OnePerAlleleAndSample)
            || self.features().next().is_some()
    }

    /// The column that names the individual.
    pub fn unit(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.role == Role::Unit)
    }
}

/// Who the rows of a table are about (guard, labels).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Individuals.
    Private,
    /// Sites that occur in somebody's genome here: joinable, never listed.
    Annotation,
    /// Nobody.
    Public,
}

/// What one row of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// One row per individual.
    OnePerIndividual,
    /// Any number of rows per individual.
    ManyPerIndividual,
    /// One row per alternate allele.
    OnePerAllele,
    /// One row per alternate allele and sample.
    OnePerAlleleAndSample,
    /// One row per alternate allele and group of individuals.
    OnePerAlleleAndGroup,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// `[a-z][a-z0-9_]*`.
    pub name: String,
    /// Its type.
    pub r#type: ColumnType,
    /// What it may be used for.
    pub role: Role,
    /// What it means, for people.
    #[serde(default)]
    pub meaning: Option<String>,
    /// UCUM.
    #[serde(default)]
    pub unit: Option<String>,
    /// The declared values of a text column, in the manifest's order.
    #[serde(default)]
    pub domain: Option<Vec<String>>,
    /// The declared bounds of a number, inclusive.
    #[serde(default)]
    pub bounds: Option<[f64; 2]>,
    /// Whether ingest refuses a row without a value.
    #[serde(default)]
    pub required: bool,
    /// Of a technical number: how it is reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
}

impl Column {
    /// Whether it is a text of which nobody said what it may be: it may name somebody.
    pub fn is_undeclared(&self) -> bool {
        self.r#type == ColumnType::Text && self.domain.is_none() && self.role != Role::Feature
    }
}

/// How a technical number is reported: its histogram's grid, and its limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// How wide a part of the grid is that begins at the lower bound.
    pub bin: f64,
    /// What is noted of values beyond.
    #[serde(default)]
    pub limits: Vec<Limit>,
}

/// A limit of quality. One of the four places is named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Which side of it is beyond, and whether it is itself.
    pub beyond: Beyond,
    /// Where it lies.
    pub at: f64,
    /// The tissue that it is of, if it is not of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tissue: Option<String>,
}

/// What is beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// What is less.
    Below,
    /// What is less, and the limit.
    AtMost,
    /// What is more, and the limit.
    AtLeast,
    /// What is more.
    Above,
}

impl Beyond {
    /// As a manifest names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Below => "below",
            Self::AtMost => "at_most",
            Self::AtLeast => "at_least",
            Self::Above => "above",
        }
    }
}

/// The type of a column. In Parquet and Arrow: `Utf8`, `Int64`, `Float64`,
/// `Boolean`, `Date32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// A 64-bit integer.
    Int,
    /// A 64-bit float, never NaN or infinite.
    Float,
    /// True or false.
    Bool,
    /// A day.
    Date,
}

/// What a column may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Names the individual: joined on, counted distinct.
    Unit,
    /// Names something else: joined on.
    Identifier,
    /// A category.
    Attribute,
    /// Names what is measured of many things: a gene, a site, a metabolite.
    Feature,
    /// A quantity.
    Measure,
    /// A quantity that describes the laboratory's work.
    Technical,
}
