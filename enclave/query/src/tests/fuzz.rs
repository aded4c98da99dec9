//! Statements drawn from a grammar, asked in pairs of worlds.
//!
//! `SEKISHO_FUZZ` says how many are drawn, `SEKISHO_FUZZ_SEED` from which seed on.

mod clauses;
mod compare;
mod grammar;
mod offered;
mod predicate;
mod source;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::record_batch::RecordBatch;
use tokio::runtime::{Builder, Runtime};

use super::{Dataset, answer};
use crate::{Refusal, run};
use grammar::{SIZE, Statement};
use offered::OFFERED;
use world::World;

const NAME: &str = "small";

/// The worlds, ingested.
struct Worlds {
    whole: Dataset,
    without_victim: Dataset,
    flipped: Vec<Dataset>,
}

impl Worlds {
    fn new() -> Self {
        let ingested = |world: &World| {
            let folder = tempfile::tempdir().unwrap();
            world.write(&folder.path().join(NAME), NAME, "nobody");
            Dataset::of(folder, NAME)
        };
        Self {
            whole: ingested(&World::whole()),
            without_victim: ingested(&World::without_victim()),
            flipped: (0..6)
                .map(|which| ingested(&World::flipped(which)))
                .collect(),
        }
    }
}

/// What a statement met.
enum Met {
    /// An answer; whether the worlds differ in it.
    Answer(bool),
    /// A rule that refused it.
    Rule(&'static str),
}

/// What somebody found who asked statements.
#[derive(Default)]
struct Tally {
    /// How often, how often unspoilt, and the shortest unspoilt statement.
    outcomes: BTreeMap<&'static str, (usize, usize, String)>,
    accepted: usize,
    /// Of the accepted: about cohorts without the victim, and answered otherwise
    /// in another world.
    untouched: usize,
    differ: usize,
    constructs: BTreeSet<&'static str>,
    failures: Vec<String>,
}

#[test]
fn whatever_is_accepted_tells_nothing_of_somebody_outside_its_cohort() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let count: u64 = number("SEKISHO_FUZZ").unwrap_or(400);
    let from: u64 = number("SEKISHO_FUZZ_SEED").unwrap_or(1);
    let (worlds, next) = (Worlds::new(), AtomicU64::new(from));
    let tally = Mutex::new(Tally::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(8) {
            scope.spawn(|| {
                let asker = Asker::new(&worlds);
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + count {
                        break;
                    }
                    let statement = Statement::draw(seed, SIZE);
                    let judged = asker.judge(&statement);
                    let smallest = judged.is_err().then(|| asker.smallest(seed)).flatten();
                    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                    tally.add(seed, statement, judged, smallest);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    tally.tell();
    assert!(tally.failures.is_empty(), "{}", tally.failures.join("\n\n"));
    if count < 300 {
        return;
    }
    let accepted = tally.accepted as f64 / count as f64;
    assert!(accepted >= 0.3, "only {accepted} are accepted");
    assert!(
        10 * tally.untouched >= tally.accepted,
        "the victim is in nearly every cohort"
    );
    assert!(tally.differ > 0, "no world differs from another");
    let never: Vec<_> = OFFERED
        .iter()
        .filter(|construct| !tally.constructs.contains(*construct))
        .collect();
    assert!(never.is_empty(), "in no accepted statement: {never:?}");
}

#[test]
fn the_grammar_draws_whatever_is_offered_and_the_same_for_the_same_seed() {
    let mut drawn = BTreeSet::new();
    for seed in 1..=400 {
        let statement = Statement::draw(seed, SIZE);
        assert_eq!(statement.sql, Statement::draw(seed, SIZE).sql);
        if !statement.constructs.contains("spoilt") {
            drawn.extend(statement.constructs);
        }
    }
    let never: Vec<_> = OFFERED
        .iter()
        .filter(|construct| !drawn.contains(*construct))
        .collect();
    assert!(never.is_empty(), "never drawn: {never:?}");
}

impl Tally {
    fn add(
        &mut self,
        seed: u64,
        statement: Statement,
        judged: Result<Met, String>,
        smallest: Option<(String, String)>,
    ) {
        match judged {
            Ok(met) => {
                let outcome = match met {
                    Met::Answer(_) => "accepted",
                    Met::Rule(rule) => rule,
                };
                let (all, unspoilt, shortest) = self.outcomes.entry(outcome).or_default();
                *all += 1;
                if !statement.constructs.contains("spoilt") {
                    *unspoilt += 1;
                    if *unspoilt == 1 || statement.sql.len() < shortest.len() {
                        shortest.clone_from(&statement.sql);
                    }
                }
                if let Met::Answer(differ) = met {
                    self.accepted += 1;
                    self.differ += usize::from(differ);
                    self.untouched += usize::from(!statement.touched);
                    self.constructs.extend(statement.constructs);
                }
            }
            Err(failure) => {
                let (sql, failure) = smallest.unwrap_or((statement.sql, failure));
                self.failures.push(format!("seed {seed}: {sql}\n{failure}"));
            }
        }
    }

    #[expect(clippy::print_stdout, reason = "people read it")]
    fn tell(&self) {
        println!("   drawn unspoilt");
        for (outcome, (all, unspoilt, shortest)) in &self.outcomes {
            println!("{all:>8} {unspoilt:>8} {outcome:<28} {shortest}");
        }
        println!(
            "{:>8} accepted about cohorts without the victim, {} differ between worlds",
            self.untouched, self.differ
        );
    }
}

/// One who asks, with a runtime of its own.
struct Asker<'a> {
    worlds: &'a Worlds,
    runtime: Runtime,
    /// Proposals that were found to be accepted.
    proposals: Mutex<HashSet<String>>,
}

impl<'a> Asker<'a> {
    fn new(worlds: &'a Worlds) -> Self {
        Self {
            worlds,
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
            proposals: Mutex::default(),
        }
    }

    /// What all worlds say, or what is amiss.
    fn judge(&self, statement: &Statement) -> Result<Met, String> {
        let Worlds {
            whole,
            without_victim,
            flipped,
        } = self.worlds;
        let sql = &statement.sql;
        let answered = match self.ask(whole, sql)? {
            Ok(answered) => answered,
            Err(refusal) => {
                self.proposal(&refusal)?;
                return match self.prepared(without_victim, sql)? {
                    Err(other) if other == refusal => Ok(Met::Rule(refusal.rule.id())),
                    other => Err(format!("{refusal:?}, and without the victim {other:?}")),
                };
            }
        };
        let mut differ = false;
        for (name, world) in [
            ("without the victim", without_victim),
            ("with a value flipped", &flipped[statement.flip]),
        ] {
            let other = self
                .ask(world, sql)?
                .map_err(|refusal| format!("answered, and {name} {refusal:?}"))?;
            differ |= other != answered;
            if !statement.touched && other != answered {
                return Err(format!(
                    "the victim is not in the cohort: {:#?}, and {name} {:#?}",
                    super::lines(&answered),
                    super::lines(&other)
                ));
            }
            compare::bounded(1.0, statement.figures.as_ref(), &answered, &other)
                .map_err(|amiss| format!("{name}: {amiss}"))?;
        }
        Ok(Met::Answer(differ))
    }

    /// The smallest statement of a seed that fails as well, and how.
    fn smallest(&self, seed: u64) -> Option<(String, String)> {
        (0..SIZE).find_map(|size| {
            let statement = Statement::draw(seed, size.max(1));
            let failure = self.judge(&statement).err()?;
            Some((statement.sql, failure))
        })
    }

    /// Both phases, or what panicked.
    fn ask(&self, world: &Dataset, sql: &str) -> Result<Result<RecordBatch, Refusal>, String> {
        let asked = || self.runtime.block_on(answer(world, sql));
        catch_unwind(AssertUnwindSafe(asked)).map_err(|_| "it panics".to_owned())
    }

    /// A statement's refusal without asking for data.
    fn prepared(&self, world: &Dataset, sql: &str) -> Result<Result<(), Refusal>, String> {
        let prepare = || {
            let prepared = run::prepare(sql, world.snapshot.catalogue());
            self.runtime.block_on(prepared).map(|_| ())
        };
        catch_unwind(AssertUnwindSafe(prepare)).map_err(|_| "it panics".to_owned())
    }

    /// A refusal says what is wrong and what to do, and what it proposes is accepted.
    fn proposal(&self, refusal: &Refusal) -> Result<(), String> {
        if refusal.message.is_empty() || refusal.help.is_empty() {
            return Err(format!("{refusal:?} does not help"));
        }
        let Some(rewrite) = &refusal.rewrite else {
            return Ok(());
        };
        let mut proposals = self.proposals.lock().unwrap();
        if !proposals.contains(rewrite) {
            self.prepared(&self.worlds.whole, rewrite)?
                .map_err(|other| format!("{rewrite} is proposed, and meets {other:?}"))?;
            proposals.insert(rewrite.clone());
        }
        Ok(())
    }
}
