//! What files say by what they and their columns are called.

use std::collections::HashMap;

use crate::inputs::Input;
use crate::manifest::{Captures, DeclaredTable};
use crate::{InputError, Place, Role};

use super::Owner;
use super::merged::named;

/// A table, and whose each sample is.
pub(super) struct Given<'t, 's> {
    pub(super) table: &'t DeclaredTable,
    pub(super) samples: &'s HashMap<String, Owner>,
}

impl Given<'_, '_> {
    /// What a file's name says of all its rows: a cell for each column, none of those that the
    /// rows have.
    pub(super) fn by(&self, file: &Input) -> Result<Vec<Option<String>>, InputError> {
        let captures = self.captures(file)?;
        self.cells(&captures)
            .map_err(|message| InputError::new(&file.name, Place::File, message))
    }

    /// What the parts of a file's path stand for.
    pub(super) fn captures(&self, file: &Input) -> Result<Captures, InputError> {
        let mut patterns = self.table.files.iter();
        patterns
            .find_map(|pattern| pattern.captures(&file.name))
            .ok_or_else(|| {
                let message =
                    "expected a name that gives each part in braces one value, which is not empty";
                InputError::new(&file.name, Place::File, message)
            })
    }

    /// What these parts say of each column.
    pub(super) fn cells(&self, captures: &Captures) -> Result<Vec<Option<String>>, String> {
        let naming = &self.table.naming;
        let mut cells: Vec<Option<String>> = vec![None; self.table.columns.len()];
        for (place, part) in &naming.parts {
            if let Some(cell) = cells.get_mut(*place) {
                *cell = captures.get(part).cloned();
            }
        }
        let Some(template) = &naming.sample_id else {
            return Ok(cells);
        };
        let sample = template.fill(captures);
        let owner = self.samples.get(&sample).ok_or_else(|| {
            format!(
                "{} has no row in table `samples`; add one, or say with `sample` and `sample_id` \
                 how samples are named",
                named(&sample)
            )
        })?;
        for (cell, column) in cells.iter_mut().zip(&self.table.columns) {
            match column.column.role {
                Role::Unit if cell.as_ref().is_some_and(|of| *of != owner.individual) => {
                    return Err(
                        "the path names another individual than table `samples` has for the \
                         sample; move the file, or correct `samples`"
                            .to_owned(),
                    );
                }
                Role::Unit => *cell = Some(owner.individual.clone()),
                _ if column.column.name == "sample_id" => *cell = Some(sample.clone()),
                _ => {}
            }
        }
        Ok(cells)
    }
}
