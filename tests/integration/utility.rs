//! How useful the answers are: what researchers, geneticists, designers of trials
//! and epidemiologists ask of a cancer cohort, asked of a real server under the
//! profile `standard`, and every released figure beside the true one.
//!
//! Written to `target/reports/utility.jsonl`.

mod epidemiologist;
mod geneticist;
mod researcher;
mod trialist;
mod truth;

use std::sync::OnceLock;

use sekisho::{Answer, Error, Visit};
use sekisho_tests::{Cohort, Consortium, Report, Site, only};
use serde::Serialize;
use truth::{Compared, Truth, compare};

const CANCER: &[&str] = &["demo-cancer"];

/// Of all questions, so many are to be answered: 36 of 40.
const ANSWERED: f64 = 0.9;
/// The median relative error of figures of 100 people and more.
const NEAR: f64 = 0.02;
/// No figure of 100 people and more may be further off. It may describe a cohort
/// of up to about 20 people more or less (an anchor), and a share may have two.
const FAR: f64 = 0.5;
/// The sizes of cells for which errors are told apart.
const SIZES: [usize; 4] = [10, 20, 50, 100];

/// What somebody asks.
struct Question {
    name: &'static str,
    sql: String,
    /// How many of the first columns are group keys.
    keys: usize,
    /// How many rows a LIMIT leaves.
    limit: Option<usize>,
    /// None of what is not offered: such questions count as not answered.
    truth: Option<Truth>,
}

impl Question {
    fn new(name: &'static str, keys: usize, sql: &str, truth: Truth) -> Self {
        Self {
            name,
            sql: sql.to_owned(),
            keys,
            limit: None,
            truth: Some(truth),
        }
    }

    fn limit(self, rows: usize) -> Self {
        Self {
            limit: Some(rows),
            ..self
        }
    }

    /// A fair question that could show one person's value.
    fn not_offered(name: &'static str, sql: &str) -> Self {
        Self {
            name,
            sql: sql.to_owned(),
            keys: 0,
            limit: None,
            truth: None,
        }
    }
}

#[derive(Serialize)]
struct Row<'a> {
    question: &'a str,
    asked_by: &'a str,
    answered: bool,
    /// Figures that are shown, and how many are suppressed.
    cells: usize,
    suppressed: usize,
    median_relative_error: Option<f64>,
    refusal: Option<String>,
}

/// The report of all tests of utility.
pub(crate) fn report() -> &'static Report {
    static REPORT: OnceLock<Report> = OnceLock::new();
    REPORT.get_or_init(|| Report::open("utility"))
}

#[tokio::test]
async fn nine_of_ten_questions_are_answered_and_figures_are_near_the_truth() {
    // Each team has a project of its own.
    let teams = [
        ("researcher", "P-0031", researcher::questions()),
        ("geneticist", "P-0034", geneticist::questions()),
        ("trial designer", "P-0032", trialist::questions()),
        ("epidemiologist", "P-0033", epidemiologist::questions()),
    ];
    let consortium = Consortium::builder()
        .store(Site::East, "demo-cancer", Cohort::store())
        .policies(|policies| {
            for project in ["P-0031", "P-0032", "P-0033", "P-0034"] {
                policies.add_project(project, 1000);
            }
        })
        .start();
    let (mut asked, mut answered) = (0_usize, 0_usize);
    let mut errors = Vec::new();
    let mut far = Vec::new();
    for (asked_by, project, questions) in teams {
        let visit = consortium.visit("aiko-tanaka", project).await;
        for question in questions {
            let outcome = ask(&visit, &question).await;
            asked += 1;
            answered += usize::from(outcome.answered);
            errors.extend(outcome.compared.errors.iter().cloned());
            far.extend(outcome.compared.beyond(FAR));
            let row = Row {
                question: question.name,
                asked_by,
                answered: outcome.answered,
                cells: outcome.compared.shown,
                suppressed: outcome.compared.suppressed,
                median_relative_error: median(outcome.compared.errors.iter().map(|e| e.relative)),
                refusal: outcome.refusal,
            };
            tell(&row);
            report().row(&row);
        }
    }
    tell_sizes(&errors);
    tell_share(answered, asked);
    assert!(asked >= 44, "{asked} questions");
    let share = answered as f64 / asked as f64;
    assert!(
        far.is_empty(),
        "figures that are not the ones asked for: {far:#?}"
    );
    let of_many = errors.iter().filter(|error| error.people >= 100);
    let near = median(of_many.map(|error| error.relative)).unwrap();
    assert!(
        near <= NEAR,
        "median relative error {near} of cells of 100 and more"
    );
    assert!(
        share >= ANSWERED,
        "{answered} of {asked} questions are answered"
    );
}

/// What became of a question.
struct Outcome {
    answered: bool,
    compared: Compared,
    refusal: Option<String>,
}

/// A question is answered if it is accepted and shows a figure, and of the cells
/// that hold 20 people and more at least half.
async fn ask(visit: &Visit, question: &Question) -> Outcome {
    let refused = |rule: String| Outcome {
        answered: false,
        compared: Compared::default(),
        refusal: Some(rule),
    };
    let answer: Answer = match visit.sql(&question.sql, CANCER).await {
        Err(Error::Failed(failure)) => {
            let reason = format!("{:?}", failure.reason);
            return refused(failure.refusal.map_or(reason, |refusal| refusal.rule));
        }
        answers => only(answers),
    };
    let Some(truth) = &question.truth else {
        panic!(
            "{}: an exact truth is missing, it is answered",
            question.name
        );
    };
    let compared = compare(question.name, &answer, question.keys, question.limit, truth);
    Outcome {
        answered: compared.shown > 0 && 2 * compared.large_shown >= compared.large,
        compared,
        refusal: None,
    }
}

#[expect(clippy::print_stdout, reason = "people read it")]
fn tell(row: &Row) {
    let error = row
        .median_relative_error
        .map_or_else(|| "-".to_owned(), |error| format!("{:.2} %", error * 100.0));
    println!(
        "{:<14} {:<52} {} {:>4} shown {:>4} hidden, median error {error} {}",
        row.asked_by,
        row.question,
        if row.answered { "answered" } else { "NOT     " },
        row.cells,
        row.suppressed,
        row.refusal.as_deref().unwrap_or_default(),
    );
}

#[expect(clippy::print_stdout, reason = "people read it")]
fn tell_share(answered: usize, asked: usize) {
    println!("{answered} of {asked} questions are answered");
}

#[expect(clippy::print_stdout, reason = "people read it")]
fn tell_sizes(errors: &[truth::Error]) {
    for (at, from) in SIZES.iter().enumerate() {
        let to = SIZES.get(at + 1).copied().unwrap_or(usize::MAX);
        let of_size = errors
            .iter()
            .filter(|error| (*from..to).contains(&error.people));
        let relative: Vec<f64> = of_size.map(|error| error.relative).collect();
        let (cells, largest) = (relative.len(), relative.iter().copied().fold(0.0, f64::max));
        if let Some(median) = median(relative.into_iter()) {
            println!(
                "cells of {from} people and more: {cells}, median error {:.2} %, largest {:.2} %",
                median * 100.0,
                largest * 100.0
            );
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some(f64::midpoint(values[last / 2], values[last.div_ceil(2)]))
}
