//! The same statements in worlds that differ by one person.

mod statements;

use std::{sync::OnceLock, time::Instant};

use sekisho_tests::{Dataset, Site, Worlds};

use crate::{
    intruder::{ACCOUNTS, Intruder, Reply},
    rates::{Rates, told_apart, told_apart_anew},
    timing::tick,
};
pub(crate) use statements::STATEMENTS;

/// Cohorts that the victim, who is forty and has lung cancer, is not in.
pub(crate) const OUTSIDE: [&str; 3] = ["i.age >= 50", "i.diagnosis = 'liver'", "i.age >= 87"];
/// One that the victim is in.
pub(crate) const AROUND: &str = "i.age < 70";

/// Diagnoses that are all frequent, so that no group is near the threshold.
pub(crate) fn dataset() -> Dataset {
    let mut dataset = Dataset::population("demo-cancer", 420, 37);
    let diagnoses = ["lung", "liver", "breast", "stomach", "thymus", "none"];
    for (person, diagnosis) in dataset.people.iter_mut().zip(diagnoses.iter().cycle()) {
        person.diagnosis = diagnosis;
    }
    let victim = dataset.people.last_mut().unwrap();
    (victim.age, victim.diagnosis) = (40, "lung");
    victim.sex = "female";
    victim.smoker = true;
    victim.carries = [true; 4];
    dataset
}

fn worlds() -> &'static Worlds {
    static WORLDS: OnceLock<Worlds> = OnceLock::new();
    WORLDS.get_or_init(|| {
        Worlds::start(
            &dataset(),
            |victim| victim.smoker = false,
            |policies| {
                let (person, project) = ACCOUNTS[0];
                policies.add_account(person, project, 100_000, &[Site::East.dataset()]);
            },
        )
    })
}

/// The victim's world, the one without, the one where the victim does not smoke.
async fn visitors() -> [Intruder; 3] {
    let (person, project) = ACCOUNTS[0];
    let Worlds {
        with,
        without,
        flipped,
    } = worlds();
    let visits = [with, without, flipped].map(|world| world.visit(person, project));
    let [with, without, flipped] = visits;
    [with.await, without.await, flipped.await].map(|visit| Intruder {
        visit,
        dataset: Site::East.dataset(),
    })
}

/// First whom the victim is not among: every byte of every reply is the same in
/// all worlds. Then the cohort that the victim is in: the same shape, refusals
/// and suppressed figures, and figures within what the mechanism states.
///
/// The order matters. Whom an earlier question was about decides to which set a
/// later one is snapped; a ledger that has seen the victim's cohort is a part of
/// the victim's world.
#[tokio::test(flavor = "multi_thread")]
async fn worlds_that_differ_by_one_person_answer_alike() {
    let worlds = visitors().await;
    let mut seen = Vec::new();
    let mut answered = 0;
    for cohort in OUTSIDE {
        for (sql, _) in STATEMENTS {
            let sql = sql.replace("{c}", cohort);
            let replies = ask(&worlds, &sql).await;
            answered += usize::from(matches!(replies[0], Reply::Answer(_)));
            let [with, without, flipped] = replies.map(|reply| reply.view());
            assert_eq!(with, without, "{sql}");
            assert_eq!(with, flipped, "{sql}");
            seen.push((format!("{sql} {with}"), true));
            seen.push((format!("{sql} {without}"), false));
        }
    }
    let outside = seen.len();
    for (sql, within) in STATEMENTS {
        let sql = sql.replace("{c}", AROUND);
        let [with, without, flipped] = ask(&worlds, &sql).await;
        for other in [without, flipped] {
            alike(&sql, &with, &other, within);
        }
    }
    println!("worlds: {answered} of {} statements answered", outside / 2);
    time(&worlds).await;
    let right = told_apart(&seen);
    Rates::new("worlds-outside", "sets; keyed noise", &right, 0.5, 0.5).report();
}

/// How long answers about others take (and what they spend and remember is the
/// last thing that happens to these ledgers) in the victim's world and in the one
/// without, in turn.
async fn time([with, without, _]: &[Intruder; 3]) {
    let mut seen = Vec::new();
    for (n, (sql, _)) in STATEMENTS.iter().enumerate() {
        let sql = sql.replace("{c}", &format!("i.age >= 46 AND i.weight < 1{n:02}"));
        let mut pair = [(with, true), (without, false)];
        // Who is asked first changes.
        pair.rotate_left(n % 2);
        for (world, there) in pair {
            let begun = Instant::now();
            world.ask(&sql).await;
            seen.push((tick(begun), there));
        }
    }
    let right = told_apart_anew(&seen);
    Rates::new("worlds-time", "ticks", &right, 0.5, 0.5).report();
}

async fn ask(worlds: &[Intruder; 3], sql: &str) -> [Reply; 3] {
    let [with, without, flipped] = worlds;
    tokio::join!(with.ask(sql), without.ask(sql), flipped.ask(sql)).into()
}

/// The same rule refuses, or the same rows come with the same cells hidden, and
/// no number is further off than stated.
fn alike(sql: &str, one: &Reply, other: &Reply, within: f64) {
    let (Reply::Answer(_), Reply::Answer(_)) = (one, other) else {
        assert_eq!(one.view(), other.view(), "{sql}");
        return;
    };
    let (one, other) = (one.rows(), other.rows());
    assert_eq!(one.len(), other.len(), "{sql}: {one:?} {other:?}");
    for (one, other) in one.iter().zip(&other) {
        let cells = one.split(' ').zip(other.split(' '));
        for (a, b) in cells {
            let close = match (a.parse::<f64>(), b.parse::<f64>()) {
                (Ok(a), Ok(b)) => (a - b).abs() <= within,
                _ => a == b,
            };
            assert!(
                close,
                "{sql}: {one} and {other} are more than {within} apart"
            );
        }
    }
}
