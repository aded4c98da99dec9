//! Which features of a matrix differ between two groups.
//!
//! Whom it is of, who is a case and what else explains values is asked and settled as for a
//! model of the condition. Numbers are read here, feature after feature; what may be shown of
//! them is decided in `sekisho-disclosure`.

mod matrix;

use std::collections::HashSet;

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    Sheet,
    association::Tested,
    difference::{Difference, Findings, Row, Tests},
    frequency,
    model::Rules,
};
use sekisho_proto::v1;
use sekisho_query::{Planned, worker::Lost};
use sekisho_runtime::status::Failure;
use sekisho_tables::{Catalogue, Features, SnapshotError};

use super::{
    Found, Ground,
    follow_up::condition,
    model::{self, Explained},
    unplanned,
};
use crate::exposure::{self, Told};
use matrix::{Means, Numbers, Place};

const FIELD: &str = "analysis.difference";

/// Features that can be named at once, and rows that can be asked for.
const MOST_NAMED: usize = 100;
const MOST_ROWS: u32 = 10_000;

/// Rows, if it is not said how many.
const ROWS: u32 = 5;

/// A question about differences, well formed.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(super) model: model::Asked,
    numbers: Numbers,
    /// Those that are asked for by name; none for all.
    named: Vec<String>,
    rows: usize,
}

/// Why numbers were not read to their end.
enum Stopped {
    Unread(SnapshotError),
    /// It has been said why.
    Unsettled,
    Ended,
}

impl From<SnapshotError> for Stopped {
    fn from(error: SnapshotError) -> Self {
        Self::Unread(error)
    }
}

impl From<Stopped> for Lost {
    fn from(stopped: Stopped) -> Self {
        if let Stopped::Unread(error) = stopped {
            tracing::error!("a matrix could not be read: {error}");
        }
        Self
    }
}

impl Asked {
    /// Reads a question.
    pub(super) fn read(asked: v1::Difference) -> Result<Self, Failure> {
        let v1::Difference {
            table,
            value,
            condition: text,
            covariates,
            tissue,
            features,
            logarithm,
            r#where,
            most,
        } = asked;
        if text.trim().is_empty() {
            return Err(Failure::invalid(FIELD, "no groups are named")
                .help("give a condition: who meets it are the cases, the others are not"));
        }
        let cases = Explained::Condition(condition(&format!("{FIELD}.condition"), &text)?);
        if most > MOST_ROWS {
            let message = format!("{most} rows are asked for");
            let help = format!("ask for at most {MOST_ROWS}");
            return Err(Failure::invalid(&format!("{FIELD}.most"), message).help(help));
        }
        Ok(Self {
            model: model::Asked::of(FIELD, cases, covariates, &r#where)?,
            numbers: Numbers::read(FIELD, table, value, tissue, logarithm)?,
            named: named(features)?,
            rows: if most == 0 { ROWS } else { most } as usize,
        })
    }

    pub(super) fn canonical(&self) -> String {
        let Self {
            model,
            numbers,
            named,
            rows,
        } = self;
        format!(
            "difference of {numbers:?}, features {named:?}, {rows} rows, {}",
            model.canonical()
        )
    }

    pub(super) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        self.numbers.of(catalogue)?;
        self.model.sql(catalogue)
    }

    /// Adds to what was planned that numbers are read.
    pub(super) fn reads_numbers(&self, planned: &mut Planned) {
        for shape in &mut planned.shapes {
            shape.tables.extend(self.numbers.tables());
        }
    }

    pub(super) fn found(&self, ground: &Ground<'_>) -> Result<Found, Lost> {
        let rules = Rules {
            profile: ground.profile,
            noise: &ground.admission.pinned.noise,
        };
        let catalogue = &ground.admission.catalogue;
        let numbers = self.numbers.of(catalogue).map_err(unplanned)?;
        let shown = self.shown_at_most() as u64;
        let mut told = Told::under(&ground.profile.exposure);
        if let Some(refused) = self.too_much(ground, shown)? {
            return Ok(refused);
        }
        let goes_on = || goes_on(ground);
        let features = numbers.open(&ground.admission.pinned.snapshot, goes_on)?;
        let (data, set) = self
            .model
            .settled(ground, Some(features.individuals()), rules)?;
        let cases = data.cases(&set).ok_or(Lost)?;
        let sides = [&set & &cases, &set - &cases];
        // Of fewer nothing that tells as much as genomes may be told.
        let may_tell = sides.iter().map(RoaringBitmap::len).all(|people| {
            frequency::is_large_enough(people, shown)
                && exposure::may_tell(1, people, ground.profile)
        });
        if may_tell {
            // Of those that were asked for, that one is not shown tells, too; and so do all
            // tests together.
            let charged = ground.charged(sides.to_vec())?;
            let of = charged.iter().zip(&sides);
            let of = of.map(|(set, side)| (set, side.len(), shown + 1));
            told.add_sites(0, of, ground.profile);
        }
        // It will be refused: nobody waits for tests that are not shown.
        if told.exceeds(ground.exposed) {
            return Ok(Found {
                sheets: Vec::new(),
                told: Some(told),
            });
        }
        let difference = may_tell.then(|| Difference::of(data.over(&set, rules), rules));
        let difference = difference.flatten();
        let (rows, tested) = match &difference {
            Some(difference) => self.rows(ground, &features, difference, &numbers)?,
            None => (self.empty(), None),
        };
        let findings = Findings {
            difference: difference.as_ref(),
            rows: &rows,
            tested: tested.as_ref(),
            tests: match self.named.len() {
                0 => Tests::OfTable(features.count()),
                named => Tests::Named(named),
            },
        };
        let sheets: Vec<Sheet> = findings.sheets();
        Ok(Found {
            sheets,
            told: Some(told),
        })
    }

    /// A refusal, if the whole cohort were too few to be told so much of: then nothing is read.
    fn too_much(&self, ground: &Ground<'_>, shown: u64) -> Result<Option<Found>, Lost> {
        let (_, frame) = ground.only()?;
        let all = &frame.strata.iter().next().ok_or(Lost)?.everybody;
        let mut least = Told::under(&ground.profile.exposure);
        least.add_sites(0, [(all, all.len(), shown + 1)].into_iter(), ground.profile);
        let large = exposure::may_tell(1, all.len(), ground.profile);
        Ok((large && least.exceeds(ground.exposed)).then(|| Found {
            sheets: Vec::new(),
            told: Some(least),
        }))
    }

    /// What may be shown of the features that are named, or of those that lie farthest out.
    fn rows(
        &self,
        ground: &Ground<'_>,
        features: &Features,
        difference: &Difference<'_>,
        place: &Place<'_>,
    ) -> Result<(Vec<Row>, Option<Tested>), Lost> {
        let units = difference.units();
        let cohort: RoaringBitmap = units.iter().copied().collect();
        let mut means = Means::of(units, self.numbers.logarithm);
        let goes_on = || goes_on(ground);
        let (wanted, tested) = match self.named.is_empty() {
            false => (self.named.iter().cloned().collect(), None),
            true => {
                let mut names = Vec::new();
                let mut tested = Tested::wanting(self.rows);
                features.each(&cohort, None, goes_on, |name, numbers| {
                    // A feature without a number is none.
                    let number = u32::try_from(names.len()).unwrap_or(u32::MAX);
                    difference.test(number, means.per_individual(numbers), &mut tested);
                    names.push(name.to_owned());
                    Ok::<_, Stopped>(())
                })?;
                let candidates = tested.candidates().into_iter();
                let name = |number: u32| names.get(number as usize).cloned();
                let wanted: HashSet<String> = candidates.filter_map(name).collect();
                (wanted, Some(tested))
            }
        };
        let mut rows = Vec::new();
        let permitted = &ground.admission.permitted.individuals;
        features.each(permitted, Some(&wanted), goes_on, |name, numbers| {
            let of_cohort = numbers.iter().filter(|(unit, _)| cohort.contains(*unit));
            let of_cohort: Vec<(u32, f64)> = of_cohort.copied().collect();
            if !is_apart(ground, numbers, &of_cohort)? {
                return Ok(());
            }
            let shown = difference.shown(
                &place.key(name, &of_cohort),
                means.per_individual(&of_cohort),
            );
            rows.extend(shown.map(|shown| Row {
                name: name.to_owned(),
                shown: Some(shown),
            }));
            Ok::<_, Stopped>(())
        })?;
        if self.named.is_empty() {
            let z = |row: &Row| {
                row.shown
                    .map_or(0.0, |(difference, error)| (difference / error).abs())
            };
            rows.sort_by(|a, b| z(b).total_cmp(&z(a)).then_with(|| a.name.cmp(&b.name)));
            rows.truncate(self.rows);
            return Ok((rows, tested));
        }
        let mut empty = self.empty();
        for row in &mut empty {
            let found = rows.iter().find(|found| found.name == row.name);
            row.shown = found.and_then(|found| found.shown);
        }
        Ok((empty, tested))
    }

    /// How many features are told of at most.
    fn shown_at_most(&self) -> usize {
        match self.named.len() {
            0 => self.rows,
            named => named,
        }
    }

    /// Of those that are named, nothing.
    fn empty(&self) -> Vec<Row> {
        let row = |name: &String| Row {
            name: name.clone(),
            shown: None,
        };
        self.named.iter().map(row).collect()
    }
}

/// Whether those of the cohort who have a number of a feature are an earlier set of such, or
/// differ from every one by more than a few: of two cohorts that differ much one may have a
/// single person more who has this feature.
fn is_apart(
    ground: &Ground<'_>,
    numbers: &[(u32, f64)],
    of_cohort: &[(u32, f64)],
) -> Result<bool, Stopped> {
    let who = |of: &[(u32, f64)]| of.iter().map(|(unit, _)| *unit).collect::<RoaringBitmap>();
    let (having, own) = (who(numbers), who(of_cohort));
    let mut settled = own.clone();
    // Features of one panel, which the same people have, are one family.
    let family = ground.admission.pinned.noise.set(&having).to_bytes();
    let family = format!("feature:{}", hex::encode(family));
    let one = [&mut settled].into_iter();
    ground
        .settle_among(&family, &having, one)
        .map_err(|Lost| Stopped::Unsettled)?;
    Ok(settled == own)
}

fn goes_on(ground: &Ground<'_>) -> Result<(), Stopped> {
    match ground.has_ended() {
        true => Err(Stopped::Ended),
        false => Ok(()),
    }
}

/// Reads names of features.
fn named(features: Vec<String>) -> Result<Vec<String>, Failure> {
    if features.len() > MOST_NAMED {
        let message = format!("{} features are named", features.len());
        return Err(Failure::invalid(&format!("{FIELD}.features"), message)
            .help(format!("name at most {MOST_NAMED}, or none for all")));
    }
    let mut seen = HashSet::new();
    for (place, name) in features.iter().enumerate() {
        let is_name = (1..=256).contains(&name.len()) && !name.contains(char::is_control);
        let message = match is_name {
            false => "is no name of a feature: it is empty, too long, or not on one line",
            true if !seen.insert(name.as_str()) => "is there twice",
            true => continue,
        };
        return Err(
            Failure::invalid(&format!("{FIELD}.features[{place}]"), message)
                .help("name each once, in at most 256 bytes; none for all"),
        );
    }
    Ok(features)
}
