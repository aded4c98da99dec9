//! Outputs of tools for quality control that fill a table's rows.

use std::collections::{BTreeMap, BTreeSet};

/// Files that one tool wrote, and which columns they fill.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) line: usize,
    pub(crate) format: Format,
    pub(crate) files: Vec<PathPattern>,
    /// How the files themselves name a sample, if their names are what is read.
    pub(crate) sample: Option<Pattern>,
    pub(crate) sample_id: Template,
    pub(crate) stage: Option<Template>,
    /// Of a file with several rows: what those to read hold in which field.
    pub(crate) only: BTreeMap<String, String>,
    pub(crate) fields: Vec<Field>,
    /// Of genotypes: when a tumour matches a normal.
    pub(crate) matching: Matching,
}

/// When the samples of an individual's tumour and normal tissue match.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Matching {
    /// The least correlation of their allele fractions.
    pub(crate) min_correlation: f64,
    /// The least number of sites, without which nothing is said.
    pub(crate) min_sites: u64,
    /// The least depth of a site, where depths are known.
    pub(crate) min_depth: i32,
}

impl Default for Matching {
    /// NGSCheckMate's model of correlations (Lee et al., Nucleic Acids Res 2017;45:e103)
    /// has, at depths above 10, means of 0.875 (standard deviation 0.022) within an
    /// individual and 0.311 (0.060) between unrelated ones: 0.72 is as many deviations
    /// from both. With 100 sites a correlation's standard error is about 0.025 and 0.09.
    fn default() -> Self {
        Self {
            min_correlation: 0.72,
            min_sites: 100,
            min_depth: 10,
        }
    }
}

/// A field that fills a column.
#[derive(Debug)]
pub(crate) struct Field {
    /// The column's position in its table.
    pub(crate) column: usize,
    /// As the tool names it, or a derived one of the format.
    pub(crate) name: String,
    /// The power of ten by which its number is multiplied.
    pub(crate) exponent: Option<i32>,
}

/// What wrote the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// Picard's metrics files.
    Picard,
    /// `samtools stats`.
    SamtoolsStats,
    /// `samtools flagstat`.
    SamtoolsFlagstat,
    /// mosdepth's summaries and distributions.
    Mosdepth,
    /// MultiQC's data and tables.
    Multiqc,
    /// The GA4GH's metrics of whole genomes.
    #[serde(rename = "ga4gh-wgs-qc")]
    Ga4ghWgsQc,
    /// VerifyBamID's `.selfSM`.
    Verifybamid,
    /// No files: computed from the dataset's own genotypes.
    Genotypes,
}

impl Format {
    /// Whether the files themselves name samples.
    pub(crate) fn names_samples(self) -> bool {
        match self {
            Self::Picard | Self::Multiqc | Self::Ga4ghWgsQc | Self::Verifybamid => true,
            Self::SamtoolsStats | Self::SamtoolsFlagstat | Self::Mosdepth | Self::Genotypes => {
                false
            }
        }
    }

    /// Whether one sample can have several rows in a file.
    pub(crate) fn has_rows(self) -> bool {
        self == Self::Picard
    }
}

/// What a pattern's parts in braces stood for.
pub(crate) type Captures = BTreeMap<String, String>;

impl Source {
    /// Whether it has no files, and is computed from the dataset's genotypes.
    pub(crate) fn is_computed(&self) -> bool {
        self.format == Format::Genotypes
    }

    /// The patterns of its files, for which `*` stands where a part is named.
    pub(crate) fn globs(&self) -> Vec<String> {
        self.files.iter().map(PathPattern::glob).collect()
    }

    /// What a file's name says; none if it fits no pattern.
    pub(crate) fn captures(&self, file: &str) -> Option<Captures> {
        self.files.iter().find_map(|pattern| pattern.captures(file))
    }
}

/// A name of which one part may be named: `{sample_id}.md.bam`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    before: String,
    name: Option<String>,
    after: String,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parts = parts(text)?;
        let whole = |text: &str| Self {
            before: text.to_owned(),
            name: None,
            after: String::new(),
        };
        Ok(match parts.as_slice() {
            [] => whole(""),
            [Part::Text(text)] => whole(text),
            [Part::Name(name)] => Self {
                name: Some(name.clone()),
                ..whole("")
            },
            [Part::Text(before), Part::Name(name)] => Self {
                name: Some(name.clone()),
                ..whole(before)
            },
            [Part::Name(name), Part::Text(after)] => Self {
                name: Some(name.clone()),
                after: after.clone(),
                ..whole("")
            },
            [Part::Text(before), Part::Name(name), Part::Text(after)] => Self {
                name: Some(name.clone()),
                after: after.clone(),
                ..whole(before)
            },
            _ => return Err(format!("`{text}` has more than one part in braces")),
        })
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Adds what the named part stands for; false if the text does not fit, or the
    /// part stands for something else already.
    pub(crate) fn capture(&self, text: &str, captures: &mut Captures) -> bool {
        let part = text
            .strip_prefix(self.before.as_str())
            .and_then(|rest| rest.strip_suffix(self.after.as_str()));
        match (part, &self.name) {
            (Some(part), Some(name)) if !part.is_empty() => {
                let before = captures.insert(name.clone(), part.to_owned());
                before.is_none_or(|before| before == part)
            }
            (Some(part), None) => part.is_empty(),
            _ => false,
        }
    }
}

/// A pattern of files' paths: of each folder or name, one part may be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathPattern(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// With `*`, `?` and `[…]` as in all patterns of files.
    Glob(String),
    Named(Pattern),
}

impl PathPattern {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let segments = text
            .split('/')
            .map(|segment| {
                let pattern = Pattern::parse(segment)?;
                if pattern.name.is_none() {
                    return Ok(Segment::Glob(segment.to_owned()));
                }
                if segment.contains(['*', '?', '[', ']']) {
                    return Err(format!(
                        "`{segment}` must not have `*`, `?` or `[` beside the part in braces"
                    ));
                }
                Ok(Segment::Named(pattern))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let named = segments.iter().any(|s| matches!(s, Segment::Named(_)));
        if named && text.split('/').any(|segment| segment == "**") {
            return Err("`**` cannot stand beside parts in braces; write each folder".to_owned());
        }
        Ok(Self(segments))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Named(pattern) => pattern.name(),
            Segment::Glob(_) => None,
        })
    }

    /// As a pattern for which `*` stands where a part is named.
    pub(crate) fn glob(&self) -> String {
        let segments: Vec<String> = self
            .0
            .iter()
            .map(|segment| match segment {
                Segment::Glob(glob) => glob.clone(),
                Segment::Named(pattern) => format!("{}*{}", pattern.before, pattern.after),
            })
            .collect();
        segments.join("/")
    }

    /// What the named parts stand for; none if the path does not fit.
    pub(crate) fn captures(&self, path: &str) -> Option<Captures> {
        let mut captures = Captures::new();
        if self.names().next().is_none() {
            return Some(captures);
        }
        let names: Vec<&str> = path.split('/').collect();
        let fits = self
            .0
            .iter()
            .zip(&names)
            .all(|(segment, name)| match segment {
                Segment::Glob(glob) => {
                    glob::Pattern::new(glob).is_ok_and(|pattern| pattern.matches(name))
                }
                Segment::Named(pattern) => pattern.capture(name, &mut captures),
            });
        (fits && names.len() == self.0.len()).then_some(captures)
    }
}

/// A text with parts that are filled in: `{case}-tumor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        parts(text).map(Self)
    }

    pub(crate) fn names(&self) -> BTreeSet<&str> {
        let names = self.0.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Text(_) => None,
        });
        names.collect()
    }

    pub(crate) fn fill(&self, captures: &Captures) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Name(name) => captures.get(name).map_or("", String::as_str),
        });
        parts.collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

fn parts(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let named = after.split_once('}');
        let is_name = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        let (name, after) = named
            .filter(|(name, _)| is_name(name))
            .ok_or_else(|| format!("`{text}` must name its parts as in `{{sample_id}}`"))?;
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(Part::Name(name.to_owned()));
        rest = after;
    }
    if rest.contains('}') {
        return Err(format!(
            "`{text}` must name its parts as in `{{sample_id}}`"
        ));
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}
