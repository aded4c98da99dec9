//! What the processes tell of visits, and what they never tell.

use sekisho_tests::{Collector, Consortium, Dataset, Site, failure, only, run};

/// Marks that stand in the data, and marks that stand in queries.
const IN_DATA: [&str; 4] = ["kanarie", "371.9325", "1987-03-21", "kanaria"];
const IN_QUERIES: [&str; 5] = ["zeisig", "8264.75", "1955-12-24", "stieglitz", "girlitz"];

const CANCER: &[&str] = &["demo-cancer"];

/// The usual data with marks in identifiers, notes, numbers and days.
fn marked() -> Dataset {
    let mut dataset = Dataset::cancer();
    for (n, person) in dataset.people.iter_mut().enumerate() {
        person.note = format!("kanarie-{n}");
        person.id = format!("kanaria-{n}");
        if n % 2 == 0 {
            person.weight = Some(371.9325);
        }
        if n % 3 == 0 {
            person.registered_on = "1987-03-21".to_owned();
        }
    }
    dataset
}

/// Everything: accepted, refused and failing, with marks wherever a visitor can
/// write something.
fn questions() -> Vec<String> {
    [
        "SELECT count(*) AS zeisig FROM individuals WHERE weight < 8264.75",
        "SELECT 'zeisig' AS stieglitz, sex, count(*) AS n FROM individuals \
         WHERE registered_on > '1955-12-24' GROUP BY sex HAVING count(*) > 8264.75 -- girlitz",
        "SELECT zeisig FROM individuals WHERE note = 'stieglitz'",
        "SELECT count(*) FROM zeisig WHERE x = 'stieglitz'",
        "SELECT count(*) FROM individuals WHERE diagnosis = 'zeisig'",
        "SELECT count(*) FROM individuals WHERE age = 'zeisig'",
        "SELECT CAST('zeisig' AS INT), count(*) FROM individuals",
        "SELECT CAST(d AS INT) AS stieglitz FROM (SELECT 'zeisig' || sex AS d, count(*) FROM individuals GROUP BY sex) t",
        "SELECT n / (n - n) FROM (SELECT count(*) AS n, 'zeisig' FROM individuals) t",
        "SELECT zeisig('stieglitz', 8264.75) FROM individuals",
        "SELECT count(*) FROM individuals WHERE 'zeisig",
        "SELECT sum(CAST(note AS INT)) FROM individuals",
        "SELECT length(repeat('zeisig', n * 100000000)) FROM (SELECT count(*) AS n FROM individuals) t",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_data_and_queries_is_told_and_one_trace_joins_all_processes() {
    let collector = Collector::start().await;
    let endpoint = collector.endpoint().to_owned();
    let consortium = tokio::task::spawn_blocking(move || {
        Consortium::builder()
            .dataset(Site::East, marked())
            .otlp(&endpoint)
            .start()
    });
    let consortium = consortium.await.unwrap();
    let visit = consortium.visit("aiko-tanaka", "P-0001").await;
    let (mut answered, mut errors) = (0, Vec::new());
    for (n, sql) in questions().iter().enumerate() {
        match visit.sql_once(sql, CANCER, &format!("girlitz-{n}")).await {
            Ok(_) => answered += 1,
            Err(error) => errors.push(error.to_string()),
        }
        // What a check says is the query's own words; it counts as told to the
        // visitor alone.
        let _ = visit.check(sql, CANCER).await;
    }
    assert!(answered >= 2 && errors.len() >= 5, "{answered} {errors:?}");
    let other = consortium.visit("max-weber", "P-0002").await;
    failure(other.sql("SELECT 'zeisig'", &["zeisig"]).await);
    // The visitor's own program, which is traced too.
    let sql = "SELECT count(*) AS n FROM individuals WHERE weight < 8264.5";
    let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint())];
    let arguments = ["query", sql, "--dataset", "demo-cancer"];
    let ran = consortium.sekisho("aiko-tanaka", &arguments, &environment);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    // Stopping sends what is left.
    for server in [&consortium.gateway, &consortium.east, &consortium.west] {
        assert!(server.stop().success(), "{}", server.log());
    }

    let told = String::from_utf8_lossy(&collector.bytes()).into_owned();
    let servers = [&consortium.gateway, &consortium.east, &consortium.west];
    let logs: String = servers.map(|server| server.log()).concat();
    assert!(logs.contains("listening"), "{logs}");
    for mark in IN_DATA.iter().chain(&IN_QUERIES) {
        assert!(!told.contains(mark), "`{mark}` is in traces or metrics");
        assert!(!logs.contains(mark), "`{mark}` is in a log:\n{logs}");
    }
    for mark in IN_DATA {
        let error = errors.iter().find(|error| error.contains(mark));
        assert_eq!(error, None, "`{mark}` is in an error");
    }
    for person in ["aiko-tanaka", "max-weber", "P-0001", "P-0002"] {
        assert!(!told.contains(person), "`{person}` is in traces or metrics");
    }

    // SDK, gateway and enclave share a trace.
    let spans = collector.spans();
    let own: Vec<_> = spans
        .iter()
        .filter(|span| span.service == "sekisho")
        .collect();
    assert!(!own.is_empty(), "the visitor's program exports no span");
    let trace = &own[0].trace_id;
    for service in ["sekisho", "sekisho-gateway", "sekisho-enclave"] {
        let within =
            |span: &&sekisho_tests::Span| span.service == service && span.trace_id == *trace;
        assert!(
            spans.iter().any(|span| within(&span)),
            "{service}: {spans:?}"
        );
    }
    let metrics = collector.metrics();
    for service in ["sekisho-gateway", "sekisho-enclave"] {
        for name in ["sekisho.visits", "sekisho.visit.duration"] {
            let metric = (service.to_owned(), name.to_owned());
            assert!(metrics.contains(&metric), "{metric:?} in {metrics:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_exported_unless_a_collector_is_named() {
    let collector = Collector::start().await;
    let consortium = Consortium::shared();
    let visit = consortium.visit("aiko-tanaka", "P-0001").await;
    let sql = "SELECT count(*) AS n FROM individuals WHERE age > 38";
    only(visit.sql(sql, CANCER).await);
    for server in [&consortium.gateway, &consortium.east] {
        assert!(!server.log().contains(collector.endpoint()));
    }
    assert!(collector.bytes().is_empty());
}

#[test]
fn an_ingest_that_fails_does_not_repeat_what_it_found() {
    let consortium = Consortium::shared();
    let folder = consortium.folder().join("bad-data");
    let mut dataset = Dataset::cancer();
    dataset.people[11].registered_on = "kanarie-day".to_owned();
    dataset.write(&folder);
    let store = consortium.folder().join("bad-store");
    let words = [
        "ingest",
        folder.to_str().unwrap(),
        "--store",
        store.to_str().unwrap(),
    ];
    let ran = run("sekisho-enclave", &words);
    assert_eq!(ran.code, Some(1));
    assert!(!ran.err.contains("kanarie"), "{}", ran.err);
    // File, line and column, for whoever can look there.
    for place in ["individuals.csv", "13", "registered"] {
        assert!(ran.err.contains(place), "`{place}` in {}", ran.err);
    }
}
