//! What is asked about frequencies, read strictly.

use std::fmt::Write as _;

use sekisho_proto::v1::{self, frequencies::Sites};
use sekisho_query::{Level, MeasureKind, Planned};
use sekisho_runtime::status::{Failure, Reason};
use sekisho_tables::{Catalogue, Selection};

use crate::words::{is_closed, is_column, named};

/// Variants that can be named at once.
const MOST_VARIANTS: usize = 1_000;

/// Columns that can be grouped by.
const MOST_COLUMNS: usize = 4;

/// Groups that can be asked for.
const MOST_GROUPS: usize = 64;

/// A question about frequencies, well formed.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) selection: Selection,
    /// A condition on individuals; empty for none.
    condition: String,
    by: Vec<String>,
}

impl Asked {
    /// Reads a question.
    pub(crate) fn read(asked: v1::Frequencies) -> Result<Self, Failure> {
        let v1::Frequencies { sites, r#where, by } = asked;
        let selection = selection("analysis.frequencies", MOST_VARIANTS, sites)?;
        let odd = by.iter().enumerate().find_map(|(at, name)| {
            let again = by.iter().take(at).any(|earlier| earlier == name);
            match (is_column(name), again) {
                (false, _) => Some(format!("{} is no column to group by", named(name))),
                (true, true) => Some(format!("`{name}` is named twice")),
                (true, false) => None,
            }
        });
        let many = by.len() > MOST_COLUMNS;
        if let Some(message) = odd.or(many.then(|| format!("{} columns to group by", by.len()))) {
            let help = format!("name at most {MOST_COLUMNS} columns of `individuals`, each once");
            return Err(Failure::invalid("analysis.frequencies.by", message).help(help));
        }
        let condition = r#where.trim();
        if !is_closed(condition) {
            return Err(unfit(
                "`where` has parentheses or quotes that do not match, a comment, or one of \\ ; $ # \
                 and the backtick",
            ));
        }
        Ok(Self {
            selection,
            condition: condition.to_owned(),
            by,
        })
    }

    /// The query of individuals whose cohort and groups are meant. The guard judges it
    /// as it judges any: what was written in `where` may say in it whatever it likes.
    pub(crate) fn sql(&self) -> String {
        let mut sql = "SELECT ".to_owned();
        for column in &self.by {
            // Writing to a string cannot fail.
            let _ = write!(sql, "{column}, ");
        }
        sql.push_str("count(DISTINCT individual_id) AS individuals FROM individuals");
        if !self.condition.is_empty() {
            let _ = write!(sql, " WHERE (\n{}\n)", self.condition);
        }
        if !self.by.is_empty() {
            let _ = write!(sql, " GROUP BY {}", self.by.join(", "));
        }
        sql
    }

    /// Whether the catalogue has what is needed, and the query is still one of
    /// individuals by these columns.
    pub(crate) fn fits(&self, catalogue: &Catalogue, planned: &mut Planned) -> Result<(), Failure> {
        is_offered(catalogue, self.selection.columns())?;
        let [shape] = planned.shapes.as_mut_slice() else {
            return Err(unfit("`where` is more than a condition"));
        };
        let counts = |kind| kind == MeasureKind::Individuals;
        let of_individuals = !shape.many
            && shape.sites.is_none()
            && shape.tables == ["individuals"]
            && shape.measures.len() == 1
            && shape
                .measures
                .iter()
                .all(|measure| counts(measure.kind) && !measure.condition);
        let named: Vec<&String> = shape.dimensions.iter().map(|of| &of.name).collect();
        if !of_individuals || named != self.by.iter().collect::<Vec<_>>() {
            return Err(unfit("`where` is more than a condition"));
        }
        let mut groups = 1_usize;
        for dimension in &shape.dimensions {
            let declared = (dimension.level == Level::Unit).then_some(dimension.values.as_ref());
            let Some(Some(values)) = declared else {
                let name = &dimension.name;
                return Err(unfit(&format!(
                    "column `{name}` of `by` has no declared values"
                )));
            };
            groups = groups.saturating_mul(values.len() + 1);
        }
        if groups > MOST_GROUPS {
            let message = format!("`by` makes {groups} groups, which are more than {MOST_GROUPS}");
            return Err(unfit(&message));
        }
        shape
            .tables
            .extend(["genotypes".to_owned(), "variants".to_owned()]);
        planned.canonical = format!(
            "frequencies of {} over {}",
            self.selection.canonical(),
            planned.canonical
        );
        Ok(())
    }
}

/// Reads which variants are meant, of named ones at most so many.
pub(crate) fn selection(
    field: &str,
    most: usize,
    sites: Option<Sites>,
) -> Result<Selection, Failure> {
    match sites {
        Some(Sites::Region(region)) => Selection::region(&region).ok_or_else(|| {
            let message = format!("{} is no region", named(&region));
            Failure::invalid(&format!("{field}.region"), message)
                .help("write `22` or `22:16050000-16060000`, 1-based and inclusive")
        }),
        Some(Sites::Gene(gene)) => {
            let legal = |byte: u8| byte.is_ascii_graphic();
            match (1..=64).contains(&gene.len()) && gene.bytes().all(legal) {
                true => Ok(Selection::Gene(gene)),
                false => {
                    let message = format!("{} is no gene", named(&gene));
                    let failure = Failure::invalid(&format!("{field}.gene"), message);
                    Err(failure.help("write one symbol, for example `TP53`"))
                }
            }
        }
        Some(Sites::Variants(named)) => variants(&format!("{field}.variants"), most, &named.ids),
        None => Err(Failure::invalid(field, "no variants are named")
            .help("name a region, a gene, or variants")),
    }
}

fn variants(field: &str, most: usize, ids: &[String]) -> Result<Selection, Failure> {
    let refused = |message: String| {
        let help = format!("name 1 to {most}, as CHROM:POS:REF:ALT, for example `22:16050408:T:C`");
        Failure::invalid(field, message).help(help)
    };
    if !(1..=most).contains(&ids.len()) {
        return Err(refused(format!("{} variants are named", ids.len())));
    }
    let all = Selection::variants(ids.iter().map(String::as_str));
    all.ok_or_else(|| {
        let is_odd = |id: &&String| Selection::variants([id.as_str()]).is_none();
        let odd = ids.iter().find(is_odd).map_or("", String::as_str);
        refused(format!("{} is no variant", named(odd)))
    })
}

/// Whether the catalogue has genotypes, and these columns of variants.
pub(crate) fn is_offered(catalogue: &Catalogue, columns: &[&str]) -> Result<(), Failure> {
    let has = |table: &str, column: &str| {
        let table = catalogue.table(table);
        table.is_some_and(|table| table.column(column).is_some())
    };
    let offered = has("genotypes", "dosage")
        && has("variants", "variant_id")
        && columns.iter().all(|column| has("variants", column));
    if offered {
        return Ok(());
    }
    Err(
        unfit("the dataset offers this project no genotypes, or no such annotation of variants")
            .help("`tables` lists what may be asked; this needs `genotypes.dosage`"),
    )
}

fn unfit(what: &str) -> Failure {
    Failure::new(Reason::QueryRefused, what)
        .help("`where` is a condition on columns of `individuals`, `by` names some of them")
        .with("rule", "frequencies.cohort")
}

#[cfg(test)]
#[path = "question/tests.rs"]
mod tests;
