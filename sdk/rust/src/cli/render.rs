//! What is printed: answers, failures and the places they mean.

mod grid;
mod listings;

use std::io::{self, Write};

use arrow::{
    array::{Array as _, RecordBatch},
    csv,
    datatypes::{Field, Schema},
    ipc::writer::StreamWriter,
    json,
    util::display::{ArrayFormatter, FormatOptions},
};
use sekisho::{
    Answer, CheckResult, Failure, KIND, Reason, Refusal, Release, SUPPRESSED, TABLE, VerifierKey,
};
use serde_json::json;
use unicode_width::UnicodeWidthChar as _;

use super::{arguments::Format, exit::Ended};
use grid::{Grid, plain};
pub(crate) use listings::{budgets, datasets, tables};

/// Prints an answer. Where keys are pinned, only one whose receipt holds.
pub(crate) fn answer(
    out: &mut impl Write,
    answer: &Answer,
    format: Format,
    trust: &[VerifierKey],
) -> Result<(), Ended> {
    if !trust.is_empty() {
        answer.verify(trust).map_err(sekisho::Error::from)?;
    }
    match format {
        Format::Table => table(out, answer, !trust.is_empty()),
        Format::Csv => {
            let mut writer = csv::Writer::new(&mut *out);
            answer
                .batches
                .iter()
                .try_for_each(|batch| writer.write(batch))?;
            // Without rows the writer has written no header.
            if answer.rows() == 0 {
                drop(writer);
                let names: Vec<_> = answer
                    .schema
                    .fields()
                    .iter()
                    .map(|f| f.name().as_str())
                    .collect();
                writeln!(out, "{}", names.join(","))?;
            }
            Ok(())
        }
        Format::Json => {
            let release = release(answer);
            write!(
                out,
                "{{\"dataset\":{},\"release\":{release},\"rows\":",
                json!(answer.dataset)
            )?;
            let builder = json::WriterBuilder::new().with_explicit_nulls(true);
            let mut writer = builder.build::<_, json::writer::JsonArray>(&mut *out);
            answer
                .batches
                .iter()
                .try_for_each(|batch| writer.write(batch))?;
            writer.finish()?;
            drop(writer);
            writeln!(out, "}}")?;
            Ok(())
        }
        Format::Arrow => {
            let mut writer = StreamWriter::try_new(&mut *out, &answer.schema)?;
            answer
                .batches
                .iter()
                .try_for_each(|batch| writer.write(batch))?;
            Ok(writer.finish()?)
        }
    }
}

/// Prints the failure of one dataset among several.
pub(crate) fn failure(
    out: &mut impl Write,
    dataset: &str,
    failure: &Failure,
    format: Format,
    sql: &str,
) -> io::Result<()> {
    if format == Format::Json {
        let said = json!({
            "reason": failure.reason.as_str(),
            "message": failure.message,
            "help": failure.help,
        });
        return writeln!(out, "{}", json!({ "dataset": dataset, "failure": said }));
    }
    write!(out, "{}: ", plain(dataset))?;
    failure_text(out, failure, sql)
}

/// Prints a failure, with its place in the query.
pub(crate) fn failure_text(out: &mut impl Write, failure: &Failure, sql: &str) -> io::Result<()> {
    let kind = match failure.reason {
        Reason::QueryRefused => "refused by the guard",
        Reason::Unauthenticated | Reason::PolicyDenied | Reason::NotAvailable => {
            "refused by policy"
        }
        Reason::PolicyReferred => "referred to the committee",
        _ => "failed",
    };
    writeln!(out, "{kind}: {}", plain(&failure.message))?;
    match &failure.refusal {
        Some(refusal) => refused(out, refusal, sql),
        None => said(out, "help", &failure.help),
    }
}

/// Prints a judgement.
pub(crate) fn check(out: &mut impl Write, result: &CheckResult, sql: &str) -> io::Result<()> {
    let dataset = plain(&result.dataset);
    if let Some(refusal) = &result.refusal {
        writeln!(
            out,
            "{dataset}: would be refused: {}",
            plain(&refusal.message)
        )?;
        return refused(out, refusal, sql);
    }
    let queries = if result.charge == 1 {
        "query"
    } else {
        "queries"
    };
    writeln!(
        out,
        "{dataset}: would be answered under the profile {}{}, at a charge of {} {queries}",
        plain(&result.profile),
        mechanism(&result.mechanism),
        result.charge
    )?;
    if result.rho_nano > 0 {
        let rho = sekisho::rho(result.rho_nano);
        let epsilon = sekisho::epsilon_at_most(rho);
        writeln!(
            out,
            "  privacy budget: ρ = {rho}, that is ε ≤ {epsilon:.3} at δ = {:e}",
            sekisho::DELTA
        )?;
    }
    if result.exposes_genomes {
        writeln!(
            out,
            "  exposure: charged, since the figures tell of genomes"
        )?;
    }
    for column in &result.columns {
        writeln!(
            out,
            "  column {}: {}",
            plain(&column.name),
            plain(&column.kind)
        )?;
    }
    for rule in &result.rules {
        writeln!(out, "  rule {}: {}", plain(&rule.rule), plain(&rule.effect))?;
    }
    Ok(())
}

/// What is said of a mechanism beside its profile; nothing if none is named.
fn mechanism(name: &str) -> String {
    match name {
        "" => String::new(),
        name => format!(", mechanism {}", plain(name)),
    }
}

fn refused(out: &mut impl Write, refusal: &Refusal, sql: &str) -> io::Result<()> {
    if let Some(place) = caret(sql, refusal.line, refusal.column) {
        writeln!(out, "{place}")?;
    }
    said(out, "rule", &refusal.rule)?;
    said(out, "help", &refusal.help)?;
    said(out, "instead", &refusal.rewrite)
}

fn said(out: &mut impl Write, name: &str, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {name}: {}", plain(text))
}

/// The line of the query with a caret under the place; none if there is no
/// such place. Line and column count from 1, the column in characters.
fn caret(sql: &str, line: u32, column: u32) -> Option<String> {
    let number = usize::try_from(line).ok()?.checked_sub(1)?;
    let before = usize::try_from(column).ok()?.checked_sub(1)?;
    let line = plain(sql.lines().nth(number)?);
    if before > line.chars().count() {
        return None;
    }
    let indent: usize = line
        .chars()
        .take(before)
        .filter_map(|character| character.width())
        .sum();
    Some(format!("  {line}\n  {}^", " ".repeat(indent)))
}

fn table(out: &mut impl Write, answer: &Answer, verified: bool) -> Result<(), Ended> {
    let several = !answer.others.is_empty();
    let first = answer.schema.metadata().get(TABLE);
    if several {
        writeln!(out, "-- {}", plain(first.map_or("", String::as_str)))?;
    }
    rows(out, &answer.schema, &answer.batches, &answer.release)?;
    for table in &answer.others {
        writeln!(out, "-- {}", plain(&table.name))?;
        rows(out, &table.schema, &table.batches, &answer.release)?;
    }
    Ok(facts(out, answer, verified)?)
}

fn rows(
    out: &mut impl Write,
    schema: &Schema,
    batches: &[RecordBatch],
    release: &Release,
) -> Result<(), Ended> {
    let fields = schema.fields();
    let mut grid = Grid::new(fields.iter().map(|field| field.name().as_str()));
    let options = FormatOptions::default();
    for batch in batches {
        let columns = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let cells = columns.iter().zip(batch.columns()).zip(fields);
            grid.row(cells.map(|((formatter, column), field)| {
                if column.is_null(row) {
                    null(field, release).to_owned()
                } else {
                    formatter.value(row).to_string()
                }
            }));
        }
    }
    for (column, field) in fields.iter().enumerate() {
        if field.data_type().is_numeric() {
            grid.align_right(column);
        }
    }
    Ok(grid.print(out)?)
}

/// What a NULL of a column means, as far as that is told.
fn null(field: &Field, release: &Release) -> &'static str {
    let derived = field
        .metadata()
        .get(KIND)
        .is_some_and(|kind| kind == "derived");
    if field.metadata().contains_key(SUPPRESSED) {
        "suppressed"
    } else if derived && release.figures_suppressed > 0 {
        "suppressed or null"
    } else {
        ""
    }
}

/// What stands under a table.
fn facts(out: &mut impl Write, answer: &Answer, verified: bool) -> io::Result<()> {
    let release = &answer.release;
    let rounding = match release.rounding_base {
        0 | 1 => "unrounded".to_owned(),
        base => format!("counts rounded to {base}"),
    };
    if !release.caveat.is_empty() {
        writeln!(out, "{}", plain(&release.caveat))?;
    }
    writeln!(
        out,
        "{}: {} of {} figures suppressed; profile {}{}: at least {} people a figure, {rounding}",
        plain(&release.dataset),
        release.figures_suppressed,
        release.figures_released + release.figures_suppressed,
        plain(&release.profile),
        mechanism(&release.mechanism),
        release.threshold
    )?;
    if let Some(budget) = &release.budget {
        let free = if release.repeated {
            ", this one free: it was answered before"
        } else {
            ""
        };
        writeln!(
            out,
            "budget: {} of {} queries spent{free}",
            budget.spent, budget.limit
        )?;
    }
    let leaf = answer.receipt.leaf_index;
    if verified {
        writeln!(
            out,
            "receipt: leaf {leaf}, verified against your pinned keys"
        )
    } else {
        writeln!(
            out,
            "receipt: leaf {leaf}, not verified: pin the ledgers' keys with --trust"
        )
    }
}

fn release(answer: &Answer) -> serde_json::Value {
    let release = &answer.release;
    let budget = release.budget.as_ref();
    json!({
        "snapshot": release.snapshot,
        "policy_digest": release.policy_digest,
        "profile": release.profile,
        "mechanism": release.mechanism,
        "parameters": release.parameters.iter().collect::<std::collections::BTreeMap<_, _>>(),
        "caveat": release.caveat,
        "threshold": release.threshold,
        "rounding_base": release.rounding_base,
        "figures_released": release.figures_released,
        "figures_suppressed": release.figures_suppressed,
        "suppressed": answer.suppressed().collect::<std::collections::BTreeMap<_, _>>(),
        "budget": budget.map(|budget| json!({ "limit": budget.limit, "spent": budget.spent })),
        "leaf_index": answer.receipt.leaf_index,
        "repeated": release.repeated,
    })
}

#[cfg(test)]
mod tests;
