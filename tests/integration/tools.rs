//! The command lines, as people and scripts use them.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use sekisho_tests::{Consortium, Dataset, Ran, Site, program, run};

const COUNT: &str = "SELECT sex, count(*) AS n FROM individuals WHERE age > 39 GROUP BY sex";

fn query(person: &str, sql: &str, dataset: &str, more: &[&str]) -> Ran {
    let words = [&["query", sql, "--dataset", dataset], more].concat();
    Consortium::shared().sekisho(person, &words, &[])
}

#[test]
fn the_exit_code_says_how_it_ended() {
    let csv = query("aiko-tanaka", COUNT, "demo-cancer", &["--format", "csv"]);
    assert_eq!(csv.code, Some(0), "{}", csv.err);
    assert!(csv.out.starts_with("sex,n\nfemale,"), "{}", csv.out);
    // 1: it failed.
    let nowhere = Consortium::shared().sekisho(
        "aiko-tanaka",
        &["datasets"],
        &[("SEKISHO_ADDRESS", "localhost:9")],
    );
    assert_eq!(nowhere.code, Some(1), "{}", nowhere.err);
    // 2: it was not said right.
    assert_eq!(run("sekisho", &["query"]).code, Some(2));
    let empty = query("aiko-tanaka", " ", "demo-cancer", &[]);
    assert_eq!(empty.code, Some(2), "{}", empty.err);
    // 3: the policies refuse.
    for (person, dataset) in [
        ("aiko-tanaka", "demo-nothing"),
        ("dana-reed", "demo-cancer"),
    ] {
        assert_eq!(query(person, COUNT, dataset, &[]).code, Some(3), "{person}");
    }
    // 4: the guard refuses, and says where.
    let refused = query(
        "aiko-tanaka",
        "SELECT median(age) FROM individuals",
        "demo-cancer",
        &[],
    );
    assert_eq!(refused.code, Some(4), "{}", refused.err);
    assert!(refused.out.is_empty(), "{}", refused.out);
    assert!(refused.err.contains("median"), "{}", refused.err);
    let check = Consortium::shared().sekisho(
        "aiko-tanaka",
        &[
            "check",
            "SELECT * FROM individuals",
            "--dataset",
            "demo-cancer",
        ],
        &[],
    );
    assert_eq!(check.code, Some(4));
}

#[test]
fn the_doctor_finds_a_healthy_connection_healthy_and_names_what_is_wrong() {
    let consortium = Consortium::shared();
    let healthy = consortium.sekisho("aiko-tanaka", &["doctor"], &[]);
    assert_eq!(healthy.code, Some(0), "{}{}", healthy.out, healthy.err);
    let nowhere = consortium.sekisho(
        "aiko-tanaka",
        &["doctor"],
        &[("SEKISHO_ADDRESS", "localhost:9")],
    );
    assert_ne!(nowhere.code, Some(0));
    assert!(
        nowhere.out.contains("port 9 of `localhost`"),
        "{}",
        nowhere.out
    );
}

#[test]
fn what_is_listed_can_be_read_by_programs() {
    let consortium = Consortium::shared();
    for words in [
        &["datasets", "--json"][..],
        &["tables", "demo-cancer", "--json"],
        &["budget", "--json"],
    ] {
        let out = consortium.sekisho("aiko-tanaka", words, &[]).succeeded();
        assert!(!out.trim().is_empty(), "{words:?}");
        for line in out.lines() {
            assert!(
                serde_json::from_str::<serde_json::Value>(line).is_ok(),
                "{line}"
            );
        }
    }
    let keys = consortium
        .sekisho("aiko-tanaka", &["keys"], &[])
        .succeeded();
    assert!(
        keys.contains("sekisho/east+") && keys.contains("sekisho/west+"),
        "{keys}"
    );
}

#[test]
fn a_receipt_that_was_written_is_verified_with_the_keys_that_were_printed() {
    let consortium = Consortium::shared();
    let file = |name: &str| consortium.folder().join(name).to_str().unwrap().to_owned();
    let (receipt, trust) = (file("written.json"), file("keys.txt"));
    let keys = consortium
        .sekisho("aiko-tanaka", &["keys"], &[])
        .succeeded();
    fs::write(&trust, keys).unwrap();
    query(
        "aiko-tanaka",
        COUNT,
        "demo-cancer",
        &["--receipt", &receipt],
    )
    .succeeded();
    let verified = run(
        "sekisho",
        &["receipt", "verify", &receipt, "--trust", &trust],
    );
    assert!(verified.succeeded().starts_with("verified: "));
}

fn ingest(folder: &Path, store: &Path) -> Ran {
    run(
        "sekisho-enclave",
        &[Path::new("ingest"), folder, Path::new("--store"), store],
    )
}

fn snapshots(store: &Path) -> String {
    let words = [Path::new("snapshots"), Path::new("--store"), store];
    run("sekisho-enclave", &words).succeeded()
}

#[test]
fn the_same_data_again_change_nothing_and_other_data_make_another_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let (data, store) = (folder.path().join("data"), folder.path().join("store"));
    let mut dataset = Dataset::cancer();
    dataset.write(&data);
    let first = ingest(&data, &store).succeeded();
    assert!(first.starts_with("published "), "{first}");
    assert!(first.contains("individuals  300"), "{first}");
    let again = ingest(&data, &store).succeeded();
    assert!(again.starts_with("unchanged "), "{again}");
    assert_eq!(
        first.lines().next().unwrap()[10..],
        again.lines().next().unwrap()[10..]
    );
    dataset.people.pop();
    dataset.write(&data);
    assert!(ingest(&data, &store).succeeded().starts_with("published "));
    let listed = snapshots(&store);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert_eq!(listed.matches(" current").count(), 1, "{listed}");
}

#[test]
fn an_ingest_that_is_killed_leaves_nothing_visible_and_the_next_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let (data, store) = (folder.path().join("data"), folder.path().join("store"));
    let mut dataset = Dataset::cancer();
    let people = dataset.people.clone();
    for round in 1..40 {
        dataset
            .people
            .extend(people.iter().cloned().map(|mut person| {
                person.id = format!("{}x{round}", person.id);
                person
            }));
    }
    dataset.write(&data);
    // Killed at one time after another, until it is through before the kill.
    let mut killed = 0;
    for step in 0_u32.. {
        let mut ingesting = Command::new(program("sekisho-enclave"))
            .args([Path::new("ingest"), &data, Path::new("--store"), &store])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(25) * 2_u32.pow(step));
        ingesting.kill().unwrap();
        if ingesting.wait().unwrap().success() {
            break;
        }
        killed += 1;
        let listed = snapshots(&store);
        // Published at once and whole, or not at all.
        if !listed.is_empty() {
            break;
        }
    }
    assert!(killed > 0, "it was never killed");
    let done = ingest(&data, &store).succeeded();
    assert!(done.contains("individuals  12000"), "{done}");
    assert_eq!(snapshots(&store).lines().count(), 1);
}

#[test]
fn a_new_snapshot_is_served_without_a_restart() {
    let consortium = Consortium::builder()
        .dataset(Site::East, Dataset::cancer())
        .start();
    let ask = || {
        let words = [
            "query",
            "SELECT count(*) AS n FROM individuals",
            "--dataset",
            "demo-cancer",
            "--format",
            "csv",
        ];
        consortium.sekisho("aiko-tanaka", &words, &[]).succeeded()
    };
    assert_eq!(ask(), "n\n300\n");
    let east = consortium.folder().join("east");
    let mut fewer = Dataset::cancer();
    fewer.people.truncate(250);
    fewer.write(&east.join("data"));
    ingest(&east.join("data"), &east.join("store")).succeeded();
    assert_eq!(ask(), "n\n250\n");
}

#[test]
fn a_report_on_quality_is_asked_on_the_command_line() {
    let asked = |more: &[&str]| {
        let words = [
            &["qc-report", "--metric", "depth", "--dataset", "demo-cancer"],
            more,
        ]
        .concat();
        Consortium::shared().sekisho("aiko-tanaka", &words, &[])
    };
    let whole = asked(&[]).succeeded();
    for name in [
        "-- metrics",
        "-- limits",
        "-- histogram",
        "-- changes",
        "-- change_histogram",
        "figures suppressed",
    ] {
        assert!(whole.contains(name), "{whole}");
    }
    let csv = asked(&["--table", "limits", "--format", "csv"]).succeeded();
    assert!(
        csv.starts_with("stage,tissue,metric,limit,individuals,share\n"),
        "{csv}"
    );
    let csv = asked(&["--table", "changes", "--format", "csv"]).succeeded();
    assert!(
        csv.starts_with("tissue,from,to,metric,individuals,low,median,high\n"),
        "{csv}"
    );
    assert_eq!(asked(&["--where", "weight"]).code, Some(4));
    assert_eq!(asked(&["--table", "another"]).code, Some(2));
}

#[test]
fn frequencies_are_asked_on_the_command_line() {
    let folder = sekisho_tests::temporary();
    let receipt = folder.join("frequencies.receipt.json");
    let ask = |sites: [&str; 2]| {
        let receipt = receipt.to_str().unwrap();
        let rest = ["--by", "sex", "--dataset", "demo-cancer", "--format", "csv"];
        let words = [&["frequencies"], &sites[..], &rest, &["--receipt", receipt]].concat();
        Consortium::shared().sekisho("aiko-tanaka", &words, &[])
    };
    let asked = ask(["--variant", "17:7674220:C:T"]);
    assert_eq!(asked.code, Some(0), "{}", asked.err);
    let lines: Vec<&str> = asked.out.lines().collect();
    assert_eq!(
        lines.first().copied(),
        Some(
            "variant_id,sex,allele_count,allele_number,carriers,homozygotes,allele_frequency,\
             missing_rate,hwe_p"
        )
    );
    // Women, men, and those of whom it is not known.
    assert_eq!(lines.len(), 4, "{}", asked.out);
    assert!(
        lines[1].starts_with("17:7674220:C:T,female,"),
        "{}",
        asked.out
    );
    assert!(
        fs::read_to_string(&receipt)
            .unwrap()
            .contains("rows_sha256")
    );
    let refused = ask(["--region", "22:9-1"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(
        refused.err.contains("`22:9-1` is no region"),
        "{}",
        refused.err
    );
}
