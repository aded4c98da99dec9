//! The alleles of one file, in order.

mod alleles;

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashSet};
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::compressed::{BytesRead, Inflate};
use crate::ingest::Warnings;
use crate::inputs::Input;
use crate::manifest::{AnnotationKeys, FormatFields};
use crate::{IngestError, InputError, Place};

use super::allele::Allele;
use super::annotation::Annotations;
use super::binary::BinaryRecords;
use super::contigs::{Contig, ContigOrder};
use super::coverage::{Blocks, Samples};
use super::header::{Body, Header};
use super::merge::AlleleSource;
use super::record::{Fault, Genotypes, Record, Selection};
use super::reference::{FURTHEST, Reference};
use super::text::TextRecords;

/// INFO fields that say where an allele ends.
const ENDS: [&str; 2] = ["END", "SVLEN"];

/// How to read a file.
pub(super) struct FilePlan {
    pub(super) annotation: AnnotationKeys,
    pub(super) fields: FormatFields,
    pub(super) filter: Option<HashSet<String>>,
    /// The least GQ of a reference block, and where they go.
    pub(super) blocks: Option<(i32, Blocks)>,
    /// Each column's position among all samples.
    pub(super) positions: Vec<u32>,
    /// Whether each column is of a tumour, where that is known.
    pub(super) tumors: Vec<Option<bool>>,
}

/// What positions and alleles are held against.
#[derive(Clone)]
pub(super) struct Against {
    pub(super) contigs: Arc<ContigOrder>,
    pub(super) reference: Option<Arc<Reference>>,
}

/// Reads a file's alleles. Multiallelic records are split and alleles trimmed,
/// which moves them to the right, and to the left where there is a reference; an
/// allele waits until no later record can come before it.
pub(super) struct FileSource<'a> {
    file: &'a Input,
    records: Records,
    selection: Selection,
    annotations: Annotations,
    contigs: Arc<ContigOrder>,
    reference: Option<Arc<Reference>>,
    warnings: &'a Warnings,
    recorded: Arc<RoaringBitmap>,
    /// Columns in the order of positions; none if they are in it already.
    order: Option<Vec<usize>>,
    record: Record,
    place: Place,
    /// Where the last record starts. Later ones start there or behind it.
    last: Option<(Contig, u32)>,
    /// The last base of its contig, and which assembly says so.
    end: Option<(u32, &'static str)>,
    waiting: BinaryHeap<Reverse<Waiting>>,
    blocks: Option<(i32, Blocks)>,
    /// The samples of the file, as blocks name them.
    everybody: Samples,
    /// Records that were kept, and those of them without genotypes.
    counted: (u64, u64),
    ended: bool,
}

enum Records {
    Text(TextRecords),
    Binary(Box<BinaryRecords>),
}

impl<'a> FileSource<'a> {
    pub(super) fn open(
        file: &'a Input,
        plan: FilePlan,
        Against { contigs, reference }: Against,
        warnings: &'a Warnings,
        read: &BytesRead,
        inflate: Inflate,
    ) -> Result<Self, IngestError> {
        let (header, body) = Header::open(file, read, inflate)?;
        let everybody = plan.positions.as_slice().into();
        let (annotations, names) = Annotations::new(&plan.annotation, &header)
            .map_err(|message| InputError::new(&file.name, Place::File, message))?;
        let mut columns: Vec<usize> = (0..plan.positions.len()).collect();
        columns.sort_by_key(|column| plan.positions.get(*column));
        let (records, place) = match body {
            Body::Text(reader) => (
                Records::Text(TextRecords::new(reader)),
                Place::Line(header.lines),
            ),
            Body::Binary(reader) => (
                Records::Binary(Box::new(BinaryRecords::new(reader, header.vcf))),
                Place::Record(0),
            ),
        };
        Ok(Self {
            file,
            records,
            annotations,
            contigs,
            reference,
            warnings,
            recorded: Arc::new(plan.positions.iter().copied().collect()),
            order: Some(columns).filter(|columns| !columns.is_sorted()),
            blocks: plan.blocks.clone(),
            selection: Selection {
                info: ENDS.map(str::to_owned).into_iter().chain(names).collect(),
                fields: plan.fields,
                reads_quality: plan.fields.genotype_quality
                    || plan.blocks.as_ref().is_some_and(|(least, _)| *least > 0),
                reads_blocks: plan.blocks.is_some(),
                filter: plan.filter,
                positions: plan.positions,
                tumors: plan.tumors,
            },
            record: Record::default(),
            place,
            last: None,
            end: None,
            waiting: BinaryHeap::new(),
            everybody,
            counted: (0, 0),
            ended: false,
        })
    }

    /// Reads a record and lets its alleles wait; false at the end.
    fn read(&mut self) -> Result<bool, InputError> {
        self.place = match self.place {
            Place::Line(n) => Place::Line(n + 1),
            Place::Record(n) => Place::Record(n + 1),
            other => other,
        };
        let more = match &mut self.records {
            Records::Text(records) => records.read(&self.selection, &mut self.record),
            Records::Binary(records) => records.read(&self.selection, &mut self.record),
        };
        if !more.map_err(|fault| self.fault(fault))? {
            return self.ended_with_genotypes().map(|()| false);
        }
        let start = self.start().map_err(|fault| self.fault(fault))?;
        if self
            .last
            .as_ref()
            .is_none_or(|(contig, _)| *contig != start.0)
        {
            self.end = self.contigs.last_base(&start.0);
        }
        if let Some((end, assembly)) = self.end.filter(|(end, _)| start.1 > end.saturating_add(1)) {
            let fault = Fault::new(
                "POS",
                format!(
                    "contig `{}` ends at {end} in {assembly}; is the file of another assembly?",
                    start.0.name
                ),
            );
            return Err(self.fault(fault));
        }
        self.last = Some(start);
        if self.record.kept {
            let tab = u64::from(self.record.ends_in_a_tab);
            Warnings::count(&self.warnings.trailing_tabs, tab);
            let absent = self.record.genotypes == Genotypes::Absent;
            Warnings::count(&self.warnings.records_without_genotypes, u64::from(absent));
            self.counted.1 += u64::from(absent);
            self.counted.0 += 1;
            self.note_block().map_err(|fault| self.fault(fault))?;
            self.split().map_err(|fault| self.fault(fault))?;
        } else {
            Warnings::count(&self.warnings.filtered_records, 1);
        }
        Ok(true)
    }

    /// A file none of whose records has a genotype was not meant to be read so.
    fn ended_with_genotypes(&self) -> Result<(), InputError> {
        let (records, absent) = self.counted;
        if records == 0 || absent < records {
            return Ok(());
        }
        let message = "no record has GT; for a somatic caller without it, say in `samples` of \
                       [[variants]] which column is \"tumor\" and which \"normal\"";
        Err(InputError::new(&self.file.name, Place::File, message))
    }

    fn fault(&self, fault: Fault) -> InputError {
        InputError::new(&self.file.name, self.place, fault.message).in_field(fault.field)
    }

    /// Where the record starts, which must not be before the last one.
    fn start(&self) -> Result<(Contig, u32), Fault> {
        let pos = self.record.pos;
        let contig = match &self.last {
            Some((contig, last)) if *contig.name == *self.record.chrom => {
                return if pos < *last {
                    Err(unsorted("POS", "it is before the last record's"))
                } else {
                    Ok((contig.clone(), pos))
                };
            }
            _ => self.contigs.contig(&self.record.chrom),
        };
        let Some((before, last)) = &self.last else {
            return Ok((contig, pos));
        };
        match contig.cmp(before) {
            Ordering::Less => Err(unsorted(
                "CHROM",
                &format!("contig `{}` comes after `{}`", contig.name, before.name),
            )),
            Ordering::Equal if pos < *last => {
                Err(unsorted("POS", "it is before the last record's"))
            }
            _ => Ok((contig, pos)),
        }
    }
}

impl AlleleSource for FileSource<'_> {
    fn next(&mut self) -> Result<Option<Allele>, IngestError> {
        loop {
            let is_due = |Reverse(Waiting(allele)): &Reverse<Waiting>| {
                // A later record's allele may be moved to the left.
                let moved = self.reference.as_ref().map_or(0, |_| FURTHEST);
                let start = (&allele.key.contig, allele.key.pos);
                let last = self.last.as_ref();
                let passed =
                    |(contig, pos): &(Contig, u32)| start < (contig, pos.saturating_sub(moved));
                self.ended || last.is_some_and(passed)
            };
            if self.waiting.peek().is_some_and(is_due) {
                return Ok(self.waiting.pop().map(|Reverse(Waiting(allele))| allele));
            }
            if self.ended {
                return Ok(None);
            }
            self.ended = !self.read()?;
        }
    }
}

/// An allele in the order of keys.
struct Waiting(Allele);

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.key.cmp(&other.0.key)
    }
}

fn unsorted(field: &'static str, what: &str) -> Fault {
    Fault::new(
        field,
        format!(
            "{what}; records must be in the order of the header's contigs, or else 1 to 22, X, Y, \
             MT, and by position; sort the file with `bcftools sort`"
        ),
    )
}
