//! Alleles of many files merged in order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::IngestError;
use crate::ingest::Warnings;

use super::allele::{Allele, Annotation, Key, NO_VALUE};
use super::runs;
use super::source::FileSource;

/// Alleles in ascending order of keys.
pub(super) trait AlleleSource: Send {
    /// The next allele.
    fn next(&mut self) -> Result<Option<Allele>, IngestError>;
}

/// Opens a file when its turn comes.
pub(super) type Opener<'a> = Box<dyn FnOnce() -> Result<FileSource<'a>, IngestError> + Send + 'a>;

/// Merges files, at most `fan_in` at once. What more there are is merged into
/// runs in the directory `runs` first.
pub(super) fn merge<'a>(
    mut files: Vec<Opener<'a>>,
    fan_in: usize,
    runs: &Path,
    warnings: &'a Warnings,
    progress: &dyn Fn(),
) -> Result<Box<dyn AlleleSource + 'a>, IngestError> {
    let fan_in = fan_in.max(2);
    if files.len() <= fan_in {
        return open(files, warnings);
    }
    std::fs::create_dir_all(runs).map_err(IngestError::io(runs))?;
    let mut number = 0;
    let mut paths = Vec::new();
    while !files.is_empty() {
        let rest = files.split_off(fan_in.min(files.len()));
        let mut source = open(std::mem::replace(&mut files, rest), warnings)?;
        paths.push(runs::write(runs, &mut number, source.as_mut(), progress)?);
    }
    while paths.len() > fan_in {
        let mut merged = Vec::new();
        for group in paths.chunks(fan_in) {
            let mut source = open_runs(group, warnings)?;
            merged.push(runs::write(runs, &mut number, source.as_mut(), progress)?);
        }
        for path in &paths {
            std::fs::remove_file(path).map_err(IngestError::io(path))?;
        }
        paths = merged;
    }
    open_runs(&paths, warnings)
}

fn open<'a>(
    files: Vec<Opener<'a>>,
    warnings: &'a Warnings,
) -> Result<Box<dyn AlleleSource + 'a>, IngestError> {
    let sources = files
        .into_iter()
        .map(|open| Ok(Box::new(open()?) as Box<dyn AlleleSource + 'a>))
        .collect::<Result<Vec<_>, IngestError>>()?;
    Ok(Box::new(Merge::new(sources, warnings)?))
}

fn open_runs<'a>(
    paths: &[std::path::PathBuf],
    warnings: &'a Warnings,
) -> Result<Box<dyn AlleleSource + 'a>, IngestError> {
    let sources = paths
        .iter()
        .map(|path| Ok(Box::new(runs::Run::open(path)?) as Box<dyn AlleleSource + 'a>))
        .collect::<Result<Vec<_>, IngestError>>()?;
    Ok(Box::new(Merge::new(sources, warnings)?))
}

/// Merges sources as they are.
pub(super) fn of_sources<'a>(
    sources: Vec<Box<dyn AlleleSource + 'a>>,
    warnings: &'a Warnings,
) -> Result<impl AlleleSource + 'a, IngestError> {
    Merge::new(sources, warnings)
}

/// Merges sources; alleles of one key become one.
struct Merge<'a> {
    sources: Vec<Box<dyn AlleleSource + 'a>>,
    /// Each source's next allele.
    heads: Vec<Option<Allele>>,
    /// Keys of the heads, and by source where keys are equal.
    heap: BinaryHeap<Reverse<(Key, usize)>>,
    warnings: &'a Warnings,
}

impl<'a> Merge<'a> {
    fn new(
        sources: Vec<Box<dyn AlleleSource + 'a>>,
        warnings: &'a Warnings,
    ) -> Result<Self, IngestError> {
        let mut merge = Self {
            heads: sources.iter().map(|_| None).collect(),
            heap: BinaryHeap::with_capacity(sources.len()),
            sources,
            warnings,
        };
        for source in 0..merge.sources.len() {
            merge.advance(source)?;
        }
        Ok(merge)
    }

    /// Takes a source's head and reads its next one.
    fn advance(&mut self, source: usize) -> Result<Option<Allele>, IngestError> {
        let next = match self.sources.get_mut(source) {
            Some(source) => source.next()?,
            None => None,
        };
        if let Some(allele) = &next {
            self.heap.push(Reverse((allele.key.clone(), source)));
        }
        Ok(match self.heads.get_mut(source) {
            Some(head) => std::mem::replace(head, next),
            None => None,
        })
    }
}

impl AlleleSource for Merge<'_> {
    fn next(&mut self) -> Result<Option<Allele>, IngestError> {
        let Some(Reverse((key, source))) = self.heap.pop() else {
            return Ok(None);
        };
        let mut same: Vec<Allele> = self.advance(source)?.into_iter().collect();
        while let Some(Reverse((next, source))) = self.heap.peek()
            && *next == key
        {
            let source = *source;
            self.heap.pop();
            same.extend(self.advance(source)?);
        }
        if same.len() < 2 {
            return Ok(same.pop());
        }
        Ok(Some(combine(key, &same, self.warnings)))
    }
}

/// One allele of many records.
fn combine(key: Key, records: &[Allele], warnings: &Warnings) -> Allele {
    let mut recorded = RoaringBitmap::new();
    let mut repeated = 0;
    for record in records {
        repeated += recorded.intersection_len(&record.recorded);
        recorded |= &*record.recorded;
    }
    let annotation = annotation(records, warnings);
    let rsid = records.iter().find_map(|record| record.rsid.clone());
    Warnings::count(&warnings.repeated_calls, repeated);
    let fields = [0, 1, 2, 3].map(|field| {
        let has = |record: &Allele| record.fields.get(field).is_some_and(Option::is_some);
        records
            .iter()
            .any(has)
            .then(|| values(records, field, &recorded))
    });
    let mut all = Allele {
        recorded: Arc::new(recorded),
        rsid,
        annotation,
        fields,
        dosage_1: RoaringBitmap::new(),
        dosage_2: RoaringBitmap::new(),
        missing: RoaringBitmap::new(),
        key,
    };
    let mut known = RoaringBitmap::new();
    for record in records {
        all.dosage_1 |= &record.dosage_1;
        all.dosage_2 |= &record.dosage_2;
        all.missing |= &record.missing;
        if repeated > 0 {
            known |= &*record.recorded - &record.missing;
        }
    }
    // Of a sample's records the highest dosage counts, and any dosage before none.
    all.dosage_1 -= &all.dosage_2;
    all.missing -= known;
    all
}

/// The first annotation that each part has.
fn annotation(records: &[Allele], warnings: &Warnings) -> Annotation {
    let mut differing = false;
    let mut first = |part: fn(&Annotation) -> &Option<String>| {
        let mut texts = records.iter().filter_map(|r| part(&r.annotation).as_ref());
        let first = texts.next();
        differing |= texts.any(|text| Some(text) != first);
        first.cloned()
    };
    let annotation = Annotation {
        gene: first(|annotation| &annotation.gene),
        consequence: first(|annotation| &annotation.consequence),
        impact: first(|annotation| &annotation.impact),
    };
    Warnings::count(&warnings.differing_annotations, u64::from(differing));
    annotation
}

/// A FORMAT field of all records, aligned with all their samples. Of a sample's
/// records the one with the highest dosage counts.
fn values(records: &[Allele], field: usize, recorded: &RoaringBitmap) -> Vec<i32> {
    let mut by_sample = Vec::new();
    for record in records {
        let Some(Some(values)) = record.fields.get(field) else {
            continue;
        };
        for (position, value) in record.recorded.iter().zip(values) {
            if *value != NO_VALUE {
                let dosage = u8::from(record.dosage_1.contains(position))
                    + 2 * u8::from(record.dosage_2.contains(position));
                by_sample.push((position, Reverse(dosage), *value));
            }
        }
    }
    // Stable: of equal dosages the first record counts.
    by_sample.sort_by_key(|(position, dosage, _)| (*position, *dosage));
    by_sample.dedup_by_key(|(position, ..)| *position);
    let mut listed = by_sample.into_iter().peekable();
    recorded
        .iter()
        .map(|position| {
            let own = listed.next_if(|(listed, ..)| *listed == position);
            own.map_or(NO_VALUE, |(_, _, value)| value)
        })
        .collect()
}
