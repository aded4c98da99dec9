//! Frequencies of variants: a visit whose answer is counted over genotypes.
//!
//! Whom figures are of is settled as for a query: a worker says who meets the
//! condition, and the cohort and its groups are exchanged for earlier ones that they
//! hardly differ from. Then they are counted here, over bit planes. The ledger keeps
//! what a table comes to and not the table: the same question of the same people
//! gives the same one, and it is made again while it is sent.

mod earlier;
mod figures;
mod groups;
mod question;
mod table;

use std::sync::Arc;

use arrow::{error::ArrowError, ipc::writer::StreamWriter, record_batch::RecordBatch};
use roaring::RoaringBitmap;
use sekisho_disclosure::{Mechanism, Profile};
use sekisho_query::{
    Planned, Shape,
    cells::Units,
    worker::{Lost, Worker},
};
use sekisho_receipt::{ROWS_SALT, salted_rows};
use sekisho_runtime::status::{Failure, Reason};
use sekisho_tables::{Selection, SnapshotError, Spans};

pub(crate) use figures::{Counted, is_autosome};
pub(crate) use groups::{Group, of_sets, of_strata, remember};
pub(crate) use question::{Asked, is_offered, selection};

use crate::{
    admission::Admission, enclave::Enclave, exposure::Told, private::beside, release::Said,
};

use table::{Kept, Tally, Tallying};

/// A table of frequencies that is settled, and can be made as often as it is needed.
pub(crate) struct Table {
    admission: Arc<Admission>,
    spans: Arc<Spans>,
    profile: Profile,
    shape: Shape,
    selection: Selection,
    selected: RoaringBitmap,
    groups: Vec<Group>,
    tally: Tally,
    kept: Kept,
}

/// Whether the profile protects frequencies: of the profile alone, not of data.
pub(crate) fn is_protected_by(profile: &Profile) -> Result<(), Failure> {
    match profile.mechanism {
        Mechanism::Suppress => Ok(()),
        Mechanism::CellKey | Mechanism::Dp => Err(Failure::new(
            Reason::QueryRefused,
            format!(
                "the `{}` mechanism of this dataset does not protect frequencies",
                profile.mechanism.name()
            ),
        )
        .help("ask in SQL for counts of individuals over `genotypes`")
        .with("rule", "release.mechanism")),
    }
}

/// Settles whom the figures are of, and counts them once. Nothing leaves yet.
pub(crate) async fn settle(
    enclave: &Enclave,
    admission: &Arc<Admission>,
    asked: &Asked,
    planned: &Planned,
    profile: &Profile,
    worker: &mut Worker,
) -> Result<Table, Lost> {
    let pinned = &admission.pinned;
    let units = worker.units(pinned.snapshot.dir(), &admission.permitted.individuals);
    let units = units.await?;
    let ([units], [shape]) = (units.as_slice(), planned.shapes.as_slice()) else {
        return Err(Lost);
    };
    let units = Units::read(shape, units).map_err(|_| Lost)?;
    let (admission, spans) = (Arc::clone(admission), Arc::clone(&enclave.spans));
    let (profile, shape, selection) = (profile.clone(), shape.clone(), asked.selection.clone());
    beside(move || {
        let strata = admission.settled_sets(&units, &profile)?;
        let snapshot = &admission.pinned.snapshot;
        let selected = snapshot.select(&selection).map_err(lost)?;
        let groups = of_strata(&shape, &strata, &admission, &profile).map_err(lost)?;
        let mut table = Table {
            admission,
            spans,
            profile,
            shape,
            selection,
            selected,
            groups,
            tally: Tally::default(),
            kept: Kept::new(),
        };
        table.count().map_err(lost)?;
        let Table { groups, tally, .. } = &table;
        let remembered = groups::remember(groups, &tally.shown, &table.admission, &table.profile);
        remembered.map_err(lost)?;
        Ok(table)
    })
    .await
}

fn lost(error: impl std::fmt::Display) -> Lost {
    tracing::error!("frequencies could not be counted: {error}");
    Lost
}

impl Table {
    fn counted(&self) -> Counted<'_> {
        let pinned = &self.admission.pinned;
        Counted {
            snapshot: &pinned.snapshot,
            spans: &self.spans,
            noise: &pinned.noise,
            profile: &self.profile,
            selection: &self.selection,
            selected: &self.selected,
            groups: &self.groups,
            told: self.named().unwrap_or(1),
        }
    }

    /// How many variants were asked for by name.
    fn named(&self) -> Option<u64> {
        match &self.selection {
            Selection::Variants(names) => Some(names.len() as u64),
            Selection::All | Selection::Region { .. } | Selection::Gene(_) => None,
        }
    }

    /// Counts, and withholds groups that turn out to be too small for so many
    /// variants: then the rest is counted anew.
    fn count(&mut self) -> Result<(), SnapshotError> {
        loop {
            let (mut tallying, mut kept) = (Tallying::of(&self.shape), Kept::new());
            let by = self.shape.dimensions.len();
            self.counted().rows::<SnapshotError>(|rows| {
                tallying.add(&self.groups, rows);
                kept.add(by, &self.groups, rows);
                Ok(())
            })?;
            (self.tally, self.kept) = (tallying.finish(), kept);
            let mut fewer = false;
            for (number, group) in self.groups.iter_mut().enumerate() {
                let shown = self.tally.shown.get(&number).copied().unwrap_or(0);
                let is_small = group.is_small_for(shown, &self.profile);
                if shown > 0 && is_small && !group.withheld {
                    group.withheld = true;
                    fewer = true;
                }
            }
            if !fewer {
                return Ok(());
            }
        }
    }

    /// What it tells of genomes.
    pub(crate) fn told(&self) -> Told {
        let mut told = Told::under(&self.profile.exposure);
        let groups = groups::told(&self.groups, &self.tally.shown, self.named());
        told.add_sites(0, groups, &self.profile);
        told
    }

    /// For whom it was made.
    pub(crate) fn admission(&self) -> &Admission {
        &self.admission
    }

    pub(crate) fn figures_released(&self) -> u64 {
        self.tally.released
    }

    pub(crate) fn figures_suppressed(&self) -> u64 {
        self.tally.figures_suppressed()
    }

    /// What stands in its leaf of its rows.
    pub(crate) fn rows_digest(&self) -> String {
        salted_rows(&self.salt(), &self.tally.rows).to_string()
    }

    /// Of the same rows the same, and only the visitor is told.
    fn salt(&self) -> String {
        let noise = &self.admission.pinned.noise;
        hex::encode(noise.salt(&[b"rows", self.tally.rows.as_bytes()]))
    }

    /// What the ledger keeps of it.
    pub(crate) fn statement(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&self.tally)
    }

    /// Whether it is the table of which the ledger keeps this.
    pub(crate) fn is_of(&self, statement: &[u8]) -> bool {
        serde_json::from_slice::<Tally>(statement).is_ok_and(|kept| kept == self.tally)
    }

    /// Makes the table and hands it on as Arrow IPC, piece by piece.
    pub(crate) fn write(
        &self,
        said: &Said,
        mut send: impl FnMut(Vec<u8>) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let mut metadata = said.metadata();
        metadata.insert(ROWS_SALT.to_owned(), self.salt());
        let schema = table::schema(&self.shape, &self.tally, metadata);
        let mut writer = StreamWriter::try_new(Vec::new(), &schema)?;
        let mut hand_on = |batch: &RecordBatch, writer: &mut StreamWriter<Vec<u8>>| {
            writer.write(batch)?;
            // Whole chunks: what is left over would be a message of its own.
            while writer.get_ref().len() >= crate::release::CHUNK_BYTES {
                let rest = writer.get_mut().split_off(crate::release::CHUNK_BYTES);
                send(std::mem::replace(writer.get_mut(), rest))?;
            }
            Ok::<_, WriteError>(())
        };
        if let Some(batches) = self.kept.batches() {
            for columns in batches {
                let batch = RecordBatch::try_new(Arc::clone(&schema), columns.clone())?;
                hand_on(&batch, &mut writer)?;
            }
        } else {
            let mut tallying = Tallying::of(&self.shape);
            self.counted().rows::<WriteError>(|rows| {
                tallying.add(&self.groups, rows);
                hand_on(&table::batch(&schema, &self.groups, rows)?, &mut writer)
            })?;
            // What was accounted for, and nothing else.
            if tallying.finish() != self.tally {
                return Err(WriteError::Other);
            }
        }
        writer.finish()?;
        send(std::mem::take(writer.get_mut()))
    }
}

/// Why a table was not sent to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error("genotypes cannot be read: {0}")]
    Snapshot(#[from] SnapshotError),
    #[error("figures cannot be encoded: {0}")]
    Arrow(#[from] ArrowError),
    #[error("the table is another than the one that was released")]
    Other,
    #[error("nobody reads it any more")]
    Gone,
}
