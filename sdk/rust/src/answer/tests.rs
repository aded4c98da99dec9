//! Answers from the wire, whole and broken.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::HashMap;

use arrow::{
    array::{Int64Array, StringArray},
    datatypes::{DataType, Schema},
    ipc::writer::StreamWriter,
};
use sekisho_proto::v1::{ResultFailure, ResultStart};
use sekisho_runtime::status::Reason;

use std::sync::Arc;

use super::*;

/// The test vector of the receipt's format: a release of P-0001 at demo-cancer.
const KEY: &str = "sekisho/example+eda5a28f+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

fn vector() -> Receipt {
    let text = include_str!("../../../../enclave/receipt/FORMAT.md");
    let line = text
        .lines()
        .find(|line| line.starts_with("{\"format\""))
        .unwrap();
    Receipt::from_json(line).unwrap()
}

fn release(dataset: &str) -> Release {
    let receipt = vector();
    Release {
        dataset: dataset.to_owned(),
        snapshot: "4".repeat(64),
        policy_digest: "0".repeat(64),
        // The vector's question is a made-up digest, that of no query.
        repeated: true,
        receipt: Some(v1::Receipt {
            leaf: receipt.leaf,
            leaf_index: receipt.leaf_index,
            tree_size: receipt.tree_size,
            inclusion_proof: receipt
                .inclusion_proof
                .iter()
                .map(|hash| hash.to_vec())
                .collect(),
            checkpoint: receipt.checkpoint,
        }),
        ..Release::default()
    }
}

fn arrow() -> Vec<u8> {
    let figure = HashMap::from([(SUPPRESSED.to_owned(), "1".to_owned())]);
    let schema = Arc::new(Schema::new(vec![
        Field::new("diagnosis", DataType::Utf8, true),
        Field::new("n", DataType::Int64, true).with_metadata(figure),
    ]));
    let names = StringArray::from(vec!["lung", "thymus"]);
    let counts = Int64Array::from(vec![Some(1385), None]);
    let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(names), Arc::new(counts)]);
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, &schema).unwrap();
    writer.write(&batch.unwrap()).unwrap();
    writer.finish().unwrap();
    bytes
}

fn start(dataset: &str) -> Part {
    Part::Start(ResultStart {
        dataset: dataset.to_owned(),
    })
}

fn failure(dataset: &str) -> Part {
    Part::Failure(ResultFailure {
        dataset: dataset.to_owned(),
        reason: "NOT_AVAILABLE".to_owned(),
        ..ResultFailure::default()
    })
}

/// A whole answer, its Arrow bytes in two chunks.
fn whole(dataset: &str) -> Vec<Part> {
    let bytes = arrow();
    let (first, second) = bytes.split_at(100);
    let chunks = [first, second].map(|chunk| Part::ArrowIpc(chunk.to_vec()));
    let mut parts = vec![start(dataset)];
    parts.extend(chunks);
    parts.push(Part::Release(release(dataset)));
    parts
}

async fn answers(parts: Vec<Part>, datasets: &[&str]) -> Result<Answers, Error> {
    let parts = parts
        .into_iter()
        .map(|part| Ok(QueryResponse { part: Some(part) }));
    let question = Question {
        project: "P-0001".to_owned(),
        datasets: datasets.iter().map(|id| (*id).to_owned()).collect(),
        asked: Asked::Sql(
            "SELECT diagnosis, count(*) AS n FROM individuals GROUP BY diagnosis".to_owned(),
        ),
    };
    let failed = |_: &Status| panic!("no status was sent");
    read(tokio_stream::iter(parts), &question, failed).await
}

async fn one() -> Answer {
    let read = answers(whole("demo-cancer"), &["demo-cancer"]).await;
    let (_, answer) = read.unwrap().pop().unwrap();
    answer.unwrap()
}

#[tokio::test]
async fn an_answer_is_read_from_its_chunks_with_its_suppressed_cells() {
    let answer = one().await;
    assert_eq!(answer.rows(), 2);
    assert_eq!(answer.suppressed().collect::<Vec<_>>(), [("n", 1)]);
}

#[tokio::test]
async fn a_dataset_that_fails_leaves_the_others_their_answers() {
    let mut parts = vec![failure("demo-control")];
    parts.extend(whole("demo-cancer"));
    let read = answers(parts, &["demo-control", "demo-cancer"])
        .await
        .unwrap();
    let reasons: Vec<_> = read
        .iter()
        .map(|(dataset, answer)| (dataset.as_str(), answer.as_ref().err().map(|f| f.reason)))
        .collect();
    assert_eq!(
        reasons,
        [
            ("demo-control", Some(Reason::NotAvailable)),
            ("demo-cancer", None)
        ]
    );
}

#[tokio::test]
async fn a_stream_that_is_not_what_the_protocol_says_gives_no_answer() {
    let with = |change: &dyn Fn(&mut Vec<Part>)| {
        let mut parts = whole("demo-cancer");
        change(&mut parts);
        parts
    };
    let broken = [
        vec![],
        with(&|parts| drop(parts.pop())),
        with(&|parts| drop(parts.remove(0))),
        with(&|parts| parts.insert(0, start("demo-cancer"))),
        with(&|parts| parts.insert(2, failure("demo-cancer"))),
        with(&|parts| parts.push(failure("demo-cancer"))),
        with(&|parts| drop(parts.remove(1))),
        vec![start("demo-control")],
        vec![failure("demo-control")],
        with(&|parts| *parts.last_mut().unwrap() = Part::Release(release("demo-control"))),
        with(&|parts| {
            let without = Release {
                receipt: None,
                ..release("demo-cancer")
            };
            *parts.last_mut().unwrap() = Part::Release(without);
        }),
    ];
    for (number, parts) in broken.into_iter().enumerate() {
        let read = answers(parts, &["demo-cancer"]).await;
        assert!(matches!(read, Err(Error::Broken(_))), "case {number}");
    }
}

#[tokio::test]
async fn a_receipt_proves_its_own_answer_and_no_other() {
    let trust = [KEY.parse().unwrap()];
    let answer = one().await;
    assert_eq!(answer.verify(&trust).unwrap().project(), Some("P-0001"));
    assert!(matches!(answer.verify(&[]), Err(Unproved::Receipt(_))));

    let mut other = answer.clone();
    other.project = "P-0002".to_owned();
    assert!(matches!(
        other.verify(&trust),
        Err(Unproved::Other {
            field: "project",
            ..
        })
    ));
    let mut other = answer.clone();
    other.release.snapshot = "5".repeat(64);
    assert!(matches!(
        other.verify(&trust),
        Err(Unproved::Other {
            field: "snapshot",
            ..
        })
    ));

    let mut other = answer.clone();
    other.release.repeated = false;
    let unproved = other.verify(&trust);
    assert!(matches!(
        unproved,
        Err(Unproved::Other {
            field: "question",
            ..
        })
    ));

    let mut altered = answer;
    let leaf = String::from_utf8(altered.receipt.leaf).unwrap();
    altered.receipt.leaf = leaf
        .replace("\"cells_released\":7", "\"cells_released\":8")
        .into();
    assert!(matches!(altered.verify(&trust), Err(Unproved::Receipt(_))));
}

#[tokio::test]
async fn a_questions_digest_is_the_one_that_enclaves_compute() {
    let digest = Digest::from(one().await.question_digest());
    // Of the four fields, by another implementation of SHA-256.
    assert_eq!(
        digest.to_string(),
        "5fd1025824d3405d8050c4ec23e1273a5855c35c4e7de8046091866d21035f8c"
    );
}
