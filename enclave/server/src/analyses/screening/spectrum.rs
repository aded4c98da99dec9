//! Spectrum: how many mutations of each type people carry.

use sekisho_proto::v1;
use sekisho_runtime::status::Failure;
use sekisho_tables::Catalogue;

use super::{declared, distinct};
use crate::analyses::{
    INDIVIDUALS,
    carriers::{are_offered, literals, symbol},
    columns,
    follow_up::condition,
    unfit,
};

/// Genes whose mutations are counted, at most.
const MOST_GENES: usize = 40;
/// Columns by which it is told: types times groups are figures.
const MOST_COLUMNS: usize = 1;

/// A question about a spectrum, well formed.
#[derive(Debug)]
pub(super) struct Spectrum {
    contexts: bool,
    genes: Vec<String>,
    pub(super) by: Vec<String>,
}

impl Spectrum {
    /// Reads what is asked, and of whom.
    pub(super) fn read(asked: v1::Spectrum) -> Result<(Self, String), Failure> {
        let v1::Spectrum {
            contexts,
            genes,
            by,
            r#where,
        } = asked;
        let field = "analysis.spectrum.genes";
        if genes.len() > MOST_GENES {
            let message = format!("{} genes are named", genes.len());
            let help = format!("name at most {MOST_GENES}; none for all");
            return Err(Failure::invalid(field, message).help(help));
        }
        let genes = genes.into_iter().map(|gene| symbol(field, gene));
        let genes: Vec<String> = genes.collect::<Result<_, _>>()?;
        distinct(field, genes.iter().cloned())?;
        columns("analysis.spectrum.by", INDIVIDUALS, &by, MOST_COLUMNS)?;
        let of = Self {
            contexts,
            genes,
            by,
        };
        Ok((of, condition("analysis.spectrum.where", &r#where)?))
    }

    /// The column of what is told apart.
    pub(super) fn column(&self) -> &'static str {
        match self.contexts {
            true => "context",
            false => "mutation_type",
        }
    }

    /// Mutations and who carries any, by type and group.
    pub(super) fn sql(&self, catalogue: &Catalogue, of_where: &str) -> Result<String, Failure> {
        are_offered(catalogue, false)?;
        declared(catalogue, &self.by)?;
        let column = self.column();
        let variants = catalogue.table("variants");
        if variants.is_none_or(|table| table.column(column).is_none()) {
            return Err(
                unfit(&format!("there is no column `{column}` of `variants`"))
                    .help("the holder's manifest has it computed at ingest; `tables` lists it"),
            );
        }
        let by: String = self.by.iter().map(|name| format!(", i.{name}")).collect();
        let of_genes = match self.genes.is_empty() {
            true => String::new(),
            false => format!(" AND v.gene IN ({})", literals(&self.genes)),
        };
        let inner: String = self.by.iter().map(|name| format!("{name}, ")).collect();
        Ok(format!(
            "SELECT v.{column}{by}, count(*) AS mutations, \
             count(DISTINCT g.individual_id) AS individuals FROM genotypes g \
             JOIN variants v ON v.variant_id = g.variant_id \
             JOIN (SELECT {inner}individual_id FROM individuals{of_where}) i \
             ON i.individual_id = g.individual_id \
             WHERE g.dosage >= 1 AND v.{column} IS NOT NULL{of_genes} GROUP BY v.{column}{by}"
        ))
    }
}
