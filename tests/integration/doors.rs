//! Both doors: the consortium's files at the gateway, the holder's own at the enclave.

mod activation;
mod holder;
mod reload;
mod tier;

use sekisho::{Failure, Visit};
use sekisho_tests::{Consortium, failure};

const PERSON: &str = "aiko-tanaka";
const PROJECT: &str = "P-0001";
const CANCER: &str = "demo-cancer";
const CONTROL: &str = "demo-control";
const COUNT: &str = "SELECT count(*) AS n FROM individuals";
/// A row of `rules.csv`.
const NO_MIDORI: &str = "*,*,midori-institute,*,*,deny,2024-04-01,2035-12-31";

async fn visit(consortium: &Consortium) -> Visit {
    consortium.visit(PERSON, PROJECT).await
}

/// A visit that is told reasons in Japanese.
async fn visit_in_japanese(consortium: &Consortium) -> Visit {
    let mut connection = consortium.connection(PERSON, PROJECT);
    "ja".clone_into(&mut connection.language);
    Visit::connect(connection).await.unwrap()
}

async fn refused(visit: &Visit, sql: &str, dataset: &str) -> Failure {
    failure(visit.sql(sql, &[dataset]).await)
}
