//! Metrics of the GA4GH's standard for quality control of whole genomes: a file of JSON
//! for each sample, which `biosample.id` names. Metrics have their identifiers, in one
//! object or in objects of it.

use crate::manifest::Source;
use crate::{InputError, Place};

use super::json;
use super::lines::Lines;
use super::{Reading, Sink, Value, value};

pub(super) fn read(
    lines: Lines<'_>,
    source: &Source,
    sink: &mut Sink<'_>,
) -> Result<(), InputError> {
    let file = lines.file();
    let mut sample = None;
    let mut values: Vec<Value> = Vec::new();
    json::walk(lines, &|_| true, &mut |path, text, place| {
        match path {
            [top, id] if top == "biosample" && id == "id" => sample = Some(text.to_owned()),
            [_, .., name] => {
                let fields = (0..).zip(&source.fields);
                let asked = fields.filter(|(_, field)| field.name == *name);
                values.extend(asked.map(|(field, _)| value(field, text, place)));
            }
            _ => {}
        }
        Ok(())
    })?;
    if source.sample.is_some() && sample.is_none() {
        let message = "expected the sample's name in `biosample.id`, found none";
        return Err(InputError::new(&file.name, Place::File, message));
    }
    sink(Reading {
        sample,
        place: Place::File,
        values,
    })
}
