//! Somebody with a large budget and bad intentions, and where they go.

use std::sync::OnceLock;

use sekisho::{Answer, Answers, Error, Frequencies, Kind, Reason, Sites, VariantNames, Visit};
use sekisho_tests::{Consortium, Dataset, Panel, shown, tables};

use crate::rates::Met;

/// How many people most attacked datasets hold.
pub(crate) const PEOPLE: usize = 300;

/// Questions that a project may ask.
const BUDGET: u64 = 1_000_000;

/// The attackers: people with a project each. They may collude.
pub(crate) const ACCOUNTS: [(&str, &str); 3] = [
    ("mika-ito", "P-0101"),
    ("noor-aziz", "P-0102"),
    ("olga-weiss", "P-0103"),
];

/// Datasets that are attacked. What was released before changes what is
/// released: an attack that must begin anew has a dataset of its own.
const POPULATIONS: [&str; 23] = [
    "averaging",
    "anchor-edge",
    "complement",
    "collusion",
    "covariance",
    "digits",
    "errors",
    "fan-out",
    "groups",
    "informed",
    "models",
    "models-exception",
    "models-one-hot",
    "nested",
    "one-pair",
    "order",
    "overflow",
    "range-creep",
    "row-predicate",
    "stepping",
    "threshold-anchored",
    "threshold-edge",
    "tracker",
];

/// The same people as in `demo-cancer`.
const CANCER: [&str; 4] = ["oracle", "rare-variant", "small-cell", "small-cell-several"];

/// Variants of the dataset `frequencies`, and between which bounds they are carried.
const COMMON: (usize, [f64; 2]) = (400, [0.2, 0.8]);
/// Variants of the dataset `beacon`: about as many carriers as the threshold.
const RARE: (usize, [f64; 2]) = (60, [0.02, 0.06]);

/// One attacker at one dataset.
#[derive(Clone, Debug)]
pub(crate) struct Intruder {
    pub(crate) visit: Visit,
    pub(crate) dataset: &'static str,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Box<Answer>),
    /// The guard refused, by this rule, or the budget is spent.
    Refused(String),
    /// It was charged and failed.
    Failed(String),
}

/// A dataset of [`arena`], as its holder knows it.
pub(crate) fn population(id: &'static str) -> Dataset {
    match id {
        "frequencies" | "frequencies-typed" => {
            let (variants, frequencies) = COMMON;
            let panel = Panel::draw(PEOPLE, variants, frequencies, 11);
            Dataset::population(id, PEOPLE, 12).with_panel(panel)
        }
        "beacon" => {
            let (variants, frequencies) = RARE;
            let panel = Panel::draw(PEOPLE, variants, frequencies, 13);
            Dataset::population(id, PEOPLE, 14).with_panel(panel)
        }
        "anchor-edge" | "informed" | "threshold-anchored" | "threshold-edge" => {
            Dataset::population(id, 2000, 15)
        }
        "stepping" => Dataset::population(id, 1200, 21),
        "complement" => {
            let mut dataset = Dataset::population(id, PEOPLE, 20);
            // One smoker less is rounded down.
            while dataset.count(|p| p.smoker) % 5 != 3 {
                dataset.people.pop();
            }
            dataset
        }
        "fan-out" => {
            let mut dataset = Dataset::population(id, 1200, 16);
            for person in dataset.people.iter_mut().step_by(40) {
                person.further_samples = 400;
            }
            dataset
        }
        "nested" | "row-predicate" => {
            let mut dataset = Dataset::population(id, PEOPLE, 17);
            for (n, person) in (0_u32..).zip(&mut dataset.people) {
                person.depth = 100.0 + f64::from(n) / 10.0;
            }
            dataset
        }
        "groups" => {
            let mut dataset = Dataset::population(id, PEOPLE, 18);
            for (n, person) in dataset.people.iter_mut().enumerate() {
                if n % 2 == 0 {
                    person.note = format!("case {n}");
                    // Of the years and months nobody is alone: each holds enough.
                    person.registered_on =
                        format!("200{}-{:02}-{:02}", n / 150, 1 + n / 2 % 3, 1 + n / 6 % 28);
                }
            }
            dataset
        }
        other if CANCER.contains(&other) => Dataset::cancer().named(other),
        other => Dataset::population(other, PEOPLE, 19),
    }
}

/// The consortium that most attacks visit.
pub(crate) fn arena() -> &'static Consortium {
    static ARENA: OnceLock<Consortium> = OnceLock::new();
    ARENA.get_or_init(|| {
        let held = || {
            let panels = ["frequencies", "frequencies-typed", "beacon"];
            POPULATIONS.into_iter().chain(CANCER).chain(panels)
        };
        let builder = Consortium::builder().policies(move |policies| {
            let datasets: Vec<&str> = held().collect();
            for (person, project) in ACCOUNTS {
                policies.add_account(person, project, BUDGET, &datasets);
            }
        });
        held()
            .map(population)
            .fold(builder, sekisho_tests::Builder::also)
            .start()
    })
}

/// The first attacker, at a dataset of [`arena`].
pub(crate) async fn intruder(dataset: &'static str) -> Intruder {
    account(0, dataset).await
}

/// One of the [`ACCOUNTS`], at a dataset of [`arena`].
pub(crate) async fn account(number: usize, dataset: &'static str) -> Intruder {
    let (person, project) = ACCOUNTS.get(number).unwrap();
    Intruder {
        visit: arena().visit(person, project).await,
        dataset,
    }
}

impl Intruder {
    pub(crate) async fn ask(&self, sql: &str) -> Reply {
        told(sql, self.visit.sql(sql, &[self.dataset]).await)
    }

    /// How often everybody has these variants, by name.
    pub(crate) async fn frequencies(&self, ids: Vec<String>) -> Reply {
        let asked = Frequencies {
            sites: Some(Sites::Variants(VariantNames { ids })),
            ..Frequencies::default()
        };
        let outcome = self.visit.frequencies(&asked, &[self.dataset]).await;
        told("frequencies", outcome)
    }

    pub(crate) async fn analyze(&self, kind: Kind) -> Reply {
        let outcome = self.visit.analyze(kind, &[self.dataset]).await;
        told("an analysis", outcome)
    }

    /// The number of individuals for whom a predicate holds.
    pub(crate) async fn count(&self, predicate: &str) -> Reply {
        self.ask(&counting(predicate)).await
    }
}

/// What came back of a question.
fn told(question: &str, outcome: Result<Answers, Error>) -> Reply {
    match outcome {
        Ok(mut answers) => Reply::Answer(Box::new(answers.remove(0).1.unwrap())),
        Err(Error::Failed(failure)) => match failure.reason {
            Reason::QueryRefused => Reply::Refused(failure.refusal.unwrap().rule),
            Reason::BudgetExhausted => Reply::Refused("budget".to_owned()),
            Reason::ExecutionFailed => Reply::Failed(failure.to_string()),
            _ => panic!("{question}: {failure}"),
        },
        Err(error) => panic!("{question}: {error}"),
    }
}

pub(crate) fn counting(predicate: &str) -> String {
    format!("SELECT count(*) AS n FROM individuals WHERE {predicate}")
}

impl Reply {
    /// The only figure of an answer; none if it is suppressed or refused.
    pub(crate) fn number(&self) -> Option<f64> {
        let Self::Answer(answer) = self else {
            return None;
        };
        let rows = shown(answer);
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows.first().unwrap().parse().ok()
    }

    /// The rows, if there are any.
    pub(crate) fn rows(&self) -> Vec<String> {
        match self {
            Self::Answer(answer) => shown(answer),
            Self::Refused(_) | Self::Failed(_) => Vec::new(),
        }
    }

    pub(crate) fn met(&self) -> Met {
        match self {
            Self::Refused(_) => Met::Refusal,
            Self::Answer(answer) if answer.release.figures_released == 0 => Met::Suppression,
            Self::Answer(_) | Self::Failed(_) => Met::Figures,
        }
    }

    /// All that an attacker sees, save the answer's number in the ledger and
    /// what is left of the budget, which tell of the questions and not of the
    /// data.
    pub(crate) fn view(&self) -> String {
        match self {
            Self::Refused(rule) => format!("refused by {rule}"),
            Self::Failed(text) => text.clone(),
            Self::Answer(answer) => {
                let release = &answer.release;
                let suppressed: Vec<_> = answer.suppressed().collect();
                format!(
                    "{:?} {suppressed:?} {} {} {}",
                    tables(answer),
                    release.profile,
                    release.figures_released,
                    release.figures_suppressed,
                )
            }
        }
    }
}
