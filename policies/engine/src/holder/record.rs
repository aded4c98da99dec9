//! What one row of each of a holder's files says.

use crate::{
    decision::Tier,
    duo::{Codes, Kind},
    finding::Slip,
    individual::{ConsentTerms, Countries},
    purpose::{Sector, Word as _},
    record::Period,
    records::{TIERS, embargo_months, period},
    table::{Cells, Schema},
    values::{any_or, choice, country, name, person, project},
    words::Words,
};

pub(super) static DATASETS: Schema = Schema {
    file: "datasets.csv",
    columns: &[
        "dataset",
        "tier_rule",
        "profile",
        "consent_codes",
        "industry",
        "countries",
        "without_record",
        "embargo_months",
    ],
    private: false,
};

pub(super) static RULES: Schema = Schema {
    file: "rules.csv",
    columns: &[
        "dataset",
        "project",
        "organisation",
        "country",
        "sector",
        "effect",
        "since",
        "until",
    ],
    private: false,
};

pub(super) static JUDGEMENTS: Schema = Schema {
    file: "judgements.csv",
    columns: &[
        "dataset",
        "project",
        "code",
        "verdict",
        "judged_by",
        "since",
        "until",
    ],
    private: false,
};

/// Every table of a holder.
pub(crate) static SCHEMAS: [&Schema; 3] = [&DATASETS, &RULES, &JUDGEMENTS];

/// A dataset that is held.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) line: u64,
    pub(crate) dataset: String,
    pub(crate) deepest: Tier,
    /// The mildest profile that a permit may name.
    pub(crate) profile: String,
    /// What the individuals consented to, where their own consent is not on record.
    pub(crate) terms: ConsentTerms,
    /// Whether somebody without a record is counted under those terms.
    pub(crate) counted_without_record: bool,
    pub(crate) embargo_months: u16,
}

/// Whom the holder admits, or does not; what is none is everybody.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) line: u64,
    pub(crate) dataset: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) organisation: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) sector: Option<Sector>,
    pub(crate) allows: bool,
    pub(crate) period: Period,
}

/// What the holder judged of a condition that files cannot tell.
#[derive(Debug)]
pub(crate) struct HolderJudgement {
    pub(crate) line: u64,
    pub(crate) dataset: String,
    pub(crate) project: String,
    pub(crate) kind: Kind,
    pub(crate) met: bool,
    pub(crate) period: Period,
}

pub(super) fn held(cells: &mut Cells<'_>) -> Option<Held> {
    let dataset = cells.read("dataset", name);
    let deepest = cells.read("tier_rule", |text| choice(text, &TIERS));
    let profile = cells.read("profile", name);
    let codes = cells.read("consent_codes", Codes::read);
    let yes = [("yes", true), ("no", false)];
    let industry = cells.read("industry", |text| choice(text, &yes));
    let countries = cells.read("countries", Countries::read);
    let counted = cells.read("without_record", |text| {
        choice(text, &[("counted", true), ("not-counted", false)])
    });
    let embargo_months = cells.read("embargo_months", embargo_months);
    Some(Held {
        line: cells.row.line,
        dataset: dataset?,
        deepest: deepest?,
        profile: profile?,
        terms: ConsentTerms {
            codes: codes?,
            industry: industry?,
            countries: countries?,
        },
        counted_without_record: counted?,
        embargo_months: embargo_months?,
    })
}

pub(super) fn rule(cells: &mut Cells<'_>) -> Option<Rule> {
    let dataset = cells.read("dataset", |text| any_or(text, name));
    let project = cells.read("project", |text| any_or(text, project));
    let organisation = cells.read("organisation", |text| any_or(text, name));
    let country = cells.read("country", |text| any_or(text, country));
    let sector = cells.read("sector", |text| {
        any_or(text, |text| choice(text, Sector::WORDS))
    });
    let allows = cells.read("effect", |text| {
        choice(text, &[("allow", true), ("deny", false)])
    });
    let period = period(cells, "since", "until");
    Some(Rule {
        line: cells.row.line,
        dataset: dataset?,
        project: project?,
        organisation: organisation?,
        country: country?,
        sector: sector?,
        allows: allows?,
        period: period?,
    })
}

pub(super) fn judgement(cells: &mut Cells<'_>) -> Option<HolderJudgement> {
    let dataset = cells.read("dataset", name);
    let project = cells.read("project", project);
    let kind = cells.read("code", |text| {
        let kind = Kind::read(text)?;
        if kind.may_be_judged() {
            return Ok(kind);
        }
        Err(Slip::new(
            Words::of("code-needs-no-judge").with("code", kind),
        ))
    });
    let met = cells.read("verdict", |text| {
        choice(text, &[("met", true), ("not-met", false)])
    });
    let judged_by = cells.read("judged_by", person);
    let period = period(cells, "since", "until");
    judged_by?;
    Some(HolderJudgement {
        line: cells.row.line,
        dataset: dataset?,
        project: project?,
        kind: kind?,
        met: met?,
        period: period?,
    })
}
