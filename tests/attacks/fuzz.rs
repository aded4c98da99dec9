//! Statements drawn from a grammar, asked of real servers in two worlds: with
//! and without the last person of the files.
//!
//! `SEKISHO_FUZZ` says how many are drawn. The grammar is the one with which the
//! query crate tests itself, without processes and far more often.

#[path = "../../enclave/query/src/tests/fuzz/clauses.rs"]
mod clauses;
#[path = "../../enclave/query/src/tests/fuzz/compare.rs"]
mod compare;
#[expect(dead_code, reason = "the query crate asks for more of it")]
#[path = "../../enclave/query/src/tests/fuzz/grammar.rs"]
mod grammar;
#[path = "../../enclave/query/src/tests/fuzz/predicate.rs"]
mod predicate;
#[path = "../../enclave/query/src/tests/fuzz/source.rs"]
mod source;
#[expect(dead_code, reason = "the query crate asks for more of it")]
#[path = "../../enclave/query/src/tests/fuzz/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};

use arrow::{compute::concat_batches, record_batch::RecordBatch};
use sekisho::{Answer, Error, Reason, Visit};
use sekisho_tests::{Consortium, Site, ingest_folder, shown, temporary};

use grammar::{SIZE, Statement};
use world::World;

const CANCER: &[&str] = &["demo-cancer"];
const PROJECT: &str = "P-0041";
/// By so many people a figure may be about another cohort: an earlier question's.
const ANCHORED: f64 = 22.0;

/// What came back.
#[derive(Debug)]
enum Reply {
    Answer(Box<Answer>),
    Refused(String),
    /// What may be asked of genomes, or at all, is spent.
    Spent,
    /// Nothing that a statement may meet.
    Failed(Reason),
}

impl Reply {
    fn name(&self) -> String {
        match self {
            Self::Answer(answer) => view(answer),
            other => format!("{other:?}"),
        }
    }
}

/// Statements about cohorts without the victim get the same reply in both
/// worlds; of the others the shape is the same, and figures differ by no more
/// than a person and the anchors do.
///
/// The former come first: what is asked about the victim's cohort is a part of
/// the victim's world.
#[tokio::test(flavor = "multi_thread")]
async fn drawn_statements_tell_nothing_of_somebody_outside_their_cohort() {
    let count: u64 = std::env::var("SEKISHO_FUZZ").map_or(60, |text| text.parse().unwrap());
    let with = consortium(&World::whole(), None);
    let without = consortium(&World::without_victim(), Some(&with));
    let with = with.visit("aiko-tanaka", PROJECT).await;
    let without = without.visit("aiko-tanaka", PROJECT).await;
    // Beyond the seeds of the query crate.
    let drawn = (0..count).map(|n| Statement::draw(1_000_000 + n, SIZE));
    let (about, outside): (Vec<_>, Vec<_>) = drawn.partition(|statement| statement.touched);
    let (mut outcomes, mut proposals) = (BTreeMap::<String, usize>::new(), BTreeSet::new());
    let mut amiss = Vec::new();
    for statement in outside.iter().chain(&about) {
        let sql = &statement.sql;
        let (one, other) = (ask(&with, sql).await, ask(&without, sql).await);
        if let Err(what) = alike(statement, &one, &other) {
            amiss.push(format!("{sql}\n{what}"));
        }
        let outcome = match one {
            Reply::Answer(_) if statement.touched => "answered, about the victim".to_owned(),
            Reply::Answer(_) => "answered, without the victim".to_owned(),
            Reply::Refused(rule) => {
                let checked = check(&with, sql, &rule, &mut proposals).await;
                amiss.extend(checked.err().map(|what| format!("{sql}\n{what}")));
                rule
            }
            Reply::Spent => "spent".to_owned(),
            Reply::Failed(reason) => format!("{reason:?}"),
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    for (outcome, count) in &outcomes {
        println!("{count:>7} {outcome}");
    }
    assert!(amiss.is_empty(), "{}", amiss.join("\n\n"));
    let answered = outcomes.keys().filter(|name| name.starts_with("answered"));
    assert_eq!(answered.count(), 2, "both kinds are to be answered");
}

/// What two worlds said, or what is amiss with it.
fn alike(statement: &Statement, one: &Reply, other: &Reply) -> Result<(), String> {
    match (one, other) {
        (Reply::Answer(one), Reply::Answer(other)) => {
            let (seen, other_seen) = (view(one), view(other));
            if !statement.touched && seen != other_seen {
                return Err(format!(
                    "the victim is not in it: {seen}, without {other_seen}"
                ));
            }
            let figures = statement.figures.as_ref();
            compare::bounded(ANCHORED, figures, &rows(one), &rows(other))
        }
        (Reply::Refused(one), Reply::Refused(other)) if one == other => Ok(()),
        (Reply::Spent, Reply::Spent) => Ok(()),
        // How much is spent of a cohort hangs on how large it is.
        (Reply::Spent, Reply::Answer(_)) | (Reply::Answer(_), Reply::Spent)
            if statement.touched =>
        {
            Ok(())
        }
        _ => Err(format!(
            "{}, without the victim {}",
            one.name(),
            other.name()
        )),
    }
}

/// Two enclaves and a gateway; `like` another, it has the same keys.
fn consortium(world: &World, like: Option<&Consortium>) -> Consortium {
    let folder = temporary();
    let store = folder.join("store");
    world.write(&folder.join("data"), "demo-cancer", "east-cancer-centre");
    ingest_folder(&folder.join("data"), &store);
    let builder = Consortium::builder()
        .store(Site::East, "demo-cancer", &store)
        .policies(|policies| {
            policies.add_project(PROJECT, 1_000_000);
        });
    match like {
        Some(other) => builder.keys_of(other).start(),
        None => builder.start(),
    }
}

async fn ask(visit: &Visit, sql: &str) -> Reply {
    let failure = match visit.sql(sql, CANCER).await {
        Ok(mut answers) => match answers.remove(0).1 {
            Ok(answer) => return Reply::Answer(Box::new(answer)),
            Err(failure) => failure,
        },
        Err(Error::Failed(failure)) => failure,
        Err(error) => panic!("{sql}\nno answer: {error}"),
    };
    match (failure.reason, failure.refusal) {
        (Reason::QueryRefused, Some(refusal)) => Reply::Refused(refusal.rule),
        (Reason::BudgetExhausted, _) => Reply::Spent,
        (reason, _) => Reply::Failed(reason),
    }
}

/// The same refusal without asking for data; it helps, and what it proposes is accepted.
async fn check(
    visit: &Visit,
    sql: &str,
    rule: &str,
    proposals: &mut BTreeSet<String>,
) -> Result<(), String> {
    let checked = visit.check(sql, CANCER).await.unwrap().remove(0);
    let Some(refusal) = checked.refusal else {
        return Err(format!("a check accepts what meets {rule}"));
    };
    if refusal.rule != rule || !rule.contains('.') || refusal.help.is_empty() {
        return Err(format!("{rule}, a check says {refusal:?}"));
    }
    if !refusal.rewrite.is_empty() && proposals.insert(refusal.rewrite.clone()) {
        let proposed = visit.check(&refusal.rewrite, CANCER).await.unwrap();
        if !proposed.first().is_some_and(|proposed| proposed.accepted) {
            return Err(format!("it proposes {}", refusal.rewrite));
        }
    }
    Ok(())
}

/// All that is seen of an answer, but for its number in the ledger.
fn view(answer: &Answer) -> String {
    let (release, suppressed) = (&answer.release, answer.suppressed().collect::<Vec<_>>());
    format!(
        "{:?} {suppressed:?} {} {} {}",
        shown(answer),
        release.profile,
        release.figures_released,
        release.figures_suppressed,
    )
}

fn rows(answer: &Answer) -> RecordBatch {
    concat_batches(&answer.schema, &answer.batches).unwrap()
}
