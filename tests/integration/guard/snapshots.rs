//! Between one snapshot and the next.

use sekisho_tests::{Consortium, Dataset, Site};

use super::{CANCER, PROJECT, counted, rows, visit};

const COUNT: &str = "SELECT count(*) AS n FROM individuals";

#[tokio::test]
async fn one_newcomer_changes_no_figure_and_forty_do() {
    let everybody = Dataset::population(CANCER, 342, 42);
    let with = |people: usize| {
        let mut dataset = everybody.clone();
        dataset.people.truncate(people);
        dataset
    };
    let consortium = Consortium::builder().dataset(Site::East, with(302)).start();
    let asked = visit(&consortium, PROJECT).await;
    assert_eq!(rows(&asked, CANCER, COUNT).await, ["300"]);
    let first = asked.tables(CANCER).await.unwrap();
    // 303 are rounded up.
    consortium.ingest(&with(303));
    assert_eq!(rows(&asked, CANCER, COUNT).await, ["300"]);
    consortium.ingest(&with(342));
    assert_eq!(rows(&asked, CANCER, COUNT).await, ["340"]);
    assert_eq!(asked.tables(CANCER).await.unwrap(), first);
}

#[tokio::test]
async fn who_withdraws_is_not_told_from_nine_others() {
    let mut dataset = Dataset::population(CANCER, 300, 43);
    let consortium = Consortium::builder()
        .dataset(Site::East, dataset.clone())
        .start();
    let asked = visit(&consortium, PROJECT).await;
    let mut before = counted(&asked, "weight > 0").await;
    assert_eq!(before, 300);
    for withdrawn in [150, 20, 280] {
        dataset.people.remove(withdrawn);
        consortium.ingest(&dataset);
        let after = counted(&asked, "weight > 0").await;
        let released = format!("{after} of {}, before {before}", dataset.people.len());
        // Nobody, or a crowd: never one. And never of somebody who withdrew.
        assert!(after == before || before - after >= 10, "{released}");
        assert!(after <= dataset.people.len() - 10, "{released}");
        before = after;
    }
}
