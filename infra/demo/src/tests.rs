//! What holds of the generated datasets.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod declared;

use std::{
    collections::HashMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use noodles_bgzf as bgzf;

use crate::{cancer, control, drivers::RATES, published::LOST_MOST};

const CASES: u32 = 8670;
const CONTROLS: u32 = 2000;

/// Both datasets at their default sizes, written once for all tests.
fn datasets() -> &'static Path {
    static WRITTEN: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = WRITTEN.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        cancer::generate(&dir.path().join("demo-cancer"), CASES, 1).unwrap();
        control::generate(&dir.path().join("demo-control"), CONTROLS, 1).unwrap();
        let path = dir.path().to_owned();
        (dir, path)
    });
    path
}

/// A table: rows of values by column.
fn rows(file: &str) -> Vec<HashMap<String, String>> {
    let text = fs::read_to_string(datasets().join(file)).unwrap();
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| {
            let cells: Vec<_> = line.split(',').collect();
            assert_eq!(cells.len(), header.len(), "{file}: {line}");
            header
                .iter()
                .zip(cells)
                .map(|(name, cell)| ((*name).to_owned(), cell.to_owned()))
                .collect()
        })
        .collect()
}

/// The header's samples and the records of a VCF, each split at tabs.
fn vcf(file: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut text = String::new();
    bgzf::io::Reader::new(fs::File::open(datasets().join(file)).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.starts_with("##fileformat=VCFv4.3\n"));
    let split = |line: &str| line.split('\t').map(ToOwned::to_owned).collect::<Vec<_>>();
    let header = split(
        text.lines()
            .find(|line| line.starts_with("#CHROM"))
            .unwrap(),
    );
    let records: Vec<_> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(split)
        .collect();
    for record in &records {
        assert!(
            text.contains(&format!("##contig=<ID={},", record[0])),
            "no contig {}",
            record[0]
        );
        assert_eq!(record.len(), header.len());
    }
    (header[9..].to_vec(), records)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
    sum / f64::from(count)
}

fn carriers(record: &[String]) -> usize {
    record[9..].iter().filter(|call| call.contains('1')).count()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_gives_others() {
    let dir = tempfile::tempdir().unwrap();
    for (name, seed) in [("one", 7), ("two", 7), ("other", 8)] {
        cancer::generate(&dir.path().join(name), 300, seed).unwrap();
        control::generate(&dir.path().join(name).join("control"), 200, seed).unwrap();
    }
    for file in [
        "individuals.csv",
        "samples.csv",
        "qc.csv",
        "somatic.vcf.gz",
        "germline.vcf.gz",
        "control/individuals.csv",
        "control/samples.csv",
        "control/qc.csv",
        "control/germline.vcf.gz",
    ] {
        let read = |name: &str| fs::read(dir.path().join(name).join(file)).unwrap();
        assert_eq!(read("one"), read("two"), "{file}");
        assert_ne!(read("one"), read("other"), "{file}");
    }
}

/// Quality of the cancer genomes after duplicates are removed: what was published.
fn last_stage() -> Vec<HashMap<String, String>> {
    let rows = rows("demo-cancer/qc.csv").into_iter();
    rows.filter(|row| row["stage"] == "qc2").collect()
}

#[test]
fn depth_falls_by_the_duplicates_that_are_removed_and_by_what_was_published() {
    let rows = rows("demo-cancer/qc.csv");
    assert_eq!(rows.len(), 4 * CASES as usize);
    let depth = |row: &HashMap<String, String>| row["depth"].parse::<f64>().unwrap();
    let normals = rows.chunks(2).filter(|of| of[0]["tissue"] == "normal");
    for (at, of) in normals.enumerate() {
        let [before, after] = of else { panic!() };
        assert_eq!(before["sample_id"], after["sample_id"]);
        assert_eq!([&before["stage"], &after["stage"]], ["qc1", "qc2"]);
        assert_eq!(before["insert_size"], after["insert_size"]);
        let (before, after, lost) = (depth(before), depth(after), &after["duplicate_rate"]);
        match LOST_MOST.get(at) {
            Some(published) => assert_eq!((before, after), *published),
            None => {
                let left = 1.0 - lost.parse::<f64>().unwrap() / 100.0;
                assert!((before * left - after).abs() <= 0.1, "{before} {after}");
            }
        }
    }
}

#[test]
fn the_means_of_quality_metrics_are_the_published_ones() {
    let rows = last_stage();
    for (tissue, metric, published, tolerance) in [
        ("normal", "mapped_rate", 99.8, 0.05),
        ("tumor", "mapped_rate", 99.9, 0.05),
        ("normal", "duplicate_rate", 13.1, 0.25),
        ("tumor", "duplicate_rate", 13.7, 0.25),
        ("normal", "insert_size", 487.0, 4.0),
        ("tumor", "insert_size", 486.0, 4.0),
        ("normal", "depth", 31.5, 0.35),
        ("tumor", "depth", 120.9, 0.8),
    ] {
        let values = rows
            .iter()
            .filter(|row| row["tissue"] == tissue)
            .map(|row| row[metric].parse().unwrap());
        let found = mean(values);
        assert!(
            (found - published).abs() <= tolerance,
            "{tissue} {metric}: {found}"
        );
    }
}

#[test]
fn the_shares_beyond_the_limits_are_the_published_ones() {
    let rows = last_stage();
    for (tissue, metric, beyond, percent) in [
        ("normal", "mapped_rate", -99.0, 3.1),
        ("tumor", "mapped_rate", -99.0, 0.1),
        ("normal", "duplicate_rate", 20.0, 12.8),
        ("tumor", "duplicate_rate", 20.0, 15.6),
        ("normal", "duplicate_rate", 30.0, 1.0),
        ("tumor", "duplicate_rate", 30.0, 0.6),
    ] {
        let found = 100.0
            * mean(
                rows.iter()
                    .filter(|row| row["tissue"] == tissue)
                    .map(|row| {
                        let value: f64 = row[metric].parse().unwrap();
                        // A negative limit means "at most".
                        f64::from(u8::from(if beyond < 0.0 {
                            value <= -beyond
                        } else {
                            value >= beyond
                        }))
                    }),
            );
        assert!(
            (found - percent).abs() <= 1.2,
            "{tissue} {metric} {beyond}: {found} %"
        );
    }
}

#[test]
fn diagnoses_are_in_proportion_and_the_rare_ones_are_below_thresholds_when_crossed() {
    let rows = rows("demo-cancer/individuals.csv");
    assert_eq!(rows.len(), CASES as usize);
    for cancer in &cancer::CANCERS {
        let of: Vec<_> = rows
            .iter()
            .filter(|row| row["diagnosis"] == cancer.diagnosis)
            .collect();
        let share = of.len() as f64 / rows.len() as f64;
        assert!(
            (share - cancer.share).abs() < 0.012,
            "{}: {share}",
            cancer.diagnosis
        );
        let female = mean(of.iter().map(|row| f64::from(u8::from(row["sex"] == "F"))));
        assert!(
            (female - cancer.female).abs() < if of.len() < 100 { 0.5 } else { 0.08 },
            "{}",
            cancer.diagnosis
        );
    }
    let thymus = rows.iter().filter(|row| row["diagnosis"] == "thymus");
    assert!((1..10).contains(&thymus.filter(|row| row["stage"] == "IV").count()));
}

#[test]
fn drivers_are_mutated_at_the_rates_of_their_cancers() {
    let diagnoses: HashMap<_, _> = rows("demo-cancer/individuals.csv")
        .into_iter()
        .map(|row| {
            (
                format!("{}-T", row["individual_id"]),
                row["diagnosis"].clone(),
            )
        })
        .collect();
    let (samples, records) = vcf("demo-cancer/somatic.vcf.gz");
    assert_eq!(samples.len(), CASES as usize);
    for (diagnosis, gene) in [
        ("lung", "EGFR"),
        ("pancreas", "KRAS"),
        ("colorectal", "APC"),
        ("liver", "CTNNB1"),
    ] {
        let rate = RATES
            .iter()
            .find(|(name, _)| *name == diagnosis)
            .unwrap()
            .1
            .iter()
            .find(|(name, _)| *name == gene);
        let cases = samples
            .iter()
            .filter(|sample| diagnoses[*sample] == diagnosis)
            .count();
        let mutated: usize = records
            .iter()
            .filter(|record| record[7].starts_with(&format!("GENE={gene};")))
            .map(|record| {
                samples
                    .iter()
                    .zip(&record[9..])
                    .filter(|(name, call)| *call == "0/1" && diagnoses[*name] == diagnosis)
                    .count()
            })
            .sum();
        let found = mutated as f64 / cases as f64;
        assert!(
            (found - rate.unwrap().1).abs() < 0.05,
            "{gene} in {diagnosis}: {found}"
        );
    }
    for gene in [
        "TP53", "KRAS", "EGFR", "PIK3CA", "APC", "BRAF", "CTNNB1", "BRCA2",
    ] {
        let sites = records
            .iter()
            .filter(|record| record[7].starts_with(&format!("GENE={gene};")))
            .count();
        assert!(sites >= 2, "{gene}: {sites} sites");
    }
}

#[test]
fn calls_are_sorted_and_no_two_records_are_the_same_site() {
    for file in [
        "demo-cancer/somatic.vcf.gz",
        "demo-cancer/germline.vcf.gz",
        "demo-control/germline.vcf.gz",
    ] {
        let (_, records) = vcf(file);
        let sites: Vec<(u32, u32, &str)> = records
            .iter()
            .map(|record| {
                (
                    record[0][3..].parse().unwrap(),
                    record[1].parse().unwrap(),
                    record[4].as_str(),
                )
            })
            .collect();
        assert!(sites.windows(2).all(|pair| pair[0] < pair[1]), "{file}");
        assert!(
            records
                .iter()
                .all(|record| record[3] != record[4] && carriers(record) > 0),
            "{file}"
        );
        assert!(
            (50..=1600).contains(&records.len()),
            "{file}: {}",
            records.len()
        );
    }
}

#[test]
fn rare_sites_are_as_frequent_as_the_neutral_spectrum_says() {
    let (samples, records) = vcf("demo-control/germline.vcf.gz");
    assert_eq!(samples.len(), CONTROLS as usize);
    // Of counts of 1 to 3 999 chromosomes in proportion to 1/x, a share of
    // (1 + 1/2 + 1/3) / H(3 999) = 0.207 is of three or fewer.
    let rare = records
        .iter()
        .filter(|record| carriers(record) <= 3)
        .count() as f64
        / records.len() as f64;
    assert!((rare - 0.207).abs() < 0.04, "{rare}");
}
