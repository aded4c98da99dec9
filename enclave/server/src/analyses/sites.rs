//! How many variants are how frequent: the site frequency spectrum by group.
//!
//! Whom it is of is settled as for a table of frequencies, and variants are counted by the
//! figures that such a table would show of each: nothing that it hides takes part.

use std::collections::BTreeMap;

use sekisho_disclosure::site_frequencies::{CLASSES, Classes, Group, sheet};
use sekisho_proto::v1::{self, frequencies, site_frequencies::Sites};
use sekisho_query::{Planned, worker::Lost};
use sekisho_runtime::status::Failure;
use sekisho_tables::{Catalogue, Selection, SnapshotError};

use super::{
    Found, Ground, INDIVIDUALS, columns,
    follow_up::{clause, condition},
    reads_genotypes,
    survival::are_groups,
};
use crate::{
    exposure::{self, Told},
    frequencies::{self as counting, Counted, is_offered, of_strata, remember, selection},
};

const FIELD: &str = "analysis.site_frequencies";

/// Individuals.
pub(super) const FIGURES: usize = 1;

/// Columns that can be grouped by.
const MOST_COLUMNS: usize = 1;

/// Of how many variants a group's spectrum counts as a release: its numbers.
///
/// Of n people who come independently, each accounts on average for at most an n-th of the
/// variance of any number that is computed of all of them (Efron and Stein 1981), however many
/// variants it is a sum over, and however they hang together: as of the frequency of one. So a
/// class tells of membership what a variant does. There may be fewer variants than classes: it
/// is charged all the same, since a charge must not tell what the data have.
const TOLD: u64 = CLASSES as u64;

/// A question about how many variants are how frequent, well formed.
#[derive(Debug)]
pub(crate) struct Asked {
    selection: Selection,
    condition: String,
    pub(super) by: Vec<String>,
}

impl Asked {
    /// Reads a question.
    pub(super) fn read(asked: v1::SiteFrequencies) -> Result<Self, Failure> {
        let v1::SiteFrequencies { sites, r#where, by } = asked;
        columns(&format!("{FIELD}.by"), INDIVIDUALS, &by, MOST_COLUMNS)?;
        // None are named one by one.
        let of_sites = |sites| selection(FIELD, 0, Some(sites));
        Ok(Self {
            selection: match sites {
                None => Selection::All,
                Some(Sites::Region(region)) => of_sites(frequencies::Sites::Region(region))?,
                Some(Sites::Gene(gene)) => of_sites(frequencies::Sites::Gene(gene))?,
            },
            condition: condition(&format!("{FIELD}.where"), &r#where)?,
            by,
        })
    }

    pub(super) fn canonical(&self) -> String {
        format!("site frequencies of {}", self.selection.canonical())
    }

    pub(super) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        are_groups(catalogue, &self.by, 1)?;
        let keys: String = self.by.iter().map(|name| format!("{name}, ")).collect();
        let grouped = match self.by.is_empty() {
            true => String::new(),
            false => format!(" GROUP BY {}", self.by.join(", ")),
        };
        Ok(format!(
            "SELECT {keys}count(DISTINCT individual_id) AS individuals FROM individuals{}{grouped}",
            clause(&self.condition, None)
        ))
    }

    /// Adds to what was planned that genotypes are read.
    pub(super) fn reads_genotypes(
        &self,
        catalogue: &Catalogue,
        planned: &mut Planned,
    ) -> Result<(), Failure> {
        is_offered(catalogue, self.selection.columns())?;
        reads_genotypes(planned);
        Ok(())
    }

    pub(super) fn found(&self, ground: &Ground<'_>) -> Result<Found, Lost> {
        let (finished, frame) = ground.only()?;
        let Ground {
            admission, profile, ..
        } = ground;
        let groups = of_strata(&finished.shape, &frame.strata, admission, profile);
        let mut groups = groups.map_err(lost)?;
        for group in &mut groups {
            let genotyped = group.genotyped.individuals().len();
            group.withheld |= !exposure::may_tell(TOLD, genotyped, profile);
        }
        let of = groups.iter().filter(|group| !group.withheld);
        let of = of.map(|group| {
            let genotyped = group.genotyped.individuals().len();
            (&group.everybody, genotyped, TOLD)
        });
        let mut told = Told::under(&profile.exposure);
        told.add_sites(0, of, profile);
        // It will be refused: nobody waits for what is not shown.
        if told.exceeds(ground.exposed) {
            return Ok(Found {
                sheets: Vec::new(),
                told: Some(told),
            });
        }
        let classes = self.counted(ground, &groups)?;
        // By sizes alone, not by what is shown.
        let large = groups.iter().enumerate();
        let large = large.filter(|(_, group)| !group.withheld);
        let shown: BTreeMap<usize, u64> = large.map(|(number, _)| (number, TOLD)).collect();
        remember(&groups, &shown, admission, profile).map_err(lost)?;
        let groups: Vec<Group> = groups
            .iter()
            .zip(classes)
            .map(|(group, classes)| Group {
                words: group.words.clone(),
                classes: Some(classes).filter(|_| !group.withheld),
            })
            .collect();
        Ok(Found {
            sheets: vec![sheet(&self.by, &groups, profile)],
            told: Some(told),
        })
    }

    /// The variants of each group by class; none of those that are withheld.
    fn counted(
        &self,
        ground: &Ground<'_>,
        groups: &[counting::Group],
    ) -> Result<Vec<Classes>, Lost> {
        let pinned = &ground.admission.pinned;
        let selected = pinned.snapshot.select(&self.selection).map_err(lost)?;
        let counted = Counted {
            snapshot: &pinned.snapshot,
            spans: ground.spans,
            noise: &pinned.noise,
            profile: ground.profile,
            selection: &self.selection,
            selected: &selected,
            groups,
            told: TOLD,
        };
        let mut classes = vec![Classes::default(); groups.len()];
        let counted = counted.rows::<SnapshotError>(|rows| {
            if ground.has_ended() {
                return Err(SnapshotError::Interrupted);
            }
            for row in rows {
                if let (Some(classes), Some(figures)) = (classes.get_mut(row.group), &row.figures) {
                    classes.add(figures);
                }
            }
            Ok(())
        });
        counted.map_err(lost)?;
        Ok(classes)
    }
}

fn lost(error: impl std::fmt::Display) -> Lost {
    tracing::error!("site frequencies could not be counted: {error}");
    Lost
}
