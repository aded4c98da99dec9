//! Curves and models that are made so that one person decides them.

use rand::{SeedableRng as _, rngs::StdRng};
use sekisho::{FollowUp, Kind, Matched, Model, Outcome, Rates as EventRates, Split, Survival};

use crate::{
    intruder::{Intruder, intruder, population},
    rates::{Met, Rates, fewer_trials},
    victims::{best_form, learnt_of, victims, weight},
};

/// What is asked, of whom it is meant, and who has the outcome.
type Form = fn(&str, &str) -> Kind;

/// Ages stand for times: whoever smokes has the event at theirs.
const FORMS: [Form; 7] = [
    |of, smokes| {
        Kind::Survival(Survival {
            follow_up: followed(smokes),
            r#where: of.to_owned(),
            ..Survival::default()
        })
    },
    |of, smokes| {
        Kind::Survival(Survival {
            follow_up: followed(smokes),
            r#where: of.to_owned(),
            by: vec!["sex".to_owned()],
            interval: 1,
        })
    },
    |of, smokes| {
        Kind::Rates(EventRates {
            follow_up: followed(smokes),
            r#where: of.to_owned(),
            by: Vec::new(),
            split: Some(Split {
                began: "registered_on".to_owned(),
                day: "2017-01-01".to_owned(),
            }),
        })
    },
    |of, smokes| {
        Kind::Matched(Matched {
            treated: "registered_on >= '2018-01-01'".to_owned(),
            follow_up: followed(smokes),
            exact: vec!["sex".to_owned()],
            covariates: vec!["weight".to_owned()],
            r#where: of.to_owned(),
        })
    },
    |of, smokes| model(of, followed(smokes).map(Outcome::FollowUp), &["weight"]),
    |of, smokes| {
        model(
            of,
            Some(Outcome::Condition(smokes.to_owned())),
            &["weight", "sex"],
        )
    },
    |of, _| {
        model(
            of,
            Some(Outcome::Measure("age".to_owned())),
            &["smoker", "weight"],
        )
    },
];

fn followed(event: &str) -> Option<FollowUp> {
    Some(FollowUp {
        time: "age".to_owned(),
        event: event.to_owned(),
    })
}

fn model(of: &str, outcome: Option<Outcome>, covariates: &[&str]) -> Kind {
    Kind::Model(Model {
        outcome,
        covariates: covariates.iter().map(|&column| column.to_owned()).collect(),
        r#where: of.to_owned(),
    })
}

/// With the victim and without, the same otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_shows_in_the_difference_of_two_models() {
    let attacker = intruder("models").await;
    let dataset = population("models");
    let mut random = StdRng::seed_from_u64(40);
    let wanted = victims(&dataset, &mut random, fewer_trials(3), |_| true);
    let mut forms = Vec::new();
    for form in FORMS {
        let with = attacker.analyze(form("", "smoker")).await;
        let mut seen = Vec::new();
        for victim in &wanted {
            let others = format!("weight <> {}", weight(victim));
            let without = attacker.analyze(form(&others, "smoker")).await;
            let alike = with.view() == without.view();
            seen.push((alike.to_string(), victim.smoker, without.met()));
        }
        forms.push(learnt_of(&seen));
    }
    Rates::of(
        "model-differencing",
        "snapping; rounding",
        &best_form(forms),
        0.5,
        0.5,
    )
    .report();
}

/// One event, one case, one person alone: whatever the victim decides.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_the_only_event_of_a_model() {
    let attacker = intruder("models-one-hot").await;
    let dataset = population("models-one-hot");
    let mut random = StdRng::seed_from_u64(41);
    let wanted = victims(&dataset, &mut random, fewer_trials(3), |_| true);
    let mut forms = Vec::new();
    for form in FORMS {
        forms.push(learnt_of(&one_event(&attacker, form, &wanted).await));
    }
    Rates::of(
        "model-one-event",
        "threshold; participants",
        &best_form(forms),
        0.5,
        0.5,
    )
    .report();
}

/// A condition on the outcome leaves the victim as the only exception to a rule, or none:
/// whether a model is shown, and what it says, would tell which.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_the_exception_to_a_rule() {
    let attacker = intruder("models-exception").await;
    let dataset = population("models-exception");
    let mut random = StdRng::seed_from_u64(42);
    let wanted = victims(&dataset, &mut random, fewer_trials(3), |_| true);
    let mut forms = Vec::new();
    for columns in [&["age"][..], &["age", "sex"], &["age", "weight"]] {
        let mut seen = Vec::new();
        for victim in &wanted {
            // On the side where the rule says that nobody smokes, and all but the victim's age.
            let (w, cut) = (weight(victim), victim.age);
            let rule = format!(
                "(smoker AND age < {cut}) OR (NOT smoker AND age >= {cut}) OR weight = {w}"
            );
            let outcome = Outcome::Condition("smoker".to_owned());
            let reply = attacker.analyze(model(&rule, Some(outcome), columns)).await;
            seen.push((reply.view(), victim.smoker, reply.met()));
        }
        // What is learnt of is whether anything is shown.
        let shown = |(view, smokes, met): (String, bool, Met)| {
            (format!("{met:?} {}", view.contains('.')), smokes, met)
        };
        forms.push(learnt_of(&seen.into_iter().map(shown).collect::<Vec<_>>()));
    }
    Rates::of(
        "model-exception",
        "participants",
        &best_form(forms),
        0.5,
        0.5,
    )
    .report();
}

async fn one_event(
    attacker: &Intruder,
    form: Form,
    wanted: &[&sekisho_tests::Person],
) -> Vec<(String, bool, Met)> {
    let mut seen = Vec::new();
    for victim in wanted {
        let w = weight(victim);
        let event = format!("smoker AND weight = {w}");
        let of_one = attacker.analyze(form("", &event)).await;
        let alone = format!("weight BETWEEN {} AND {}", w - 0.005, w + 0.005);
        let alone = attacker.analyze(form(&alone, "smoker")).await;
        let view = format!("{} {}", of_one.view(), alone.view());
        seen.push((view, victim.smoker, of_one.met().max(alone.met())));
    }
    seen
}
