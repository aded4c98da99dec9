//! What tools for quality control wrote about samples, field by field.
//!
//! Readers give texts as they are written. What they mean, and which rows they make,
//! is the declared table's.

mod found;
mod ga4gh;
mod genotypes;
mod json;
mod lines;
mod mosdepth;
mod multiqc;
mod picard;
mod samtools;

use crate::inputs::Input;
use crate::manifest::{Format, Source};
use crate::{IngestError, InputError, Place};

pub(crate) use genotypes::{Computed, Statistic, compute};
use lines::Lines;

/// The most bytes of a value: figures and words are far shorter.
const MOST_VALUE_BYTES: usize = 4096;

/// What a file says of one sample.
pub(crate) struct Reading {
    /// The sample's name, where the file has one and the source reads it.
    pub(crate) sample: Option<String>,
    pub(crate) place: Place,
    /// At most one of each field.
    pub(crate) values: Vec<Value>,
}

/// What a field of a source holds.
pub(crate) struct Value {
    /// The field's position in its source.
    pub(crate) field: usize,
    /// As it is written; empty where the tool had no value.
    pub(crate) text: String,
    pub(crate) place: Place,
}

/// Takes what is read, or says what is wrong with it.
type Sink<'s> = dyn FnMut(Reading) -> Result<(), InputError> + 's;

/// Reads a file of a source to its end.
pub(crate) fn read(file: &Input, source: &Source, sink: &mut Sink<'_>) -> Result<(), IngestError> {
    let lines = Lines::open(file)?;
    match source.format {
        Format::Picard => picard::read(lines, source, sink)?,
        Format::SamtoolsStats => samtools::stats(lines, source, sink)?,
        Format::SamtoolsFlagstat => samtools::flagstat(lines, source, sink)?,
        Format::Mosdepth => mosdepth::read(lines, source, sink)?,
        Format::Multiqc => multiqc::read(lines, source, sink)?,
        Format::Ga4ghWgsQc => ga4gh::read(lines, source, sink)?,
        Format::Verifybamid => multiqc::table(lines, source, sink)?,
        // It has no files.
        Format::Genotypes => {}
    }
    Ok(())
}

impl Reading {
    fn new(sample: Option<String>, place: Place) -> Self {
        Self {
            sample,
            place,
            values: Vec::new(),
        }
    }

    /// Adds what a field of the source holds, of which there may be one: neither the first
    /// nor the last of several is known to be meant, and they could be without number.
    fn add(
        &mut self,
        file: &Input,
        source: &Source,
        field: usize,
        text: &str,
        place: Place,
    ) -> Result<(), InputError> {
        let fail = |message: String| {
            let error = InputError::new(&file.name, place, message);
            Err(match source.fields.get(field) {
                Some(named) => error.in_field(&named.name),
                None => error,
            })
        };
        let text = text.trim();
        if text.len() > MOST_VALUE_BYTES {
            return fail(too_long());
        }
        if let Some(before) = self.values.iter().find(|before| before.field == field) {
            return fail(match before.place {
                Place::Line(line) => {
                    format!("the field is in line {line} already; keep one value of a sample")
                }
                _ => "the field is there twice; keep one value of a sample".to_owned(),
            });
        }
        self.values.push(Value {
            field,
            text: if is_missing(text) { "" } else { text }.to_owned(),
            place,
        });
        Ok(())
    }
}

fn too_long() -> String {
    format!("expected a value of at most {MOST_VALUE_BYTES} bytes")
}

/// Whether a tool had no value: Java's NaN as htsjdk writes it, C's, Python's, R's.
fn is_missing(text: &str) -> bool {
    const WORDS: [&str; 8] = ["", "?", "nan", "na", "n/a", "null", "none", "."];
    let text = text.strip_prefix('-').unwrap_or(text);
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A share as text; no value where there is nothing to have a share of.
fn share(part: u64, whole: u64) -> String {
    match whole {
        0 => String::new(),
        // Counts of reads and bases are far below 2^53.
        whole => (part as f64 / whole as f64).to_string(),
    }
}
