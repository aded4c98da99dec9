//! The private phase: from a planned query to its protected cells.
//!
//! Sets come first and statistics after. Whom a figure is of is settled with
//! what was released before, and only then is it computed.

use std::{collections::BTreeSet, sync::Arc};

use roaring::RoaringBitmap;
use sekisho_disclosure::{CellTable, Mechanism, Profile, Protected, UnitRow, frequency, protect};
use sekisho_query::{
    Planned, Shape, Sites,
    cells::{self, Cells, Finished, Strata, Units},
    worker::{Lost, Worker},
};

use crate::{
    admission::Admission,
    anchors::Asked,
    exposure::{self, Told},
};

/// One cut of a query on its way through the phase.
struct Cut {
    shape: Shape,
    profile: Profile,
    units: Units,
    strata: Strata,
}

/// The protected cells of a query, and what they tell of genomes.
pub(crate) struct Private {
    pub(crate) finished: Vec<Finished>,
    /// Per cut, if it was asked for.
    pub(crate) frames: Vec<Frame>,
    /// None if the query asks nothing of genomes.
    pub(crate) told: Option<Told>,
}

/// What individuals have of a cut's figures: the ground of typed analyses, not protected.
pub(crate) struct Frame {
    /// Of everybody who may be used, since an earlier set may have anybody of them.
    pub(crate) rows: Vec<UnitRow>,
    /// The sets that were settled: of these the cells are.
    pub(crate) strata: Strata,
}

/// Runs the phase. The worker has seen private rows and serves nobody after it.
pub(crate) async fn run(
    admission: &Arc<Admission>,
    planned: &Planned,
    profiles: &[Profile],
    worker: &mut Worker,
    framed: bool,
) -> Result<Private, Lost> {
    let units = worker
        .units(
            admission.pinned.snapshot.dir(),
            &admission.permitted.individuals,
        )
        .await?;
    if units.len() != planned.shapes.len() || profiles.len() != planned.shapes.len() {
        return Err(Lost);
    }
    let asked: Vec<_> = (planned.shapes.iter().cloned())
        .zip(profiles.iter().cloned())
        .zip(units)
        .collect();
    let of = Arc::clone(admission);
    let cuts = beside(move || {
        let cut = |((shape, profile), units): ((Shape, Profile), Vec<_>)| {
            let units = Units::read(&shape, &units).map_err(|_| Lost)?;
            let strata = of.settled_sets(&units, &profile)?;
            Ok(Cut {
                shape,
                profile,
                units,
                strata,
            })
        };
        asked.into_iter().map(cut).collect::<Result<Vec<_>, Lost>>()
    })
    .await?;

    let sets: Vec<RoaringBitmap> = (cuts.iter())
        .filter(|cut| cut.shape.many)
        .map(|cut| match framed {
            true => RoaringBitmap::clone(&admission.permitted.individuals),
            false => cut.strata.everybody(),
        })
        .collect();
    let rows = if sets.is_empty() {
        Vec::new()
    } else {
        worker.rows(&sets.iter().collect::<Vec<_>>()).await?
    };

    let of = Arc::clone(admission);
    beside(move || {
        let mut rows = rows.into_iter();
        let mut tables = Vec::new();
        let mut kept = Vec::new();
        let mut frames = Vec::new();
        let mut told: Option<Told> = None;
        for cut in cuts {
            let rows = if cut.shape.many {
                Some(rows.next().ok_or(Lost)?)
            } else {
                None
            };
            if framed {
                let everybody = cut.units.strata(&of.permitted.individuals);
                let frame = cells::frame(&cut.shape, &cut.units, &everybody, rows.as_deref());
                frames.push(Frame {
                    rows: frame.map_err(|_| Lost)?,
                    strata: cut.strata.clone(),
                });
            }
            let cells = cells::collect(
                &cut.shape,
                &cut.units,
                &cut.strata,
                rows.as_deref(),
                &of.pinned.noise,
                &cut.profile,
            );
            let Cells { mut table, keys } = cells.map_err(|_| Lost)?;
            let strata = cut.strata.by_position(&keys);
            if exposure::is_metered(&cut.shape, &cut.profile) {
                let of_cut = exposure::Cut {
                    number: tables.len(),
                    shape: &cut.shape,
                    strata: &strata,
                    profile: &cut.profile,
                };
                withhold_rare_sites(of_cut, &mut table);
                let told = told.get_or_insert_with(|| Told::under(&cut.profile.exposure));
                if told.is_exceeded(of_cut, &table) {
                    withhold(&mut table);
                }
            }
            of.settled_figures(&cut, &mut table)?;
            tables.push((table, cut.profile));
            kept.push((cut.shape, cut.strata, keys));
        }
        let protected = protect(&tables, &of.pinned.noise).map_err(|_| Lost)?;
        let mut finished = Vec::new();
        let cuts = kept.into_iter().zip(protected).zip(&tables).enumerate();
        for (number, (((shape, strata, keys), protected), (table, profile))) in cuts {
            of.remember(profile, table, &protected)?;
            if let Some(told) = told
                .as_mut()
                .filter(|_| exposure::is_metered(&shape, profile))
            {
                let of_cut = exposure::Cut {
                    number,
                    shape: &shape,
                    strata: &strata.by_position(&keys),
                    profile,
                };
                told.add(of_cut, &protected);
            }
            finished.push(Finished {
                shape,
                keys,
                protected,
            });
        }
        Ok(Private {
            finished,
            frames,
            told,
        })
    })
    .await
}

/// Runs what takes its time beside the threads that serve.
pub(crate) async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Lost> + Send + 'static,
) -> Result<T, Lost> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Lost)?
}

impl Admission {
    pub(crate) fn asked(&self, profile: &Profile) -> Asked<'_> {
        Asked {
            noise: &self.pinned.noise,
            threshold: profile.threshold,
            permitted: &self.permitted.individuals,
        }
    }

    /// The sets that a cut's figures are of: first the cohort as a whole, then
    /// each part of it, exchanged for earlier ones that they hardly differ from.
    /// Noise of its own needs no such care.
    pub(crate) fn settled_sets(&self, units: &Units, profile: &Profile) -> Result<Strata, Lost> {
        let mut cohort = units.cohort() & &*self.permitted.individuals;
        if profile.mechanism == Mechanism::Dp {
            return Ok(units.strata(&cohort));
        }
        let asked = self.asked(profile);
        let lost = |error| {
            tracing::error!("a cohort could not be compared with earlier ones: {error}");
            Lost
        };
        let whole = self.pinned.anchors.snap(asked, [&mut cohort].into_iter());
        whole.map_err(lost)?;
        let mut strata = units.strata(&cohort);
        self.pinned
            .anchors
            .snap(asked, strata.sets_mut())
            .map_err(lost)?;
        Ok(strata)
    }

    /// Figures that hardly differ from earlier ones become those: of single
    /// variants, too, since a predicate on rows chooses carriers as it likes.
    fn settled_figures(&self, cut: &Cut, table: &mut CellTable) -> Result<(), Lost> {
        if cut.profile.mechanism == Mechanism::Dp {
            return Ok(());
        }
        let settled = self.pinned.anchors.settle(self.asked(&cut.profile), table);
        settled.map_err(|error| {
            tracing::error!("figures could not be compared with earlier ones: {error}");
            Lost
        })
    }

    fn remember(
        &self,
        profile: &Profile,
        table: &CellTable,
        protected: &Protected,
    ) -> Result<(), Lost> {
        if profile.mechanism == Mechanism::Dp {
            return Ok(());
        }
        let remembered = self
            .pinned
            .anchors
            .remember(self.asked(profile), table, protected);
        remembered.map_err(|error| {
            tracing::error!("a release could not be remembered: {error}");
            Lost
        })
    }
}

/// Of figures about genomes those stay whose cohort is large enough for one of
/// them to be told to a project, and of those about single variants the ones that
/// stand for a crowd of carriers and a crowd of others.
fn withhold_rare_sites(cut: exposure::Cut<'_>, table: &mut CellTable) {
    let exposure::Cut { shape, profile, .. } = cut;
    let filters: BTreeSet<u32> = (shape.measures.iter())
        .map(|measure| measure.filter)
        .collect();
    let variants = (table.cells().len() as u64).saturating_mul(filters.len().max(1) as u64);
    let may_show = |carriers: u64, cohort: Option<&RoaringBitmap>| {
        let cohort = cohort.map_or(0, RoaringBitmap::len);
        let of_site = match shape.sites {
            Some(Sites::Variant) => frequency::site_may_show(carriers, cohort, variants, profile),
            Some(Sites::Gene) | None => true,
        };
        of_site && exposure::may_tell(1, cohort, profile)
    };
    for (key, cell) in table.cells_mut() {
        let stratum = cut.strata.get(&shape.of_individuals(key));
        let everybody = stratum.map(|stratum| &stratum.everybody);
        if !may_show(cell.group.individuals(), everybody) {
            cell.group.withhold();
        }
        // A FILTER makes a cohort and a variant of its own.
        for (index, figure) in cell.figures.iter_mut().enumerate() {
            if !may_show(
                figure.individuals(),
                stratum.map(|stratum| stratum.of(index)),
            ) {
                figure.withhold();
            }
        }
    }
}

/// Hides every figure of a table.
fn withhold(table: &mut CellTable) {
    for (_, cell) in table.cells_mut() {
        cell.group.withhold();
    }
}

#[cfg(test)]
#[path = "private/tests.rs"]
mod tests;
