//! Summary statistics: as many rows as exposure lets be told.

use sekisho::{Association, Kind, Reason};
use sekisho_tests::{Dataset, Panel, failure, only, tables};

use super::{
    super::{CANCER, PROJECT, under, visit},
    cells_of, number, smokers,
};

/// Where the committee lets so much be told, all of a panel is, of as many cases and controls as a
/// release of so many variants needs. Of fewer nothing is, and nothing is charged for it.
#[tokio::test]
async fn summary_statistics_leave_where_the_committee_raised_the_cap() {
    const SIDE: usize = 1_060;
    let mut people = Dataset::population(CANCER, 2 * SIDE, 97);
    for (at, person) in people.people.iter_mut().enumerate() {
        person.smoker = at % 2 == 0;
    }
    let panel = Panel::draw(2 * SIDE, 130, [0.3, 0.7], 97);
    let dataset = people.with_panel(panel);
    let raised = "cap = 4.0\nproject_share = 1.0\napproved_by = \"the committee of the tests\"\n";
    let consortium = under(dataset, raised);
    let visit = visit(&consortium, PROJECT).await;
    let asked = |most, r#where: &str| {
        Kind::Association(Association {
            most,
            r#where: r#where.to_owned(),
            ..smokers()
        })
    };
    // 4 of 1 060, and the summary: more than that no project may be told, whatever it was told.
    let refused = failure(visit.analyze(asked(4_240, ""), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::BudgetExhausted, "{refused:?}");
    assert!(refused.message.contains("was charged"), "{refused}");
    // Of fewer than 1 000 on a side not so much is told, and nothing is charged.
    let told = tables(&only(
        visit.analyze(asked(2_000, "age < 60"), &[CANCER]).await,
    ));
    assert!(cells_of(&told, "associations").is_empty());
    assert_eq!(cells_of(&told, "summary")[0], ["-", "-", "-", "-"]);
    let told = tables(&only(visit.analyze(asked(2_000, ""), &[CANCER]).await));
    let found = cells_of(&told, "associations");
    assert!(found.len() > 100, "{}", found.len());
    let z: Vec<f64> = found.iter().map(|row| number(row[6]).abs()).collect();
    assert!(z.is_sorted_by(|a, b| a >= b), "{z:?}");
    assert_eq!(cells_of(&told, "genotypes").len(), 2 * found.len());
    // The same figures as where fewer are asked for.
    let few = tables(&only(visit.analyze(asked(100, ""), &[CANCER]).await));
    assert_eq!(cells_of(&few, "associations"), found[..100]);
    // 2 001 and 101 of 4 240 are told; as many again are too many.
    let refused = failure(visit.analyze(asked(2_200, ""), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::BudgetExhausted, "{refused:?}");
}
