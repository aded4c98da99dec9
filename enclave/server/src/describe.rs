//! Catalogues on the wire.

use sekisho_proto::v1;
use sekisho_tables::{Catalogue, Column, ColumnType, Label, Role, Rows, Table};

/// A dataset as it is listed.
pub(crate) fn dataset(catalogue: &Catalogue, snapshot: &str) -> v1::Dataset {
    v1::Dataset {
        id: catalogue.dataset.clone(),
        title: catalogue.title.clone(),
        holder: catalogue.holder.clone(),
        assembly: catalogue.assembly.clone(),
        profile: catalogue.profile.clone(),
        snapshot: snapshot.to_owned(),
        // The gateway knows what was granted, and whether we answer.
        tier: String::new(),
        available: true,
    }
}

/// A table as it is listed.
pub(crate) fn table(table: &Table) -> v1::Table {
    let label = match table.label {
        Label::Private => "private",
        Label::Annotation => "annotation",
        Label::Public => "public",
    };
    let rows = match table.rows {
        Rows::OnePerIndividual => "one per individual",
        Rows::ManyPerIndividual => "many per individual",
        Rows::OnePerAllele => "one per alternate allele",
        Rows::OnePerAlleleAndSample => "one per alternate allele and sample",
        Rows::OnePerAlleleAndGroup => "one per alternate allele and group of individuals",
    };
    v1::Table {
        name: table.name.clone(),
        label: label.to_owned(),
        rows: rows.to_owned(),
        columns: table.columns.iter().map(column).collect(),
    }
}

fn column(column: &Column) -> v1::Column {
    let r#type = match column.r#type {
        ColumnType::Text => "text",
        ColumnType::Int => "int",
        ColumnType::Float => "float",
        ColumnType::Bool => "bool",
        ColumnType::Date => "date",
    };
    let role = match column.role {
        Role::Unit => "unit",
        Role::Identifier => "identifier",
        Role::Attribute => "attribute",
        Role::Feature => "feature",
        Role::Measure => "measure",
        Role::Technical => "technical",
    };
    v1::Column {
        name: column.name.clone(),
        r#type: r#type.to_owned(),
        role: role.to_owned(),
        meaning: column.meaning.clone().unwrap_or_default(),
        unit: column.unit.clone().unwrap_or_default(),
        domain: column.domain.clone().unwrap_or_default(),
        lower: column.bounds.map(|[lower, _]| lower),
        upper: column.bounds.map(|[_, upper]| upper),
        required: column.required,
    }
}
