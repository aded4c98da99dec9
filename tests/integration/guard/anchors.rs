//! A cohort that hardly differs from an earlier one gets its figures.

use std::{collections::BTreeSet, fs, path::Path};

use arrow::{
    array::AsArray,
    datatypes::{Float64Type, UInt32Type},
};
use sekisho_tables::{Store, UNIT};
use sekisho_tests::{Consortium, Dataset, Site};

use super::{
    CANCER, PROJECT, SECOND, by_weight, counted, counting, lightest, rounded, rows, visit, weight,
};

const PEOPLE: usize = 300;

fn population() -> Dataset {
    let mut dataset = Dataset::population(CANCER, PEOPLE, 41);
    for (n, person) in (0_u32..).zip(&mut dataset.people) {
        person.depth = 100.0 + f64::from(n) / 10.0;
    }
    dataset
}

fn started() -> (Dataset, Consortium) {
    let dataset = population();
    let consortium = Consortium::builder()
        .dataset(Site::East, dataset.clone())
        .policies(|policies| {
            policies.add_project(SECOND, 10_000);
        })
        .start();
    (dataset, consortium)
}

#[tokio::test]
async fn anchors_survive_a_restart_and_the_ledger_does_not_show_them() {
    let (dataset, consortium) = started();
    let asked = visit(&consortium, PROJECT).await;
    assert_eq!(counted(&asked, &lightest(&dataset, 150)).await, 150);
    consortium.east.restart();
    consortium.wait_until_ready();
    let asked = visit(&consortium, PROJECT).await;
    assert_eq!(counted(&asked, &lightest(&dataset, 155)).await, 150);
    assert_eq!(counted(&asked, &lightest(&dataset, 145)).await, 150);
    // Far from all of them.
    assert_eq!(counted(&asked, &lightest(&dataset, 190)).await, 190);

    // A set as it would be read from a file: the numbers of its members, sorted,
    // of 16 bits each.
    let most = weight(by_weight(&dataset)[149]);
    let members = numbered(&consortium, |weight| weight <= most);
    let members: Vec<u8> = members.iter().flat_map(|n| n.to_le_bytes()).collect();
    assert_eq!(members.len(), 2 * 150);
    let audit = consortium.audit(Site::East);
    let mut bytes = 0;
    for file in files(audit.folder()) {
        let text = fs::read(&file).unwrap();
        bytes += text.len();
        let found = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
        assert!(!members.chunks_exact(12).any(found), "{}", file.display());
    }
    // Two sets, with sketches of 256 bytes, are somewhere.
    assert!(bytes > 2 * 256, "{bytes}");
    let said = audit.verify(&[]).succeeded();
    assert!(
        said.contains("at demo-cancer") && said.contains("sealed"),
        "{said}"
    );
    let anchors = said.lines().find(|line| line.starts_with("anchors"));
    let number = anchors.unwrap().split_whitespace().nth(1).unwrap();
    assert!(number.parse::<usize>().unwrap() >= 2, "{said}");
}

/// The numbers of the individuals of whose weights something holds.
fn numbered(consortium: &Consortium, holds: impl Fn(f64) -> bool) -> BTreeSet<u16> {
    let store = Store::open(consortium.folder().join("east/store")).unwrap();
    let snapshot = store.current(CANCER).unwrap();
    let everybody = snapshot.individuals().unwrap();
    let columns = [UNIT, "weight"].map(str::to_owned);
    let mut found = BTreeSet::new();
    for batch in snapshot.scan("individuals", &columns, &everybody).unwrap() {
        let batch = batch.unwrap();
        let numbers = batch.column(0).as_primitive::<UInt32Type>().values();
        let weights = batch.column(1).as_primitive::<Float64Type>().values();
        let held = numbers
            .iter()
            .zip(weights)
            .filter(|(_, weight)| holds(**weight));
        found.extend(held.map(|(number, _)| u16::try_from(*number).unwrap()));
    }
    found
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                // Not the operator's socket.
                path.is_file().then_some(path).into_iter().collect()
            }
        })
        .collect()
}

#[tokio::test]
async fn what_one_project_was_told_another_is_told_of_a_near_cohort() {
    let (dataset, consortium) = started();
    let first = visit(&consortium, PROJECT).await;
    let second = visit(&consortium, SECOND).await;
    assert_eq!(counted(&first, &lightest(&dataset, 150)).await, 150);
    for near in [141, 149, 151, 159] {
        assert_eq!(
            counted(&second, &lightest(&dataset, near)).await,
            150,
            "{near}"
        );
    }
    // At least 20 off, whatever the noise on the tolerance.
    assert_eq!(counted(&second, &lightest(&dataset, 180)).await, 180);
    assert_eq!(counted(&second, &lightest(&dataset, 120)).await, 120);
}

#[tokio::test]
async fn a_row_predicate_that_is_aimed_at_one_person_changes_nothing() {
    let (dataset, consortium) = started();
    let asked = visit(&consortium, PROJECT).await;
    // Two rows of each: one row less is rounded the other way.
    let cohort = lightest(&dataset, 149);
    let sql = |rows: &str| {
        format!(
            "SELECT count(*) AS n, sum(q.depth) AS depth FROM individuals i \
             JOIN qc_metrics q ON i.individual_id = q.individual_id \
             WHERE i.{cohort} AND q.depth > {rows}"
        )
    };
    let all = rows(&asked, CANCER, &sql("1")).await;
    assert!(all[0].starts_with("300 "), "{all:?}");
    let people = by_weight(&dataset);
    for victim in people.iter().take(149).step_by(30) {
        let without = sql(&format!("1 AND q.depth <> {}", victim.depth));
        assert_eq!(rows(&asked, CANCER, &without).await, all);
    }
    // Without the tumours of sixty people it is another figure: 298 − 60.
    let mut depths: Vec<f64> = people.iter().take(149).map(|person| person.depth).collect();
    depths.sort_by(f64::total_cmp);
    let many = sql(&format!(
        "1 AND q.depth NOT BETWEEN {} AND {}",
        depths[0], depths[59]
    ));
    let many = rows(&asked, CANCER, &many).await;
    assert!(many[0].starts_with("240 "), "{many:?}");
}

#[tokio::test]
async fn parts_of_a_snapped_cohort_add_up_to_it() {
    let (dataset, consortium) = started();
    let people = by_weight(&dataset);
    let females = |n: usize| people.iter().take(n).filter(|p| p.sex == "female").count();
    // Multiples of five are released as they are.
    let whole = (100..200)
        .step_by(5)
        .find(|n| females(*n) % 5 == 0)
        .unwrap();
    let female = females(whole);
    let male = whole - female;
    // A near one, with other figures.
    let near = (whole + 1..whole + 10)
        .find(|n| rounded(females(*n)) != female && rounded(*n) != whole)
        .unwrap();
    let asked = visit(&consortium, PROJECT).await;
    assert_eq!(counted(&asked, &lightest(&dataset, whole)).await, whole);
    let near = lightest(&dataset, near);
    let by_sex = format!("SELECT sex, count(*) AS n FROM individuals WHERE {near} GROUP BY sex");
    assert_eq!(
        rows(&asked, CANCER, &by_sex).await,
        [format!("female {female}"), format!("male {male}")]
    );
    let conditions = "count(*) FILTER (WHERE sex = 'female') AS female, \
                      sum(CASE WHEN sex = 'male' THEN 1 ELSE 0 END) AS male, count(*) AS n";
    let conditions = counting(&near).replace("count(*) AS n", conditions);
    assert_eq!(
        rows(&asked, CANCER, &conditions).await,
        [format!("{female} {male} {whole}")]
    );
}
