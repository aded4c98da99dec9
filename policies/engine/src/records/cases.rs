//! Requests whose answers the committee wrote down.

use crate::{
    conditions::rules::is_rule,
    finding::Slip,
    record::{Case, Expected},
    request::Operation,
    table::{Cells, Schema},
    values::{choice, day, name, person, project},
    words::Words,
};

pub(crate) static TESTS: Schema = Schema {
    file: "tests.csv",
    columns: &[
        "person",
        "project",
        "dataset",
        "operation",
        "day",
        "expect",
        "rule",
    ],
    private: false,
};

pub(crate) fn case(cells: &mut Cells<'_>) -> Option<Case> {
    const OUTCOMES: [(&str, Expected); 3] = [
        ("allow", Expected::Allow),
        ("deny", Expected::Deny),
        ("refer", Expected::Refer),
    ];
    let words = Operation::ALL.map(|operation| (operation.as_str(), operation));
    let person = cells.read("person", person);
    let project = cells.read("project", project);
    let dataset = cells.read("dataset", name);
    let operation = cells.read("operation", |text| choice(text, &words));
    let day = cells.read("day", day);
    let expected = cells.read("expect", |text| choice(text, &OUTCOMES));
    let rule = cells.read("rule", |text| match text {
        "" => Ok(String::new()),
        text if is_rule(text) => Ok(text.to_owned()),
        text => Err(Slip::new(Words::of("no-rule").with("text", text))),
    });
    Some(Case {
        line: cells.row.line,
        person: person?,
        project: project?,
        dataset: dataset?,
        operation: operation?,
        day: day?,
        expected: expected?,
        rule: rule?,
    })
}
