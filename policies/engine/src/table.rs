//! A CSV file as a table of known columns.

use crate::{
    characters::{full_width_mark, narrow},
    finding::{Finding, Slip},
};

/// What a file is called and which columns it has.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) file: &'static str,
    pub(crate) columns: &'static [&'static str],
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
        let rows = rows(schema, text, findings);
        let read = rows.iter().filter_map(|row| {
            record(&mut Cells {
                schema,
                row,
                findings: &mut *findings,
            })
        });
        let records = read.collect();
        Sheet {
            schema,
            rows,
            records,
        }
    }

    /// A finding about one column of a line, with the whole line to write instead.
    pub(crate) fn finding(&self, line: u64, column: &str, slip: &Slip) -> Finding {
        let at = self.rows.binary_search_by_key(&line, |row| row.line);
        match at.ok().and_then(|at| self.rows.get(at)) {
            Some(row) => row.finding(self.schema, column, slip),
            None => self.line_finding(line, &slip.what, &slip.why, &slip.instead),
        }
    }

    /// A finding about a whole line.
    pub(crate) fn line_finding(&self, line: u64, what: &str, why: &str, instead: &str) -> Finding {
        self.schema.finding(line, what, why, instead)
    }
}

/// The rows of a file; what cannot be read as a row becomes a finding.
fn rows(schema: &Schema, text: &str, findings: &mut Vec<Finding>) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let mut order: Option<Vec<usize>> = None;
    let mut rows = Vec::new();
    for record in reader.records() {
        // The text is UTF-8 and rows may be of any length, so nothing else can fail; if it does,
        // the file is refused.
        let Ok(record) = record else {
            findings.push(schema.finding(1, "the file is no CSV", WHY_ROW, &schema.header()));
            return rows;
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
                    return rows;
                }
            },
            Some(order) => match row(schema, order, line, &cells) {
                Ok(row) => rows.push(row),
                Err(found) => findings.push(found),
            },
        }
    }
    if order.is_none() {
        findings.push(schema.finding(
            1,
            "the file is empty",
            "without rules nobody can say what was meant: an empty table is a lost one until it is written down",
            &schema.header(),
        ));
    } else if rows.is_empty() && findings.iter().all(|finding| finding.file != schema.file) {
        findings.push(schema.finding(
            1,
            "the file has a header and no row",
            "without rules nobody can say what was meant: an empty table is a lost one until it is written down",
            &schema.placeholders(),
        ));
    }
    rows
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
    fn cell(&self, schema: &Schema, column: &str) -> &str {
        let at = schema.columns.iter().position(|name| *name == column);
        at.and_then(|at| self.cells.get(at))
            .map_or("", String::as_str)
    }

    /// A finding about one column, with the whole line to write instead.
    fn finding(&self, schema: &Schema, column: &str, slip: &Slip) -> Finding {
        let cells = schema.columns.iter().zip(&self.cells);
        let line: Vec<&str> = cells
            .map(|(name, cell)| {
                if *name == column {
                    slip.instead.as_str()
                } else {
                    cell
                }
            })
            .collect();
        let what = format!("column `{column}`: {}", slip.what);
        schema.finding(self.line, &what, &slip.why, &joined(&line))
    }
}

impl Schema {
    fn finding(&self, line: u64, what: &str, why: &str, instead: &str) -> Finding {
        Finding {
            file: self.file.to_owned(),
            line,
            what: what.to_owned(),
            why: why.to_owned(),
            instead: instead.to_owned(),
        }
    }

    fn header(&self) -> String {
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

const WHY_ROW: &str = "casbin drops a rule of the wrong length, or fails every decision on it; a deny that is dropped denies nothing";

/// For each column of the schema, where it stands in the file.
fn columns(schema: &Schema, line: u64, cells: &[&str]) -> Result<Vec<usize>, Vec<Finding>> {
    const WHY: &str = "a column that is not known is a condition somebody meant and nothing checks; one that is missing leaves a condition open";
    let names: Vec<String> = cells.iter().map(|cell| cell.to_ascii_lowercase()).collect();
    let header = schema.header();
    if let [only] = names.as_slice()
        && only.contains([';', '\t'])
        && schema.columns.len() > 1
    {
        let what = "the columns are separated by semicolons or tabs, not by commas";
        return Err(vec![schema.finding(line, what, WHY_ROW, &header)]);
    }
    let mut findings = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if !schema.columns.contains(&name.as_str()) {
            let what = format!("the column `{name}` is not known");
            findings.push(schema.finding(line, &what, WHY, &header));
        } else if names.iter().take(at).any(|earlier| earlier == name) {
            let what = format!("the column `{name}` stands twice");
            findings.push(schema.finding(line, &what, WHY, &header));
        }
    }
    let mut order = Vec::new();
    for column in schema.columns {
        match names.iter().position(|name| name == column) {
            Some(at) => order.push(at),
            None => {
                let what = format!("the column `{column}` is missing");
                findings.push(schema.finding(line, &what, WHY, &header));
            }
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
        let why = "casbin reads a comment behind a rule as part of it: a deny with a comment is another word, and denies nothing; a comment is a line of its own that begins with #";
        return Err(schema.finding(line, "a `#` stands in the row", why, &joined(&kept)));
    }
    if cells.iter().any(|cell| cell.contains(['\n', '\r'])) {
        let why =
            "a quote that is not closed swallows the lines that follow, and the rules on them";
        let what = "a cell runs over more than one line";
        return Err(schema.finding(line, what, why, &schema.placeholders()));
    }
    if cells.len() != order.len() {
        let joined = joined(cells);
        let (found, meant) = (cells.len(), order.len());
        let mark = full_width_mark(&joined);
        let what = match mark {
            Some(mark) => format!(
                "the row has {found} cells and the header {meant}; the full-width `{mark}` (U+{:04X}) separates nothing",
                mark as u32
            ),
            None => format!("the row has {found} cells and the header {meant}"),
        };
        let instead = match mark {
            Some(_) => narrow(&joined),
            None if found < meant => {
                let open = schema.columns.iter().skip(found);
                let open: Vec<String> = open.map(|name| format!("<{name}>")).collect();
                format!("{joined},{}", open.join(","))
            }
            None => schema.placeholders(),
        };
        return Err(schema.finding(line, &what, WHY_ROW, &instead));
    }
    let cells = order
        .iter()
        .map(|at| cells.get(*at).copied().unwrap_or("").to_owned());
    Ok(Row {
        line,
        cells: cells.collect(),
    })
}

/// The cells as a line of CSV.
fn joined(cells: &[&str]) -> String {
    let quoted: Vec<String> = cells
        .iter()
        .map(|cell| {
            if cell.contains([',', '"']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                (*cell).to_owned()
            }
        })
        .collect();
    quoted.join(",")
}
