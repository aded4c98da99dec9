//! Metrics of the GA4GH's standard for quality control of whole genomes: a file of JSON
//! for each sample, which `biosample.id` names.
//!
//! The standard gives metrics their identifiers, and no schema to files. Where its
//! implementations write them is the list below; what has a metric's name elsewhere, such
//! as a threshold or a reference value, is not the metric.

use crate::manifest::Source;
use crate::{InputError, Place};

use super::json;
use super::lines::Lines;
use super::{Reading, Sink};

const SAMPLE: [&str; 2] = ["biosample", "id"];

/// Objects of metrics (GA4GH quality-control-wgs, `benchmark_resources`).
const BLOCKS: [&[&str]; 4] = [
    // ARGO's dnaalnqc, and NPM-sample-qc before it read variants.
    &["wgs_qc_metrics"],
    // NPM-sample-qc.
    &["wgs_qc_metrics", "aln_metrics"],
    &["wgs_qc_metrics", "variant_metrics"],
    // ARGO's vcfqc.
    &["vcf_qc_metrics"],
];

pub(super) fn read(
    lines: Lines<'_>,
    source: &Source,
    sink: &mut Sink<'_>,
) -> Result<(), InputError> {
    let file = lines.file();
    let mut reading = Reading::new(None, Place::File);
    let enters = |path: &[String]| {
        let begins = |whole: &[&str]| whole.get(..path.len()).is_some_and(|part| path == part);
        begins(&SAMPLE)
            || BLOCKS.iter().any(|block| begins(block))
            || metric(path).is_some_and(|name| source.fields.iter().any(|f| f.name == name))
    };
    json::walk(lines, &enters, &mut |path, text, place| {
        if path == SAMPLE {
            if reading.sample.replace(text.to_owned()).is_some() {
                let message = "the file has a second `biosample.id`; keep one sample in a file";
                return Err(InputError::new(&file.name, place, message));
            }
        } else if let Some(name) = metric(path) {
            for (field, named) in (0..).zip(&source.fields) {
                if named.name == name {
                    reading.add(file, source, field, text, place)?;
                }
            }
        }
        Ok(())
    })?;
    if source.sample.is_some() && reading.sample.is_none() {
        let message = "expected the sample's name in `biosample.id`, found none";
        return Err(InputError::new(&file.name, Place::File, message));
    }
    sink(reading)
}

/// The metric whose path this is.
fn metric(path: &[String]) -> Option<&str> {
    let (name, block) = path.split_last()?;
    BLOCKS.iter().any(|b| block == *b).then_some(name.as_str())
}
