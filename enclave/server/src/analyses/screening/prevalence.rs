//! Prevalence: who carries variants of genes, by consequence and group.

use sekisho_proto::v1;
use sekisho_runtime::status::Failure;
use sekisho_tables::Catalogue;

use super::{declared, distinct, grouped};
use crate::{
    analyses::{
        INDIVIDUALS,
        carriers::{are_offered, literals, symbol},
        columns,
        follow_up::condition,
    },
    words::literal,
};

/// Genes, by consequence, of one table.
const MOST_FIGURES: usize = 40;
/// Columns by which it is told.
const MOST_COLUMNS: usize = 2;

/// A question about prevalence, well formed.
#[derive(Debug)]
pub(super) struct Prevalence {
    genes: Vec<String>,
    consequences: Vec<String>,
    pub(super) by: Vec<String>,
}

impl Prevalence {
    /// Reads what is asked, and of whom.
    pub(super) fn read(asked: v1::Prevalence) -> Result<(Self, String), Failure> {
        let v1::Prevalence {
            genes,
            consequences,
            by,
            r#where,
        } = asked;
        let field = "analysis.prevalence.genes";
        let figures = genes.len().saturating_mul(1 + consequences.len());
        if !(1..=MOST_FIGURES).contains(&figures) {
            let message = format!("genes and consequences make {figures} figures");
            let help = format!("name genes and consequences that make 1 to {MOST_FIGURES}");
            return Err(Failure::invalid(field, message).help(help));
        }
        let symbols = |field: &str, names: Vec<String>| -> Result<Vec<String>, Failure> {
            let read = names.into_iter().map(|name| symbol(field, name));
            let read: Vec<String> = read.collect::<Result<_, _>>()?;
            distinct(field, read.iter().cloned())?;
            Ok(read)
        };
        let of = Self {
            genes: symbols(field, genes)?,
            consequences: symbols("analysis.prevalence.consequences", consequences)?,
            by,
        };
        let (by, most) = ("analysis.prevalence.by", MOST_COLUMNS);
        columns(by, INDIVIDUALS, &of.by, most)?;
        Ok((of, condition("analysis.prevalence.where", &r#where)?))
    }

    /// Genes and consequences, of each gene any first.
    pub(super) fn figures(&self) -> Vec<(String, Option<String>)> {
        let consequences = || std::iter::once(None).chain(self.consequences.iter().map(Some));
        let of_gene = |gene: &String| {
            let of = consequences();
            of.map(|of| (gene.clone(), of.cloned())).collect::<Vec<_>>()
        };
        self.genes.iter().flat_map(of_gene).collect()
    }

    /// Carriers by group, a figure for each gene and consequence, and the groups.
    pub(super) fn sql(&self, catalogue: &Catalogue, of_where: &str) -> Result<String, Failure> {
        are_offered(catalogue, !self.consequences.is_empty())?;
        declared(catalogue, &self.by)?;
        let figure = |(at, (gene, consequence)): (usize, (String, Option<String>))| {
            let of = consequence.map(|of| format!(" AND v.consequence = {}", literal(&of)));
            format!(
                ", count(DISTINCT g.individual_id) FILTER (WHERE v.gene = {}{}) AS n_{at}",
                literal(&gene),
                of.unwrap_or_default()
            )
        };
        let figures: String = self.figures().into_iter().enumerate().map(figure).collect();
        let figures = figures.trim_start_matches(", ");
        let by = &self.by;
        let of_i: Vec<String> = by.iter().map(|name| format!("i.{name}")).collect();
        let listed = |by: &[String]| {
            by.iter()
                .map(|name| format!("{name}, "))
                .collect::<String>()
        };
        // The two have nothing to do with one another in the query's own answer.
        Ok(format!(
            "WITH c AS (SELECT {}{figures} FROM genotypes g \
             JOIN variants v ON v.variant_id = g.variant_id \
             JOIN (SELECT {}individual_id FROM individuals{of_where}) i \
             ON i.individual_id = g.individual_id \
             WHERE g.dosage >= 1 AND v.gene IN ({}){}), \
             e AS (SELECT {}count(DISTINCT individual_id) AS individuals \
             FROM individuals{of_where}{}) \
             SELECT n_0 FROM c UNION ALL SELECT individuals FROM e",
            listed(&of_i),
            listed(by),
            literals(&self.genes),
            grouped(&of_i),
            listed(by),
            grouped(by)
        ))
    }
}
