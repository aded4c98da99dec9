//! Records of BCF files.

mod value;

use std::io::{self, BufRead, Read as _};

use noodles::bcf;
use noodles::vcf;
use noodles::vcf::variant::record::Samples as _;

use super::allele::is_sequence;
use super::record::{Fault, Record, Selection, UNKNOWN, millionths};
use super::text::alternates;

use value::{Series, Type, Value};

/// The longest record, in bytes: 500 000 samples with 500 bytes each.
const MOST_BYTES: u64 = 256 << 20;

/// Reads records. noodles knows their layout; they are framed here, since it believes
/// whatever length a record says that it has, and so are values decoded, since a cohort's
/// genotypes are two bytes each and damaged ones must be errors.
pub(super) struct BinaryRecords {
    reader: bcf::io::Reader<Box<dyn BufRead + Send>>,
    /// A record's bytes, its lengths first.
    frame: Vec<u8>,
    header: vcf::Header,
    raw: bcf::Record,
    genotype: Vec<u16>,
}

impl BinaryRecords {
    pub(super) fn new(
        reader: bcf::io::Reader<Box<dyn BufRead + Send>>,
        header: vcf::Header,
    ) -> Self {
        Self {
            reader,
            frame: Vec::new(),
            header,
            raw: bcf::Record::default(),
            genotype: Vec::new(),
        }
    }

    /// Reads the next record; false at the end.
    pub(super) fn read(
        &mut self,
        selection: &Selection,
        record: &mut Record,
    ) -> Result<bool, Fault> {
        let unreadable = |error| Fault::new("record", format!("it cannot be read: {error}"));
        if !self.read_frame().map_err(unreadable)? {
            return Ok(false);
        }
        let mut framed = bcf::io::Reader::from(self.frame.as_slice());
        framed.read_record(&mut self.raw).map_err(unreadable)?;
        let maps = self.header.string_maps();
        self.raw
            .reference_sequence_name(maps)
            .map_err(|_| Fault::new("CHROM", "expected a contig that the header lists"))?
            .clone_into(&mut record.chrom);
        record.pos = match self.raw.variant_start() {
            None => 0,
            Some(pos) => pos
                .ok()
                .and_then(|pos| u32::try_from(pos.get()).ok())
                .ok_or_else(|| Fault::new("POS", "expected a 1-based position"))?,
        };
        text("ID", self.raw.ids().as_ref())?.clone_into(&mut record.ids);
        if record.ids.is_empty() {
            record.ids.push('.');
        }
        text("REF", self.raw.reference_bases().as_ref())?.clone_into(&mut record.reference);
        if !is_sequence(&record.reference) {
            return Err(Fault::new("REF", "expected bases"));
        }
        self.read_alternates(record)?;
        record.stand_in(selection);
        self.read_filter(selection, record)?;
        if record.kept {
            self.read_info(selection, record)?;
            record.clear_calls(selection);
            self.read_samples(selection, record)?;
        }
        Ok(true)
    }

    /// The next record's bytes, as many as are there; false at the end.
    fn read_frame(&mut self) -> io::Result<bool> {
        let file = self.reader.get_mut();
        if file.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let mut lengths = [[0; 4]; 2];
        let mut bytes = 0_u64;
        for length in &mut lengths {
            file.read_exact(length)?;
            bytes += u64::from(u32::from_le_bytes(*length));
        }
        let [site, _] = lengths;
        if u32::from_le_bytes(site) == 0 || bytes > MOST_BYTES {
            return Err(io::Error::other("its length cannot be right"));
        }
        self.frame.clear();
        self.frame.extend_from_slice(lengths.as_flattened());
        // What is there decides how much memory is taken, not what the record says.
        let read = file.by_ref().take(bytes).read_to_end(&mut self.frame)?;
        if read as u64 != bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(true)
    }

    fn read_alternates(&self, record: &mut Record) -> Result<(), Fault> {
        let bases = self.raw.alternate_bases();
        let mut bytes: &[u8] = bases.as_ref();
        let mut list = String::new();
        while !bytes.is_empty() {
            let value = Value::take(&mut bytes).ok_or_else(|| damaged("ALT"))?;
            if !list.is_empty() {
                list.push(',');
            }
            list.push_str(text("ALT", value.bytes)?);
        }
        let none = list.is_empty() || list == ".";
        alternates(if none { "." } else { &list }, &mut record.alternates)
    }

    fn read_filter(&self, selection: &Selection, record: &mut Record) -> Result<(), Fault> {
        record.kept = true;
        let Some(kept) = &selection.filter else {
            return Ok(());
        };
        let filters = self.raw.filters();
        let mut bytes: &[u8] = filters.as_ref();
        let value = Value::take(&mut bytes).ok_or_else(|| damaged("FILTER"))?;
        let mut any = false;
        for id in value.integers() {
            any = true;
            let name = id
                .and_then(|id| self.name(id))
                .ok_or_else(|| damaged("FILTER"))?;
            record.kept &= kept.contains(name);
        }
        if !any {
            record.kept = kept.contains(".");
        }
        Ok(())
    }

    fn read_info(&self, selection: &Selection, record: &mut Record) -> Result<(), Fault> {
        record.info.clear();
        record.info.resize(selection.info.len(), None);
        let info = self.raw.info();
        let mut bytes: &[u8] = info.as_ref();
        while !bytes.is_empty() {
            let key = Value::take(&mut bytes)
                .and_then(|key| key.integers().next().flatten())
                .and_then(|key| self.name(key))
                .ok_or_else(|| damaged("INFO"))?;
            let value = Value::take(&mut bytes).ok_or_else(|| damaged("INFO"))?;
            let wanted = selection.info.iter().zip(&mut record.info);
            for (_, slot) in wanted.filter(|(name, slot)| *name == key && slot.is_none()) {
                *slot = Some(value.text().ok_or_else(|| damaged("INFO"))?);
            }
        }
        Ok(())
    }

    fn read_samples(&mut self, selection: &Selection, record: &mut Record) -> Result<(), Fault> {
        let samples = self.raw.samples().map_err(|_| damaged("samples"))?;
        let columns = selection.positions.len();
        if samples.len() != columns {
            return Err(Fault::new(
                "samples",
                format!("expected {columns} samples as in the header, found another number"),
            ));
        }
        let mut bytes: &[u8] = samples.as_ref();
        let mut has_genotype = false;
        for _ in 0..samples.format_count() {
            let key = Value::take(&mut bytes)
                .and_then(|key| key.integers().next().flatten())
                .and_then(|key| self.name(key))
                .ok_or_else(|| damaged("FORMAT"))?;
            let series = Series::take(&mut bytes, columns).ok_or_else(|| damaged("FORMAT"))?;
            match key {
                "GT" => {
                    has_genotype = true;
                    read_genotypes(&series, selection, record, &mut self.genotype)?;
                }
                "DP" if selection.fields.depth => {
                    fill(&mut record.depths, &series, 0, "DP")?;
                }
                "GQ" if selection.reads_quality => {
                    fill(&mut record.qualities, &series, 0, "GQ")?;
                }
                "AF" if selection.fields.alt_fraction => {
                    for (alternate, by_column) in (0..).zip(&mut record.alt_fractions) {
                        fill_shares(by_column, &series, alternate)?;
                    }
                }
                "AD" if selection.fields.alt_depth => {
                    for (alternate, by_column) in (1..).zip(&mut record.alt_depths) {
                        fill(by_column, &series, alternate, "AD")?;
                    }
                }
                _ => {}
            }
        }
        if !has_genotype {
            record.call_by_tissue(selection);
        }
        Ok(())
    }

    fn name(&self, id: i32) -> Option<&str> {
        let index = usize::try_from(id).ok()?;
        self.header.string_maps().strings().get_index(index)
    }
}

fn read_genotypes(
    series: &Series<'_>,
    selection: &Selection,
    record: &mut Record,
    genotype: &mut Vec<u16>,
) -> Result<(), Fault> {
    // Two alleles of a byte each: (allele + 1) << 1 | phased.
    if let (Type::Int8, 2) = (series.kind, series.length) {
        for (position, pair) in selection
            .positions
            .iter()
            .zip(series.bytes.as_chunks::<2>().0)
        {
            if let [2 | 3, 2 | 3] = pair {
                continue;
            }
            let values = Value {
                kind: series.kind,
                bytes: pair,
            };
            decode_genotype(values.integers(), genotype)?;
            record.call(*position, genotype)?;
        }
        return Ok(());
    }
    if !matches!(series.kind, Type::Int8 | Type::Int16 | Type::Int32) {
        return Err(damaged("GT"));
    }
    for (position, values) in selection.positions.iter().zip(series.samples()) {
        decode_genotype(values.integers(), genotype)?;
        record.call(*position, genotype)?;
    }
    Ok(())
}

/// BCF 2.2, 6.3.3: each allele is `(allele + 1) << 1 | phased`, and 0 unknown.
fn decode_genotype(
    values: impl Iterator<Item = Option<i32>>,
    genotype: &mut Vec<u16>,
) -> Result<(), Fault> {
    genotype.clear();
    for value in values {
        let allele = match value {
            None | Some(0 | 1) => Some(UNKNOWN),
            Some(value) => u16::try_from((value >> 1) - 1)
                .ok()
                .filter(|allele| *allele < UNKNOWN),
        };
        genotype.push(allele.ok_or_else(|| damaged("GT"))?);
    }
    if genotype.is_empty() {
        genotype.push(UNKNOWN);
    }
    Ok(())
}

/// Fills a FORMAT field with the nth value of each sample.
fn fill(
    by_column: &mut [i32],
    series: &Series<'_>,
    n: usize,
    field: &'static str,
) -> Result<(), Fault> {
    for (slot, values) in by_column.iter_mut().zip(series.samples()) {
        let value = if values.kind == Type::Float {
            values
                .floats()
                .nth(n)
                .flatten()
                .map(|value| value.round() as i32)
        } else {
            values.integers().nth(n).flatten()
        };
        match value {
            Some(value) if value < 0 => {
                return Err(Fault::new(field, "expected a number from 0 or none"));
            }
            Some(value) => *slot = value,
            None => {}
        }
    }
    Ok(())
}

/// Fills AF with the nth share of each sample.
fn fill_shares(by_column: &mut [i32], series: &Series<'_>, n: usize) -> Result<(), Fault> {
    for (slot, values) in by_column.iter_mut().zip(series.samples()) {
        let share = match values.kind {
            Type::Float => values.floats().nth(n).flatten().map(f64::from),
            _ => values.integers().nth(n).flatten().map(f64::from),
        };
        if let Some(share) = share {
            let share = millionths(share);
            *slot = share.ok_or_else(|| Fault::new("AF", "expected a share from 0 to 1"))?;
        }
    }
    Ok(())
}

fn damaged(field: &'static str) -> Fault {
    Fault::new(
        field,
        "it is not valid BCF; write the file again with `bcftools view`",
    )
}

fn text<'a>(field: &'static str, bytes: &'a [u8]) -> Result<&'a str, Fault> {
    std::str::from_utf8(bytes).map_err(|_| Fault::new(field, "expected UTF-8"))
}
