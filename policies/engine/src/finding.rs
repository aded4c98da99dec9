//! What the loader refuses or warns of, and the line to write instead.

use std::fmt;

use serde::Serialize;

use crate::words::{Language, Words};

/// One slip in the files, or one thing in them that is worth a look.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the folder.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// How grave it is.
    pub grade: Grade,
    /// The entry that says what was found, why it matters and, unless `instead` does, what
    /// to write.
    of: Words,
    /// Other words for what was found.
    found: Option<Box<Words>>,
    instead: Vec<Piece>,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// The files are not loaded.
    Refused,
    /// They are loaded; somebody should look.
    Warning,
}

/// A part of the line to write instead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Piece {
    Plain(String),
    /// What these words say is to be written.
    Write(Words),
}

/// A finding in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The file, relative to the folder.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// How grave it is.
    pub grade: Grade,
    /// What was found.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// The line to write instead; a part in `<…>` is for the committee to fill in.
    pub instead: String,
}

impl Finding {
    /// A reason to refuse the files. The words' entry has `why` and `write`.
    pub(crate) fn new(file: &str, line: u64, words: Words) -> Finding {
        Finding {
            file: file.to_owned(),
            line,
            grade: Grade::Refused,
            of: words,
            found: None,
            instead: Vec::new(),
        }
    }

    /// Something worth a look.
    pub(crate) fn warning(file: &str, line: u64, words: Words) -> Finding {
        Finding {
            grade: Grade::Warning,
            ..Finding::new(file, line, words)
        }
    }

    /// The line to write, in place of what the entry says.
    pub(crate) fn instead(mut self, line: impl Into<String>) -> Finding {
        self.instead = vec![Piece::Plain(line.into())];
        self
    }

    /// The line to write, in parts.
    pub(crate) fn pieces(mut self, instead: Vec<Piece>) -> Finding {
        self.instead = instead;
        self
    }

    /// Other words for what was found; `why` stays.
    pub(crate) fn found(mut self, what: Words) -> Finding {
        self.found = Some(Box::new(what));
        self
    }

    /// The finding in a language.
    pub fn said(&self, language: Language) -> Said {
        let part = |words: &Words, part| words.part(part, language).unwrap_or_default();
        let instead = match self.instead.as_slice() {
            [] => part(&self.of, "write"),
            pieces => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Plain(text) => text.clone(),
                    Piece::Write(words) => part(words, "write"),
                })
                .collect(),
        };
        Said {
            file: self.file.clone(),
            line: self.line,
            grade: self.grade,
            what: self.found.as_deref().unwrap_or(&self.of).say(language),
            why: part(&self.of, "why"),
            instead,
        }
    }
}

impl Said {
    /// The finding as people read it, with the labels of their language.
    pub fn text(&self, language: Language) -> String {
        let label = |id| Words::of(id).say(language);
        let mut text = format!("{}:{}: {}", self.file, self.line, self.what);
        for (id, part) in [("label-why", &self.why), ("label-write", &self.instead)] {
            if !part.is_empty() {
                text += &format!("\n    {} {part}", label(id));
            }
        }
        text
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said(Language::English).text(Language::English))
    }
}

/// How many findings a text shows: a slip in the head of a file of a million consents
/// is found in each of its lines.
const SHOWN: usize = 50;

/// A set of files that was not loaded; whatever was in force before stays in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Every slip found, by file and line; never empty.
    pub findings: Vec<Finding>,
}

impl Rejected {
    /// What a set of findings amounts to: by file and line, each once.
    pub(crate) fn of(mut findings: Vec<Finding>) -> Rejected {
        findings.sort();
        findings.dedup();
        Rejected { findings }
    }

    /// The whole in a language; of very many findings the first.
    pub fn text(&self, language: Language) -> String {
        let count = self.findings.len();
        let head = Words::of("not-loaded").with("count", count);
        let findings = self.findings.iter().take(SHOWN);
        let findings = findings.map(|finding| finding.said(language).text(language));
        let more = count.checked_sub(SHOWN + 1);
        let more = more.map(|more| {
            let words = Words::of("further-findings").with("count", more + 1);
            words.say(language)
        });
        let head = std::iter::once(head.say(language));
        let lines: Vec<String> = head.chain(findings).chain(more).collect();
        lines.join("\n")
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::English))
    }
}

impl std::error::Error for Rejected {}

/// What is wrong with one cell, and the cell to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slip {
    pub(crate) words: Words,
    pub(crate) instead: Piece,
}

impl Slip {
    /// A slip whose entry says what to write.
    pub(crate) fn new(words: Words) -> Slip {
        Slip {
            instead: Piece::Write(words.clone()),
            words,
        }
    }

    /// A slip whose cell can be mended.
    pub(crate) fn mended(words: Words, cell: impl Into<String>) -> Slip {
        Slip {
            words,
            instead: Piece::Plain(cell.into()),
        }
    }
}
