//! What individuals consented to decides who is counted, for whom, and until when.

mod imported;
mod running;
mod withdrawn;

use sekisho::Visit;
use sekisho_tests::{Consortium, Dataset, Person, Site, only, shown};

const CANCER: &str = "demo-cancer";
const COUNT: &str = "SELECT count(*) AS n FROM individuals";
const HEADER: &str =
    "individual_id,codes,industry,countries,registered_on,collected_by,withdrawn\n";

/// A consortium whose east has a store of its own.
fn consortium() -> Consortium {
    let builder = Consortium::builder();
    builder.dataset(Site::East, Dataset::cancer()).start()
}

async fn aiko(consortium: &Consortium) -> Visit {
    consortium.visit("aiko-tanaka", "P-0001").await
}

/// The rows of an answer, each as text.
async fn rows(visit: &Visit, sql: &str) -> Vec<String> {
    shown(&only(visit.sql(sql, &[CANCER]).await))
}

/// The one count of an answer.
async fn counted(visit: &Visit) -> usize {
    rows(visit, COUNT).await.concat().parse().unwrap()
}

/// Of whom something holds, by name.
fn who(holds: impl Fn(&Person) -> bool) -> Vec<String> {
    let people = Dataset::cancer().people.into_iter();
    people.filter(holds).map(|person| person.id).collect()
}

fn withdraw(consortium: &Consortium, who: &[String]) -> String {
    let who = who.iter().map(String::as_str);
    let words: Vec<&str> = std::iter::once("withdraw").chain(who).collect();
    consortium.consent(Site::East, &words).succeeded()
}

/// Imports a file of the rows of each person.
fn import(consortium: &Consortium, row: impl Fn(&Person) -> Option<String>) -> String {
    let rows = Dataset::cancer().people.into_iter().filter_map(|person| {
        let row = row(&person)?;
        Some(format!("{},{row}\n", person.id))
    });
    let file = consortium.folder().join("consents.csv");
    std::fs::write(&file, HEADER.to_owned() + &rows.collect::<String>()).unwrap();
    let words = ["import", file.to_str().unwrap()];
    consortium.consent(Site::East, &words).succeeded()
}
