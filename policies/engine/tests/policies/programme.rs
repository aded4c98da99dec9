//! The decision table: a programme's rules, one request a line, through both doors down to single
//! individuals. `tests/programme` holds the files that decide, and `decisions.csv` the answers.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use sekisho_policies::{
    Consent, Decision, Denial, Exclusion, HolderDecision, HolderRequest, HolderSet, Language,
    Outcome, PolicySet, Reason, Request, consents,
};

fn folder(name: &str) -> PathBuf {
    let programme = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programme");
    programme.join(name)
}

/// One line of the table.
#[derive(Debug, serde::Deserialize)]
struct Line {
    who: String,
    project: String,
    dataset: String,
    operation: String,
    day: String,
    individual: String,
    answer: String,
    because: String,
}

struct Programme {
    consortium: PolicySet,
    holder: HolderSet,
    consents: BTreeMap<String, Consent>,
}

impl Programme {
    fn load() -> Self {
        let file = std::fs::read(folder("consents.csv")).unwrap();
        let consents = consents("consents.csv", &file).unwrap();
        let named = |consent: Consent| (consent.individual.clone(), consent);
        Self {
            consortium: PolicySet::load(&folder("consortium")).unwrap(),
            holder: HolderSet::load(&folder("holder")).unwrap(),
            consents: consents.into_iter().map(named).collect(),
        }
    }

    /// The answer, and all reasons for it.
    fn ask(&self, line: &Line) -> (&'static str, Vec<String>) {
        let decision = self.consortium(line);
        let Some(terms) = &decision.terms else {
            return (said(decision.outcome), rules(&decision.reasons, ""));
        };
        let second = self.holder.decide(&HolderRequest {
            dataset: &line.dataset,
            tier: terms.tier,
            data_use: &terms.data_use,
            at: at(&line.day),
        });
        let Some(held) = &second.terms else {
            return (said(second.outcome), rules(&second.reasons, "holder/"));
        };
        if line.individual.is_empty() {
            return (
                "allow",
                terms.rules.iter().map(|r| (*r).to_owned()).collect(),
            );
        }
        let embargo = held.embargo_months.max(terms.embargo_months);
        let admitted = match self.consents.get(&line.individual) {
            Some(consent) => {
                consent.admit(&held.data_use, &held.codes, self.holder.name(), embargo)
            }
            None => match &held.without_record {
                Some(terms) => terms.admit(&held.data_use, &held.codes),
                None => Err(Exclusion::Consent),
            },
        };
        match admitted {
            Ok(()) => ("counted", Vec::new()),
            Err(why) => ("not-counted", vec![format!("{why:?}").to_lowercase()]),
        }
    }

    fn consortium(&self, line: &Line) -> Decision {
        self.consortium.decide(&Request {
            principal: &format!("spiffe://p.example/{}", line.who),
            project: &line.project,
            dataset: &line.dataset,
            operation: line.operation.parse().unwrap(),
            at: at(&line.day),
        })
    }

    fn holder(&self, line: &Line) -> Option<HolderDecision> {
        let terms = self.consortium(line).terms?;
        Some(self.holder.decide(&HolderRequest {
            dataset: &line.dataset,
            tier: terms.tier,
            data_use: &terms.data_use,
            at: at(&line.day),
        }))
    }
}

/// Noon in Tokyo.
fn at(day: &str) -> jiff::Timestamp {
    format!("{day}T12:00:00+09:00").parse().unwrap()
}

fn said(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allow => "allow",
        Outcome::Refer => "refer",
        Outcome::Deny(Denial::Policy) => "deny",
        Outcome::Deny(Denial::NotAvailable) => "absent",
        Outcome::Deny(Denial::Unknown) => "stranger",
    }
}

fn rules(reasons: &[Reason], door: &str) -> Vec<String> {
    let rules = reasons
        .iter()
        .map(|reason| format!("{door}{}", reason.rule));
    rules.collect()
}

fn lines() -> Vec<Line> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_path(folder("decisions.csv"))
        .unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn every_line_of_the_decision_table_holds() {
    let programme = Programme::load();
    let lines = lines();
    assert!(lines.len() >= 120, "{}", lines.len());
    let mut wrong = String::new();
    for line in &lines {
        let (answer, reasons) = programme.ask(line);
        let because = line.because.is_empty() || reasons.contains(&line.because);
        if answer != line.answer || !because {
            writeln!(wrong, "{line:?}: {answer} because of {reasons:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn no_line_stands_twice_and_every_answer_and_exclusion_stands_somewhere() {
    let lines = lines();
    let mut seen = std::collections::BTreeSet::new();
    for line in &lines {
        let key = [
            &line.who,
            &line.project,
            &line.dataset,
            &line.operation,
            &line.day,
            &line.individual,
        ];
        assert!(seen.insert(key.map(String::clone)), "{line:?} stands twice");
    }
    for answer in [
        "allow",
        "deny",
        "refer",
        "absent",
        "stranger",
        "counted",
        "not-counted",
    ] {
        let of = lines.iter().filter(|line| line.answer == answer).count();
        assert!(of >= 5, "{of} lines with {answer}");
    }
    for why in ["withdrawn", "embargo", "consent", "industry", "country"] {
        assert!(
            lines
                .iter()
                .any(|line| line.answer == "not-counted" && line.because == why)
        );
    }
}

#[test]
fn every_refusal_says_in_both_languages_why_and_what_to_do() {
    let programme = Programme::load();
    for line in lines() {
        let decision = programme.consortium(&line);
        let second = programme.holder(&line);
        let reasons = second.iter().flat_map(|second| &second.reasons);
        let denied = [Some(decision.outcome), second.as_ref().map(|s| s.outcome)];
        if denied
            .into_iter()
            .flatten()
            .all(|outcome| outcome == Outcome::Allow)
        {
            continue;
        }
        for reason in decision.reasons.iter().chain(reasons) {
            for language in Language::ALL {
                assert!(!reason.message.say(language).is_empty(), "{line:?}");
            }
            let japanese = reason.message.say(Language::Japanese);
            assert!(!japanese.is_ascii(), "{line:?}: {japanese}");
        }
    }
}
