//! A world in which somebody withdrew, and one in which they never were.

use std::fs;

use sekisho_tests::{Consortium, Dataset, Site};

use crate::{
    intruder::{ACCOUNTS, Intruder, Reply},
    rates::{Rates, told_apart},
    worlds::{AROUND, OUTSIDE, STATEMENTS, dataset},
};

/// A world over a dataset, with the keys of another.
fn world(dataset: Dataset, keys: Option<&Consortium>) -> Consortium {
    let builder = Consortium::builder()
        .dataset(Site::East, dataset)
        .policies(|policies| {
            let (person, project) = ACCOUNTS[0];
            policies.add_account(person, project, 100_000, &[Site::East.dataset()]);
        });
    match keys {
        Some(of) => builder.keys_of(of).start(),
        None => builder.start(),
    }
}

async fn intruder(world: &Consortium) -> Intruder {
    let (person, project) = ACCOUNTS[0];
    Intruder {
        visit: world.visit(person, project).await,
        dataset: Site::East.dataset(),
    }
}

/// The same people, of whom other things are true.
fn later(mut dataset: Dataset) -> Dataset {
    for person in &mut dataset.people {
        person.weight = person.weight.map(|weight| weight + 0.5);
        person.smoker = !person.smoker;
    }
    dataset
}

/// Every byte of every reply is the same, on the snapshot that was there when the
/// victim withdrew, on a later one that has the victim still, and after the
/// enclave's ledger was restored without its index.
#[tokio::test(flavor = "multi_thread")]
async fn who_withdrew_is_in_no_figure_of_any_snapshot() {
    let everybody = dataset();
    let victim = everybody.people.last().unwrap().id.clone();
    let with = world(everybody.clone(), None);
    let without = world(everybody.clone().without_last(), Some(&with));
    let withdraw = ["withdraw", victim.as_str()];
    with.consent(Site::East, &withdraw).succeeded();
    let (mut seen, mut answered) = (Vec::new(), 0);
    alike(&with, &without, &mut seen, &mut answered).await;
    for world in [&with, &without] {
        world.east.kill9();
        let index = world.audit(Site::East).folder().join("index");
        fs::remove_dir_all(index).unwrap();
        world.east.restart();
        world.wait_until_ready();
    }
    with.ingest(&later(everybody.clone()));
    without.ingest(&later(everybody.without_last()));
    alike(&with, &without, &mut seen, &mut answered).await;
    println!(
        "withdrawn: {answered} of {} statements answered",
        seen.len() / 2
    );
    assert!(answered > seen.len() / 4);
    let right = told_apart(&seen);
    Rates::new("withdrawn", "consent", &right, 0.5, 0.5).report();
}

async fn alike(
    with: &Consortium,
    without: &Consortium,
    seen: &mut Vec<(String, bool)>,
    answered: &mut usize,
) {
    let (with, without) = (intruder(with).await, intruder(without).await);
    for cohort in OUTSIDE.into_iter().chain([AROUND]) {
        for (sql, _) in STATEMENTS {
            let sql = sql.replace("{c}", cohort);
            let (one, other) = tokio::join!(with.ask(&sql), without.ask(&sql));
            *answered += usize::from(matches!(one, Reply::Answer(_)));
            let (one, other) = (one.view(), other.view());
            assert_eq!(one, other, "{sql}");
            seen.push((format!("{sql} {one}"), true));
            seen.push((format!("{sql} {other}"), false));
        }
    }
}
