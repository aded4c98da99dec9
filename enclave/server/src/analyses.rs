//! Typed analyses whose answer is sheets of protected figures.
//!
//! Each is asked as a query, of individuals or of their samples, which the guard judges as
//! it judges any: whom figures are of, and which conditions and columns take part. Sets are
//! settled and cells protected as a query's are (`private.rs`); what is computed beyond
//! cells is of the same sets, and becomes a [`Sheet`] in `sekisho-disclosure` alone.

mod association;
mod carriers;
mod difference;
mod follow_up;
mod matched;
mod model;
mod quality;
mod rates;
mod screening;
mod sites;
mod survival;

use std::sync::atomic::{AtomicBool, Ordering};

use roaring::RoaringBitmap;
use sekisho_disclosure::{Amount, Contribution, Mechanism, Profile, Sheet};
use sekisho_proto::v1::analysis::Kind;
use sekisho_query::{Planned, cells::Finished, worker::Lost};
use sekisho_runtime::status::{Failure, Reason};
use sekisho_tables::{Catalogue, Column, Rows, Spans};

use crate::{admission::Admission, anchors, exposure::Told, private::Frame, words::is_column};

/// The one table that these analyses are of, but for those of quality.
const INDIVIDUALS: &str = "individuals";

/// Columns that can be grouped by.
const MOST_COLUMNS: usize = 4;

/// A question that is answered in sheets.
#[derive(Debug)]
pub(crate) enum Analysis {
    Survival(survival::Asked),
    Model(model::Asked),
    Matched(Box<matched::Asked>),
    Association(association::Asked),
    Difference(difference::Asked),
    Quality(quality::Asked),
    Rates(rates::Asked),
    Screening(screening::Asked),
    Sites(sites::Asked),
}

/// What an analysis is computed from.
pub(crate) struct Ground<'a> {
    pub(crate) admission: &'a Admission,
    pub(crate) profile: &'a Profile,
    /// The cells of its query, protected: of each cut.
    pub(crate) finished: &'a [Finished],
    /// What individuals have of its figures, of each cut.
    pub(crate) frames: &'a [Frame],
    pub(crate) spans: &'a Spans,
    /// What the project was told of genomes before, in units of 10⁻⁹.
    pub(crate) exposed: u64,
    /// Set when nobody waits for the answer any more.
    pub(crate) ended: &'a AtomicBool,
}

/// What an analysis comes to.
pub(crate) struct Found {
    pub(crate) sheets: Vec<Sheet>,
    /// What they tell of genomes beyond the cells.
    pub(crate) told: Option<Told>,
}

impl From<Vec<Sheet>> for Found {
    fn from(sheets: Vec<Sheet>) -> Self {
        Self { sheets, told: None }
    }
}

/// The anchors of sets that curves and models are of: one family, so that what one kind of
/// analysis left out is not asked of another.
const ANALYSED: &str = "analysed";

impl Ground<'_> {
    /// The only cut.
    fn only(&self) -> Result<(&Finished, &Frame), Lost> {
        match (self.finished, self.frames) {
            ([finished], [frame]) => Ok((finished, frame)),
            _ => Err(Lost),
        }
    }

    /// Whether nobody waits for the answer any more.
    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// The anchors that sets are, or hardly differ from: what is told of them is added up by
    /// anchor, for all projects.
    fn charged(&self, mut charged: Vec<RoaringBitmap>) -> Result<Vec<RoaringBitmap>, Lost> {
        let asked = self.admission.asked(self.profile);
        let anchors = &self.admission.pinned.anchors;
        anchors.snap(asked, charged.iter_mut()).map_err(|error| {
            tracing::error!("an analysis' sets could not be remembered: {error}");
            Lost
        })?;
        Ok(charged)
    }

    /// Exchanges sets for earlier ones that they hardly differ from, among those who have
    /// something. What is settled has nobody who does not.
    fn settle_among<'s>(
        &self,
        having: &str,
        eligible: &RoaringBitmap,
        sets: impl Iterator<Item = &'s mut RoaringBitmap>,
    ) -> Result<(), Lost> {
        let permitted = eligible & &*self.admission.permitted.individuals;
        let asked = anchors::Asked {
            permitted: &permitted,
            ..self.admission.asked(self.profile)
        };
        let among = self.admission.pinned.family.among(having);
        let settled = among.and_then(|anchors| anchors.snap(asked, sets));
        settled.map_err(|error| {
            tracing::error!("an analysis' sets could not be compared with earlier ones: {error}");
            Lost
        })
    }

    /// Settles who of a set has an outcome, and so who of it has not: either may be aimed at.
    /// What is settled stays inside the set, and it is never told that it would not.
    fn settled_part(
        &self,
        mut part: RoaringBitmap,
        of: &RoaringBitmap,
    ) -> Result<RoaringBitmap, Lost> {
        let everybody = RoaringBitmap::clone(&self.admission.permitted.individuals);
        let settle = |set: &mut RoaringBitmap| {
            self.settle_among("outcome", &everybody, [&mut *set].into_iter())?;
            *set &= of;
            Ok::<_, Lost>(())
        };
        settle(&mut part)?;
        let mut rest = of - &part;
        settle(&mut rest)?;
        Ok(of - rest)
    }
}

impl Analysis {
    /// Reads what is asked.
    pub(crate) fn read(kind: Kind) -> Result<Self, Failure> {
        Ok(match kind {
            Kind::Survival(asked) => Self::Survival(survival::Asked::read(asked)?),
            Kind::Model(asked) => Self::Model(model::Asked::read(asked)?),
            Kind::Association(asked) => Self::Association(association::Asked::read(asked)?),
            Kind::QcReport(asked) => Self::Quality(quality::Asked::read(asked)?),
            Kind::Matched(asked) => Self::Matched(Box::new(matched::Asked::read(asked)?)),
            Kind::Rates(asked) => Self::Rates(rates::Asked::read(asked)?),
            Kind::Count(asked) => Self::Screening(screening::Asked::count(asked)?),
            Kind::Funnel(asked) => Self::Screening(screening::Asked::funnel(asked)?),
            Kind::Cooccurrence(asked) => Self::Screening(screening::Asked::cooccurrence(asked)?),
            Kind::Prevalence(asked) => Self::Screening(screening::Asked::prevalence(asked)?),
            Kind::Spectrum(asked) => Self::Screening(screening::Asked::spectrum(asked)?),
            // They are counted over genotypes, in a way of their own.
            Kind::Frequencies(_) => return Err(Failure::invalid("analysis", "not in sheets")),
            Kind::Difference(asked) => Self::Difference(difference::Asked::read(asked)?),
            Kind::SiteFrequencies(asked) => Self::Sites(sites::Asked::read(asked)?),
        })
    }

    /// The query of individuals that is judged.
    pub(crate) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        match self {
            Self::Survival(asked) => asked.sql(catalogue),
            Self::Model(asked) => asked.sql(catalogue),
            Self::Association(asked) => asked.sql(catalogue),
            Self::Difference(asked) => asked.sql(catalogue),
            Self::Quality(asked) => asked.sql(catalogue),
            Self::Rates(asked) => asked.sql(catalogue),
            Self::Matched(asked) => asked.sql(catalogue),
            Self::Screening(asked) => asked.sql(catalogue),
            Self::Sites(asked) => asked.sql(catalogue),
        }
    }

    /// Whether what was planned is still what was meant, whatever the visitor's
    /// conditions say.
    pub(crate) fn fits(&self, catalogue: &Catalogue, planned: &mut Planned) -> Result<(), Failure> {
        let (name, is_meant) = match self {
            Self::Survival(asked) => {
                let is_meant = is_of_individuals(
                    planned,
                    |figures| figures == survival::FIGURES,
                    asked.by.len(),
                );
                (asked.canonical(), is_meant)
            }
            Self::Model(asked) => {
                let is_meant =
                    is_of_individuals(planned, |figures| asked.has(catalogue, figures), 0);
                (asked.canonical(), is_meant)
            }
            Self::Matched(asked) => {
                let figures = |figures| asked.has(catalogue, figures);
                (asked.canonical(), is_of_individuals(planned, figures, 0))
            }
            Self::Association(asked) => {
                let figures = |figures| asked.model.has(catalogue, figures);
                let is_meant = is_of_individuals(planned, figures, 0);
                asked.reads_genotypes(catalogue, planned)?;
                (asked.canonical(), is_meant)
            }
            Self::Difference(asked) => {
                let figures = |figures| asked.model.has(catalogue, figures);
                let is_meant = is_of_individuals(planned, figures, 0);
                asked.reads_numbers(planned);
                (asked.canonical(), is_meant)
            }
            Self::Quality(asked) => (asked.canonical(), asked.fits(planned)),
            Self::Rates(asked) => {
                let figures = |figures| figures == rates::FIGURES;
                let is_meant = is_of_individuals(planned, figures, asked.keys());
                (asked.canonical(), is_meant)
            }
            Self::Screening(asked) => (asked.canonical(), asked.fits(planned)),
            Self::Sites(asked) => {
                let figures = |figures| figures == sites::FIGURES;
                let is_meant = is_of_individuals(planned, figures, asked.by.len());
                asked.reads_genotypes(catalogue, planned)?;
                (asked.canonical(), is_meant)
            }
        };
        if !is_meant {
            return Err(unfit(
                "a condition is a level of a covariate, or more than one condition on individuals",
            )
            .help(
                "leave out the covariate that the outcome is a level of; write a condition as \
                 `age_at_diagnosis > 50 AND sex = 'female'`",
            ));
        }
        planned.canonical = format!("{name} over {}", planned.canonical);
        Ok(())
    }

    /// Whether a visitor who is granted an overview may ask it: counts, and no more.
    pub(crate) fn is_within(&self, admission: &Admission) -> Result<(), Failure> {
        match self {
            Self::Screening(_) => Ok(()),
            Self::Survival(_)
            | Self::Model(_)
            | Self::Association(_)
            | Self::Difference(_)
            | Self::Quality(_)
            | Self::Matched(_)
            | Self::Rates(_)
            | Self::Sites(_) => admission.is_detailed(),
        }
    }

    /// Whether the profile protects its sheets: of the profile alone, not of data. Counts
    /// every mechanism does; the limits of a rate say nothing of a noise.
    pub(crate) fn is_protected_by(&self, profile: &Profile) -> Result<(), Failure> {
        match (profile.mechanism, self) {
            (Mechanism::Suppress, _) | (_, Self::Screening(_)) => Ok(()),
            (Mechanism::CellKey | Mechanism::Dp, _) => Err(Failure::new(
                Reason::QueryRefused,
                format!(
                    "the `{}` mechanism of this dataset does not protect this analysis",
                    profile.mechanism.name()
                ),
            )
            .help("ask in SQL for counts, sums and means")
            .with("rule", "release.mechanism")),
        }
    }

    /// Whether anything is computed beyond protected cells.
    pub(crate) fn needs_frames(&self) -> bool {
        !matches!(self, Self::Screening(_) | Self::Rates(_))
    }

    /// What is released.
    pub(crate) fn found(&self, ground: &Ground<'_>) -> Result<Found, Lost> {
        match self {
            Self::Survival(asked) => asked.sheets(ground).map(Found::from),
            Self::Model(asked) => asked.sheets(ground).map(Found::from),
            Self::Matched(asked) => asked.sheets(ground).map(Found::from),
            Self::Association(asked) => asked.found(ground),
            Self::Difference(asked) => asked.found(ground),
            Self::Quality(asked) => asked.sheets(ground).map(Found::from),
            Self::Rates(asked) => {
                let sheets = asked.sheets(&ground.admission.catalogue, ground.finished);
                sheets.map(Found::from)
            }
            Self::Screening(asked) => asked.sheets(ground.finished).map(Found::from),
            Self::Sites(asked) => asked.found(ground),
        }
    }
}

/// Whether a query is of individuals, with its figures and so many keys, and nothing else.
fn is_of_individuals(planned: &Planned, has: impl Fn(usize) -> bool, keys: usize) -> bool {
    let [shape] = planned.shapes.as_slice() else {
        return false;
    };
    !shape.many
        && shape.sites.is_none()
        && shape.tables == [INDIVIDUALS]
        && has(shape.measures.len())
        && shape.dimensions.len() == keys
        && planned.as_is.is_some()
}

/// Adds to what was planned that genotypes are read: the profiles of these tables hold, too.
fn reads_genotypes(planned: &mut Planned) {
    for shape in &mut planned.shapes {
        let read = ["genotypes", "variants"].map(str::to_owned);
        shape.tables.extend(read);
    }
}

/// A column of `individuals` that is offered.
fn column<'c>(catalogue: &'c Catalogue, name: &str) -> Result<&'c Column, Failure> {
    let table = catalogue.table(INDIVIDUALS);
    let table = table.filter(|table| table.rows == Rows::OnePerIndividual);
    let column = table.and_then(|table| table.column(name));
    column.ok_or_else(|| unfit(&format!("there is no column `{name}` of `individuals`")))
}

/// Reads names of columns, each once.
fn columns(field: &str, table: &str, names: &[String], most: usize) -> Result<(), Failure> {
    let odd = names.iter().enumerate().find_map(|(at, name)| {
        let again = names.iter().take(at).any(|earlier| earlier == name);
        match (is_column(name), again) {
            (false, _) => Some(format!("name {} is no column", at + 1)),
            (true, true) => Some(format!("`{name}` is named twice")),
            (true, false) => None,
        }
    });
    let many = (names.len() > most).then(|| format!("{} columns are named", names.len()));
    match odd.or(many) {
        None => Ok(()),
        Some(message) => {
            let help = format!("name at most {most} columns of `{table}`, each once");
            Err(Failure::invalid(field, message).help(help))
        }
    }
}

/// The number that somebody has of a column; none without one.
fn number(contribution: &Contribution) -> Option<f64> {
    if contribution.count == 0 {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "as a fraction, like the other numbers"
    )]
    let number = match contribution.amount {
        Amount::Integer(value) => value as f64,
        Amount::Fraction(value) => value,
    };
    Some(number).filter(|number| number.is_finite())
}

/// What fitted when it was planned fits no more: that is ours. Its sentence may have a visitor's
/// words, which no log has.
fn unplanned(failure: Failure) -> Lost {
    let reason = failure.reason;
    tracing::error!("an analysis that was planned cannot be made: {reason}");
    Lost
}

fn unfit(what: &str) -> Failure {
    Failure::new(Reason::QueryRefused, what)
        .help(
            "conditions are on columns of `individuals`, and columns are its; `tables` lists them",
        )
        .with("rule", "analysis.columns")
}
