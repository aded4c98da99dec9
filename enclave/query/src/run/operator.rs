//! The genotype operator: counts by individual, over genotype blocks.

mod grouped;

use std::{collections::HashMap, fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Builder, UInt32Array, UInt32Builder},
        compute::take,
        datatypes::SchemaRef,
        record_batch::RecordBatch,
    },
    catalog::Session,
    common::{DataFusionError, Result},
    datasource::{TableProvider, TableType},
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
    },
    logical_expr::Expr,
    physical_plan::{
        ExecutionPlan,
        stream::RecordBatchStreamAdapter,
        streaming::{PartitionStream, StreamingTableExec},
    },
};
use roaring::RoaringBitmap;
use sekisho_tables::GenotypeBlock;

use crate::scan::SnapshotTable;
use grouped::Grouped;

/// Rows of a batch, about.
const BATCH_ROWS: usize = 8192;

/// Which dosages count: 0, 1, 2, unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dosages([bool; 4]);

impl Dosages {
    pub(super) const ALL: Self = Self([true; 4]);

    /// The known ones of which something holds.
    pub(super) fn where_known(holds: impl Fn(i64) -> bool) -> Self {
        Self([holds(0), holds(1), holds(2), false])
    }

    pub(super) fn and(self, other: Self) -> Self {
        let mut both = self.0;
        for (one, other) in both.iter_mut().zip(other.0) {
            *one &= other;
        }
        Self(both)
    }
}

/// What is computed of an individual's genotypes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    /// How many there are.
    Rows,
    /// How many of them are known.
    Known,
    /// How many copies they have.
    Copies,
}

/// Counts of genotypes by individual, and perhaps by columns of variants.
#[derive(Debug)]
pub(super) struct CountedGenotypes(Arc<Asked>);

/// What is counted.
struct Asked {
    genotypes: SnapshotTable,
    dosages: Dosages,
    /// The variants that are counted, and what they are grouped by; none for all of
    /// them in one group.
    keys: Option<RecordBatch>,
    figures: Vec<Figure>,
    /// The individual, the keys, the figures.
    schema: SchemaRef,
}

impl CountedGenotypes {
    pub(super) fn new(
        genotypes: SnapshotTable,
        dosages: Dosages,
        keys: Option<RecordBatch>,
        figures: Vec<Figure>,
        schema: SchemaRef,
    ) -> Self {
        Self(Arc::new(Asked {
            genotypes,
            dosages,
            keys,
            figures,
            schema,
        }))
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountedGenotypes")
            .field("dosages", &self.dosages)
            .field("figures", &self.figures)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for CountedGenotypes {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.0.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let partition: Arc<dyn PartitionStream> = Arc::new(Counted(Arc::clone(&self.0)));
        let exec = StreamingTableExec::try_new(
            Arc::clone(&self.0.schema),
            vec![partition],
            projection,
            None,
            false,
            None,
        )?;
        Ok(Arc::new(exec))
    }
}

/// One run of the operator.
#[derive(Debug)]
struct Counted(Arc<Asked>);

impl PartitionStream for Counted {
    fn schema(&self) -> &SchemaRef {
        &self.0.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = Arc::clone(&self.0.schema);
        let reservation = MemoryConsumer::new("genotype counts").register(context.memory_pool());
        // A worker serves one visit, so its thread may wait for the disk.
        let batches = match Counting::open(&self.0, reservation) {
            Ok(counting) => futures::future::Either::Left(futures::stream::iter(counting)),
            Err(error) => futures::future::Either::Right(futures::stream::iter([Err(error)])),
        };
        Box::pin(RecordBatchStreamAdapter::new(schema, batches))
    }
}

/// What is known of the individuals of one group so far, by their indices.
struct Group {
    /// Of each figure in the order of [`Figure`].
    counts: Vec<[u32; 3]>,
    /// Who has any.
    touched: Vec<u32>,
}

impl Group {
    fn add(&mut self, unit: u32, known: bool, copies: u32) {
        let Some([rows, knowns, all]) = self.counts.get_mut(unit as usize) else {
            return;
        };
        if *rows == 0 {
            self.touched.push(unit);
        }
        *rows += 1;
        *knowns += u32::from(known);
        *all += copies;
    }
}

struct Counting {
    of: Arc<Asked>,
    blocks: sekisho_tables::Blocks,
    /// Whose a position is.
    units: Arc<Vec<u32>>,
    universe: usize,
    /// Positions of the cohort's samples.
    cohort: RoaringBitmap,
    /// The groups of each variant; none if all are in one.
    groups: Option<HashMap<u32, Vec<u32>>>,
    /// Groups that end with a variant.
    ending: HashMap<u32, Vec<u32>>,
    /// A row of the keys for each group.
    examples: Vec<u32>,
    open: HashMap<u32, Group>,
    /// Groups that ended, to be used again.
    spare: Vec<Group>,
    reservation: MemoryReservation,
    rows: Rows,
    done: bool,
}

impl Counting {
    fn open(of: &Arc<Asked>, reservation: MemoryReservation) -> Result<Self> {
        let external = |error| DataFusionError::External(Box::new(error));
        let snapshot = of.genotypes.snapshot();
        let units = snapshot.genotype_units().map_err(external)?;
        let cohort = of.genotypes.cohort();
        let positions = (0_u32..).zip(units.iter());
        let positions = positions.filter(|(_, unit)| cohort.contains(**unit));
        let Grouped {
            variants,
            groups,
            ending,
            examples,
        } = match &of.keys {
            Some(keys) => Grouped::of(keys)?,
            None => Grouped::default(),
        };
        let all = of.keys.is_none();
        let blocks = snapshot.unnamed_blocks((!all).then_some(&variants));
        Ok(Self {
            of: Arc::clone(of),
            blocks: blocks.map_err(external)?,
            cohort: positions.map(|(position, _)| position).collect(),
            universe: units.iter().max().map_or(0, |last| *last as usize + 1),
            units,
            groups: (!all).then_some(groups),
            ending,
            examples,
            open: HashMap::new(),
            spare: Vec::new(),
            reservation,
            rows: Rows::new(of.figures.len()),
            done: false,
        })
    }

    /// Adds a variant's genotypes to its groups, and ends those that it is the last of.
    fn add(&mut self, block: &GenotypeBlock) -> Result<()> {
        let Dosages([none, one, two, missing]) = self.of.dosages;
        let of_cohort = |set: &RoaringBitmap, wanted: bool| match wanted {
            true => set & &self.cohort,
            false => RoaringBitmap::new(),
        };
        let others = match none {
            true => &self.cohort - (&block.dosage_1 | &block.dosage_2 | &block.missing),
            false => RoaringBitmap::new(),
        };
        let sets = [
            (of_cohort(&block.dosage_1, one), true, 1),
            (of_cohort(&block.dosage_2, two), true, 2),
            (of_cohort(&block.missing, missing), false, 0),
            (others, true, 0),
        ];
        const ONE_GROUP: &[u32] = &[0];
        let numbers = self.groups.as_ref().map_or(ONE_GROUP, |groups| {
            groups.get(&block.variant).map_or(&[], Vec::as_slice)
        });
        for number in numbers {
            let group = match self.open.entry(*number) {
                std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(match self.spare.pop() {
                        Some(spare) => spare,
                        None => {
                            // Three counts, and a place in `touched`.
                            let bytes = self.universe * size_of::<[u32; 4]>();
                            self.reservation.try_grow(bytes)?;
                            Group {
                                counts: vec![[0; 3]; self.universe],
                                touched: Vec::new(),
                            }
                        }
                    })
                }
            };
            for (positions, known, copies) in &sets {
                for position in positions {
                    if let Some(unit) = self.units.get(position as usize) {
                        group.add(*unit, *known, *copies);
                    }
                }
            }
        }
        for number in self.ending.remove(&block.variant).unwrap_or_default() {
            self.end(number);
        }
        Ok(())
    }

    /// Turns a group into rows.
    fn end(&mut self, number: u32) {
        let Some(mut group) = self.open.remove(&number) else {
            return;
        };
        let example = self.examples.get(number as usize).copied().unwrap_or(0);
        for unit in std::mem::take(&mut group.touched) {
            if let Some(counts) = group.counts.get_mut(unit as usize) {
                let counts = std::mem::take(counts);
                self.rows.push(unit, example, counts, &self.of.figures);
            }
        }
        self.spare.push(group);
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        while !self.done && self.rows.len() < BATCH_ROWS {
            match self.blocks.next() {
                Some(block) => {
                    let block =
                        block.map_err(|error| DataFusionError::External(Box::new(error)))?;
                    self.add(&block)?;
                }
                None => {
                    self.done = true;
                    let open: Vec<u32> = self.open.keys().copied().collect();
                    for number in open {
                        self.end(number);
                    }
                }
            }
        }
        match self.rows.len() {
            0 => Ok(None),
            _ => self.rows.finish(&self.of).map(Some),
        }
    }
}

impl Iterator for Counting {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.next_batch();
        if batch.is_err() {
            self.done = true;
            self.open.clear();
        }
        batch.transpose()
    }
}

/// Rows that wait to become a batch.
struct Rows {
    units: UInt32Builder,
    /// A row of the keys that says what they are.
    examples: Vec<u32>,
    figures: Vec<Int64Builder>,
}

impl Rows {
    fn new(figures: usize) -> Self {
        Self {
            units: UInt32Builder::new(),
            examples: Vec::new(),
            figures: (0..figures).map(|_| Int64Builder::new()).collect(),
        }
    }

    fn len(&self) -> usize {
        self.examples.len()
    }

    fn push(&mut self, unit: u32, example: u32, counts: [u32; 3], figures: &[Figure]) {
        let [rows, known, copies] = counts.map(i64::from);
        self.units.append_value(unit);
        self.examples.push(example);
        for (builder, figure) in self.figures.iter_mut().zip(figures) {
            builder.append_option(match figure {
                Figure::Rows => Some(rows),
                Figure::Known => Some(known),
                // A sum of nothing that is known is not known.
                Figure::Copies => (known > 0).then_some(copies),
            });
        }
    }

    fn finish(&mut self, of: &Asked) -> Result<RecordBatch> {
        let examples = UInt32Array::from(std::mem::take(&mut self.examples));
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.units.finish())];
        let keys = of
            .keys
            .iter()
            .flat_map(|keys| keys.columns().iter().skip(1));
        for key in keys {
            columns.push(take(key, &examples, None)?);
        }
        for figure in &mut self.figures {
            columns.push(Arc::new(figure.finish()));
        }
        Ok(RecordBatch::try_new(Arc::clone(&of.schema), columns)?)
    }
}
