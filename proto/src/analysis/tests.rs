//! Texts read like calls, and no two are alike.

use std::collections::HashSet;

use super::*;
use crate::v1::VariantNames;

fn asked(sites: Option<Sites>, condition: &str, by: &[&str]) -> String {
    text(&Analysis {
        kind: Some(Kind::Frequencies(Frequencies {
            sites,
            r#where: condition.to_owned(),
            by: by.iter().map(|&column| column.to_owned()).collect(),
        })),
    })
}

fn survived(follow_up: Option<(&str, &str)>, interval: u32) -> String {
    let follow_up = follow_up.map(|(time, event)| FollowUp {
        time: time.to_owned(),
        event: event.to_owned(),
    });
    text(&Analysis {
        kind: Some(Kind::Survival(Survival {
            follow_up,
            interval,
            ..Survival::default()
        })),
    })
}

fn of(kind: Kind) -> Analysis {
    Analysis { kind: Some(kind) }
}

fn funnel(conditions: &[&str], excludes: bool) -> String {
    let criterion = |condition: &&str| Criterion {
        of: Some(Of::Condition((*condition).to_owned())),
        excludes,
    };
    text(&of(Kind::Funnel(Funnel {
        criteria: conditions.iter().map(criterion).collect(),
        r#where: String::new(),
    })))
}

fn rated(split: Option<(&str, &str)>) -> String {
    text(&of(Kind::Rates(Rates {
        split: split.map(|(began, day)| Split {
            began: began.to_owned(),
            day: day.to_owned(),
        }),
        ..Rates::default()
    })))
}

fn modelled(outcome: Option<Outcome>, covariates: &[&str]) -> String {
    text(&Analysis {
        kind: Some(Kind::Model(Model {
            outcome,
            covariates: covariates.iter().map(|&column| column.to_owned()).collect(),
            r#where: String::new(),
        })),
    })
}

fn associated(
    sites: Option<association::Sites>,
    outcome: Option<association::Outcome>,
    most: u32,
) -> String {
    text(&of(Kind::Association(Association {
        sites,
        outcome,
        most,
        ..Association::default()
    })))
}

#[test]
fn an_analysis_reads_like_a_call() {
    let region = Some(Sites::Region("22:1-5".to_owned()));
    assert_eq!(
        asked(region, "sex = 'female'", &["diagnosis", "stage"]),
        r#"frequencies(region="22:1-5", where="sex = 'female'", by=["diagnosis", "stage"])"#
    );
}

#[test]
fn no_two_analyses_share_their_text() {
    let gene = |gene: &str| Some(Sites::Gene(gene.to_owned()));
    let variants = |ids: &[&str]| {
        let ids = ids.iter().map(|&id| id.to_owned()).collect();
        Some(Sites::Variants(VariantNames { ids }))
    };
    let texts = [
        text(&Analysis { kind: None }),
        asked(None, "", &[]),
        asked(gene("A"), "", &[]),
        asked(Some(Sites::Region("A".to_owned())), "", &[]),
        asked(variants(&["A"]), "", &[]),
        asked(variants(&[]), "", &[]),
        asked(variants(&["A", "B"]), "", &[]),
        asked(variants(&["A\", \"B"]), "", &[]),
        asked(gene("A\", where=\""), "", &[]),
        asked(gene("A"), "\n", &[]),
        asked(gene("A"), "\\u{a}", &[]),
        asked(gene("A"), "", &["a"]),
        asked(gene("A"), "", &["a", "b"]),
        asked(gene("A"), "", &["a\", \"b"]),
        survived(None, 0),
        survived(Some(("a", "b")), 0),
        survived(Some(("a", "b")), 1),
        survived(Some(("a\", event=\"b", "")), 1),
        text(&of(Kind::Count(Count::default()))),
        text(&of(Kind::Prevalence(Prevalence::default()))),
        text(&of(Kind::Spectrum(Spectrum::default()))),
        funnel(&[], false),
        funnel(&["a"], false),
        funnel(&["a"], true),
        funnel(&["a", "b"], false),
        funnel(&["a\", condition=\"b"], false),
        text(&of(Kind::Cooccurrence(Cooccurrence {
            genes: vec![Carriers {
                gene: "a".to_owned(),
                consequences: vec!["b".to_owned()],
            }],
            r#where: String::new(),
        }))),
        associated(None, None, 0),
        associated(None, None, 1),
        associated(
            Some(association::Sites::Gene("a".to_owned())),
            Some(association::Outcome::Measure("a".to_owned())),
            0,
        ),
        associated(
            Some(association::Sites::Burden(Burden::default())),
            Some(association::Outcome::Condition("a".to_owned())),
            0,
        ),
        associated(
            Some(association::Sites::Burden(Burden {
                max_frequency: 0.01,
                ..Burden::default()
            })),
            Some(association::Outcome::Condition("a".to_owned())),
            0,
        ),
        rated(None),
        rated(Some(("", ""))),
        rated(Some(("a", "b"))),
        rated(Some(("a\", \"b", ""))),
        text(&of(Kind::Matched(Matched::default()))),
        text(&of(Kind::Matched(Matched {
            exact: vec!["a".to_owned()],
            ..Matched::default()
        }))),
        text(&of(Kind::Matched(Matched {
            covariates: vec!["a".to_owned()],
            ..Matched::default()
        }))),
        text(&of(Kind::SiteFrequencies(SiteFrequencies::default()))),
        text(&of(Kind::SiteFrequencies(SiteFrequencies {
            sites: Some(site_frequencies::Sites::Region("a".to_owned())),
            ..SiteFrequencies::default()
        }))),
        text(&of(Kind::SiteFrequencies(SiteFrequencies {
            sites: Some(site_frequencies::Sites::Gene("a".to_owned())),
            ..SiteFrequencies::default()
        }))),
        text(&of(Kind::Difference(Difference::default()))),
        text(&of(Kind::Difference(Difference {
            table: "a".to_owned(),
            ..Difference::default()
        }))),
        text(&of(Kind::Difference(Difference {
            tissue: "a".to_owned(),
            ..Difference::default()
        }))),
        text(&of(Kind::Difference(Difference {
            logarithm: true,
            ..Difference::default()
        }))),
        modelled(None, &[]),
        modelled(Some(Outcome::Condition("a".to_owned())), &[]),
        modelled(Some(Outcome::Measure("a".to_owned())), &[]),
        modelled(Some(Outcome::Measure("a".to_owned())), &["b"]),
        modelled(Some(Outcome::FollowUp(FollowUp::default())), &["b"]),
    ];
    let distinct: HashSet<&String> = texts.iter().collect();
    assert_eq!(distinct.len(), texts.len(), "{texts:?}");
}
