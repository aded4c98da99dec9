//! Who carries a variant of a gene, as part of a query of individuals.

use sekisho_proto::v1;
use sekisho_runtime::status::Failure;
use sekisho_tables::Catalogue;

use super::unfit;
use crate::words::literal;

/// Consequences that can be named at once.
const MOST_CONSEQUENCES: usize = 16;

/// A gene, and of which of its variants it is meant.
#[derive(Debug)]
pub(super) struct Carriers {
    pub(super) gene: String,
    consequences: Vec<String>,
}

impl Carriers {
    pub(super) fn read(field: &str, asked: v1::Carriers) -> Result<Self, Failure> {
        let v1::Carriers { gene, consequences } = asked;
        Ok(Self {
            consequences: self::consequences(&format!("{field}.consequences"), consequences)?,
            gene: symbol(&format!("{field}.gene"), gene)?,
        })
    }

    /// In words.
    pub(super) fn words(&self) -> String {
        match self.consequences.is_empty() {
            true => format!("carries {}", self.gene),
            false => format!("carries {} ({})", self.gene, self.consequences.join(", ")),
        }
    }

    /// The join that makes a column of how many variants each individual `i` carries.
    pub(super) fn joined(&self, number: usize) -> String {
        let mut of = format!("v.gene = {}", literal(&self.gene));
        if !self.consequences.is_empty() {
            of += &format!(" AND v.consequence IN ({})", literals(&self.consequences));
        }
        format!(
            " LEFT JOIN (SELECT g.individual_id, count(*) AS carried_{number} FROM genotypes g \
             JOIN variants v ON v.variant_id = g.variant_id WHERE {of} AND g.dosage >= 1 \
             GROUP BY g.individual_id) g{number} ON g{number}.individual_id = i.individual_id"
        )
    }

    /// The condition that carriers meet.
    pub(super) fn met(number: usize) -> String {
        format!("g{number}.carried_{number} >= 1")
    }

    /// Whether the catalogue has what it needs.
    pub(super) fn is_offered(&self, catalogue: &Catalogue) -> Result<(), Failure> {
        are_offered(catalogue, !self.consequences.is_empty())
    }
}

/// Whether carriers of a gene can be had, by consequence or not.
pub(super) fn are_offered(catalogue: &Catalogue, by_consequence: bool) -> Result<(), Failure> {
    let has = |table: &str, column: &str| {
        let table = catalogue.table(table);
        table.is_some_and(|table| table.column(column).is_some())
    };
    let offered = has("genotypes", "dosage")
        && has("variants", "gene")
        && (!by_consequence || has("variants", "consequence"));
    match offered {
        true => Ok(()),
        false => Err(unfit(
            "the dataset offers this project no genotypes, or no such annotation of variants",
        )),
    }
}

/// Reads the symbol of a gene, or a consequence.
pub(super) fn symbol(field: &str, word: String) -> Result<String, Failure> {
    match is_symbol(&word) {
        true => Ok(word),
        false => {
            Err(Failure::invalid(field, "this is no symbol").help("write one, for example `TP53`"))
        }
    }
}

/// Reads consequences that are told from others.
pub(super) fn consequences(field: &str, words: Vec<String>) -> Result<Vec<String>, Failure> {
    match words.len() <= MOST_CONSEQUENCES && words.iter().all(|word| is_symbol(word)) {
        true => Ok(words),
        false => {
            let help = format!("name at most {MOST_CONSEQUENCES}, as in `variants.consequence`");
            Err(Failure::invalid(field, "these are no consequences").help(help))
        }
    }
}

/// Words as literals of SQL.
pub(super) fn literals(words: &[String]) -> String {
    let literals: Vec<String> = words.iter().map(|word| literal(word)).collect();
    literals.join(", ")
}

fn is_symbol(word: &str) -> bool {
    (1..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_graphic())
}
