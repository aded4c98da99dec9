//! The report on quality control, of data drawn to what a national programme published of
//! 8 670 cases of cancer.

mod groups;
mod matching;

use std::{collections::HashMap, fs, path::Path};

use sekisho::{Kind, QcReport, Visit};
use sekisho_tests::{Consortium, Site, only, root, run, tables};

const DATASET: &str = "demo-cancer";
const METRICS: [&str; 4] = ["mapped_rate", "duplicate_rate", "insert_size", "depth"];
const TISSUES: [&str; 2] = ["normal", "tumor"];
/// The threshold of the profile `standard`.
const K: usize = 10;

/// The last stage: what was published of.
const STAGE: &str = "qc2";
/// The values of each tissue and metric at the last stage, from the least.
type Values = HashMap<(&'static str, &'static str), Vec<f64>>;

/// The rows of a file, by column.
fn lines(file: &Path) -> Vec<HashMap<String, String>> {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let header: Vec<String> = lines.next().unwrap().collect();
    let row = |of| header.iter().cloned().zip(of).collect();
    lines.map(row).collect()
}

fn values(rows: &[HashMap<String, String>]) -> Values {
    let mut values = Values::new();
    for row in rows.iter().filter(|row| row["stage"] == STAGE) {
        let tissue = TISSUES.into_iter().find(|of| *of == row["tissue"]);
        for metric in METRICS {
            let of = values.entry((tissue.unwrap(), metric)).or_default();
            of.push(row[metric].parse().unwrap());
        }
    }
    for of in values.values_mut() {
        of.sort_by(f64::total_cmp);
    }
    values
}

/// The tenth of either end, and the middle.
fn quantiles(values: &[f64]) -> [f64; 3] {
    let middle = values.len() / 2;
    let median = match values.len() % 2 {
        0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    };
    [values[K - 1], median, values[values.len() - K]]
}

async fn report(visit: &Visit, by: &[&str]) -> Vec<(String, Vec<String>)> {
    let kind = Kind::QcReport(QcReport {
        by: by.iter().map(|&of| of.to_owned()).collect(),
        ..QcReport::default()
    });
    tables(&only(visit.analyze(kind, &[DATASET]).await))
}

/// To three significant digits.
fn digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap()
}

#[track_caller]
fn near(released: &str, exact: f64, relative: f64) {
    let released: f64 = released.parse().unwrap();
    let off = (released - exact).abs();
    assert!(off <= relative * exact.abs(), "{released} {exact}");
}

fn rows<'t>(tables: &'t [(String, Vec<String>)], name: &str) -> Vec<Vec<&'t str>> {
    let (_, rows) = tables.iter().find(|(of, _)| of == name).unwrap();
    rows.iter().map(|row| row.split(' ').collect()).collect()
}

#[tokio::test]
async fn the_report_says_what_the_programme_published() {
    let folder = tempfile::tempdir().unwrap();
    let (data, store) = (folder.path().join("data"), folder.path().join("store"));
    let words = ["generate", data.to_str().unwrap()];
    run("sekisho-demo", &words).succeeded();
    let files = data.join(DATASET);
    let manifest = "infra/demo/manifests/demo-cancer.toml";
    fs::copy(root().join(manifest), files.join("dataset.toml")).unwrap();
    let words = [Path::new("ingest"), &files, Path::new("--store"), &store];
    run("sekisho-enclave", &words).succeeded();
    let consortium = Consortium::builder()
        .store(Site::East, DATASET, &store)
        .start();
    let visit = consortium.visit("aiko-tanaka", "P-0001").await;
    let told = report(&visit, &[]).await;

    let quality = lines(&files.join("qc.csv"));
    let exact = values(&quality);
    let of = |row: &[&str]| {
        let tissue = TISSUES.into_iter().find(|of| *of == row[1]).unwrap();
        let metric = METRICS.into_iter().find(|of| *of == row[2]).unwrap();
        (tissue, metric)
    };
    let last = |name: &str| -> Vec<Vec<&str>> {
        let rows = rows(&told, name).into_iter();
        rows.filter(|row| row[0] == STAGE).collect()
    };
    let metrics = last("metrics");
    assert_eq!((rows(&told, "metrics").len(), metrics.len()), (16, 8));
    for row in &metrics {
        let values = &exact[&of(row)];
        assert_eq!(row[3], "8670", "{row:?}");
        // A mean is made of a sum of three digits; limits of quantiles have three.
        near(row[4], values.iter().sum::<f64>() / 8_670.0, 0.005);
        let told: Vec<f64> = row[6..].iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(told, quantiles(values).map(digits), "{row:?}");
    }
    for (tissue, metric, limit, beyond) in [
        (
            "normal",
            "mapped_rate",
            "at most 99",
            (|x| x <= 99.0) as fn(f64) -> bool,
        ),
        ("normal", "duplicate_rate", "at least 20", |x| x >= 20.0),
        ("tumor", "duplicate_rate", "at least 30", |x| x >= 30.0),
        ("normal", "depth", "below 30", |x| x < 30.0),
        ("tumor", "depth", "below 120", |x| x < 120.0),
    ] {
        let values = &exact[&(tissue, metric)];
        let count = values.iter().filter(|value| beyond(**value)).count();
        let rows = last("limits");
        let words: Vec<&str> = limit.split(' ').collect();
        let row = rows
            .iter()
            .find(|row| row[1..3] == [tissue, metric] && row[3..3 + words.len()] == words[..]);
        let figures = &row.unwrap()[3 + words.len()..];
        assert_eq!(
            figures[0],
            ((count + 2) / 5 * 5).to_string(),
            "{tissue} {metric}"
        );
        near(figures[1], count as f64 / 8_670.0, 0.04);
    }
    for row in last("histogram") {
        let [lower, upper]: [f64; 2] = [row[3], row[4]].map(|cell| cell.parse().unwrap());
        // The limit of what is mapped counts what lies on it below, as the bound does.
        let counts_below = |of: f64| row[2] == "mapped_rate" && [99.0, 100.0].contains(&of);
        let below = |value: f64, of: f64| value < of || value == of && counts_below(of);
        let within = exact[&of(&row)].iter();
        let count = within
            .filter(|of| below(**of, upper) && !below(**of, lower))
            .count();
        assert!(count >= K, "{row:?}");
        let told: usize = row[5].parse().unwrap();
        assert!(told.abs_diff(count) <= 2, "{row:?} {count}");
    }

    published(&metrics, &last("limits"));
    groups::each_is_as_the_data_are(&visit, &quality, &lines(&files.join("samples.csv"))).await;
    changes(&told, &quality);
}

/// Depth before and after removal of duplicates, and what they take away.
fn changes(told: &[(String, Vec<String>)], quality: &[HashMap<String, String>]) {
    let told_of = rows(told, "changes");
    assert_eq!(told_of.len(), 8);
    for tissue in TISSUES {
        let of = |stage: &str| -> HashMap<&str, f64> {
            let rows = quality.iter();
            let rows = rows.filter(|row| [&row["tissue"], &row["stage"]] == [tissue, stage]);
            rows.map(|row| (row["sample_id"].as_str(), row["depth"].parse().unwrap()))
                .collect()
        };
        let (before, after) = (of("qc1"), of(STAGE));
        let mut exact: Vec<f64> = after.iter().map(|(of, at)| at - before[of]).collect();
        exact.sort_by(f64::total_cmp);
        let row = told_of
            .iter()
            .find(|row| row[..4] == [tissue, "qc1", STAGE, "depth"]);
        let row = row.unwrap();
        assert_eq!(row[4], "8670", "{row:?}");
        // To three digits, and not finer than a hundredth of a part of the grid.
        for (told, exact) in row[5..].iter().zip(quantiles(&exact)) {
            let off = told.parse::<f64>().unwrap() - exact;
            assert!(off.abs() <= 0.026 + exact.abs() / 200.0, "{row:?} {exact}");
        }
        // What ten lost most was published of four. They are the lowest, and not shown.
        let told_low: f64 = row[5].parse().unwrap();
        if tissue == "normal" {
            for lost in [4.7 - 34.7, 10.4 - 30.7, 38.9 - 106.8, 66.0 - 180.5] {
                assert!(exact.iter().any(|of| (of - lost).abs() < 1e-6), "{lost}");
            }
            assert!(exact[0] < -114.0 && told_low > -114.0, "{row:?}");
        }
        let parts: Vec<Vec<&str>> = (rows(told, "change_histogram").into_iter())
            .filter(|row| row[..4] == [tissue, "qc1", STAGE, "depth"])
            .collect();
        assert!(parts.len() > 2, "{parts:?}");
        for part in &parts {
            let [lower, upper, count]: [f64; 3] =
                [part[4], part[5], part[6]].map(|cell| cell.parse().unwrap());
            let within = exact.iter().map(|of| (of * 10.0).round() / 10.0);
            let within = within.filter(|of| (lower..upper).contains(of)).count();
            assert!(
                within >= K && (count - within as f64).abs() <= 2.0,
                "{part:?}"
            );
        }
    }
    // What removal of duplicates leaves as it is.
    let kept = told_of.iter().filter(|row| row[3] != "depth");
    assert!(
        kept.clone().all(|row| row[5..] == ["0.0", "0.0", "0.0"]),
        "{told_of:?}"
    );
    assert_eq!(kept.count(), 6);
}

/// What was published, where it stands beside the checkout: as near as the data are drawn.
fn published(metrics: &[Vec<&str>], limits: &[Vec<&str>]) {
    let folder = root().join("../shared/data/qc_published");
    let Ok(summary) = fs::read_to_string(folder.join("qc2_summary.csv")) else {
        return;
    };
    for line in summary.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [metric, _, tissue, mean, median, least, most] = cells[..] else {
            panic!("{line}");
        };
        let row = metrics.iter().find(|row| row[1..3] == [tissue, metric]);
        let row = row.unwrap();
        near(row[4], mean.parse().unwrap(), 0.01);
        near(row[7], median.parse().unwrap(), 0.01);
        // One person has the least, and one the most: what is told lies within.
        let [low, high, least, most] = [row[6], row[8], least, most].map(|cell| {
            let value: f64 = cell.parse().unwrap();
            value
        });
        assert!(least < low && low < high && high <= most, "{line} {row:?}");
    }
    let shares = fs::read_to_string(folder.join("qc2_shares.csv")).unwrap();
    // The published shares of depth do not go with the published medians: of 40.6 % below
    // 120 the median is no 116.
    let of_depth = |line: &&str| line.starts_with("depth");
    for line in shares.lines().skip(1).filter(|line| !of_depth(line)) {
        let cells: Vec<&str> = line.split(',').collect();
        let [metric, limit, tissue, share] = cells[..] else {
            panic!("{line}");
        };
        let at: f64 = limit.split(' ').nth(1).unwrap().parse().unwrap();
        let at = at.to_string();
        let row = limits
            .iter()
            .find(|row| row[1..3] == [tissue, metric] && row.contains(&at.as_str()));
        let told = row.unwrap().last().unwrap();
        let share: f64 = share.parse().unwrap();
        match told.parse::<f64>() {
            Ok(told) => {
                let off = (100.0 * told - share).abs();
                assert!(off < 0.25 + 0.12 * share, "{line}: {told}");
            }
            // Of so few it is not told how many.
            Err(_) => assert!(share / 100.0 * 8_670.0 < 2.0 * K as f64, "{line}"),
        }
    }
}
