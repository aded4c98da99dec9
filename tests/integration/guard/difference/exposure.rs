//! What differences cost, of what may be told of anybody.

use sekisho::{Difference, Kind, Reason};
use sekisho_tests::{failure, only, shown, tables};

use super::super::{CANCER, PROJECT, SECOND, under, visit};
use super::{FEATURES, dataset, name, named, smokers};

/// Each feature that was asked for is charged to cases and to others, and so is the summary;
/// figures of SQL are charged as those of genes.
#[tokio::test]
async fn what_is_told_is_charged_as_exposure() {
    let consortium = under(dataset(33), "cap = 0.25\n");
    let first = visit(&consortium, PROJECT).await;
    let asked = |most| Kind::Difference(Difference { most, ..smokers() });
    let refused = failure(first.analyze(asked(10), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::BudgetExhausted, "{refused:?}");
    let told = only(first.analyze(asked(1), &[CANCER]).await);
    let again = only(first.analyze(asked(1), &[CANCER]).await);
    assert!(!told.release.repeated && again.release.repeated);
    assert_eq!(tables(&told), tables(&again));
    let refused = failure(first.analyze(asked(2), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::BudgetExhausted, "{refused:?}");
    let sql = |gene: usize| {
        format!(
            "SELECT avg(tpm) AS m FROM expression WHERE gene = '{}'",
            name(gene)
        )
    };
    // Ten figures may be told of four hundred. Those of a person's own rows are as many as they
    // are of features.
    let nested = |genes: usize| {
        let figure = |of: usize| format!("avg(tpm) FILTER (WHERE gene = '{}') AS g{of}", name(of));
        let inner: Vec<String> = (0..genes).map(figure).collect();
        let outer: Vec<String> = (0..genes)
            .map(|of| format!("avg(g{of}) AS m{of}"))
            .collect();
        let (outer, inner) = (outer.join(", "), inner.join(", "));
        format!(
            "SELECT {outer} FROM (SELECT individual_id, {inner} FROM expression \
             GROUP BY individual_id) t"
        )
    };
    let mut answers = Vec::new();
    let second = visit(&consortium, SECOND).await;
    let refused = failure(second.sql(&nested(12), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::BudgetExhausted, "{refused:?}");
    only(second.sql(&nested(2), &[CANCER]).await);
    for gene in 0..FEATURES {
        let answer = second.sql(&sql(gene), &[CANCER]).await;
        answers.push(answer.is_ok_and(|answer| answer[0].1.is_ok()));
    }
    assert!(answers[0] && !answers[FEATURES - 1], "{answers:?}");
    // Two are spent.
    let told = answers.iter().filter(|told| **told).count();
    assert_eq!(told, 8, "{answers:?}");
    assert!(answers[..told].iter().all(|told| *told), "{answers:?}");
}

/// A project may be told what it may not be once another was told much of the same people.
#[tokio::test]
async fn what_other_projects_were_told_counts_for_all() {
    for told_before in [false, true] {
        let consortium = under(dataset(33), "cap = 0.25\nproject_share = 1.0\n");
        let asked = |most| Kind::Difference(Difference { most, ..smokers() });
        if told_before {
            let first = visit(&consortium, PROJECT).await;
            let mut told = 0;
            for feature in 0..FEATURES {
                let of_one = Kind::Difference(named(&[&name(feature)]));
                let answer = first.analyze(of_one, &[CANCER]).await;
                told += usize::from(answer.is_ok_and(|answers| answers[0].1.is_ok()));
            }
            assert!((10..FEATURES).contains(&told), "{told}");
        }
        // Its own share would suffice.
        let second = visit(&consortium, SECOND).await;
        let answer = second.analyze(asked(1), &[CANCER]).await;
        match told_before {
            false => assert_eq!(shown(&only(answer)).len(), 1),
            true => assert_eq!(failure(answer).reason, Reason::BudgetExhausted),
        }
    }
}
