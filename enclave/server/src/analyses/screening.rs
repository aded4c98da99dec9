//! Screening and design: counts, funnels, pairs of genes, prevalence. All of them are
//! protected cells, arranged anew.

use std::fmt::Write as _;

use sekisho_disclosure::{Sheet, counts};
use sekisho_proto::v1::{self, criterion::Of};
use sekisho_query::{Planned, cells::Finished, worker::Lost};
use sekisho_runtime::status::Failure;
use sekisho_tables::Catalogue;

use super::{
    INDIVIDUALS, MOST_COLUMNS,
    carriers::{Carriers, are_offered, literals, symbol},
    column, columns,
    follow_up::{clause, condition},
    unfit,
};
use crate::words::literal;

/// Criteria of one funnel.
const MOST_CRITERIA: usize = 20;
/// Genes of which pairs are made.
const MOST_PAIRED: usize = 8;
/// Genes, by consequence, of one table of prevalence.
const MOST_FIGURES: usize = 40;
/// Columns by which prevalence is told.
const MOST_PREVALENCE_COLUMNS: usize = 2;
/// The tables that these analyses may read.
const TABLES: [&str; 3] = [INDIVIDUALS, "genotypes", "variants"];

/// A question of screening, well formed.
#[derive(Debug)]
pub(crate) struct Asked {
    of: Screen,
    condition: String,
}

#[derive(Debug)]
enum Screen {
    Count(Vec<String>),
    Funnel(Vec<Criterion>),
    Pairs(Vec<Carriers>),
    Prevalence(Prevalence),
}

#[derive(Debug)]
struct Prevalence {
    genes: Vec<String>,
    consequences: Vec<String>,
    by: Vec<String>,
}

#[derive(Debug)]
struct Criterion {
    of: Met,
    excludes: bool,
}

#[derive(Debug)]
enum Met {
    Condition(String),
    Carriers(Carriers),
}

impl Asked {
    pub(super) fn count(asked: v1::Count) -> Result<Self, Failure> {
        let v1::Count { r#where, by } = asked;
        columns("analysis.count.by", INDIVIDUALS, &by, MOST_COLUMNS)?;
        Ok(Self {
            of: Screen::Count(by),
            condition: condition("analysis.count.where", &r#where)?,
        })
    }

    pub(super) fn funnel(asked: v1::Funnel) -> Result<Self, Failure> {
        let v1::Funnel { criteria, r#where } = asked;
        let field = "analysis.funnel.criteria";
        if !(1..=MOST_CRITERIA).contains(&criteria.len()) {
            let message = format!("{} criteria are named", criteria.len());
            let help = format!("name 1 to {MOST_CRITERIA}");
            return Err(Failure::invalid(field, message).help(help));
        }
        let criteria = criteria.into_iter().enumerate();
        let criteria = criteria.map(|(at, v1::Criterion { of, excludes })| {
            let field = format!("{field}[{at}]");
            let of = match of {
                Some(Of::Condition(text)) if !text.trim().is_empty() => {
                    Met::Condition(condition(&field, &text)?)
                }
                Some(Of::Carriers(asked)) => Met::Carriers(Carriers::read(&field, asked)?),
                _ => {
                    return Err(Failure::invalid(&field, "the criterion is empty")
                        .help("give a condition, or carriers of a gene"));
                }
            };
            Ok(Criterion { of, excludes })
        });
        Ok(Self {
            of: Screen::Funnel(criteria.collect::<Result<_, _>>()?),
            condition: condition("analysis.funnel.where", &r#where)?,
        })
    }

    pub(super) fn cooccurrence(asked: v1::Cooccurrence) -> Result<Self, Failure> {
        let v1::Cooccurrence { genes, r#where } = asked;
        let field = "analysis.cooccurrence.genes";
        if !(2..=MOST_PAIRED).contains(&genes.len()) {
            let message = format!("{} genes are named", genes.len());
            let help = format!("name 2 to {MOST_PAIRED}");
            return Err(Failure::invalid(field, message).help(help));
        }
        let read = |asked| Carriers::read(field, asked);
        let genes: Vec<Carriers> = genes.into_iter().map(read).collect::<Result<_, _>>()?;
        distinct(field, genes.iter().map(Carriers::words))?;
        Ok(Self {
            of: Screen::Pairs(genes),
            condition: condition("analysis.cooccurrence.where", &r#where)?,
        })
    }

    pub(super) fn prevalence(asked: v1::Prevalence) -> Result<Self, Failure> {
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
        let of = Prevalence {
            genes: symbols(field, genes)?,
            consequences: symbols("analysis.prevalence.consequences", consequences)?,
            by,
        };
        let (by, most) = ("analysis.prevalence.by", MOST_PREVALENCE_COLUMNS);
        columns(by, INDIVIDUALS, &of.by, most)?;
        Ok(Self {
            of: Screen::Prevalence(of),
            condition: condition("analysis.prevalence.where", &r#where)?,
        })
    }

    /// What it is, and what its query does not say.
    pub(super) fn canonical(&self) -> String {
        match &self.of {
            Screen::Count(_) => "counts".to_owned(),
            Screen::Funnel(_) => format!("funnel of {}", self.criteria().join(", ")),
            Screen::Pairs(_) => "pairs of genes".to_owned(),
            Screen::Prevalence(_) => "prevalence".to_owned(),
        }
    }

    pub(super) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        let of_where = clause(&self.condition, None);
        match &self.of {
            Screen::Count(by) => {
                for name in by {
                    if column(catalogue, name)?.domain.is_none() {
                        return Err(unfit(&format!("column `{name}` has no declared values")));
                    }
                }
                Ok(format!(
                    "SELECT {}count(DISTINCT individual_id) AS individuals FROM individuals{of_where}{}",
                    by.iter()
                        .map(|name| format!("{name}, "))
                        .collect::<String>(),
                    grouped(by)
                ))
            }
            Screen::Funnel(criteria) => {
                let (mut joins, mut figures) = (String::new(), String::new());
                let mut so_far = String::new();
                for (at, Criterion { of, excludes }) in criteria.iter().enumerate() {
                    let met = match of {
                        Met::Condition(condition) => format!("(\n{condition}\n)"),
                        Met::Carriers(carriers) => {
                            carriers.is_offered(catalogue)?;
                            joins += &carriers.joined(at);
                            Carriers::met(at)
                        }
                    };
                    // Whoever neither meets it nor does not is not left out by an exclusion.
                    let met = match excludes {
                        true => format!("({met}) IS NOT TRUE"),
                        false => met,
                    };
                    let and = if at > 0 { " AND " } else { "" };
                    so_far += &format!("{and}{met}");
                    // Writing to a string cannot fail.
                    let _ = write!(
                        figures,
                        ", count(DISTINCT i.individual_id) FILTER (WHERE {so_far}) AS step_{}",
                        at + 1
                    );
                }
                Ok(format!(
                    "SELECT count(DISTINCT i.individual_id) AS step_0{figures} \
                     FROM individuals i{joins}{of_where}"
                ))
            }
            Screen::Pairs(genes) => {
                let (mut joins, mut figures) = (String::new(), String::new());
                for (at, carriers) in genes.iter().enumerate() {
                    carriers.is_offered(catalogue)?;
                    joins += &carriers.joined(at);
                }
                let singles = (0..genes.len()).map(Carriers::met);
                let pairs = counts::pairs_of(genes.len());
                let pairs = pairs.map(|(one, other)| {
                    format!("{} AND {}", Carriers::met(one), Carriers::met(other))
                });
                for (at, met) in singles.chain(pairs).enumerate() {
                    let _ = write!(
                        figures,
                        ", count(DISTINCT i.individual_id) FILTER (WHERE {met}) AS n_{at}"
                    );
                }
                Ok(format!(
                    "SELECT count(DISTINCT i.individual_id) AS individuals{figures} \
                     FROM individuals i{joins}{of_where}"
                ))
            }
            Screen::Prevalence(of) => of.sql(catalogue, &of_where),
        }
    }

    /// Whether what was planned is still what was meant.
    pub(super) fn fits(&self, planned: &Planned) -> bool {
        let reads = |shape: &sekisho_query::Shape| {
            shape
                .tables
                .iter()
                .all(|table| TABLES.contains(&table.as_str()))
        };
        let figures = match &self.of {
            Screen::Count(_) => 1,
            Screen::Funnel(criteria) => 1 + criteria.len(),
            Screen::Pairs(genes) => 1 + genes.len() + counts::pairs_of(genes.len()).count(),
            Screen::Prevalence(of) => of.figures().len(),
        };
        let shapes = planned.shapes.as_slice();
        let is_meant = match (&self.of, shapes) {
            (Screen::Prevalence(_), [carriers, groups]) => {
                carriers.measures.len() == figures && groups.measures.len() == 1
            }
            (Screen::Prevalence(_), _) => false,
            (_, [only]) => only.measures.len() == figures,
            _ => false,
        };
        is_meant && shapes.iter().all(reads)
    }

    pub(super) fn sheets(&self, finished: &[Finished]) -> Result<Vec<Sheet>, Lost> {
        let words = |of: &Finished| -> Vec<counts::Words> {
            let rows = of.protected.rows().iter();
            rows.map(|row| of.keys.words(&row.key)).collect()
        };
        let only = || -> Result<&Finished, Lost> {
            match finished {
                [only] => Ok(only),
                _ => Err(Lost),
            }
        };
        let sheet = match &self.of {
            Screen::Count(by) => counts::counts(by, &words(only()?), &only()?.protected),
            Screen::Funnel(_) => counts::funnel(&self.criteria(), &only()?.protected),
            Screen::Pairs(genes) => {
                let genes: Vec<String> = genes.iter().map(|of| of.gene.clone()).collect();
                counts::pairs(&genes, &only()?.protected)
            }
            Screen::Prevalence(of) => {
                let [carriers, groups] = finished else {
                    return Err(Lost);
                };
                let told = (&*words(carriers), &carriers.protected);
                counts::prevalence(
                    &of.by,
                    &of.figures(),
                    told,
                    (&words(groups), &groups.protected),
                )
            }
        };
        Ok(vec![sheet])
    }

    /// The criteria of a funnel in words, everybody first.
    fn criteria(&self) -> Vec<String> {
        let Screen::Funnel(criteria) = &self.of else {
            return Vec::new();
        };
        let words = criteria.iter().map(|Criterion { of, excludes }| {
            let words = match of {
                Met::Condition(condition) => condition.clone(),
                Met::Carriers(carriers) => carriers.words(),
            };
            match excludes {
                true => format!("not: {words}"),
                false => words,
            }
        });
        std::iter::once("everybody".to_owned())
            .chain(words)
            .collect()
    }
}

impl Prevalence {
    /// Genes and consequences, of each gene any first.
    fn figures(&self) -> Vec<(String, Option<String>)> {
        let consequences = || std::iter::once(None).chain(self.consequences.iter().map(Some));
        let of_gene = |gene: &String| {
            let of = consequences();
            of.map(|of| (gene.clone(), of.cloned())).collect::<Vec<_>>()
        };
        self.genes.iter().flat_map(of_gene).collect()
    }

    /// Carriers by group, a figure for each gene and consequence, and the groups.
    fn sql(&self, catalogue: &Catalogue, of_where: &str) -> Result<String, Failure> {
        are_offered(catalogue, !self.consequences.is_empty())?;
        for name in &self.by {
            if column(catalogue, name)?.domain.is_none() {
                return Err(unfit(&format!("column `{name}` has no declared values")));
            }
        }
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

fn distinct(field: &str, names: impl Iterator<Item = String>) -> Result<(), Failure> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Failure::invalid(field, "a gene is named twice").help("name each once"));
        }
    }
    Ok(())
}

fn grouped(by: &[String]) -> String {
    match by.is_empty() {
        true => String::new(),
        false => format!(" GROUP BY {}", by.join(", ")),
    }
}
