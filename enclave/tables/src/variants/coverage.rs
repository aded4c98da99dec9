//! Where a sample that has no record of a variant is known to have the reference:
//! inside a gVCF's reference blocks, or inside the regions of a BED file.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringBitmap;

use crate::compressed::{self, BytesRead, Inflate};
use crate::inputs::Input;
use crate::{IngestError, InputError, Place};

use super::assembly::canonical;
use super::contigs::Contig;

/// Samples by position, shared by the spans of a file.
pub(super) type Samples = Arc<[u32]>;

/// A span of a contig, 1-based, both ends included, in which samples were called.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Block {
    pub(super) contig: Contig,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) samples: Samples,
}

/// Blocks of the gVCFs that are being read, until the alleles inside them are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks(Arc<Mutex<BinaryHeap<Reverse<Block>>>>);

/// What is known where nothing is recorded, looked up in the order of alleles.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// Samples of which it is known where they were called.
    told: RoaringBitmap,
    blocks: Blocks,
    beds: Vec<Bed>,
    contig: Option<Contig>,
    /// By the first base of what comes next.
    coming: BinaryHeap<Reverse<(u32, usize)>>,
    /// By the last base.
    going: BinaryHeap<Reverse<(u32, Samples)>>,
    /// In how many spans each sample is now, and who is in one.
    depths: Vec<u32>,
    called: RoaringBitmap,
}

/// Regions in which samples were called.
#[derive(Debug)]
struct Bed {
    regions: Arc<Regions>,
    samples: Samples,
    next: usize,
}

/// First and last bases by contig, in order and apart.
type Regions = BTreeMap<String, Vec<(u32, u32)>>;

impl Blocks {
    pub(super) fn push(&self, block: Block) {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        blocks.push(Reverse(block));
    }

    /// The next block that starts at a place or before it.
    fn pop(&self, contig: &Contig, pos: u32) -> Option<Block> {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Reverse(first) = blocks.peek()?;
        let starts = (&first.contig, first.start) <= (contig, pos);
        starts
            .then(|| blocks.pop())
            .flatten()
            .map(|Reverse(block)| block)
    }
}

impl Coverage {
    /// Of this many samples.
    pub(super) fn new(samples: usize) -> Self {
        Self {
            depths: vec![0; samples],
            ..Self::default()
        }
    }

    /// Where the blocks of gVCFs with these samples go.
    pub(super) fn of_blocks(&mut self, samples: &[u32]) -> Blocks {
        self.told.extend(samples);
        self.blocks.clone()
    }

    /// The regions of a BED file, for these samples. A file that several samples share
    /// is read once.
    pub(super) fn add_bed(
        &mut self,
        input: &Input,
        samples: &[u32],
        known: &mut BTreeMap<String, Arc<Regions>>,
    ) -> Result<(), IngestError> {
        let regions = match known.get(&input.name) {
            Some(regions) => Arc::clone(regions),
            None => {
                let regions = Arc::new(read_bed(input)?);
                known.insert(input.name.clone(), Arc::clone(&regions));
                regions
            }
        };
        self.told.extend(samples);
        self.beds.push(Bed {
            regions,
            samples: samples.into(),
            next: 0,
        });
        Ok(())
    }

    /// Of absent samples, those of which it is known where they were called, and who of
    /// these was called at a place. Places must come in order.
    pub(super) fn at(&mut self, contig: &Contig, pos: u32) -> (&RoaringBitmap, &RoaringBitmap) {
        if self.contig.as_ref() != Some(contig) {
            self.begin(contig);
        }
        while let Some(block) = self.blocks.pop(contig, pos) {
            if block.contig == *contig {
                self.enter(block.end, block.samples);
            }
        }
        while let Some(Reverse((start, bed))) = self.coming.peek().copied() {
            if start > pos {
                break;
            }
            self.coming.pop();
            self.enter_region(contig, bed);
        }
        while let Some(Reverse((end, _))) = self.going.peek() {
            if *end >= pos {
                break;
            }
            if let Some(Reverse((_, samples))) = self.going.pop() {
                self.leave(&samples);
            }
        }
        (&self.told, &self.called)
    }

    fn begin(&mut self, contig: &Contig) {
        self.contig = Some(contig.clone());
        self.going.clear();
        self.coming.clear();
        self.called.clear();
        self.depths.fill(0);
        for (number, bed) in self.beds.iter_mut().enumerate() {
            bed.next = 0;
            let regions = bed.regions.get(&*contig.name);
            if let Some((start, _)) = regions.and_then(|regions| regions.first()) {
                self.coming.push(Reverse((*start, number)));
            }
        }
    }

    fn enter_region(&mut self, contig: &Contig, number: usize) {
        let Some(bed) = self.beds.get_mut(number) else {
            return;
        };
        let regions = bed
            .regions
            .get(&*contig.name)
            .map_or(&[][..], Vec::as_slice);
        let now = regions.get(bed.next).copied();
        bed.next += 1;
        if let Some((start, _)) = regions.get(bed.next) {
            self.coming.push(Reverse((*start, number)));
        }
        let samples = Arc::clone(&bed.samples);
        if let Some((_, end)) = now {
            self.enter(end, samples);
        }
    }

    fn enter(&mut self, end: u32, samples: Samples) {
        for sample in samples.iter() {
            if let Some(depth) = self.depths.get_mut(*sample as usize) {
                *depth += 1;
                self.called.insert(*sample);
            }
        }
        self.going.push(Reverse((end, samples)));
    }

    fn leave(&mut self, samples: &Samples) {
        for sample in samples.iter() {
            if let Some(depth) = self.depths.get_mut(*sample as usize) {
                *depth = depth.saturating_sub(1);
                if *depth == 0 {
                    self.called.remove(*sample);
                }
            }
        }
    }
}

fn read_bed(input: &Input) -> Result<Regions, IngestError> {
    let mut regions = Regions::new();
    let bytes = compressed::open(&input.path, &BytesRead::default(), Inflate::Here)
        .map_err(IngestError::io(&input.path))?;
    for (line, text) in (1..).zip(std::io::BufRead::lines(bytes)) {
        let text = text.map_err(IngestError::io(&input.path))?;
        let text = text.trim_end();
        if text.is_empty()
            || ["#", "track", "browser"]
                .iter()
                .any(|head| text.starts_with(head))
        {
            continue;
        }
        let mut cells = text.split(['\t', ' ']).filter(|cell| !cell.is_empty());
        let (contig, start, end) = (cells.next(), cells.next(), cells.next());
        let place = |cell: Option<&str>| cell.and_then(|cell| cell.parse::<u32>().ok());
        let (Some(contig), Some(start), Some(end)) = (contig, place(start), place(end)) else {
            let message = "expected a contig, the first base from 0, and the base behind the last";
            return Err(InputError::new(&input.name, Place::Line(line), message).into());
        };
        // BED counts from 0 and leaves the end out.
        if start < end {
            let of = regions.entry(canonical(contig).into_owned()).or_default();
            of.push((start.saturating_add(1), end));
        }
    }
    for of in regions.values_mut() {
        of.sort_unstable();
        of.dedup_by(|next, last| {
            let meets = next.0 <= last.1.saturating_add(1);
            if meets {
                last.1 = last.1.max(next.1);
            }
            meets
        });
    }
    Ok(regions)
}
