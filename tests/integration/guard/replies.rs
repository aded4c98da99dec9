//! How long replies are, and when they leave.

use std::time::{Duration, Instant};

use prost::Message as _;
use sekisho_proto::v1::{
    QueryRequest, QueryResponse, Question, query_response::Part,
    visit_service_client::VisitServiceClient,
};
use sekisho_tests::{Consortium, Dataset, Site, only};

use super::{CANCER, PERSON, PROJECT, visit};

/// The shortest reply, in bytes.
const SHORTEST: usize = 4096;
/// What may be missing to a power of two, and what the gateway adds.
const FEW: usize = 32;

fn is_near_a_power_of_two(length: usize) -> bool {
    let above = length.next_power_of_two();
    above - length <= FEW || length - above / 2 <= FEW
}

fn columns(n: usize) -> String {
    let figures: Vec<String> = (0..n)
        .map(|n| format!("count(*) FILTER (WHERE age > {n}) AS over_{n}"))
        .collect();
    format!(
        "SELECT sex, diagnosis, smoker, {} FROM individuals GROUP BY sex, diagnosis, smoker",
        figures.join(", ")
    )
}

fn length(parts: &[QueryResponse]) -> usize {
    parts.iter().map(QueryResponse::encoded_len).sum()
}

fn arrow(parts: &[QueryResponse]) -> usize {
    let of = |part: &QueryResponse| match &part.part {
        Some(Part::ArrowIpc(bytes)) => bytes.len(),
        _ => 0,
    };
    parts.iter().map(of).sum()
}

#[tokio::test]
async fn lengths_of_replies_are_powers_of_two() {
    let consortium = Consortium::builder()
        .dataset(Site::East, Dataset::population(CANCER, 1_000, 48))
        .start();
    let enclave = consortium.direct(Site::East);
    let mut gateway = VisitServiceClient::new(consortium.channel(PERSON));
    let mut lengths = std::collections::BTreeSet::new();
    for figures in [1, 2, 3, 5, 15] {
        let sql = columns(figures);
        let permit = enclave.sign(&enclave.permit("query", &sql));
        let parts = enclave.query(permit, &sql).await.unwrap();
        assert!(is_near_a_power_of_two(length(&parts)), "{}", length(&parts));
        assert!(length(&parts) + FEW >= SHORTEST && arrow(&parts) > 0);
        lengths.insert((length(&parts) + FEW).next_power_of_two() / 2);
        // As the visitor gets it.
        let request = QueryRequest {
            question: Some(Question {
                project: PROJECT.to_owned(),
                datasets: vec![CANCER.to_owned()],
                sql,
            }),
            idempotency_key: String::new(),
        };
        let mut stream = gateway.query(request).await.unwrap().into_inner();
        let mut parts = Vec::new();
        while let Some(part) = stream.message().await.unwrap() {
            parts.push(part);
        }
        assert!(is_near_a_power_of_two(length(&parts)), "{}", length(&parts));
    }
    assert!(lengths.len() >= 2, "{lengths:?}");
}

/// The first tick of a profile that is in no hurry.
const TICK: Duration = Duration::from_millis(700);

#[tokio::test]
async fn no_reply_leaves_before_its_tick() {
    let consortium = Consortium::builder()
        .dataset(Site::East, Dataset::population(CANCER, 300, 49))
        .policies(|policies| {
            let slow = policies.read("profiles/standard.toml")
                + "\n[channel]\ntick_ms = 700\nfactor = 2\n";
            policies.write("profiles/standard.toml", &slow);
        })
        .start();
    let asked = visit(&consortium, PROJECT).await;
    let sql = "SELECT sex, count(*) AS n FROM individuals GROUP BY sex";
    // A figure, the same again, one that was never there, and one that fails.
    let none = "SELECT count(*) AS n FROM individuals WHERE age > 119";
    for (sql, repeated) in [(sql, false), (sql, true), (none, false)] {
        let begun = Instant::now();
        let answer = only(asked.sql(sql, &[CANCER]).await);
        assert!(begun.elapsed() >= TICK, "{sql}: {:?}", begun.elapsed());
        assert_eq!(answer.release.repeated, repeated);
    }
    let failing = "SELECT 1 / (n - n) AS l FROM \
                   (SELECT sex, count(*) AS n FROM individuals GROUP BY sex) t";
    let begun = Instant::now();
    asked.sql(failing, &[CANCER]).await.unwrap_err();
    assert!(begun.elapsed() >= TICK, "{:?}", begun.elapsed());
}
