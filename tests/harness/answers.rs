//! What came back, in a form that tests can compare.

use arrow::{
    array::RecordBatch,
    util::display::{ArrayFormatter, FormatOptions},
};
use sekisho::{Answer, Answers, Error, Failure, TABLE};

/// The answer of the only dataset that was asked.
///
/// # Panics
///
/// If there is none.
pub fn only(answers: Result<Answers, Error>) -> Answer {
    let mut answers = answers.unwrap_or_else(|error| panic!("no answer: {error}"));
    assert_eq!(answers.len(), 1, "one dataset was asked");
    let (dataset, answer) = answers.remove(0);
    answer.unwrap_or_else(|failure| panic!("{dataset} does not answer: {failure}"))
}

/// What the consortium said instead of an answer.
///
/// # Panics
///
/// If it answered, or if there was no connection.
pub fn failure<T>(outcome: Result<T, Error>) -> Failure {
    match outcome {
        Err(Error::Failed(failure)) => failure,
        Err(error) => panic!("the consortium did not speak: {error}"),
        Ok(_) => panic!("it was answered"),
    }
}

/// The rows, with a space between the cells; a suppressed one is `-`.
pub fn shown(answer: &Answer) -> Vec<String> {
    rows(&answer.batches)
}

/// The rows of each table, by its name.
pub fn tables(answer: &Answer) -> Vec<(String, Vec<String>)> {
    let first = answer.schema.metadata().get(TABLE);
    let first = (first.cloned().unwrap_or_default(), shown(answer));
    let others = answer.others.iter();
    let others = others.map(|table| (table.name.clone(), rows(&table.batches)));
    std::iter::once(first).chain(others).collect()
}

fn rows(batches: &[RecordBatch]) -> Vec<String> {
    let options = FormatOptions::new().with_null("-");
    let mut rows = Vec::new();
    for batch in batches {
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| column.value(row).to_string())
                .collect();
            rows.push(cells.join(" "));
        }
    }
    rows
}
