//! The keys of ledgers that a visitor has pinned.

use std::path::{Path, PathBuf};

use sekisho_receipt::{KeyError, VerifierKey};

/// Why pinned keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file cannot be read.
    #[error("cannot read the keys in `{}`: {source}; check the path", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not a key.
    #[error("{place}:{line}: {source}")]
    Line {
        /// The file, or where else the lines stand.
        place: String,
        /// The line, from 1.
        line: usize,
        /// Why.
        source: KeyError,
    },
    /// No key at all.
    #[error("{place} holds no key; `sekisho keys` prints the lines to pin")]
    Empty {
        /// The file, or where else the lines stand.
        place: String,
    },
}

/// Reads pinned keys: C2SP vkey lines, or the path of a file of them. Empty
/// lines and lines that begin with `#` are skipped. A text with a `+`, which
/// every key has, is read as lines.
///
/// # Errors
///
/// Fails if the file cannot be read, a line is not a key, or there is none.
pub fn read_trust(lines_or_file: &str) -> Result<Vec<VerifierKey>, TrustError> {
    if lines_or_file.contains('+') {
        return parse(lines_or_file, "the pinned keys");
    }
    let file = Path::new(lines_or_file);
    let text = std::fs::read_to_string(file).map_err(|source| TrustError::Unreadable {
        file: file.to_owned(),
        source,
    })?;
    parse(&text, lines_or_file)
}

fn parse(text: &str, place: &str) -> Result<Vec<VerifierKey>, TrustError> {
    let lines = text.lines().zip(1..);
    let keys = lines
        .map(|(line, number)| (line.trim(), number))
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
        .map(|(line, number)| {
            line.parse().map_err(|source| TrustError::Line {
                place: place.to_owned(),
                line: number,
                source,
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        return Err(TrustError::Empty {
            place: place.to_owned(),
        });
    }
    Ok(keys)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const KEY: &str = "sekisho/example+eda5a28f+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

    #[test]
    fn keys_are_read_from_lines_and_from_a_file_alike() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("keys.txt");
        std::fs::write(&file, format!("# the example's\n\n{KEY}\n")).unwrap();
        let from_file = read_trust(file.to_str().unwrap()).unwrap();
        assert_eq!(from_file, read_trust(KEY).unwrap());
        assert_eq!(from_file.len(), 1);
    }

    #[test]
    fn a_bad_line_is_named_and_an_empty_file_is_no_trust() {
        let error = read_trust(&format!("{KEY}\nsekisho/other+00000000+AAAA")).unwrap_err();
        assert!(
            error.to_string().starts_with("the pinned keys:2: "),
            "{error}"
        );
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("keys.txt");
        std::fs::write(&file, "# none yet\n").unwrap();
        let error = read_trust(file.to_str().unwrap()).unwrap_err();
        assert!(matches!(error, TrustError::Empty { .. }), "{error}");
    }
}
