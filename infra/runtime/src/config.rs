//! Configuration files: TOML, strict, and errors that name file, line and key.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

/// What is wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration `{}`: {source}; check the path and its permissions", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or a key is unknown, missing or of the wrong kind.
    #[error("{}:{line}: {}{message}", file.display(), key.as_ref().map(|key| format!("`{key}`: ")).unwrap_or_default())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The dotted key, where one can be told.
        key: Option<String>,
        /// What is wrong.
        message: String,
    },
    /// A value is of the right kind and still cannot be used.
    #[error("{}: `{key}`: {message}", file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// The dotted key.
        key: String,
        /// What is wrong and what to write instead.
        message: String,
    },
}

impl ConfigError {
    /// A value that parses and still cannot be used, for the reader of `file`.
    pub fn unusable(
        file: impl Into<PathBuf>,
        key: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::Unusable {
            file: file.into(),
            key: key.into(),
            message: message.into(),
        }
    }
}

/// Reads a TOML file into `T`. `T` and all it holds must carry
/// `#[serde(deny_unknown_fields)]`, so that a misspelt key is an error and not
/// a default.
///
/// # Errors
///
/// [`ConfigError::Unreadable`] or [`ConfigError::Malformed`].
pub fn load<T: DeserializeOwned>(file: impl AsRef<Path>) -> Result<T, ConfigError> {
    let file = file.as_ref();
    let text = std::fs::read_to_string(file).map_err(|source| ConfigError::Unreadable {
        file: file.to_owned(),
        source,
    })?;
    toml::from_str(&text).map_err(|error| {
        let place = Place::of(&text, error.span());
        ConfigError::Malformed {
            file: file.to_owned(),
            line: place.line,
            key: place.key,
            message: plain(error.message()),
        }
    })
}

/// Where relative paths of a configuration file start: at the file's folder.
#[derive(Clone, Debug)]
pub struct Paths(PathBuf);

impl Paths {
    /// Paths relative to the folder of `config_file`.
    #[must_use]
    pub fn beside(config_file: impl AsRef<Path>) -> Self {
        Self(
            config_file
                .as_ref()
                .parent()
                .map(Path::to_owned)
                .unwrap_or_default(),
        )
    }

    /// The path that `written` means. Absolute paths stay as they are.
    #[must_use]
    pub fn resolve(&self, written: impl AsRef<Path>) -> PathBuf {
        self.0.join(written)
    }
}

/// A line, from 1, and the dotted key that it belongs to.
struct Place {
    line: usize,
    key: Option<String>,
}

impl Place {
    fn of(text: &str, span: Option<Range<usize>>) -> Self {
        let start = span.map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let mut table = None;
        let mut key = None;
        for (number, row) in (1..=line).zip(text.lines()) {
            let row = row.trim();
            key = None;
            if let Some(header) = row.strip_prefix('[') {
                let end = header.find(']').unwrap_or(header.len());
                let name = header.get(..end).unwrap_or_default();
                table = Some(name.trim_start_matches('[').trim().to_owned());
            } else if number == line {
                key = row.split_once('=').map(|(key, _)| key.trim().to_owned());
            }
        }
        let key = match (table, key) {
            (Some(table), Some(key)) => Some(format!("{table}.{key}")),
            (table, key) => key.or(table),
        };
        Self { line, key }
    }
}

/// Puts serde's words for Rust's types into words of TOML.
fn plain(message: &str) -> String {
    const NUMBERS: [&str; 8] = ["usize", "u64", "u32", "u16", "u8", "i64", "i32", "NonZero"];
    let first = message.lines().next().unwrap_or_default();
    match first.rsplit_once("expected ") {
        Some((before, wanted)) if wanted.starts_with("struct ") => {
            format!("{before}expected a table")
        }
        Some((before, wanted)) if NUMBERS.iter().any(|number| wanted.contains(number)) => {
            format!("{before}expected a whole number in range")
        }
        _ => first.to_owned(),
    }
}

#[cfg(test)]
mod tests;
