//! What a file says of one sample, by name.

use std::collections::BTreeMap;

use crate::inputs::Input;
use crate::manifest::Source;
use crate::{InputError, Place};

use super::{Reading, Sink, share};

/// Values by their names: those that a source asks for, or that shares are made of. What
/// else a file names is not kept, so that no file decides how much is.
pub(super) struct Found<'s> {
    source: &'s Source,
    needed: &'static [&'static str],
    values: BTreeMap<String, (String, Place)>,
    any: bool,
}

impl<'s> Found<'s> {
    pub(super) fn of(source: &'s Source, needed: &'static [&'static str]) -> Self {
        Self {
            source,
            needed,
            values: BTreeMap::new(),
            any: false,
        }
    }

    /// Whether nothing was read, asked for or not.
    pub(super) fn is_empty(&self) -> bool {
        !self.any
    }

    /// Adds a value that was read, whose name may occur once.
    pub(super) fn add(
        &mut self,
        file: &Input,
        name: &str,
        text: &str,
        place: Place,
    ) -> Result<(), InputError> {
        self.any = true;
        let is_asked = || self.source.fields.iter().any(|field| field.name == name);
        if !self.needed.contains(&name) && !is_asked() {
            return Ok(());
        }
        match self.values.get(name) {
            // The name is one that the manifest or the format has: no other is kept.
            Some((_, Place::Line(before))) => {
                let message = format!("the field is in line {before} already; keep one sample's");
                Err(InputError::new(&file.name, place, message).in_field(name))
            }
            _ => {
                self.values
                    .insert(name.to_owned(), (text.to_owned(), place));
                Ok(())
            }
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The count of this name, if there is one.
    pub(super) fn count(&self, file: &Input, name: &str) -> Result<Option<u64>, InputError> {
        let Some((text, place)) = self.values.get(name) else {
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
            self.values.insert(name.to_owned(), (text, Place::File));
        }
    }

    /// The fields that the source names.
    pub(super) fn tell(&self, file: &Input, sink: &mut Sink<'_>) -> Result<(), InputError> {
        let mut reading = Reading::new(None, Place::File);
        for (field, named) in (0..).zip(&self.source.fields) {
            if let Some((text, place)) = self.values.get(&named.name) {
                reading.add(file, self.source, field, text, *place)?;
            }
        }
        sink(reading)
    }
}
