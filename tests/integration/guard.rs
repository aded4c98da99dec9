//! What the guard promises, asked of a real server over gRPC.

mod analyses;
mod anchors;
mod association;
mod check;
mod difference;
mod exposure;
mod frequencies;
mod genotyped;
mod matched;
mod noise;
mod privacy;
mod published;
mod quality;
mod rates;
mod replies;
mod sites;
mod snapshots;
mod structural;

use sekisho::Visit;
use sekisho_tests::{Consortium, Dataset, Person, Site, only, shown};

const CANCER: &str = "demo-cancer";
const PERSON: &str = "aiko-tanaka";
const PROJECT: &str = "P-0001";
const SECOND: &str = "P-0021";

/// A consortium whose east holds a dataset under a profile with these lines of
/// `[exposure]`; a second project is held to the usual one.
fn under(dataset: Dataset, exposure: &str) -> Consortium {
    let exposure = exposure.to_owned();
    Consortium::builder()
        .dataset(Site::East, dataset.under("panel"))
        .policies(move |policies| {
            let standard = policies.read("profiles/standard.toml");
            let panel = standard.replace("name = \"standard\"", "name = \"panel\"");
            let of = |profile: &str| format!("{CANCER},east-cancer-centre,{profile}");
            policies
                .write(
                    "profiles/panel.toml",
                    &format!("{panel}\n[exposure]\n{exposure}"),
                )
                .replace("datasets.csv", &of("standard"), &of("panel"))
                .add_project(SECOND, 100);
            let grant = |profile: &str| format!("{SECOND},{CANCER},detailed,*,*,{profile},allow");
            policies.replace("grants.csv", &grant(""), &grant("standard"));
        })
        .start()
}

/// Everybody, from the lightest: all weigh something else.
fn by_weight(dataset: &Dataset) -> Vec<&Person> {
    let mut people: Vec<&Person> = dataset.people.iter().collect();
    people.sort_by(|a, b| weight(a).total_cmp(&weight(b)));
    people
}

fn weight(person: &Person) -> f64 {
    person.weight.unwrap()
}

/// The rows of one of an answer's tables, cell by cell.
fn cells_of<'t>(tables: &'t [(String, Vec<String>)], name: &str) -> Vec<Vec<&'t str>> {
    let (_, rows) = tables.iter().find(|(of, _)| of == name).unwrap();
    rows.iter().map(|row| row.split(' ').collect()).collect()
}

fn number(cell: &str) -> f64 {
    cell.parse().unwrap()
}

/// The predicate that so many of the lightest meet.
fn lightest(dataset: &Dataset, people: usize) -> String {
    format!("weight <= {}", weight(by_weight(dataset)[people - 1]))
}

fn counting(predicate: &str) -> String {
    format!("SELECT count(*) AS n FROM individuals WHERE {predicate}")
}

async fn visit(consortium: &Consortium, project: &str) -> Visit {
    consortium.visit(PERSON, project).await
}

async fn rows(visit: &Visit, dataset: &str, sql: &str) -> Vec<String> {
    shown(&only(visit.sql(sql, &[dataset]).await))
}

/// How many people a predicate is said to hold of.
async fn counted(visit: &Visit, predicate: &str) -> usize {
    let rows = rows(visit, CANCER, &counting(predicate)).await;
    rows[0].parse().unwrap()
}

/// To base 5.
fn rounded(n: usize) -> usize {
    (n + 2) / 5 * 5
}
