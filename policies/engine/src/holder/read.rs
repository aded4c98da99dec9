//! From a holder's files to a set.

use super::{
    HolderSet,
    admission::Admission,
    record::{self, DATASETS, Held, HolderJudgement, JUDGEMENTS, RULES, Rule},
};
use crate::{
    files::{self, Files, HOLDER},
    finding::Finding,
    page,
    read::Texts,
    references::{Known, meeting, obsolete_codes, once},
    table::Sheet,
    words::Words,
};

pub(super) fn holder(files: &Files) -> Result<HolderSet, Vec<Finding>> {
    let texts = Texts::of(files, &HOLDER)?;
    let mut findings = Vec::new();
    let page = page::holder(texts.needed("holder.toml"), &mut findings);
    let found = &mut findings;
    let text = |file| texts.needed(file);
    let datasets = Sheet::read(&DATASETS, text("datasets.csv"), found, record::held);
    let rules = Sheet::read(&RULES, text("rules.csv"), found, record::rule);
    let judgements = texts.further("judgements.csv");
    let judgements = Sheet::read_if(&JUDGEMENTS, judgements, found, record::judgement);
    if found.is_empty() {
        check(&datasets, &rules, &judgements, found);
    }
    let Some(page) = page.filter(|_| findings.is_empty()) else {
        return Err(findings);
    };
    let casbin = Admission::new(&rules.records).map_err(|error| {
        let words = Words::of("casbin-takes-no-rules").with("error", error);
        vec![Finding::new("rules.csv", 1, words)]
    })?;
    let keyed = |held: Held| (held.dataset.clone(), held);
    Ok(HolderSet {
        digest: files::digest(files),
        name: page.name,
        zone: page.zone,
        signing: page.signing,
        datasets: datasets.records.into_iter().map(keyed).collect(),
        judgements: judgements.records,
        rules: rules.records,
        casbin,
    })
}

/// Names resolve, and nothing stands twice.
fn check(
    datasets: &Sheet<Held>,
    rules: &Sheet<Rule>,
    judgements: &Sheet<HolderJudgement>,
    findings: &mut Vec<Finding>,
) {
    once(datasets, |held| (held.line, held.dataset.clone()), findings);
    for held in &datasets.records {
        let codes = &held.terms.codes;
        findings.extend(obsolete_codes(datasets, held.line, "consent_codes", codes));
    }
    let held = datasets.records.iter();
    let known = Known::of("datasets.csv", held.map(|held| &held.dataset));
    for rule in &rules.records {
        if let Some(dataset) = &rule.dataset {
            known.resolve(rules, rule.line, "dataset", dataset, findings);
        }
    }
    let key = |rule: &Rule| {
        let whom = (rule.project.clone(), rule.organisation.clone());
        let of = (rule.country.clone(), rule.sector.map(|s| s.to_string()));
        let row = (rule.dataset.clone(), whom, of, rule.allows, rule.period);
        (rule.line, row)
    };
    once(rules, key, findings);
    for row in &judgements.records {
        known.resolve(judgements, row.line, "dataset", &row.dataset, findings);
    }
    let key = |row: &HolderJudgement| {
        let of = (row.dataset.clone(), row.project.clone(), row.kind);
        (of, row.period)
    };
    for (row, earlier) in meeting(judgements, key) {
        let words = Words::of("two-judgements").with("earlier", earlier.line);
        findings.push(judgements.line_finding(row.line, words));
    }
}
