//! What a decision costs among a hundred grants and among a hundred thousand, and
//! what casbin's own enforcement takes, which asks every line.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that fails ends, and prints"
)]

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use casbin::{CoreApi as _, DefaultModel, Enforcer, MemoryAdapter, MgmtApi as _};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sekisho_bench::{Row, own_peak_mib, report};
use sekisho_policies::{Operation, Outcome, PolicySet, Request};
use sekisho_tests::root;

/// The 99th percentile may be this, in seconds.
const LIMIT_S: f64 = 0.001;
/// So much longer it may be among many grants than among few.
const GROWTH: f64 = 2.0;
const FEW: usize = 100;
const MANY: usize = 100_000;
/// Each project has a grant of each.
const DATASETS: usize = 4;
const DECISIONS: usize = 20_000;
const PLAIN: usize = 5;
const PERSON: &str = "spiffe://consortium.example/people/aiko-tanaka";
const DAY: &str = "2026-12-01";

fn main() {
    let (few, many) = (grown(FEW), grown(MANY));
    let [of_few, of_many] = decisions([(&few, FEW), (&many, MANY)]);
    let plain = plain();
    println!("a decision, in microseconds:   median   99th percentile");
    for (grants, times) in [(FEW, &of_few), (MANY, &of_many)] {
        let (median, p99) = (at(times, 50) * 1e6, at(times, 99) * 1e6);
        println!("  among {grants:>7} grants       {median:>9.1} {p99:>12.1}");
    }
    println!("  casbin over every line     {:>9.1}", plain * 1e6);
    let work = format!("a decision among {MANY} grants, at the 99th percentile");
    let rss = own_peak_mib();
    let within = Row::within("decision", &work, at(&of_many, 99), LIMIT_S, rss);
    let work = format!("a decision among {MANY} grants");
    let among = format!("the same among {FEW}, both at the 99th percentile");
    let few = (among.as_str(), at(&of_few, 99));
    let grows = Row::beside(
        "decision, growth",
        &work,
        at(&of_many, 99),
        few,
        GROWTH,
        rss,
    );
    let every = ("casbin's enforcement over all lines", plain);
    let plain = Row::beside("decision, casbin", &work, at(&of_many, 50), every, 1.0, rss);
    for row in [&within, &grows, &plain] {
        println!(
            "  {}: {:.4} of {}, bound {}",
            row.name, row.ratio, row.peer, row.bound
        );
    }
    report(&[within, grows, plain]).unwrap();
}

/// A percentile of times, in seconds.
fn at(sorted: &[Duration], percent: usize) -> f64 {
    let place = sorted.len() * percent / 100;
    sorted.get(place).map_or(f64::NAN, Duration::as_secs_f64)
}

/// Decisions about projects that are drawn, of a person who is in the team of all:
/// in turn, so that a slow moment of the machine meets both.
fn decisions(sets: [(&PolicySet, usize); 2]) -> [Vec<Duration>; 2] {
    let mut draw = StdRng::seed_from_u64(1);
    let at = format!("{DAY}T03:00:00Z").parse().unwrap();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..DECISIONS {
        for ((set, grants), times) in sets.into_iter().zip(&mut times) {
            let project = format!("Q-{}", draw.random_range(0..grants / DATASETS));
            let dataset = format!("d{}", draw.random_range(0..DATASETS));
            let request = Request {
                principal: PERSON,
                project: &project,
                dataset: &dataset,
                operation: Operation::Query,
                at,
            };
            let begun = Instant::now();
            let decision = black_box(set.decide(&request));
            times.push(begun.elapsed());
            assert_eq!(decision.outcome, Outcome::Allow);
        }
    }
    times.iter_mut().for_each(|times| times.sort_unstable());
    times
}

/// The shipped consortium, and so many grants more.
fn grown(grants: usize) -> PolicySet {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("policies/consortium"), folder.path());
    let add = |file: &str, rows: String| {
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{}\n{rows}", text.trim_end())).unwrap();
    };
    let until = "2035-12-31";
    let datasets = (0..DATASETS).map(|d| format!("d{d},east-cancer-centre,,detailed,0,GRU\n"));
    add("datasets.csv", datasets.collect());
    let (mut projects, mut teams, mut rows) = (String::new(), String::new(), String::new());
    for n in 0..grants / DATASETS {
        writeln!(projects, "Q-{n},Title,midori-institute,health,non-commercial,IRB-1,2026-01-01,{until},approved,10").unwrap();
        writeln!(teams, "Q-{n},{PERSON}").unwrap();
        for d in 0..DATASETS {
            writeln!(rows, "Q-{n},d{d},detailed,*,*,,allow,2026-01-01,{until}").unwrap();
        }
    }
    add("projects.csv", projects);
    add("teams.csv", teams);
    add("grants.csv", rows);
    PolicySet::load(folder.path()).unwrap()
}

/// The files, but for the cases that must not change.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&path, &target);
        } else if !path.ends_with("tests.csv") {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// A decision of casbin's over one line for each grant, in seconds: the middle of
/// a few.
fn plain() -> f64 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let enforcer = runtime.block_on(async {
        let model = DefaultModel::from_file(root().join("policies/model.conf"));
        let model = model.await.unwrap();
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default())
            .await
            .unwrap();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let projects = || (0..MANY / DATASETS).map(|n| format!("Q-{n}"));
        let lines = projects().flat_map(|project| {
            (0..DATASETS).map(move |d| {
                words(&[
                    &project,
                    &format!("d{d}"),
                    "query",
                    "2026-01-01",
                    "2035-12-31",
                    "allow",
                ])
            })
        });
        enforcer.add_policies(lines.collect()).await.unwrap();
        let roles = projects().map(|project| words(&[PERSON, "team", &project]));
        enforcer
            .add_grouping_policies(roles.collect())
            .await
            .unwrap();
        enforcer
    });
    let project = format!("Q-{}", MANY / DATASETS / 2);
    let mut times: Vec<Duration> = (0..PLAIN)
        .map(|_| {
            let begun = Instant::now();
            let allowed = enforcer.enforce((PERSON, &project, "d2", "query", DAY));
            let took = begun.elapsed();
            assert!(allowed.unwrap());
            took
        })
        .collect();
    times.sort_unstable();
    at(&times, 50)
}
