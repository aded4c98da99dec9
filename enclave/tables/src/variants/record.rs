//! A record as VCF and BCF both give it.

use std::collections::HashSet;

use super::allele::NO_VALUE;
use crate::manifest::FormatFields;

/// What is wrong with a record: its field, and what was expected.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) field: &'static str,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self {
            field,
            message: message.into(),
        }
    }
}

/// What to take from each record of a file.
#[derive(Debug)]
pub(super) struct Selection {
    /// INFO fields, as text.
    pub(super) info: Vec<String>,
    pub(super) fields: FormatFields,
    /// FILTER values to keep; none: all.
    pub(super) filter: Option<HashSet<String>>,
    /// Whether GQ is read, be it kept or not.
    pub(super) reads_quality: bool,
    /// Whether records without an alternate allele say something too.
    pub(super) reads_blocks: bool,
    /// Each sample column's position among all samples.
    pub(super) positions: Vec<u32>,
    /// Whether each column is of a tumour, where that is known.
    pub(super) tumors: Vec<Option<bool>>,
}

/// A record, its calls still in the order of the file's columns.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) chrom: String,
    pub(super) pos: u32,
    /// As written: `.`, or identifiers with `;`.
    pub(super) ids: String,
    pub(super) reference: String,
    pub(super) alternates: Vec<String>,
    /// Whether the alternate allele is one that the file does not write.
    pub(super) stands_in: bool,
    /// Whether the filter keeps it. If not, nothing below is filled.
    pub(super) kept: bool,
    /// Where the calls come from.
    pub(super) genotypes: Genotypes,
    /// Whether a tab stood behind the last sample.
    pub(super) ends_in_a_tab: bool,
    /// As `Selection::info` lists them.
    pub(super) info: Vec<Option<String>>,
    pub(super) calls: Vec<Calls>,
    pub(super) depths: Vec<i32>,
    pub(super) qualities: Vec<i32>,
    /// By alternate allele, then by column.
    pub(super) alt_depths: Vec<Vec<i32>>,
    /// In millionths, by alternate allele, then by column.
    pub(super) alt_fractions: Vec<Vec<i32>>,
}

/// Where a record's calls come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Genotypes {
    /// From its field GT.
    #[default]
    Called,
    /// From which column is the tumour's.
    ByTissue,
    /// From nowhere: all are missing.
    Absent,
}

/// Positions of the samples that have an allele, in the order of columns.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) one: Vec<u32>,
    pub(super) two: Vec<u32>,
    pub(super) missing: Vec<u32>,
    /// Calls of more than two copies, which count as two.
    pub(super) above_two: u64,
}

/// A share in millionths; none if it is no share.
pub(super) fn millionths(share: f64) -> Option<i32> {
    (0.0..=1.0)
        .contains(&share)
        .then(|| (share * 1e6).round() as i32)
}

/// An allele of a genotype that is not known.
pub(super) const UNKNOWN: u16 = u16::MAX;

impl Record {
    /// Lets a record without an alternate allele have calls: VCF's allele for any other.
    pub(super) fn stand_in(&mut self, selection: &Selection) {
        self.stands_in = selection.reads_blocks && self.alternates.is_empty();
        if self.stands_in {
            self.alternates.push("<*>".to_owned());
        }
    }

    /// Makes room for the calls of as many alternate alleles as were read.
    pub(super) fn clear_calls(&mut self, selection: &Selection) {
        self.genotypes = Genotypes::Called;
        let alternates = self.alternates.len();
        let columns = selection.positions.len();
        self.calls.resize_with(alternates, Calls::default);
        for calls in &mut self.calls {
            calls.one.clear();
            calls.two.clear();
            calls.missing.clear();
            calls.above_two = 0;
        }
        let clear = |values: &mut Vec<i32>, kept: bool| {
            values.clear();
            values.resize(if kept { columns } else { 0 }, NO_VALUE);
        };
        clear(&mut self.depths, selection.fields.depth);
        clear(&mut self.qualities, selection.reads_quality);
        self.alt_depths.resize_with(alternates, Vec::new);
        for depths in &mut self.alt_depths {
            clear(depths, selection.fields.alt_depth);
        }
        self.alt_fractions.resize_with(alternates, Vec::new);
        for fractions in &mut self.alt_fractions {
            clear(fractions, selection.fields.alt_fraction);
        }
    }

    /// Notes a genotype. 0 is the reference allele, n the nth of ALT.
    pub(super) fn call(&mut self, position: u32, genotype: &[u16]) -> Result<(), Fault> {
        // Nearly all.
        if let ([a @ (0 | 1), b @ (0 | 1)], [calls]) = (genotype, self.calls.as_mut_slice()) {
            match a + b {
                0 => {}
                1 => calls.one.push(position),
                _ => calls.two.push(position),
            }
            return Ok(());
        }
        let mut unknown = false;
        let mut listed = 0;
        for allele in genotype {
            match *allele {
                0 => {}
                UNKNOWN => unknown = true,
                n if usize::from(n) <= self.calls.len() => listed += 1,
                _ => {
                    return Err(Fault::new(
                        "GT",
                        "a genotype names an allele that ALT does not list",
                    ));
                }
            }
        }
        if listed == 0 && !unknown {
            return Ok(());
        }
        for (allele, calls) in (1..).zip(&mut self.calls) {
            match genotype.iter().filter(|called| **called == allele).count() {
                0 if unknown => calls.missing.push(position),
                0 => {}
                1 => calls.one.push(position),
                copies => {
                    calls.two.push(position);
                    calls.above_two += u64::from(copies > 2);
                }
            }
        }
        Ok(())
    }

    /// Notes calls of a record without genotypes. As somatic callers write them, a
    /// tumour has the alleles of its record, and its normal has not; where nobody says
    /// which column is which, nothing is known.
    pub(super) fn call_by_tissue(&mut self, selection: &Selection) {
        self.genotypes = Genotypes::Absent;
        for (position, tumor) in selection.positions.iter().zip(&selection.tumors) {
            let of = |calls: &mut Calls| match tumor {
                Some(true) => calls.one.push(*position),
                Some(false) => {}
                None => calls.missing.push(*position),
            };
            self.calls.iter_mut().for_each(of);
            if tumor.is_some() {
                self.genotypes = Genotypes::ByTissue;
            }
        }
    }
}
