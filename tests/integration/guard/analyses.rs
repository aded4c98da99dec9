//! Typed analyses, asked of a real server: their tables, and what is refused.

use sekisho::{
    Carriers, Cooccurrence, Count, Criterion, CriterionOf, FollowUp, Funnel, Kind, Model, Outcome,
    Prevalence, QcReport, Reason, Spectrum, Survival,
};
use sekisho_tests::{Consortium, Dataset, Panel, Site, failure, only, tables};

use super::{CANCER, PROJECT, rounded, visit};

fn survival(time: &str, event: &str, of: &str, by: &[&str]) -> Kind {
    Kind::Survival(Survival {
        follow_up: Some(FollowUp {
            time: time.to_owned(),
            event: event.to_owned(),
        }),
        r#where: of.to_owned(),
        by: by.iter().map(|&column| column.to_owned()).collect(),
        interval: 0,
    })
}

fn logistic(condition: &str, covariates: &[&str]) -> Kind {
    Kind::Model(Model {
        outcome: Some(Outcome::Condition(condition.to_owned())),
        covariates: covariates.iter().map(|&column| column.to_owned()).collect(),
        r#where: String::new(),
    })
}

fn quality(metrics: &[&str], of: &str, by: &[&str]) -> Kind {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Kind::QcReport(QcReport {
        metrics: names(metrics),
        r#where: of.to_owned(),
        by: names(by),
    })
}

async fn told(consortium: &Consortium, kind: Kind) -> Vec<(String, Vec<String>)> {
    let visit = visit(consortium, PROJECT).await;
    tables(&only(visit.analyze(kind, &[CANCER]).await))
}

fn names(tables: &[(String, Vec<String>)]) -> Vec<&str> {
    tables.iter().map(|(name, _)| name.as_str()).collect()
}

/// In the tests' data ages stand for times: their unit is years.
#[tokio::test]
async fn each_analysis_has_its_tables() {
    let consortium = Consortium::shared();
    let dataset = Dataset::cancer();
    let told_of = told(consortium, survival("age", "smoker", "", &["sex"])).await;
    assert_eq!(names(&told_of), ["survival", "groups", "tests"]);
    let groups: Vec<String> = ["female", "male"]
        .map(|sex| {
            let of = dataset.count(|person| person.sex == sex);
            let smokers = dataset.count(|person| person.sex == sex && person.smoker);
            format!("{sex} {} {}", rounded(of), rounded(smokers))
        })
        .to_vec();
    for (row, expected) in told_of[1].1.iter().zip(&groups) {
        assert!(row.starts_with(expected), "{row} {expected}");
    }
    let first = &told_of[0].1[0];
    let at_risk = first.split(' ').nth(2).unwrap();
    assert!(groups[0].contains(at_risk), "{first}");

    let told_of = told(consortium, logistic("smoker", &["age", "sex"])).await;
    assert_eq!(names(&told_of), ["coefficients", "fit"]);
    assert_eq!(told_of[0].1.len(), 3);

    let told_of = told(consortium, quality(&["depth"], "", &[])).await;
    let of_stages = [
        "metrics",
        "limits",
        "histogram",
        "changes",
        "change_histogram",
    ];
    assert_eq!(names(&told_of), of_stages);
    // Of three groups of four nobody was measured: the fourth would tell of that.
    let metrics = &told_of[0].1;
    assert_eq!(metrics[0], "qc1 normal depth - - - - - -");
    assert_eq!(metrics.len(), 4);
    // Nor from the stage of nobody to that of all.
    let changes = ["normal", "tumor"].map(|tissue| format!("{tissue} qc1 qc2 depth - - - -"));
    assert_eq!((&told_of[3].1[..], told_of[4].1.len()), (&changes[..], 0));
}

fn condition(text: &str) -> Criterion {
    Criterion {
        of: Some(CriterionOf::Condition(text.to_owned())),
        excludes: false,
    }
}

fn carriers(gene: &str) -> Carriers {
    Carriers {
        gene: gene.to_owned(),
        consequences: Vec::new(),
    }
}

fn funnel(criteria: Vec<Criterion>, of: &str) -> Kind {
    Kind::Funnel(Funnel {
        criteria,
        r#where: of.to_owned(),
    })
}

fn count(of: &str, by: &[&str]) -> Kind {
    Kind::Count(Count {
        r#where: of.to_owned(),
        by: by.iter().map(|&column| column.to_owned()).collect(),
    })
}

/// In `demo-cancer` every fifth person carries KRAS, and the first forty TP53.
#[tokio::test]
async fn screening_counts_those_who_are_meant() {
    let consortium = super::under(Dataset::cancer(), super::frequencies::LIFTED);
    let dataset = Dataset::cancer();
    let of = |holds: &dyn Fn(&sekisho_tests::Person) -> bool| rounded(dataset.count(holds));

    let told_of = told(&consortium, count("age >= 50", &["sex"])).await;
    let expected =
        ["female", "male"].map(|sex| format!("{sex} {}", of(&|p| p.sex == sex && p.age >= 50)));
    assert_eq!(told_of, [("counts".to_owned(), expected.to_vec())]);

    let kras = Criterion {
        of: Some(CriterionOf::Carriers(carriers("KRAS"))),
        excludes: true,
    };
    let criteria = vec![
        condition("age >= 40"),
        condition("smoker OR sex = 'male'"),
        kras,
    ];
    let told_of = told(&consortium, funnel(criteria, "")).await;
    let (all, adults) = (rounded(dataset.people.len()), of(&|p| p.age >= 40));
    let chosen = |p: &sekisho_tests::Person| p.age >= 40 && (p.smoker || p.sex == "male");
    let (third, last) = (of(&chosen), of(&|p| chosen(p) && !p.carries[0]));
    let left: Vec<String> = told_of[0].1.iter().map(|row| words(row, -3)).collect();
    assert_eq!(left, [all, adults, third, last].map(|n| n.to_string()));
    assert!(told_of[0].1[3].contains("not: carries KRAS"));

    let pair = Kind::Cooccurrence(Cooccurrence {
        genes: vec![carriers("KRAS"), carriers("TP53")],
        r#where: String::new(),
    });
    let told_of = told(&consortium, pair).await;
    let kras = of(&|p| p.carries[0]);
    let start = format!("KRAS TP53 {all} {kras} ");
    assert!(told_of[0].1[0].starts_with(&start), "{told_of:?} {start}");

    let prevalence = Kind::Prevalence(Prevalence {
        genes: vec!["KRAS".to_owned()],
        consequences: vec!["missense_variant".to_owned()],
        ..Prevalence::default()
    });
    let told_of = told(&consortium, prevalence).await;
    let share = kras as f64 / all as f64;
    let rows = ["-", "missense_variant"].map(|of| format!("KRAS {of} {kras} {all} {share}"));
    assert_eq!(told_of[0].1, rows);
}

/// A word of a row, counted from its end.
fn words(row: &str, from_end: isize) -> String {
    let words: Vec<&str> = row.split(' ').collect();
    words[words.len().checked_add_signed(from_end).unwrap()].to_owned()
}

#[tokio::test]
async fn what_is_no_analysis_is_refused_before_a_charge() {
    let consortium = Consortium::shared();
    let visit = visit(consortium, PROJECT).await;
    let before = visit.budget().await.unwrap();
    for (kind, reason, words) in [
        // Conditions stay conditions.
        (
            survival("age", "true) OR (true", "", &[]),
            Reason::InvalidRequest,
            "parentheses",
        ),
        (
            survival("age", "", "", &[]),
            Reason::InvalidRequest,
            "no event",
        ),
        (
            survival("a b", "smoker", "", &[]),
            Reason::InvalidRequest,
            "no column",
        ),
        (
            survival("age", "smoker", "", &["sex", "sex"]),
            Reason::InvalidRequest,
            "twice",
        ),
        // Columns are those of individuals, of a kind that fits.
        (
            survival("weight", "smoker", "", &[]),
            Reason::QueryRefused,
            "is no time",
        ),
        (
            survival("days", "smoker", "", &[]),
            Reason::QueryRefused,
            "no column `days`",
        ),
        (
            survival("age", "smoker", "", &["note"]),
            Reason::QueryRefused,
            "declared values",
        ),
        (
            logistic("smoker", &[]),
            Reason::InvalidRequest,
            "none is named",
        ),
        (
            Kind::Model(Model {
                outcome: Some(Outcome::Measure("age".to_owned())),
                covariates: vec!["age".to_owned()],
                r#where: String::new(),
            }),
            Reason::InvalidRequest,
            "is what is explained",
        ),
        (
            logistic("sex = 'female'", &["sex"]),
            Reason::QueryRefused,
            "a condition is a level of a covariate",
        ),
        (
            logistic("smoker", &["note"]),
            Reason::QueryRefused,
            "neither numbers",
        ),
        (
            logistic("smoker", &["depth"]),
            Reason::QueryRefused,
            "no column `depth`",
        ),
        (
            logistic("note = 'group 1'", &["age"]),
            Reason::QueryRefused,
            "note",
        ),
        (
            quality(&["weight"], "", &[]),
            Reason::QueryRefused,
            "weight",
        ),
        (
            quality(&[], "", &["diagnosis"]),
            Reason::QueryRefused,
            "diagnosis",
        ),
        (
            quality(
                &[],
                "individual_id IN (SELECT individual_id FROM samples)",
                &[],
            ),
            Reason::QueryRefused,
            "",
        ),
    ] {
        let shown = format!("{kind:?}");
        let failed = failure(visit.analyze(kind, &[CANCER]).await);
        assert_eq!(failed.reason, reason, "{shown}: {failed}");
        assert!(failed.message.contains(words), "{shown}: {failed}");
        assert!(!failed.help.is_empty(), "{shown}");
    }
    assert_eq!(visit.budget().await.unwrap(), before);
}

/// What perturbs or adds noise protects counts and sums, and not what is computed here.
#[tokio::test]
async fn a_mechanism_that_does_not_protect_an_analysis_refuses_it() {
    for mechanism in ["cell-key", "dp"] {
        let consortium = Consortium::builder()
            .dataset(Site::East, Dataset::cancer().under("other"))
            .policies(move |policies| {
                let standard = policies.read("profiles/standard.toml");
                let named = standard.replace("name = \"standard\"", "name = \"other\"");
                let text = format!("mechanism = \"{mechanism}\"\n{named}");
                let of = |profile: &str| format!("{CANCER},east-cancer-centre,{profile}");
                policies.write("profiles/other.toml", &text).replace(
                    "datasets.csv",
                    &of("standard"),
                    &of("other"),
                );
            })
            .start();
        let visit = visit(&consortium, PROJECT).await;
        for kind in [
            survival("age", "smoker", "", &[]),
            logistic("smoker", &["age"]),
        ] {
            let failed = failure(visit.analyze(kind, &[CANCER]).await);
            assert_eq!(failed.reason, Reason::QueryRefused, "{failed}");
            assert_eq!(failed.refusal.unwrap().rule, "release.mechanism");
        }
        // Counts are protected by each.
        let counts = tables(&only(visit.analyze(count("", &["sex"]), &[CANCER]).await));
        let [(name, rows)] = counts.as_slice() else {
            panic!("{counts:?}")
        };
        assert_eq!((name.as_str(), rows.len()), ("counts", 2), "{mechanism}");
        assert!(rows.iter().any(|row| row.ends_with(char::is_numeric)));
    }
}

/// Of each carrier one mutation counts; types that few have, or nobody, are not there.
#[tokio::test]
async fn a_spectrum_counts_mutations_by_type() {
    const TYPES: [[char; 2]; 6] = [
        ['C', 'A'],
        ['C', 'G'],
        ['C', 'T'],
        ['T', 'A'],
        ['T', 'C'],
        ['T', 'G'],
    ];
    let people = 400;
    let mut panel = Panel::draw(people, 60, [0.02, 0.08], 61);
    panel.alleles = |variant| TYPES[variant % 6];
    let dataset = Dataset::population(CANCER, people, 61).with_panel(panel);
    let consortium = super::under(dataset.clone(), super::frequencies::LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let spectrum = |contexts| {
        Kind::Spectrum(Spectrum {
            contexts,
            ..Spectrum::default()
        })
    };
    let told_of = tables(&only(visit.analyze(spectrum(false), &[CANCER]).await));
    let carries = &dataset.panel().unwrap().carries;
    let of = |kind: usize| {
        let carried = |(genome, person): (&Vec<bool>, &sekisho_tests::Person)| {
            let of_panel = genome
                .iter()
                .skip(kind)
                .step_by(6)
                .filter(|is| **is)
                .count();
            // The tests' other sites are of C to T.
            let others = person.carries.iter().filter(|is| **is && kind == 2).count();
            of_panel + others
        };
        let numbers: Vec<usize> = carries.iter().zip(&dataset.people).map(carried).collect();
        let carriers = numbers.iter().filter(|number| **number > 0).count();
        (rounded(numbers.iter().sum::<usize>()), rounded(carriers))
    };
    // The rarest is withheld with those that nobody has.
    let rarest = (0..6).min_by_key(|kind| of(*kind).1).unwrap();
    let shown = (0..6).filter(|kind| *kind != rarest);
    let all: usize = shown.map(|kind| of(kind).0).sum();
    let row = |(kind, [from, to]): (usize, &[char; 2])| {
        let (mutations, carriers) = of(kind);
        let share: f64 = format!("{:.2e}", mutations as f64 / all as f64)
            .parse()
            .unwrap();
        format!("{from}>{to} {mutations} {carriers} {share}")
    };
    let types = TYPES.iter().enumerate().filter(|(kind, _)| *kind != rarest);
    let expected: Vec<String> = types.map(row).collect();
    assert_eq!(told_of, [("spectrum".to_owned(), expected)]);
    // Without a reference nobody knows the bases beside them.
    let refused = failure(visit.analyze(spectrum(true), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::QueryRefused);
    assert!(refused.message.contains("`context`"), "{}", refused.message);
}
