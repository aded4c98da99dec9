//! Projects and their teams.

use super::period;
use crate::{
    characters::free,
    purpose::{Purpose, SectorUse, Word as _},
    record::{Project, Stage, Teammate},
    table::{Cells, Schema},
    values::{choice, name, number, person, project, title},
};

pub(crate) static PROJECTS: Schema = Schema {
    file: "projects.csv",
    columns: &[
        "project",
        "title",
        "lead",
        "purpose",
        "sector_use",
        "ethics",
        "approved_on",
        "expires_on",
        "status",
        "query_budget",
    ],
    private: false,
};

pub(crate) static TEAMS: Schema = Schema {
    file: "teams.csv",
    columns: &["project", "person"],
    private: false,
};

pub(crate) fn project_record(cells: &mut Cells<'_>) -> Option<Project> {
    const STAGES: [(&str, Stage); 4] = [
        ("draft", Stage::Draft),
        ("approved", Stage::Approved),
        ("suspended", Stage::Suspended),
        ("closed", Stage::Closed),
    ];
    let project = cells.read("project", project);
    let title = cells.read("title", title);
    let lead = cells.read("lead", name);
    let purpose = cells.read("purpose", Purpose::read);
    let sector_use = cells.read("sector_use", |text| choice(text, SectorUse::WORDS));
    let ethics = cells.read("ethics", free);
    let period = period(cells, "approved_on", "expires_on");
    let stage = cells.read("status", |text| choice(text, &STAGES));
    let query_budget = cells.read("query_budget", number);
    title?;
    Some(Project {
        line: cells.row.line,
        project: project?,
        lead: lead?,
        purpose: purpose?,
        sector_use: sector_use?,
        ethics: ethics?,
        period: period?,
        stage: stage?,
        query_budget: query_budget?,
    })
}

pub(crate) fn teammate(cells: &mut Cells<'_>) -> Option<Teammate> {
    let project = cells.read("project", project);
    let person = cells.read("person", person);
    Some(Teammate {
        line: cells.row.line,
        project: project?,
        person: person?,
    })
}
