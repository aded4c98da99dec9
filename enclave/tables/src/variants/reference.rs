//! The reference genome: alleles against it, as far to the left as they can be written.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use noodles::core::{Position, Region};
use noodles::fasta::{self, fai};

use crate::inputs::Input;
use crate::{InputError, Place};

use super::allele::is_sequence;
use super::assembly::canonical;
use super::record::Fault;

/// How far an allele is moved at most: no record further on can come before it.
pub(super) const FURTHEST: u32 = 10_000;

/// Bases that are read at once.
const WINDOW: u32 = 1 << 20;

/// A FASTA file with its index. Files that are merged look at the same place.
pub(super) struct Reference {
    /// Contigs by their name in all files: that in the FASTA file, and their bases.
    contigs: HashMap<String, (String, u32)>,
    reader: Mutex<Reader>,
}

struct Reader {
    fasta: fasta::io::IndexedReader<fasta::io::BufReader<File>>,
    /// What was read last: contig, first base (1-based), bases in capitals.
    window: (String, u32, Vec<u8>),
}

impl Reference {
    /// Opens a FASTA file. Its index is made if it has none beside it, unless it is
    /// compressed.
    fn open(path: &Path) -> std::io::Result<Self> {
        let index = match fasta::fs::read_associated_index(path) {
            Ok(index) => index,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_compressed(path) => {
                fasta::fs::index(path)?
            }
            Err(error) => return Err(error),
        };
        let contigs = contigs(&index);
        let builder = fasta::io::indexed_reader::Builder::default().set_index(index);
        Ok(Self {
            contigs,
            reader: Mutex::new(Reader {
                fasta: builder.build_from_path(path)?,
                window: Default::default(),
            }),
        })
    }

    /// Opens the reference of a dataset.
    pub(super) fn of(file: &Input) -> Result<Self, InputError> {
        Self::open(&file.path).map_err(|error| {
            let message = format!(
                "the reference cannot be read ({error}); if it is compressed, it must be by \
                 bgzip, with the indexes that `samtools faidx` makes beside it"
            );
            InputError::new(&file.name, Place::File, message)
        })
    }

    /// The base at `pos` (1-based) between the one before and the one behind it; none where
    /// the file does not have all three.
    pub(super) fn around(&self, contig: &str, pos: u32) -> Result<Option<[u8; 3]>, Fault> {
        let Some((name, length)) = self.contigs.get(contig) else {
            return Ok(None);
        };
        if pos < 2 || pos >= *length {
            return Ok(None);
        }
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut base = |at: u32| reader.base(name, *length, at);
        Ok(Some([base(pos - 1)?, base(pos)?, base(pos + 1)?]))
    }

    /// The same allele, trimmed and moved to the left as far as it can be (Tan, Abecasis
    /// and Kang 2015), for `reference` bases at `pos` (1-based). As it is where it is
    /// no sequence, or where the file does not have its contig.
    ///
    /// # Errors
    ///
    /// If REF differs from the file: one of them is of another assembly.
    pub(super) fn normalised(
        &self,
        contig: &str,
        (pos, reference, alternate): (u32, String, String),
    ) -> Result<(u32, String, String), Fault> {
        let Some((name, length)) = self.contigs.get(contig) else {
            return Ok((pos, reference, alternate));
        };
        let bases = u32::try_from(reference.len()).unwrap_or(u32::MAX);
        if pos == 0 || pos.saturating_add(bases) > length.saturating_add(1) {
            return Ok((pos, reference, alternate));
        }
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut base = |at: u32| reader.base(name, *length, at);
        for (at, own) in (pos..).zip(reference.bytes()) {
            let there = base(at)?;
            let known = |base: u8| matches!(base, b'A' | b'C' | b'G' | b'T');
            if known(own) && known(there) && own != there {
                return Err(Fault::new(
                    "REF",
                    "it has another base than the reference genome; is the file of another \
                     assembly, or on the other strand?",
                ));
            }
        }
        if reference.len() == alternate.len() || !is_sequence(&alternate) {
            return Ok((pos, reference, alternate));
        }
        let (mut pos, furthest) = (pos, pos.saturating_sub(FURTHEST).max(1));
        let (mut reference, mut alternate) = (reference.into_bytes(), alternate.into_bytes());
        while pos > furthest && reference.last() == alternate.last() {
            let before = base(pos - 1)?;
            if !before.is_ascii_alphabetic() {
                break;
            }
            pos -= 1;
            for allele in [&mut reference, &mut alternate] {
                allele.pop();
                allele.insert(0, before);
            }
        }
        // One base that both begin with stays.
        while reference.len().min(alternate.len()) > 1 && reference.last() == alternate.last() {
            reference.pop();
            alternate.pop();
        }
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok((pos, text(reference), text(alternate)))
    }
}

impl Reader {
    /// The base at a position of a contig.
    fn base(&mut self, contig: &str, length: u32, at: u32) -> Result<u8, Fault> {
        let (of, start, bases) = &self.window;
        let inside = |start: u32, bases: &[u8]| {
            let offset = usize::try_from(at.checked_sub(start)?).ok()?;
            bases.get(offset).copied()
        };
        if *of == contig
            && let Some(base) = inside(*start, bases)
        {
            return Ok(base);
        }
        // Room before it, since alleles move to the left.
        let start = at.saturating_sub(2 * FURTHEST).max(1);
        let end = start.saturating_add(WINDOW - 1).min(length);
        let position = |n: u32| Position::new(usize::try_from(n).unwrap_or(usize::MAX));
        let unreadable =
            |error: String| Fault::new("REF", format!("the reference cannot be read: {error}"));
        let (Some(first), Some(last)) = (position(start), position(end)) else {
            return Err(unreadable("there is no such position".to_owned()));
        };
        let region = Region::new(contig, first..=last);
        let record = self.fasta.query(&region);
        let record = record.map_err(|error| unreadable(error.to_string()))?;
        let bases: &[u8] = record.sequence().as_ref();
        self.window = (contig.to_owned(), start, bases.to_ascii_uppercase());
        inside(start, &self.window.2)
            .ok_or_else(|| unreadable("it ends before its index says".to_owned()))
    }
}

fn contigs(index: &fai::Index) -> HashMap<String, (String, u32)> {
    let records: &[fai::Record] = index.as_ref();
    let named = records.iter().filter_map(|record| {
        let name = std::str::from_utf8(record.name()).ok()?;
        let length = u32::try_from(record.length()).ok()?;
        Some((canonical(name).into_owned(), (name.to_owned(), length)))
    });
    named.collect()
}

fn is_compressed(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("gz" | "bgz"))
}
