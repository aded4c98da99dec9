//! A dataset whose figures are perturbed by cell keys.

use sekisho_tests::{Consortium, Dataset, Person};

use super::{PERSON, rows};

const ID: &str = "perturbed";
const PROJECT: &str = "P-0023";
/// The furthest that a count is moved.
const REACH: usize = 8;

#[tokio::test]
async fn the_same_cell_is_perturbed_alike_however_it_is_asked_for() {
    let dataset = Dataset::population(ID, 300, 52);
    let consortium = Consortium::builder()
        .also(dataset.clone().under("cell-key"))
        .policies(|policies| {
            // Counts are not rounded on top.
            policies.add_account(PERSON, PROJECT, 1_000, &[ID]);
        })
        .start();
    let visit = consortium.visit(PERSON, PROJECT).await;
    let asked = async |sql: &str| rows(&visit, ID, sql).await;
    let by_sex = asked("SELECT sex, count(*) AS n FROM individuals GROUP BY sex").await;
    let of = |row: &str| row.split(' ').nth(1).unwrap().to_owned();
    let (female, male) = (of(&by_sex[0]), of(&by_sex[1]));
    for (sql, n) in [
        (
            "SELECT count(*) AS n FROM individuals WHERE sex = 'female'",
            &female,
        ),
        (
            "SELECT count(DISTINCT individual_id) AS n FROM individuals WHERE sex IN ('female')",
            &female,
        ),
        (
            "SELECT count(*) FILTER (WHERE sex = 'female') AS n FROM individuals",
            &female,
        ),
        (
            "SELECT sum(CASE WHEN sex = 'female' THEN 1 ELSE 0 END) AS n FROM individuals",
            &female,
        ),
        (
            "SELECT count(*) AS n FROM individuals WHERE sex <> 'female'",
            &male,
        ),
        (
            "SELECT count(*) AS n FROM individuals WHERE NOT sex = 'female' AND age >= 0",
            &male,
        ),
    ] {
        assert_eq!(asked(sql).await, std::slice::from_ref(n), "{sql}");
    }

    let told = |row: &str| -> Option<usize> { row.rsplit(' ').next()?.parse().ok() };
    let exact = |holds: &dyn Fn(&Person) -> bool| dataset.count(holds);
    let mut compared: Vec<(usize, usize)> = vec![
        (told(&by_sex[0]).unwrap(), exact(&|p| p.sex == "female")),
        (told(&by_sex[1]).unwrap(), exact(&|p| p.sex == "male")),
    ];
    let table =
        "SELECT diagnosis, smoker, count(*) AS n FROM individuals GROUP BY diagnosis, smoker";
    for row in asked(table).await {
        let cells: Vec<&str> = row.split(' ').collect();
        let smoker = cells[1] == "true";
        let n = exact(&|p| p.diagnosis == cells[0] && p.smoker == smoker);
        compared.extend(told(&row).map(|told| (told, n)));
    }
    assert!(compared.len() >= 8, "{compared:?}");
    for (told, exact) in &compared {
        assert!(told.abs_diff(*exact) <= REACH, "{told}, not {exact}");
    }
    assert!(
        compared.iter().any(|(told, _)| told % 5 != 0),
        "{compared:?}"
    );
    assert!(
        compared.iter().any(|(told, exact)| told != exact),
        "{compared:?}"
    );
}
