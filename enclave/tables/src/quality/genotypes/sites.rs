//! What kind of variant stands where, read beside the genotypes.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;

use crate::variants::is_pseudo_autosomal;
use crate::{Batches, Near, Snapshot, SnapshotError};

/// What an alternate allele is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Transition,
    Transversion,
    Insertion,
    Deletion,
    Other,
}

/// Where a variant is, as far as ploidy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    Autosome,
    /// Outside of the pseudo-autosomal regions.
    X,
    Y,
    Other,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    /// A contig's number, in the order of the snapshot, and the first base, 1-based.
    pub(super) place: (u32, u32),
    pub(super) class: Class,
    pub(super) region: Region,
    /// Whether no other allele stands there.
    alone: bool,
}

impl Site {
    /// Whether it is a single base exchanged for one other.
    pub(super) fn is_biallelic_snv(&self) -> bool {
        self.alone && matches!(self.class, Class::Transition | Class::Transversion)
    }
}

/// The sites of a snapshot's variants, in their order.
pub(super) struct Sites<'a> {
    assembly: &'a str,
    batches: Batches,
    rows: std::vec::IntoIter<Site>,
    contig: (String, u32),
    before: Option<(u32, u32)>,
    ahead: Option<Site>,
}

impl<'a> Sites<'a> {
    pub(super) fn open(snapshot: &'a Snapshot) -> Result<Self, SnapshotError> {
        let columns = ["chrom", "pos", "ref", "alt", "kind"].map(str::to_owned);
        let mut sites = Self {
            assembly: &snapshot.catalogue().assembly,
            batches: snapshot.variants(&columns, &Near::default())?,
            rows: Vec::new().into_iter(),
            contig: (String::new(), 0),
            before: None,
            ahead: None,
        };
        sites.ahead = sites.read()?;
        Ok(sites)
    }

    /// The next variant's site.
    pub(super) fn next(&mut self) -> Result<Option<Site>, SnapshotError> {
        let next = self.read()?;
        let Some(mut site) = std::mem::replace(&mut self.ahead, next) else {
            return Ok(None);
        };
        let place = Some(site.place);
        site.alone = self.before != place && next.map(|next| next.place) != place;
        self.before = place;
        Ok(Some(site))
    }

    fn read(&mut self) -> Result<Option<Site>, SnapshotError> {
        loop {
            if let Some(site) = self.rows.next() {
                return Ok(Some(site));
            }
            let Some(batch) = self.batches.next() else {
                return Ok(None);
            };
            let batch = batch?;
            let text = |column: usize| batch.column(column).as_string::<i32>();
            let (chroms, references, alternates, kinds) = (text(0), text(2), text(3), text(4));
            let positions = batch.column(1).as_primitive::<Int64Type>().values();
            let mut rows = Vec::with_capacity(batch.num_rows());
            for (row, pos) in positions.iter().enumerate() {
                let chrom = chroms.value(row);
                if chrom != self.contig.0 {
                    self.contig = (chrom.to_owned(), self.contig.1 + 1);
                }
                let pos = u32::try_from(*pos).unwrap_or(u32::MAX);
                let alleles = (references.value(row), alternates.value(row));
                rows.push(Site {
                    place: (self.contig.1, pos),
                    class: class(kinds.value(row), alleles),
                    region: region(self.assembly, chrom, pos),
                    alone: false,
                });
            }
            self.rows = rows.into_iter();
        }
    }
}

fn class(kind: &str, alleles: (&str, &str)) -> Class {
    match (kind, alleles) {
        ("snv", ("A", "G") | ("G", "A") | ("C", "T") | ("T", "C")) => Class::Transition,
        ("snv", ("A" | "C" | "G" | "T", "A" | "C" | "G" | "T")) => Class::Transversion,
        ("insertion", _) => Class::Insertion,
        // The base that is gone with another deletion is that one's.
        ("deletion", (_, alternate)) if alternate != "*" => Class::Deletion,
        _ => Class::Other,
    }
}

fn region(assembly: &str, chrom: &str, pos: u32) -> Region {
    match chrom {
        "X" if !is_pseudo_autosomal(assembly, pos) => Region::X,
        "Y" => Region::Y,
        number => match number.parse::<u32>() {
            Ok(1..=22) => Region::Autosome,
            _ => Region::Other,
        },
    }
}
