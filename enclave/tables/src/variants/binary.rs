//! Records of BCF files.

use std::io::BufRead;

use noodles::bcf;
use noodles::vcf;
use noodles::vcf::variant::record::Samples as _;

use super::allele::is_sequence;
use super::record::{Fault, Record, Selection, UNKNOWN};
use super::text::alternates;

/// Reads records. noodles frames them; values are decoded here, since a cohort's
/// genotypes are two bytes each and damaged ones must be errors.
pub(super) struct BinaryRecords {
    reader: bcf::io::Reader<Box<dyn BufRead + Send>>,
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
        let n = self
            .reader
            .read_record(&mut self.raw)
            .map_err(|error| Fault::new("record", format!("it cannot be read: {error}")))?;
        if n == 0 {
            return Ok(false);
        }
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
        self.read_filter(selection, record)?;
        if record.kept {
            self.read_info(selection, record)?;
            record.clear_calls(selection);
            self.read_samples(selection, record)?;
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
                "GQ" if selection.fields.genotype_quality => {
                    fill(&mut record.qualities, &series, 0, "GQ")?;
                }
                "AD" if selection.fields.alt_depth => {
                    for (alternate, by_column) in (1..).zip(&mut record.alt_depths) {
                        fill(by_column, &series, alternate, "AD")?;
                    }
                }
                _ => {}
            }
        }
        if has_genotype {
            Ok(())
        } else {
            record.call_by_tissue(selection)
        }
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

fn damaged(field: &'static str) -> Fault {
    Fault::new(
        field,
        "it is not valid BCF; write the file again with `bcftools view`",
    )
}

fn text<'a>(field: &'static str, bytes: &'a [u8]) -> Result<&'a str, Fault> {
    std::str::from_utf8(bytes).map_err(|_| Fault::new(field, "expected UTF-8"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Missing,
    Int8,
    Int16,
    Int32,
    Float,
    Text,
}

impl Type {
    fn size(self) -> usize {
        match self {
            Self::Missing => 0,
            Self::Int8 | Self::Text => 1,
            Self::Int16 => 2,
            Self::Int32 | Self::Float => 4,
        }
    }

    /// A type and the number of its values.
    fn take(bytes: &mut &[u8]) -> Option<(Self, usize)> {
        let (descriptor, rest) = bytes.split_first()?;
        *bytes = rest;
        let kind = match descriptor & 0x0f {
            0 => Self::Missing,
            1 => Self::Int8,
            2 => Self::Int16,
            3 => Self::Int32,
            5 => Self::Float,
            7 => Self::Text,
            _ => return None,
        };
        let length = match descriptor >> 4 {
            15 => {
                let length = Value::take(bytes)?;
                usize::try_from(length.integers().next()??).ok()?
            }
            length => usize::from(length),
        };
        Some((kind, length))
    }
}

/// A typed value: one or more of one type.
#[derive(Clone, Copy)]
struct Value<'a> {
    kind: Type,
    bytes: &'a [u8],
}

impl<'a> Value<'a> {
    fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        let (kind, length) = Type::take(bytes)?;
        let (value, rest) = bytes.split_at_checked(length.checked_mul(kind.size())?)?;
        *bytes = rest;
        Some(Self { kind, bytes: value })
    }

    /// Integers up to the vector's end; none where missing.
    fn integers(self) -> impl Iterator<Item = Option<i32>> + 'a {
        let size = self.kind.size().max(1);
        let is_integer = matches!(self.kind, Type::Int8 | Type::Int16 | Type::Int32);
        let bytes = if is_integer { self.bytes } else { &[] };
        bytes
            .chunks_exact(size)
            .map(|chunk| match chunk {
                [a] => (i32::from(*a as i8), i32::from(i8::MIN)),
                [a, b] => (i32::from(i16::from_le_bytes([*a, *b])), i32::from(i16::MIN)),
                [a, b, c, d] => (i32::from_le_bytes([*a, *b, *c, *d]), i32::MIN),
                _ => (0, 0),
            })
            // The lowest value is missing, the next one the vector's end.
            .take_while(|(value, lowest)| *value != lowest + 1)
            .map(|(value, lowest)| Some(value).filter(|value| *value != lowest))
    }

    fn floats(self) -> impl Iterator<Item = Option<f32>> + 'a {
        let bytes = if self.kind == Type::Float {
            self.bytes
        } else {
            &[]
        };
        let (values, _) = bytes.as_chunks::<4>();
        values
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .take_while(|value| value.to_bits() != 0x7f80_0002)
            .map(|value| Some(value).filter(|value| !value.is_nan()))
    }

    fn text(self) -> Option<String> {
        let join = |values: Vec<Option<String>>| {
            let texts: Vec<String> = values
                .into_iter()
                .map(|value| value.unwrap_or_else(|| ".".to_owned()))
                .collect();
            texts.join(",")
        };
        match self.kind {
            Type::Text => {
                let text = std::str::from_utf8(self.bytes).ok()?;
                Some(text.trim_end_matches('\0').to_owned())
            }
            Type::Float => Some(join(
                self.floats().map(|v| v.map(|v| v.to_string())).collect(),
            )),
            _ => Some(join(
                self.integers().map(|v| v.map(|v| v.to_string())).collect(),
            )),
        }
    }
}

/// A FORMAT field: values of one type, as many for each sample.
struct Series<'a> {
    kind: Type,
    /// Values a sample.
    length: usize,
    bytes: &'a [u8],
}

impl<'a> Series<'a> {
    fn take(bytes: &mut &'a [u8], samples: usize) -> Option<Self> {
        let (kind, length) = Type::take(bytes)?;
        let size = length.checked_mul(kind.size())?.checked_mul(samples)?;
        let (values, rest) = bytes.split_at_checked(size)?;
        *bytes = rest;
        Some(Self {
            kind,
            length,
            bytes: values,
        })
    }

    fn samples(&self) -> impl Iterator<Item = Value<'a>> {
        let kind = self.kind;
        let size = (self.length * kind.size()).max(1);
        self.bytes
            .chunks_exact(size)
            .map(move |bytes| Value { kind, bytes })
    }
}
