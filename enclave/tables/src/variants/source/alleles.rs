//! What one record says: its alleles, and where its samples have the reference.

use std::cmp::Reverse;
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::ingest::Warnings;

use super::{ENDS, FileSource, Waiting};
use crate::variants::allele::{Allele, Key, is_sequence, trim};
use crate::variants::coverage::Block;
use crate::variants::record::{Calls, Fault, Genotypes};

impl FileSource<'_> {
    /// Says of whom a record of a gVCF tells what they have: at its bases nobody of them
    /// has another allele than it lists.
    pub(super) fn note_block(&self) -> Result<(), Fault> {
        let (Some((least, blocks)), Some((contig, start))) = (&self.blocks, &self.last) else {
            return Ok(());
        };
        if self.record.genotypes == Genotypes::Absent {
            return Ok(());
        }
        // Whoever has an allele that is not listed may have any.
        let unknown = |position: u32| {
            let mut alleles = self.record.alternates.iter().zip(&self.record.calls);
            alleles.any(|(allele, calls)| {
                let carried = calls.one.contains(&position) || calls.two.contains(&position);
                calls.missing.contains(&position) || (carried && is_any_other(allele))
            })
        };
        let good = |column: usize| {
            let quality = self.record.qualities.get(column).copied();
            *least == 0 || quality.is_some_and(|quality| quality >= *least)
        };
        let positions = self.selection.positions.iter().enumerate();
        let called = positions.filter(|(column, position)| good(*column) && !unknown(**position));
        let called: Vec<u32> = called.map(|(_, position)| *position).collect();
        if called.is_empty() {
            return Ok(());
        }
        let any_other = |allele: &String| is_any_other(allele);
        // INFO/END of a record with alleles of its own is theirs.
        let allele = match self.record.alternates.iter().all(any_other) {
            true => "<*>",
            false => "*",
        };
        let end = self.end(0, *start, &self.record.reference, allele)?;
        blocks.push(Block {
            contig: contig.clone(),
            start: *start,
            end,
            samples: if called.len() == self.everybody.len() {
                Arc::clone(&self.everybody)
            } else {
                called.into()
            },
        });
        Ok(())
    }

    pub(super) fn split(&mut self) -> Result<(), Fault> {
        let Some((contig, _)) = self.last.clone() else {
            return Ok(());
        };
        let mut any = false;
        for n in 0..self.record.alternates.len() {
            let Some(alternate) = self.record.alternates.get(n) else {
                continue;
            };
            // gVCF's allele for "any other" says nothing of a variant.
            if is_any_other(alternate) {
                continue;
            }
            any = true;
            let reference = &self.record.reference;
            let mut written = trim(self.record.pos, reference, alternate);
            if let Some(reference) = &self.reference {
                let before = written.clone();
                written = reference.normalised(&contig.name, written)?;
                let moved = u64::from(written != before);
                Warnings::count(&self.warnings.moved_alleles, moved);
            }
            let (pos, trimmed, alternate) = written;
            let key = Key {
                end: self.end(n, pos, &trimmed, &alternate)?,
                contig: contig.clone(),
                pos,
                reference: trimmed,
                alternate,
            };
            let annotation = self.annotations.of(
                self.record.info.get(ENDS.len()..).unwrap_or_default(),
                reference,
                &self.record.alternates,
                n,
            );
            let calls = self.record.calls.get_mut(n).map(std::mem::take);
            let calls = calls.unwrap_or_default();
            Warnings::count(&self.warnings.dosages_above_two, calls.above_two);
            let allele = Allele {
                key,
                rsid: rsid(&self.record.ids, self.record.alternates.len(), n),
                annotation,
                dosage_1: self.set(&calls, |calls| &calls.one)?,
                dosage_2: self.set(&calls, |calls| &calls.two)?,
                missing: self.set(&calls, |calls| &calls.missing)?,
                recorded: Arc::clone(&self.recorded),
                fields: self.fields(n),
            };
            self.waiting.push(Reverse(Waiting(allele)));
        }
        if !any && self.blocks.is_none() {
            Warnings::count(&self.warnings.records_without_alternate_allele, 1);
        }
        Ok(())
    }

    /// The last base of an allele, 1-based.
    fn end(&self, n: usize, pos: u32, reference: &str, alternate: &str) -> Result<u32, Fault> {
        let bases = u32::try_from(reference.len()).unwrap_or(u32::MAX);
        let own = pos.saturating_add(bases.saturating_sub(1));
        if is_sequence(alternate) || !alternate.starts_with('<') {
            return Ok(own);
        }
        let info = |i: usize| {
            let text = self.record.info.get(i)?.as_deref()?;
            let mut values = text.split(',');
            let value = values.clone().nth(n).or_else(|| values.next())?;
            Some(value).filter(|value| *value != "." && !value.is_empty())
        };
        if let Some(end) = info(0) {
            let end: u32 = end
                .parse()
                .map_err(|_| Fault::new("INFO/END", "expected a 1-based position"))?;
            return Ok(end.max(pos));
        }
        let spans = ["<DEL", "<DUP", "<INV", "<CN"];
        match info(1) {
            Some(length) if spans.iter().any(|kind| alternate.starts_with(kind)) => {
                let length: i64 = length
                    .parse()
                    .map_err(|_| Fault::new("INFO/SVLEN", "expected an integer"))?;
                let length = u32::try_from(length.unsigned_abs()).unwrap_or(u32::MAX);
                Ok(pos.saturating_add(length))
            }
            _ => Ok(own),
        }
    }

    fn set(&self, calls: &Calls, of: impl Fn(&Calls) -> &Vec<u32>) -> Result<RoaringBitmap, Fault> {
        let positions = of(calls);
        if self.order.is_some() {
            return Ok(positions.iter().copied().collect());
        }
        RoaringBitmap::from_sorted_iter(positions.iter().copied())
            .map_err(|_| Fault::new("samples", "a sample has two genotypes"))
    }

    /// The FORMAT fields of the nth alternate allele, by position.
    fn fields(&self, n: usize) -> [Option<Vec<i32>>; 4] {
        let fields = self.selection.fields;
        let by_position = |values: &Vec<i32>| match &self.order {
            Some(order) => order
                .iter()
                .filter_map(|column| values.get(*column).copied())
                .collect(),
            None => values.clone(),
        };
        let record = &self.record;
        [
            fields.depth.then(|| by_position(&record.depths)),
            fields
                .genotype_quality
                .then(|| by_position(&record.qualities)),
            match record.alt_depths.get(n) {
                Some(depths) if fields.alt_depth => Some(by_position(depths)),
                _ => None,
            },
            match record.alt_fractions.get(n) {
                Some(shares) if fields.alt_fraction => Some(by_position(shares)),
                _ => None,
            },
        ]
    }
}

/// Whether an allele stands for any that is not listed, as gVCFs write it.
fn is_any_other(allele: &str) -> bool {
    matches!(allele, "<NON_REF>" | "<*>")
}

/// The nth allele's identifier: its own if there is one for each, else the first.
fn rsid(ids: &str, alternates: usize, n: usize) -> Option<String> {
    let list: Vec<&str> = ids.split(';').collect();
    let id = if list.len() == alternates {
        list.get(n)
    } else {
        list.first()
    };
    id.filter(|id| **id != "." && !id.is_empty())
        .map(|id| (*id).to_owned())
}
