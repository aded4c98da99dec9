//! When a snapshot appears.

use super::*;

const VARIANTS: &str = "[[variants]]\nfiles = [\"*.vcf\"]\n";

fn dataset() -> Dataset {
    let dataset = Dataset::with_samples(2, VARIANTS);
    dataset.file("a.vcf", &vcf(&["s0"], &["1 10 . A G . . . GT 0/1"]));
    dataset.file("b.vcf", &vcf(&["s1"], &["1 20 . A G . . . GT 0/1"]));
    dataset
}

fn left_in(dataset: &Dataset) -> Vec<String> {
    let entries = fs::read_dir(dataset.store.path().join("demo")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn the_same_inputs_give_the_same_snapshot_and_nothing_new() {
    let dataset = dataset();
    let first = dataset.ingest().unwrap();
    let second = dataset.ingest().unwrap();
    assert!(first.new && !second.new);
    assert_eq!(first.snapshot, second.snapshot);
    assert_eq!(first.report, second.report);
    assert_eq!(first.report.samples, 2);
    assert_eq!(first.report.variants["snv"], 2);
    let store = dataset.store();
    assert_eq!(store.datasets().unwrap(), ["demo"]);
    assert_eq!(
        store.snapshots("demo").unwrap(),
        std::slice::from_ref(&first.snapshot)
    );
    assert_eq!(store.current("demo").unwrap().id(), first.snapshot);
}

#[test]
fn the_same_inputs_elsewhere_give_the_same_snapshot() {
    assert_eq!(dataset().snapshot().id(), dataset().snapshot().id());
}

#[test]
fn a_changed_input_gives_a_new_snapshot_beside_the_old_one() {
    let dataset = dataset();
    let first = dataset.snapshot();
    dataset.file("b.vcf", &vcf(&["s1"], &["1 21 . A G . . . GT 0/1"]));
    let second = dataset.snapshot();
    assert_ne!(first.id(), second.id());
    assert_eq!(dataset.store().snapshots("demo").unwrap().len(), 2);
    let ids = |snapshot| table(snapshot, "variants", &["variant_id"]);
    assert_eq!(ids(&first), ["1:10:A:G", "1:20:A:G"]);
    assert_eq!(ids(&second), ["1:10:A:G", "1:21:A:G"]);
    // Back to the first inputs: their snapshot is the newest again.
    dataset.file("b.vcf", &vcf(&["s1"], &["1 20 . A G . . . GT 0/1"]));
    assert_eq!(dataset.snapshot().id(), first.id());
}

#[test]
fn individuals_keep_their_index_over_snapshots() {
    let dataset = Dataset::with_samples(3, "");
    dataset.snapshot();
    dataset.file("people.tsv", "sample\tindividual\ns9\ti9\ns2\ti2\n");
    let snapshot = dataset.snapshot();
    let rows = table(&snapshot, "individuals", &["individual_id", "__unit"]);
    assert_eq!(rows, ["i9 3", "i2 2"]);
    assert_eq!(all(&snapshot).iter().collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn an_error_in_the_last_file_publishes_nothing_and_leaves_nothing() {
    let dataset = dataset();
    dataset.file(
        "c.vcf",
        &vcf(
            &["s0"],
            &["1 20 . A G . . . GT 0/1", "2 1 . A G . . . GT 0/x"],
        ),
    );
    let error = dataset.error();
    assert!(
        error.starts_with("c.vcf:6: field `GT`: expected"),
        "{error}"
    );
    assert_eq!(left_in(&dataset), ["lock", "snapshots"]);
}

#[test]
fn what_a_killed_ingest_left_is_invisible_and_is_cleared_away() {
    let dataset = dataset();
    let id = dataset.snapshot().id().to_owned();
    let stale = dataset
        .store
        .path()
        .join("demo")
        .join(format!("tmp-{id}-1"));
    fs::create_dir_all(stale.join("tables")).unwrap();
    fs::write(stale.join("catalogue.json"), "{").unwrap();
    assert_eq!(
        dataset.store().snapshots("demo").unwrap(),
        std::slice::from_ref(&id)
    );
    assert!(!dataset.ingest().unwrap().new);
    assert!(!stale.exists());
}

#[test]
fn an_ingest_killed_before_it_named_its_snapshot_is_mended_by_the_next() {
    let dataset = dataset();
    let id = dataset.snapshot().id().to_owned();
    fs::remove_file(dataset.store.path().join("demo/current")).unwrap();
    assert!(dataset.store().datasets().unwrap().is_empty());
    assert!(!dataset.ingest().unwrap().new);
    assert_eq!(dataset.store().current("demo").unwrap().id(), id);
}

#[test]
fn two_ingests_of_a_dataset_do_not_run_at_once() {
    let dataset = dataset();
    dataset.snapshot();
    let lock = fs::File::open(dataset.store.path().join("demo/lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(dataset.ingest(), Err(IngestError::Busy { .. })));
}

#[test]
fn a_store_finds_no_dataset_by_a_path() {
    let dataset = dataset();
    let id = dataset.snapshot().id().to_owned();
    let store = dataset.store();
    for name in ["../demo", "demo/", "", "DEMO", "other"] {
        assert!(store.current(name).is_err(), "{name}");
    }
    assert!(store.snapshot("demo", "../..").is_err());
    assert!(store.snapshot("demo", &id).is_ok());
}

/// Writes to an input as soon as it is read.
struct Meddler(PathBuf);

impl crate::Progress for Meddler {
    fn at(&self, phase: &'static str, _done: u64, _total: Option<u64>) {
        if phase == "read variants" {
            let mut file = fs::OpenOptions::new().append(true).open(&self.0).unwrap();
            file.write_all(b"# more\n").unwrap();
        }
    }
}

#[test]
fn an_input_that_changes_while_it_is_read_stops_the_ingest() {
    let dataset = dataset();
    let meddler = Meddler(dataset.path("people.tsv"));
    let error = ingest(dataset.directory.path(), &dataset.store(), &meddler).unwrap_err();
    assert!(
        matches!(&error, IngestError::Changed { file } if file == "people.tsv"),
        "{error}"
    );
    assert_eq!(left_in(&dataset), ["lock", "snapshots"]);
}

#[test]
fn a_directory_without_a_manifest_is_told_what_it_lacks() {
    let dataset = dataset();
    fs::remove_file(dataset.path("dataset.toml")).unwrap();
    assert_eq!(
        dataset.error(),
        "dataset.toml: there is none in the dataset's directory; write one"
    );
}
