//! Datasets, tables and budgets.

use std::io::{self, Write};

use sekisho::{Budget, Column, Dataset, Table};
use serde_json::{Value, json};

use super::grid::{Grid, plain};

/// Prints datasets.
pub(crate) fn datasets(out: &mut impl Write, datasets: &[Dataset], json: bool) -> io::Result<()> {
    if json {
        return lines(
            out,
            datasets.iter().map(|dataset| {
                json!({
                    "id": dataset.id,
                    "title": dataset.title,
                    "holder": dataset.holder,
                    "assembly": dataset.assembly,
                    "profile": dataset.profile,
                    "snapshot": dataset.snapshot,
                    "tier": dataset.tier,
                    "available": dataset.available,
                })
            }),
        );
    }
    let mut grid = Grid::new([
        "dataset", "title", "holder", "assembly", "profile", "tier", "answers",
    ]);
    for dataset in datasets {
        let answers = if dataset.available {
            "yes"
        } else {
            "not at present"
        };
        grid.row(
            [
                &dataset.id,
                &dataset.title,
                &dataset.holder,
                &dataset.assembly,
                &dataset.profile,
                &dataset.tier,
                answers,
            ]
            .map(str::to_owned),
        );
    }
    grid.print(out)
}

/// Prints tables with their columns.
pub(crate) fn tables(out: &mut impl Write, tables: &[Table], json: bool) -> io::Result<()> {
    if json {
        return lines(
            out,
            tables.iter().map(|table| {
                json!({
                    "name": table.name,
                    "label": table.label,
                    "rows": table.rows,
                    "columns": table.columns.iter().map(column_json).collect::<Vec<_>>(),
                })
            }),
        );
    }
    for table in tables {
        writeln!(
            out,
            "{} ({}, {})",
            plain(&table.name),
            plain(&table.label),
            plain(&table.rows)
        )?;
        let mut grid = Grid::new(["column", "type", "role", "unit", "values", "meaning"]);
        for column in &table.columns {
            grid.row([
                column.name.clone(),
                column.r#type.clone(),
                column.role.clone(),
                column.unit.clone(),
                values(column),
                column.meaning.clone(),
            ]);
        }
        grid.print(out)?;
    }
    Ok(())
}

/// Prints budgets.
pub(crate) fn budgets(out: &mut impl Write, budgets: &[Budget], json: bool) -> io::Result<()> {
    if json {
        return lines(
            out,
            budgets.iter().map(|budget| {
                json!({
                    "dataset": budget.dataset,
                    "project": budget.project,
                    "limit": budget.limit,
                    "spent": budget.spent,
                })
            }),
        );
    }
    let mut grid = Grid::new(["dataset", "project", "limit", "spent", "left"]);
    for budget in budgets {
        grid.row([
            budget.dataset.clone(),
            budget.project.clone(),
            budget.limit.to_string(),
            budget.spent.to_string(),
            budget.limit.saturating_sub(budget.spent).to_string(),
        ]);
    }
    (2..5).for_each(|figures| grid.align_right(figures));
    grid.print(out)
}

/// What a column may hold: its domain or its bounds.
fn values(column: &Column) -> String {
    /// More than this many values are counted, not listed.
    const LISTED: usize = 12;
    match (&*column.domain, column.lower, column.upper) {
        ([], Some(lower), Some(upper)) => format!("{lower} to {upper}"),
        ([], Some(lower), None) => format!("from {lower}"),
        ([], None, Some(upper)) => format!("to {upper}"),
        (domain, ..) if domain.len() > LISTED => format!("{} values", domain.len()),
        (domain, ..) => domain.join(", "),
    }
}

fn column_json(column: &Column) -> Value {
    json!({
        "name": column.name,
        "type": column.r#type,
        "role": column.role,
        "meaning": column.meaning,
        "unit": column.unit,
        "domain": column.domain,
        "lower": column.lower,
        "upper": column.upper,
        "required": column.required,
    })
}

fn lines(out: &mut impl Write, mut objects: impl Iterator<Item = Value>) -> io::Result<()> {
    objects.try_for_each(|object| writeln!(out, "{object}"))
}
