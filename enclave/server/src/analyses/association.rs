//! Associations of variants, or of genes, with an outcome.
//!
//! Whom they are of and what else explains the outcome is asked and settled as for a model.
//! Genotypes are read here, span after span; what is computed from them, and what of it may
//! be shown, is decided in `sekisho-disclosure`.

mod released;
mod scan;

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    association::{Association, Group, MOST_COMPONENTS},
    model::{Data, Rules},
};
use sekisho_proto::v1::{self, association::Sites, frequencies};
use sekisho_query::{Planned, worker::Lost};
use sekisho_runtime::status::Failure;
use sekisho_tables::{Catalogue, GenotypeGroup, Selection};

use super::{
    Found, Ground, carriers, column,
    follow_up::condition,
    model::{self, Explained, levels},
    reads_genotypes, unfit,
};
use crate::{
    exposure::Told,
    frequencies::{Group as Genotyped, is_offered, of_sets, remember, selection},
    words::is_column,
};

const FIELD: &str = "analysis.association";

/// Rows at most, and if it is not said how many. What limits them first is exposure.
const MOST_ROWS: u32 = 10_000;
const ROWS: u32 = 10;

/// Rows of figures of genotypes at most, one for each row and group: an answer is held as a whole.
const MOST_FIGURES: usize = 100_000;

/// Variants that can be named, and genes that are so few that each has a row.
const MOST_NAMED: usize = 100;

/// What a variant's frequency may be held against: with any number, one that was asked again and
/// again would come out exactly.
const MAX_FREQUENCIES: [f64; 6] = [0.0, 0.001, 0.005, 0.01, 0.02, 0.05];

/// Genes that can be named at once.
const MOST_GENES: usize = 1_000;

/// A question about associations, well formed.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(super) model: model::Asked,
    markers: Markers,
    is_of_cases: bool,
    components: usize,
    stratum: Option<String>,
    rows: usize,
}

/// What is tested.
#[derive(Debug)]
enum Markers {
    Variants(Selection),
    Genes(Burden),
}

/// Genes, and which of their variants count.
#[derive(Debug)]
struct Burden {
    /// None for all.
    genes: BTreeSet<String>,
    consequences: BTreeSet<String>,
    max_frequency: f64,
}

impl Asked {
    /// Reads a question.
    pub(super) fn read(asked: v1::Association) -> Result<Self, Failure> {
        let v1::Association {
            sites,
            outcome,
            covariates,
            components,
            stratum,
            r#where,
            most,
        } = asked;
        let invalid = |field: &str, message: String, help: &str| {
            Failure::invalid(&format!("{FIELD}.{field}"), message).help(help)
        };
        let outcome = match outcome {
            Some(v1::association::Outcome::Condition(text)) if !text.trim().is_empty() => {
                Explained::Condition(condition(&format!("{FIELD}.condition"), &text)?)
            }
            Some(v1::association::Outcome::Measure(name)) if is_column(&name) => {
                Explained::Measure(name)
            }
            _ => {
                return Err(Failure::invalid(FIELD, "no outcome is named")
                    .help("give a condition, or a column of numbers"));
            }
        };
        let is_of_cases = matches!(outcome, Explained::Condition(_));
        if components as usize > MOST_COMPONENTS {
            let message = format!("{components} components are asked for");
            let help = format!("ask for at most {MOST_COMPONENTS}");
            return Err(invalid("components", message, &help));
        }
        if most > MOST_ROWS {
            let message = format!("{most} rows are asked for");
            let help = format!("ask for at most {MOST_ROWS}");
            return Err(invalid("most", message, &help));
        }
        let stratum = Some(stratum).filter(|name| !name.is_empty());
        if let Some(name) = stratum.as_ref().filter(|name| !covariates.contains(name)) {
            let message = format!("`{name}` is no covariate");
            let help = "name a covariate of declared words, or leave it out";
            return Err(invalid("stratum", message, help));
        }
        let of_sites = |sites| selection(FIELD, MOST_NAMED, Some(sites)).map(Markers::Variants);
        let markers = match sites {
            None => Markers::Variants(Selection::All),
            Some(Sites::Region(region)) => of_sites(frequencies::Sites::Region(region))?,
            Some(Sites::Gene(gene)) => of_sites(frequencies::Sites::Gene(gene))?,
            Some(Sites::Variants(named)) => of_sites(frequencies::Sites::Variants(named))?,
            Some(Sites::Burden(burden)) => Markers::Genes(Burden::read(burden)?),
        };
        Ok(Self {
            model: model::Asked::of(FIELD, outcome, covariates, &r#where)?,
            markers,
            is_of_cases,
            components: components as usize,
            stratum,
            rows: if most == 0 { ROWS } else { most } as usize,
        })
    }

    pub(super) fn canonical(&self) -> String {
        let Self {
            model,
            markers,
            components,
            stratum,
            rows,
            ..
        } = self;
        let markers = match markers {
            Markers::Variants(of) => of.canonical(),
            Markers::Genes(of) => format!("{of:?}"),
        };
        format!(
            "association of {markers} with {}, {components} components, strata {stratum:?}, \
             {rows} rows",
            model.canonical()
        )
    }

    pub(super) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        if let Some(name) = &self.stratum {
            let Some(levels) = levels(column(catalogue, name)?) else {
                return Err(unfit(&format!("column `{name}` has no declared values")));
            };
            let groups = 2 * (1 + levels.len());
            let figures = self.shown_at_most().saturating_mul(groups);
            if figures > MOST_FIGURES {
                let message = format!("{figures} rows of genotypes are asked for");
                let help = format!("ask for fewer rows, or without strata; at most {MOST_FIGURES}");
                return Err(unfit(&message).help(help));
            }
        }
        self.model.sql(catalogue)
    }

    /// Adds to what was planned that genotypes are read.
    pub(super) fn reads_genotypes(
        &self,
        catalogue: &Catalogue,
        planned: &mut Planned,
    ) -> Result<(), Failure> {
        match &self.markers {
            Markers::Variants(of) => is_offered(catalogue, of.columns())?,
            Markers::Genes(of) if of.consequences.is_empty() => is_offered(catalogue, &["gene"])?,
            Markers::Genes(_) => is_offered(catalogue, &["gene", "consequence"])?,
        }
        reads_genotypes(planned);
        Ok(())
    }

    pub(super) fn found(&self, ground: &Ground<'_>) -> Result<Found, Lost> {
        let rules = Rules {
            profile: ground.profile,
            noise: &ground.admission.pinned.noise,
        };
        let units = ground.admission.pinned.snapshot.genotype_units();
        let genotyped = units.map_err(lost)?.iter().collect();
        let (data, set) = self.model.settled(ground, Some(&genotyped), rules)?;
        let sides = self.sides(&data, &set);
        let sets = sides
            .iter()
            .map(|(group, set)| (vec![group.stratum.clone()], set.clone()));
        let mut groups = of_sets(sets.collect(), ground.admission, ground.profile).map_err(lost)?;
        for group in &mut groups {
            group.withheld |= group.is_small_for(self.shown_at_most() as u64, ground.profile);
        }
        // Of fewer nothing about genomes may be told; of a set that has people without
        // genotypes, nothing is known.
        let (everybody, _) = self.split(&groups);
        let may_tell = everybody.iter().all(|group| !group.withheld);
        // What is not shown of those that were asked for tells, too; and so do all together. Of
        // groups that are too small to tell anything nothing is.
        let variants = if may_tell {
            self.shown_at_most() as u64 + 1
        } else {
            0
        };
        let told = self.told(ground, &groups, variants)?;
        // It will be refused: nobody waits for tests that are not shown.
        if told.exceeds(ground.exposed) {
            return Ok(Found {
                sheets: Vec::new(),
                told: Some(told),
            });
        }
        let model = data.over(&set, rules);
        let group = GenotypeGroup::new(&ground.admission.pinned.snapshot, &set).map_err(lost)?;
        let is_whole = *group.individuals() == set;
        let scan = scan::Scan::of(ground, &group);
        let association = match may_tell && is_whole {
            true => {
                let components = scan.components(self.components)?;
                Association::of(model, &components, rules)
            }
            false => None,
        };
        let names: Vec<Group> = sides.iter().map(|(group, _)| group.clone()).collect();
        let sheets = self.sheets(ground, association.as_ref(), &scan, &names, &groups)?;
        let shown = (0..groups.len()).filter(|at| groups.get(*at).is_some_and(|of| !of.withheld));
        let shown: BTreeMap<usize, u64> = shown.map(|at| (at, variants)).collect();
        remember(&groups, &shown, ground.admission, ground.profile).map_err(lost)?;
        Ok(Found {
            sheets,
            told: Some(told),
        })
    }

    /// Groups of all, and of strata.
    fn split<'g>(&self, groups: &'g [Genotyped]) -> (&'g [Genotyped], &'g [Genotyped]) {
        groups.split_at(if self.is_of_cases { 2 } else { 1 })
    }

    /// What so many variants tell of the groups that are large enough.
    fn told(&self, ground: &Ground<'_>, groups: &[Genotyped], variants: u64) -> Result<Told, Lost> {
        let mut told = Told::under(&ground.profile.exposure);
        let (everybody, strata) = self.split(groups);
        for (part, groups) in [everybody, strata].into_iter().enumerate() {
            let large = groups
                .iter()
                .filter(|group| variants > 0 && !group.withheld);
            let sets = large.clone().map(|group| group.everybody.clone());
            let charged = ground.charged(sets.collect())?;
            let of = charged.iter().zip(large).map(|(set, group)| {
                let genotyped = group.genotyped.individuals().len();
                (set, genotyped, variants)
            });
            told.add_sites(part, of, ground.profile);
        }
        Ok(told)
    }

    /// Those whose genotypes are told: cases and controls, of all and of each stratum; or
    /// everybody.
    fn sides(&self, data: &Data, set: &RoaringBitmap) -> Vec<(Group, RoaringBitmap)> {
        let Some(cases) = data.cases(set).filter(|_| self.is_of_cases) else {
            let group = Group {
                stratum: None,
                cases: false,
            };
            return vec![(group, set.clone())];
        };
        let both = |stratum: Option<String>, of: &RoaringBitmap| {
            let group = |cases| Group {
                stratum: stratum.clone(),
                cases,
            };
            [(group(true), of & &cases), (group(false), of - &cases)]
        };
        let mut sides = both(None, set).to_vec();
        if let Some(name) = &self.stratum {
            let strata = data.by_level(name, set).into_iter();
            sides.extend(strata.flat_map(|(label, of)| both(Some(label), &of)));
        }
        sides
    }

    /// How many markers are told of at most.
    fn shown_at_most(&self) -> usize {
        self.named().map_or(self.rows, BTreeSet::len)
    }

    /// Markers that were asked for by name: each has a row.
    fn named(&self) -> Option<&BTreeSet<String>> {
        match &self.markers {
            Markers::Variants(Selection::Variants(names)) => Some(names),
            Markers::Genes(Burden { genes, .. }) => {
                Some(genes).filter(|genes| !genes.is_empty() && genes.len() <= MOST_NAMED)
            }
            Markers::Variants(_) => None,
        }
    }
}

impl Burden {
    fn read(asked: v1::Burden) -> Result<Self, Failure> {
        let v1::Burden {
            genes,
            consequences,
            max_frequency,
        } = asked;
        let field = format!("{FIELD}.burden");
        let named = genes.len();
        let of_genes = format!("{field}.genes");
        let genes = genes
            .into_iter()
            .map(|gene| carriers::symbol(&of_genes, gene));
        let distinct = genes.collect::<Result<BTreeSet<String>, Failure>>()?;
        if distinct.len() != named || named > MOST_GENES {
            let message = format!(
                "{named} genes are named, of which {} differ",
                distinct.len()
            );
            let help = format!("name at most {MOST_GENES}, each once; none for all");
            return Err(Failure::invalid(&of_genes, message).help(help));
        }
        let consequences = carriers::consequences(&format!("{field}.consequences"), consequences)?;
        if !MAX_FREQUENCIES.contains(&max_frequency) {
            let field = format!("{field}.max_frequency");
            return Err(
                Failure::invalid(&field, "it is none of the frequencies that are offered")
                    .help("give 0.001, 0.005, 0.01, 0.02 or 0.05; 0 for any frequency"),
            );
        }
        Ok(Self {
            genes: distinct,
            consequences: consequences.into_iter().collect(),
            max_frequency,
        })
    }
}

fn lost(error: impl std::fmt::Display) -> Lost {
    tracing::error!("associations could not be computed: {error}");
    Lost
}
