//! Single-base substitutions by the pyrimidine of their pair of bases, and the bases around
//! them, as catalogues of mutational signatures have them (Alexandrov et al., Nature
//! 2013;500:415).

use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};

use crate::inputs::Inputs;
use crate::manifest::Manifest;
use crate::{IngestError, InputError, Place};

use super::allele::{Key, Kind};
use super::reference::Reference;

/// The columns `mutation_type` and, with a reference, `context`.
pub(super) struct Contexts {
    types: StringBuilder,
    around: Option<Around>,
}

struct Around {
    /// The file's name.
    file: String,
    /// Open for itself: files that are read are ahead of what is written.
    reference: Reference,
    contexts: StringBuilder,
}

impl Contexts {
    /// None if the manifest asks for none.
    pub(super) fn open(manifest: &Manifest, inputs: &Inputs) -> Result<Option<Self>, IngestError> {
        if !manifest.has_mutation_types() {
            return Ok(None);
        }
        let around = match &inputs.reference {
            Some(file) => Some(Around {
                file: file.name.clone(),
                reference: Reference::of(file)?,
                contexts: StringBuilder::new(),
            }),
            None => None,
        };
        Ok(Some(Self {
            types: StringBuilder::new(),
            around,
        }))
    }

    /// Whether it has the bases around.
    pub(super) fn has_context(&self) -> bool {
        self.around.is_some()
    }

    pub(super) fn append(&mut self, key: &Key) -> Result<(), IngestError> {
        let Some(substitution) = Substitution::of(key) else {
            self.types.append_null();
            if let Some(around) = &mut self.around {
                around.contexts.append_null();
            }
            return Ok(());
        };
        self.types.append_value(substitution.text());
        let Some(Around {
            file,
            reference,
            contexts,
        }) = &mut self.around
        else {
            return Ok(());
        };
        let bases = reference
            .around(&key.contig.name, key.pos)
            .map_err(|fault| InputError::new(file, Place::File, fault.message))?;
        contexts.append_option(bases.and_then(|bases| substitution.within(bases)));
        Ok(())
    }

    pub(super) fn finish(&mut self) -> impl Iterator<Item = ArrayRef> {
        let types: ArrayRef = Arc::new(self.types.finish());
        let contexts = self.around.as_mut().map(|around| around.contexts.finish());
        let contexts = contexts.map(|of| Arc::new(of) as ArrayRef);
        std::iter::once(types).chain(contexts)
    }
}

/// From one base to another, and the same on the strand that has the pyrimidine.
#[derive(Clone, Copy)]
struct Substitution {
    reference: u8,
    pyrimidine: u8,
    to: u8,
}

impl Substitution {
    /// None of what is not one of the four bases for another.
    fn of(key: &Key) -> Option<Self> {
        if key.kind() != Kind::Snv {
            return None;
        }
        let base = |text: &str| text.bytes().next();
        let (reference, alternate) = (base(&key.reference)?, base(&key.alternate)?);
        let on_this = matches!(reference, b'C' | b'T');
        let (others, to) = (complement(reference)?, complement(alternate)?);
        (reference != alternate).then_some(Self {
            reference,
            pyrimidine: if on_this { reference } else { others },
            to: if on_this { alternate } else { to },
        })
    }

    fn text(self) -> String {
        format!("{}>{}", char::from(self.pyrimidine), char::from(self.to))
    }

    /// Between these bases; none if the middle one is another, or one is not known.
    fn within(self, [before, base, after]: [u8; 3]) -> Option<String> {
        if base != self.reference {
            return None;
        }
        let complements = (complement(after)?, complement(before)?);
        let (before, after) = match self.pyrimidine == self.reference {
            true => (before, after),
            false => complements,
        };
        let (before, after) = (char::from(before), char::from(after));
        Some(format!("{before}[{}]{after}", self.text()))
    }
}

fn complement(base: u8) -> Option<u8> {
    match base {
        b'A' => Some(b'T'),
        b'C' => Some(b'G'),
        b'G' => Some(b'C'),
        b'T' => Some(b'A'),
        _ => None,
    }
}
