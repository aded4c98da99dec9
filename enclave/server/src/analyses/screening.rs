//! Screening and design: counts, funnels, pairs of genes, prevalence. All of them are
//! protected cells, arranged anew.

mod prevalence;
mod spectrum;

use std::fmt::Write as _;

use sekisho_disclosure::{Sheet, counts};
use sekisho_proto::v1::{self, criterion::Of};
use sekisho_query::{Planned, cells::Finished, worker::Lost};
use sekisho_runtime::status::Failure;
use sekisho_tables::Catalogue;

use super::{
    INDIVIDUALS, MOST_COLUMNS,
    carriers::Carriers,
    column, columns,
    follow_up::{clause, condition},
    unfit,
};
use prevalence::Prevalence;
use spectrum::Spectrum;

/// Criteria of one funnel.
const MOST_CRITERIA: usize = 20;
/// Genes of which pairs are made.
const MOST_PAIRED: usize = 8;
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
    Spectrum(Spectrum),
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
        let (of, condition) = Prevalence::read(asked)?;
        Ok(Self {
            of: Screen::Prevalence(of),
            condition,
        })
    }

    pub(super) fn spectrum(asked: v1::Spectrum) -> Result<Self, Failure> {
        let (of, condition) = Spectrum::read(asked)?;
        Ok(Self {
            of: Screen::Spectrum(of),
            condition,
        })
    }

    /// What it is, and what its query does not say.
    pub(super) fn canonical(&self) -> String {
        match &self.of {
            Screen::Count(_) => "counts".to_owned(),
            Screen::Funnel(_) => format!("funnel of {}", self.criteria().join(", ")),
            Screen::Pairs(_) => "pairs of genes".to_owned(),
            Screen::Prevalence(_) => "prevalence".to_owned(),
            Screen::Spectrum(_) => "spectrum".to_owned(),
        }
    }

    pub(super) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        let of_where = clause(&self.condition, None);
        match &self.of {
            Screen::Count(by) => {
                declared(catalogue, by)?;
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
            Screen::Spectrum(of) => of.sql(catalogue, &of_where),
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
            Screen::Spectrum(_) => 2,
        };
        let shapes = planned.shapes.as_slice();
        let is_meant = match (&self.of, shapes) {
            (Screen::Prevalence(_), [carriers, groups]) => {
                carriers.measures.len() == figures && groups.measures.len() == 1
            }
            (Screen::Prevalence(_), _) => false,
            (Screen::Spectrum(of), [only]) => {
                only.measures.len() == figures && only.dimensions.len() == 1 + of.by.len()
            }
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
            Screen::Spectrum(of) => {
                let keys = std::iter::once(of.column());
                let keys: Vec<&str> = keys.chain(of.by.iter().map(String::as_str)).collect();
                counts::spectrum(&keys, &words(only()?), &only()?.protected)
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

/// Whether columns have declared values.
fn declared(catalogue: &Catalogue, by: &[String]) -> Result<(), Failure> {
    for name in by {
        if column(catalogue, name)?.domain.is_none() {
            return Err(unfit(&format!("column `{name}` has no declared values")));
        }
    }
    Ok(())
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
