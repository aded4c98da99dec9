//! What a file says of one sample, by name.

use std::collections::BTreeMap;

use crate::inputs::Input;
use crate::manifest::Source;
use crate::{InputError, Place};

use super::{Reading, Sink, Value, share, value};

/// The most names of a file.
const MOST_NAMES: usize = 10_000;

/// Values by their names.
#[derive(Default)]
pub(super) struct Found(BTreeMap<String, (String, Place)>);

impl Found {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a value that was read, whose name may occur once.
    pub(super) fn add(
        &mut self,
        file: &Input,
        name: String,
        text: &str,
        place: Place,
    ) -> Result<(), InputError> {
        if self.0.len() == MOST_NAMES {
            return Err(InputError::new(
                &file.name,
                place,
                format!("expected at most {MOST_NAMES} fields"),
            ));
        }
        match self.0.get(&name) {
            Some((_, Place::Line(before))) => {
                let message = format!("the field is in line {before} already; keep one sample's");
                Err(InputError::new(&file.name, place, message).in_field(name))
            }
            _ => {
                self.0.insert(name, (text.to_owned(), place));
                Ok(())
            }
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The count of this name, if there is one.
    pub(super) fn count(&self, file: &Input, name: &str) -> Result<Option<u64>, InputError> {
        let Some((text, place)) = self.0.get(name) else {
            return Ok(None);
        };
        match text.trim().parse() {
            Ok(count) => Ok(Some(count)),
            Err(_) => Err(InputError::new(&file.name, *place, "expected a count").in_field(name)),
        }
    }

    /// Adds a share of two counts, if both are known.
    pub(super) fn derive(&mut self, name: &str, part: Option<u64>, whole: Option<u64>) {
        if let (Some(part), Some(whole)) = (part, whole) {
            let text = share(part, whole);
            self.0.insert(name.to_owned(), (text, Place::File));
        }
    }

    /// The fields that a source names.
    pub(super) fn tell(&self, source: &Source, sink: &mut Sink<'_>) -> Result<(), InputError> {
        let values: Vec<Value> = (0..)
            .zip(&source.fields)
            .filter_map(|(field, named)| {
                let (text, place) = self.0.get(&named.name)?;
                Some(value(field, text, *place))
            })
            .collect();
        sink(Reading {
            sample: None,
            place: Place::File,
            values,
        })
    }
}
