//! Frequencies of variants, asked as a typed analysis.

use sekisho::{Failure, Frequencies, Reason, Sites, Unproved, VariantNames};
use sekisho_tests::{Consortium, Dataset, Panel, Site, failure, only, shown};

use super::{CANCER, PROJECT, SECOND, rounded, visit};

pub(super) const PEOPLE: usize = 400;
/// Variants that one project may be told of: 0.25 · 0.1 · 400.
const SHARE: usize = 10;

pub(super) fn named(variants: impl IntoIterator<Item = usize>) -> Option<Sites> {
    let ids = variants
        .into_iter()
        .map(|variant| format!("22:{}:C:T", Panel::position(variant)));
    Some(Sites::Variants(VariantNames { ids: ids.collect() }))
}

fn region(text: &str) -> Option<Sites> {
    Some(Sites::Region(text.to_owned()))
}

pub(super) fn of(sites: Option<Sites>, condition: &str, by: &[&str]) -> Frequencies {
    Frequencies {
        sites,
        r#where: condition.to_owned(),
        by: by.iter().map(|&column| column.to_owned()).collect(),
    }
}

/// People with a panel of variants: `common` of 30 to 70 % of them, then two that
/// hardly anybody has.
pub(super) fn dataset(common: usize, seed: u64) -> Dataset {
    let mut panel = Panel::draw(PEOPLE, common + 2, [0.3, 0.7], seed);
    for (person, carries) in panel.carries.iter_mut().enumerate() {
        carries[common] = person < 6;
        carries[common + 1] = false;
    }
    Dataset::population(CANCER, PEOPLE, seed).with_panel(panel)
}

/// So much may be told that nothing is refused for it.
pub(super) const LIFTED: &str = "cap = 100.0\napproved_by = \"the committee of the tests\"\n";

fn started(dataset: Dataset) -> Consortium {
    Consortium::builder()
        .dataset(Site::East, dataset)
        .policies(|policies| {
            policies.add_project(SECOND, 100);
        })
        .start()
}

/// What is said of carriers among some people, all of them called.
pub(super) fn row(dataset: &Dataset, variant: usize, of: impl Fn(usize) -> bool) -> (usize, usize) {
    let carries = &dataset.panel().unwrap().carries;
    let people: Vec<usize> = (0..PEOPLE).filter(|person| of(*person)).collect();
    let carriers = people
        .iter()
        .filter(|person| carries[**person][variant])
        .count();
    (people.len(), carriers)
}

/// The figures of a variant of which nobody has two copies.
pub(super) fn figures(people: usize, carriers: usize) -> String {
    let (copies, number) = (rounded(carriers), (2 * people + 5) / 10 * 10);
    let share: f64 = format!("{:.2e}", copies as f64 / number as f64)
        .parse()
        .unwrap();
    format!("{copies} {number} {copies} - {share} 0.0 -")
}

async fn refused(consortium: &Consortium, asked: Frequencies) -> Failure {
    let visit = visit(consortium, PROJECT).await;
    failure(visit.frequencies(&asked, &[CANCER]).await)
}

#[tokio::test]
async fn frequencies_are_those_of_the_people_who_are_meant() {
    let dataset = dataset(6, 71);
    let consortium = super::under(dataset.clone(), LIFTED);
    let visit = visit(&consortium, PROJECT).await;

    // By name each has a row; of one that few carry, that nobody carries or that is
    // not there, the row is the same.
    let mut sites = named([0, 6, 7]);
    if let Some(Sites::Variants(named)) = &mut sites {
        named.ids.push("22:7:C:T".to_owned());
    }
    let answer = only(visit.frequencies(&of(sites, "", &[]), &[CANCER]).await);
    let keys = visit.ledger_keys().await.unwrap();
    let trust: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
    answer.verify(&trust).unwrap();
    let names: Vec<&str> = answer
        .schema
        .fields()
        .iter()
        .map(|f| f.name().as_str())
        .collect();
    assert_eq!(
        names,
        [
            "variant_id",
            "allele_count",
            "allele_number",
            "carriers",
            "homozygotes",
            "allele_frequency",
            "missing_rate",
            "hwe_p",
        ]
    );
    let (people, carriers) = row(&dataset, 0, |_| true);
    let rows = shown(&answer);
    // Nobody has two copies, which is not told from a few.
    let nothing = |pos: usize| format!("22:{pos}:C:T - - - - - - -");
    let of_first = figures(people, carriers);
    assert_eq!(
        rows[..3],
        [
            format!("22:20000000:C:T {of_first}"),
            nothing(Panel::position(6)),
            nothing(Panel::position(7)),
        ]
    );
    assert_eq!(rows[3], nothing(7));
    let suppressed: Vec<_> = answer.suppressed().collect();
    assert!(suppressed.contains(&("carriers", 3)), "{suppressed:?}");
    assert_eq!(answer.release.figures_released, 5);

    // Not of other rows.
    let mut altered = answer.clone();
    altered.batches = vec![answer.batches[0].slice(0, 3)];
    let unproved = altered.verify(&trust).unwrap_err();
    assert!(
        matches!(&unproved, Unproved::Other { field: "rows", .. }),
        "{unproved}"
    );

    // In a region or a gene only what may be shown has a row.
    let asked = of(region("chr22:20,000,000-20,008,000"), "smoker", &["sex"]);
    let answer = only(visit.frequencies(&asked, &[CANCER]).await);
    let rows = shown(&answer);
    let groups = ["female", "male"].map(|sex| {
        (0..6)
            .map(move |variant| (variant, sex))
            .collect::<Vec<_>>()
    });
    let mut expected: Vec<(usize, &str)> = groups.concat();
    expected.sort_unstable();
    let of_group = |variant, sex: &str| {
        let person = |i: usize| &dataset.people[i];
        row(&dataset, variant, |i| {
            person(i).sex == sex && person(i).smoker
        })
    };
    let expected: Vec<String> = expected
        .into_iter()
        .filter(|(variant, sex)| of_group(*variant, sex).0 >= 100)
        .map(|(variant, sex)| {
            let (people, carriers) = of_group(variant, sex);
            let figures = figures(people, carriers);
            format!("22:{}:C:T {sex} {figures}", Panel::position(variant))
        })
        .collect();
    assert_eq!(rows, expected);
    let gene = Some(Sites::Gene("P3".to_owned()));
    let rows = shown(&only(
        visit.frequencies(&of(gene, "", &[]), &[CANCER]).await,
    ));
    assert_eq!(rows.len(), 1);
    assert!(rows[0].starts_with("22:20003000:C:T "), "{rows:?}");
}

#[tokio::test]
async fn the_same_question_is_free_and_gets_the_same_table() {
    let consortium = super::under(dataset(6, 72), LIFTED);
    let first = visit(&consortium, PROJECT).await;
    let asked = of(region("22:20000000-20001000"), "age >= 40", &["sex"]);
    let again = of(
        region("chr22:20,000,000-20,001,000"),
        "age   >= 40",
        &["sex"],
    );
    let before = only(first.frequencies(&asked, &[CANCER]).await);
    assert!(!before.release.repeated && before.rows() > 0);
    let spent = |answer: &sekisho::Answer| answer.release.budget.as_ref().unwrap().spent;
    let after = only(first.frequencies(&again, &[CANCER]).await);
    assert!(after.release.repeated);
    assert_eq!(
        (shown(&after), spent(&after)),
        (shown(&before), spent(&before))
    );
    assert_eq!(after.schema.metadata(), before.schema.metadata());
    consortium.east.restart();
    consortium.wait_until_ready();
    let later = visit(&consortium, PROJECT).await;
    let later = only(later.frequencies(&asked, &[CANCER]).await);
    assert!(later.release.repeated);
    assert_eq!(shown(&later), shown(&before));
    // Another project pays for it, and is told the same.
    let other = visit(&consortium, SECOND).await;
    let other = only(other.frequencies(&asked, &[CANCER]).await);
    assert!(!other.release.repeated);
    assert_eq!(shown(&other), shown(&before));
    consortium.audit(Site::East).verify(&[]).succeeded();
}

#[tokio::test]
async fn a_cohort_without_one_person_has_the_same_frequencies() {
    let dataset = dataset(6, 73);
    let consortium = started(dataset.clone());
    let weights = super::by_weight(&dataset);
    let all = format!("weight <= {}", super::weight(weights[PEOPLE - 1]));
    let without = format!("weight <= {}", super::weight(weights[PEOPLE - 2]));
    let ask = async |condition: &str| {
        let visit = visit(&consortium, PROJECT).await;
        let asked = of(named(0..4), condition, &[]);
        shown(&only(visit.frequencies(&asked, &[CANCER]).await))
    };
    let first = ask(&all).await;
    assert!(!first[0].contains(" - -"), "{first:?}");
    assert_eq!(ask(&without).await, first);
}

#[tokio::test]
async fn what_they_tell_of_genomes_is_limited() {
    let consortium = started(dataset(20, 74));
    let first = visit(&consortium, PROJECT).await;
    let told = only(
        first
            .frequencies(&of(named(0..SHARE), "", &[]), &[CANCER])
            .await,
    );
    // But for homozygotes and the test of them.
    assert_eq!(told.release.figures_suppressed, 2 * SHARE as u64);
    let beyond = of(named([SHARE]), "", &[]);
    let failure = failure(first.frequencies(&beyond, &[CANCER]).await);
    assert_eq!(failure.reason, Reason::BudgetExhausted, "{failure}");
    assert!(failure.message.contains("genomes"), "{failure}");
    // It is charged in queries as every question is.
    let budgets = first.budget().await.unwrap();
    let of_cancer = budgets.iter().find(|budget| budget.dataset == CANCER);
    assert_eq!(of_cancer.unwrap().spent, 2);
    // SQL and frequencies spend from one account.
    let sql = "SELECT count(DISTINCT g.individual_id) AS n FROM genotypes g \
               JOIN variants v ON g.variant_id = v.variant_id \
               WHERE g.dosage >= 1 AND v.pos = 20015000";
    let failure = sekisho_tests::failure(first.sql(sql, &[CANCER]).await);
    assert_eq!(failure.reason, Reason::BudgetExhausted, "{failure}");
}

#[tokio::test]
async fn that_a_named_variant_is_withheld_is_charged_too() {
    let consortium = started(dataset(SHARE, 79));
    let first = visit(&consortium, PROJECT).await;
    // Two that hardly anybody has are among them.
    let told = of(named(2..SHARE + 2), "", &[]);
    let told = only(first.frequencies(&told, &[CANCER]).await);
    let withheld = told.suppressed().find(|of| of.0 == "carriers");
    assert_eq!(withheld, Some(("carriers", 2)));
    let beyond = of(named([0]), "", &[]);
    let failure = failure(first.frequencies(&beyond, &[CANCER]).await);
    assert_eq!(failure.reason, Reason::BudgetExhausted, "{failure}");
}

#[tokio::test]
async fn what_is_not_understood_is_refused_and_not_charged() {
    let consortium = started(dataset(2, 75));
    for (asked, words) in [
        (of(None, "", &[]), "no variants are named"),
        (of(region("22:5-4"), "", &[]), "no region"),
        (of(Some(Sites::Gene(String::new())), "", &[]), "no gene"),
        (of(named([]), "", &[]), "0 variants are named"),
        (of(named(0..1001), "", &[]), "1001 variants are named"),
        (
            of(region("22"), "", &["sex", "sex"]),
            "`sex` is named twice",
        ),
        (of(region("22"), "", &["sex) --"]), "`sex) --` is no column"),
        (
            of(region("22"), "", &["a", "b", "c", "d", "e"]),
            "5 columns",
        ),
    ] {
        let failure = refused(&consortium, asked.clone()).await;
        assert_eq!(
            failure.reason,
            Reason::InvalidRequest,
            "{asked:?}: {failure}"
        );
        assert!(failure.message.contains(words), "{words}: {failure}");
    }
    for (asked, rule) in [
        // A condition is one, whatever stands in it.
        (
            of(region("22"), "true) UNION ALL (SELECT 1", &[]),
            "frequencies.cohort",
        ),
        (
            of(region("22"), "true) GROUP BY (sex", &[]),
            "frequencies.cohort",
        ),
        (of(region("22"), "sex = 'female') -- ", &[]), ""),
        (of(region("22"), "1 = 1; DROP TABLE individuals", &[]), ""),
        (
            of(
                region("22"),
                "individual_id IN (SELECT individual_id FROM samples)",
                &[],
            ),
            "",
        ),
        (of(region("22"), "shoe_size > 3", &[]), ""),
        (of(region("22"), "note = 'group 1'", &[]), ""),
        // Groups whose words are not declared are not offered.
        (of(region("22"), "", &["age"]), "frequencies.cohort"),
    ] {
        let failure = refused(&consortium, asked.clone()).await;
        assert_eq!(failure.reason, Reason::QueryRefused, "{asked:?}: {failure}");
        let refusal = failure.refusal.as_ref();
        let found = refusal
            .map(|refusal| refusal.rule.as_str())
            .unwrap_or_default();
        assert!(
            !found.is_empty() && found.contains(rule),
            "{asked:?}: {failure:?}"
        );
    }
    // A place in the condition is told as the visitor wrote it.
    let failure = refused(
        &consortium,
        of(region("22"), "sex = 'female' AND\n  abs(age) > 3", &[]),
    )
    .await;
    let refusal = failure.refusal.as_ref().unwrap();
    assert_eq!(refusal.line, 2, "{refusal:?}");
    let visit = visit(&consortium, PROJECT).await;
    let budgets = visit.budget().await.unwrap();
    assert!(
        budgets.iter().all(|budget| budget.spent == 0),
        "{budgets:?}"
    );
}

#[tokio::test]
async fn a_profile_that_perturbs_and_an_overview_offer_none() {
    for profile in ["dp", "cell-key"] {
        let consortium = started(dataset(2, 76).under(profile));
        let failure = refused(&consortium, of(named([0]), "", &[])).await;
        assert_eq!(failure.reason, Reason::QueryRefused, "{failure}");
        assert!(failure.message.contains(profile), "{failure}");
    }
    // A project with an overview of the dataset has no genotypes.
    let consortium = started(dataset(2, 77));
    let company = consortium.visit("max-weber", "P-0002").await;
    let asked = of(named([0]), "", &[]);
    let failure = failure(company.frequencies(&asked, &[CANCER]).await);
    assert_eq!(failure.reason, Reason::QueryRefused, "{failure}");
    assert!(failure.message.contains("genotypes"), "{failure}");
}
