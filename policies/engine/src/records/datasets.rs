//! Datasets, and what people judged of the conditions of their consent.

use super::period;
use crate::{
    decision::Tier,
    duo::{Codes, Kind},
    finding::Slip,
    record::{Dataset, Judgement, TierRule},
    table::{Cells, Schema},
    values::{choice, list, name, number, person, project},
    words::Words,
};

pub(crate) static DATASETS: Schema = Schema {
    file: "datasets.csv",
    columns: &[
        "dataset",
        "holder",
        "profile",
        "tier_rule",
        "embargo_months",
        "consent_codes",
    ],
    private: false,
};

pub(crate) static JUDGEMENTS: Schema = Schema {
    file: "judgements.csv",
    columns: &[
        "project",
        "dataset",
        "code",
        "verdict",
        "judged_by",
        "since",
        "until",
    ],
    private: false,
};

pub(crate) const TIERS: [(&str, Tier); 2] =
    [("overview", Tier::Overview), ("detailed", Tier::Detailed)];

/// A dataset; an empty profile is the consortium's `default_profile`.
pub(crate) fn dataset(cells: &mut Cells<'_>, default_profile: &str) -> Option<Dataset> {
    let dataset = cells.read("dataset", name);
    let holder = cells.read("holder", name);
    let profile = cells.read("profile", |text| match text {
        "" => Ok(default_profile.to_owned()),
        text => name(text),
    });
    let tiers = cells.read("tier_rule", tier_rule);
    let embargo_months = cells.read("embargo_months", embargo_months);
    let consent = cells.read("consent_codes", Codes::read);
    Some(Dataset {
        line: cells.row.line,
        dataset: dataset?,
        holder: holder?,
        profile: profile?,
        tiers: tiers?,
        embargo_months: embargo_months?,
        consent: consent?,
    })
}

/// The deepest tier, and `members` where each member has the overview.
fn tier_rule(text: &str) -> Result<TierRule, Slip> {
    let words = [
        ("overview", Some(Tier::Overview)),
        ("detailed", Some(Tier::Detailed)),
        ("members", None),
    ];
    let parts = list(text, |part| choice(part, &words))?;
    let deepest: Vec<Tier> = parts.iter().flatten().copied().collect();
    let members = parts.len() - deepest.len();
    let ([deepest], 0..=1) = (deepest.as_slice(), members) else {
        return Err(Slip::new(Words::of("no-tier-rule").with("text", text)));
    };
    Ok(TierRule {
        deepest: *deepest,
        open_to_members: members == 1,
    })
}

/// Months, a century at most.
pub(crate) fn embargo_months(text: &str) -> Result<u16, Slip> {
    let months = number(text)?;
    u16::try_from(months)
        .ok()
        .filter(|months| *months <= 1200)
        .ok_or_else(|| Slip::new(Words::of("embargo-too-long").with("text", text)))
}

pub(crate) fn judgement(cells: &mut Cells<'_>) -> Option<Judgement> {
    let project = cells.read("project", project);
    let dataset = cells.read("dataset", name);
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
    Some(Judgement {
        line: cells.row.line,
        project: project?,
        dataset: dataset?,
        kind: kind?,
        met: met?,
        judged_by: judged_by?,
        period: period?,
    })
}
