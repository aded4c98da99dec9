//! A CSV file as a table of known columns.

use crate::{
    characters::{code_point, comment, full_width_mark, narrow},
    finding::{Finding, Piece, Slip},
    words::Words,
};

/// What a file is called and which columns it has.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) file: &'static str,
    pub(crate) columns: &'static [&'static str],
    /// Whether its rows are about individuals, so that no message repeats one.
    pub(crate) private: bool,
}

/// A line of a file, its cells in the order of the schema.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    cells: Vec<String>,
}

/// A file: its rows, and the records that could be read from them.
#[derive(Debug)]
pub(crate) struct Sheet<T> {
    schema: &'static Schema,
    rows: Vec<Row>,
    pub(crate) records: Vec<T>,
}

impl<T> Sheet<T> {
    /// Reads every row; what cannot be read becomes a finding.
    pub(crate) fn read(
        schema: &'static Schema,
        text: &str,
        findings: &mut Vec<Finding>,
        record: impl Fn(&mut Cells<'_>) -> Option<T>,
    ) -> Sheet<T> {
        let (mut kept, mut records) = (Vec::new(), Vec::new());
        each_row(schema, text, findings, |row, findings| {
            let mut cells = Cells {
                schema,
                row: &row,
                findings,
            };
            records.extend(record(&mut cells));
            kept.push(row);
        });
        Sheet {
            schema,
            rows: kept,
            records,
        }
    }

    /// The same for a file that may be missing.
    pub(crate) fn read_if(
        schema: &'static Schema,
        text: Option<&str>,
        findings: &mut Vec<Finding>,
        record: impl Fn(&mut Cells<'_>) -> Option<T>,
    ) -> Sheet<T> {
        match text {
            Some(text) => Sheet::read(schema, text, findings, record),
            None => Sheet {
                schema,
                rows: Vec::new(),
                records: Vec::new(),
            },
        }
    }

    /// A finding about one column of a line, with the whole line to write instead.
    pub(crate) fn finding(&self, line: u64, column: &str, slip: &Slip) -> Finding {
        let at = self.rows.binary_search_by_key(&line, |row| row.line);
        match at.ok().and_then(|at| self.rows.get(at)) {
            Some(row) => row.finding(self.schema, column, slip),
            None => self.line_finding(line, slip.words.clone()),
        }
    }

    /// A finding about a whole line.
    pub(crate) fn line_finding(&self, line: u64, words: Words) -> Finding {
        Finding::new(self.schema.file, line, words)
    }
}

/// Calls `each` with every row of a file; what cannot be read as a row becomes a finding.
pub(crate) fn each_row(
    schema: &Schema,
    text: &str,
    findings: &mut Vec<Finding>,
    mut each: impl FnMut(Row, &mut Vec<Finding>),
) {
    let before = findings.len();
    let comments = (1..).zip(text.lines());
    for (line, text) in comments.filter(|(_, text)| text.starts_with('#')) {
        if let Err(slip) = comment(text) {
            findings.push(schema.finding(line, slip.words));
        }
    }
    // A name of the holder's own may begin with the sign of a comment.
    let comments = (!schema.private).then_some(b'#');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(comments)
        .from_reader(text.as_bytes());
    let mut order: Option<Vec<usize>> = None;
    let mut rows = 0_u64;
    for record in reader.records() {
        // The text is UTF-8 and rows may be of any length, so nothing else can fail; if it does,
        // the file is refused.
        let Ok(record) = record else {
            findings.push(
                schema
                    .finding(1, Words::of("no-csv"))
                    .instead(schema.header()),
            );
            return;
        };
        let line = record.position().map_or(1, csv::Position::line);
        let cells: Vec<&str> = record
            .iter()
            .map(|cell| cell.trim_matches([' ', '\t']))
            .collect();
        if cells.iter().all(|cell| cell.is_empty()) {
            continue;
        }
        match &order {
            None => match columns(schema, line, &cells) {
                Ok(found) => order = Some(found),
                Err(found) => {
                    findings.extend(found);
                    return;
                }
            },
            Some(order) => match row(schema, order, line, &cells) {
                Ok(row) => {
                    rows += 1;
                    each(row, findings);
                }
                Err(found) => findings.push(found),
            },
        }
    }
    if order.is_none() {
        let words = Words::of("file-empty");
        findings.push(schema.finding(1, words).instead(schema.header()));
    } else if rows == 0 && findings.len() == before {
        let words = Words::of("file-without-rows");
        findings.push(schema.finding(1, words).instead(schema.placeholders()));
    }
}

/// Reads the cells of one row, and notes what is wrong with them.
pub(crate) struct Cells<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) row: &'a Row,
    pub(crate) findings: &'a mut Vec<Finding>,
}

impl Cells<'_> {
    /// The cell of a column, as `read` understands it; `None` if it was refused.
    pub(crate) fn read<T>(
        &mut self,
        column: &str,
        read: impl FnOnce(&str) -> Result<T, Slip>,
    ) -> Option<T> {
        match read(self.row.cell(self.schema, column)) {
            Ok(value) => Some(value),
            Err(slip) => {
                self.refuse(column, &slip);
                None
            }
        }
    }

    /// Notes that the cell of a column cannot stand.
    pub(crate) fn refuse(&mut self, column: &str, slip: &Slip) {
        let finding = self.row.finding(self.schema, column, slip);
        self.findings.push(finding);
    }
}

impl Row {
    /// The text of a column.
    pub(crate) fn cell(&self, schema: &Schema, column: &str) -> &str {
        let at = schema.columns.iter().position(|name| *name == column);
        at.and_then(|at| self.cells.get(at))
            .map_or("", String::as_str)
    }

    /// A finding about one column, with the whole line to write instead.
    fn finding(&self, schema: &Schema, column: &str, slip: &Slip) -> Finding {
        let what = Words::of("in-column")
            .with("column", column)
            .with_words("slip", slip.words.clone());
        let finding = schema.finding(self.line, slip.words.clone()).found(what);
        if schema.private {
            return finding.pieces(vec![slip.instead.clone()]);
        }
        let mut line = Vec::new();
        for (at, (name, cell)) in schema.columns.iter().zip(&self.cells).enumerate() {
            if at > 0 {
                line.push(Piece::Plain(",".to_owned()));
            }
            line.push(match &slip.instead {
                _ if *name != column => Piece::Plain(quoted(cell)),
                Piece::Plain(mended) => Piece::Plain(quoted(mended)),
                written @ Piece::Write(_) => written.clone(),
            });
        }
        finding.pieces(line)
    }
}

impl Schema {
    fn finding(&self, line: u64, words: Words) -> Finding {
        Finding::new(self.file, line, words)
    }

    /// A finding about a whole row, with the row to write unless it is about an individual.
    fn row_finding(&self, line: u64, words: Words, instead: String) -> Finding {
        let instead = if self.private {
            self.placeholders()
        } else {
            instead
        };
        self.finding(line, words).instead(instead)
    }

    pub(crate) fn header(&self) -> String {
        self.columns.join(",")
    }

    fn placeholders(&self) -> String {
        let cells: Vec<String> = self
            .columns
            .iter()
            .map(|name| format!("<{name}>"))
            .collect();
        cells.join(",")
    }
}

/// For each column of the schema, where it stands in the file.
fn columns(schema: &Schema, line: u64, cells: &[&str]) -> Result<Vec<usize>, Vec<Finding>> {
    let names: Vec<String> = cells.iter().map(|cell| cell.to_ascii_lowercase()).collect();
    let finding = |words: Words| schema.finding(line, words).instead(schema.header());
    if let [only] = names.as_slice()
        && only.contains([';', '\t'])
        && schema.columns.len() > 1
    {
        return Err(vec![finding(Words::of("not-separated-by-commas"))]);
    }
    let mut findings = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if !schema.columns.contains(&name.as_str()) {
            findings.push(finding(Words::of("column-not-known").with("column", name)));
        } else if names.iter().take(at).any(|earlier| earlier == name) {
            findings.push(finding(Words::of("column-twice").with("column", name)));
        }
    }
    let mut order = Vec::new();
    for column in schema.columns {
        match names.iter().position(|name| name == column) {
            Some(at) => order.push(at),
            None => findings.push(finding(Words::of("column-missing").with("column", column))),
        }
    }
    if findings.is_empty() {
        Ok(order)
    } else {
        Err(findings)
    }
}

fn row(schema: &Schema, order: &[usize], line: u64, cells: &[&str]) -> Result<Row, Finding> {
    if let Some(at) = cells.iter().position(|cell| cell.contains('#')) {
        let mut kept: Vec<&str> = cells.iter().take(at + 1).copied().collect();
        if let Some(last) = kept.last_mut() {
            *last = last.split('#').next().unwrap_or("").trim();
        }
        let words = Words::of("comment-behind-a-row");
        return Err(schema.row_finding(line, words, joined(&kept)));
    }
    if cells.iter().any(|cell| cell.contains(['\n', '\r'])) {
        let words = Words::of("cell-over-several-lines");
        return Err(schema.finding(line, words).instead(schema.placeholders()));
    }
    if cells.len() != order.len() {
        return Err(of_another_length(schema, line, cells, order.len()));
    }
    let cells = order
        .iter()
        .map(|at| cells.get(*at).copied().unwrap_or("").to_owned());
    Ok(Row {
        line,
        cells: cells.collect(),
    })
}

fn of_another_length(schema: &Schema, line: u64, cells: &[&str], meant: usize) -> Finding {
    let (text, found) = (joined(cells), cells.len());
    let words = |id| Words::of(id).with("found", found).with("meant", meant);
    if let Some(mark) = full_width_mark(&text) {
        let words = words("row-with-full-width-mark")
            .with("mark", mark)
            .with("code", code_point(mark));
        return schema.row_finding(line, words, narrow(&text));
    }
    let instead = if found < meant {
        let open = schema.columns.iter().skip(found);
        let open: Vec<String> = open.map(|name| format!("<{name}>")).collect();
        format!("{text},{}", open.join(","))
    } else {
        schema.placeholders()
    };
    schema.row_finding(line, words("row-of-another-length"), instead)
}

/// The cells as a line of CSV.
pub(crate) fn joined(cells: &[&str]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    quoted.join(",")
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
