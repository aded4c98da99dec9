//! From rows to records: one function for each file.

mod cases;
mod datasets;
mod grants;
mod organisations;
mod projects;

pub(crate) use cases::{TESTS, case};
pub(crate) use datasets::{DATASETS, JUDGEMENTS, TIERS, dataset, embargo_months, judgement};
pub(crate) use grants::{GRANTS, grant};
pub(crate) use organisations::{
    JURISDICTIONS, MEMBERS, PEOPLE, jurisdiction, member, person_record,
};
pub(crate) use projects::{PROJECTS, TEAMS, project_record, teammate};

use crate::{finding::Slip, record::Period, table::Cells, values::day, words::Words};

/// The span of two columns.
pub(crate) fn period(cells: &mut Cells<'_>, first: &str, last: &str) -> Option<Period> {
    let since = cells.read(first, day);
    let until = cells.read(last, day);
    let (since, until) = (since?, until?);
    if until < since {
        let words = Words::of("span-ends-before-it-begins")
            .with("until", until)
            .with("column", first)
            .with("since", since);
        cells.refuse(last, &Slip::new(words));
        return None;
    }
    Some(Period { since, until })
}
