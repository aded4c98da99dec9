//! Quality from stage to stage, asked of a real server: what changes, and of whom nothing is seen.

use sekisho::{Kind, QcReport};
use sekisho_tests::{Dataset, only, tables};

use super::{
    CANCER, PROJECT,
    frequencies::{LIFTED, PEOPLE},
    visit,
};

/// Half of the people have a depth at the earlier stage. Two cohorts differ in many of the
/// others, and in one of those.
#[tokio::test]
async fn one_who_has_both_stages_more_or_less_is_not_seen() {
    let mut dataset = Dataset::population(CANCER, PEOPLE, 91);
    for (at, person) in dataset.people.iter_mut().enumerate() {
        let lost = 10.0 + (at % 40) as f64;
        person.earlier_depth = (at < PEOPLE / 2).then_some(person.depth + lost);
    }
    let consortium = super::under(dataset.clone(), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let asked = async |without: &[usize]| {
        let weights = without.iter().map(|at| super::weight(&dataset.people[*at]));
        let weights: Vec<String> = weights.map(|weight| weight.to_string()).collect();
        let asked = Kind::QcReport(QcReport {
            metrics: vec!["depth".to_owned()],
            r#where: match without {
                [] => String::new(),
                _ => format!("weight NOT IN ({})", weights.join(", ")),
            },
            by: Vec::new(),
        });
        let told = tables(&only(visit.analyze(asked, &[CANCER]).await));
        let of = |name: &str| {
            let (_, rows) = told.iter().find(|(of, _)| of == name).unwrap();
            let of_tumours = rows.iter().filter(|row| row.starts_with("tumor qc1 qc2"));
            of_tumours.cloned().collect::<Vec<_>>()
        };
        (of("changes"), of("change_histogram"))
    };
    let whole = asked(&[]).await;
    let [row] = &whole.0[..] else {
        panic!("{whole:?}")
    };
    let cells: Vec<&str> = row.split(' ').skip(4).collect();
    assert_eq!(cells[0], (PEOPLE / 2).to_string());
    let median: f64 = cells[2].parse().unwrap();
    assert!((-32.0..-27.0).contains(&median), "{row}");
    assert!(whole.1.len() > 2, "{whole:?}");
    let others: Vec<usize> = (PEOPLE / 2..PEOPLE / 2 + 60).collect();
    assert_eq!(asked(&others).await, whole);
    let mut with_one: Vec<usize> = (PEOPLE / 2 + 60..PEOPLE / 2 + 120).collect();
    with_one.push(3);
    assert_eq!(asked(&with_one).await, whole);
}
