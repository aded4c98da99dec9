//! The same report by what samples were sequenced with, and where.

use std::collections::HashMap;

use sekisho::Visit;

use super::{METRICS, STAGE, TISSUES, digits, near, quantiles, report, rows};

type Row = HashMap<String, String>;

/// A limit: of which tissue (both, if of none), metric, words, who is beyond.
type Limit = (
    Option<&'static str>,
    &'static str,
    &'static str,
    fn(f64) -> bool,
);

/// Every limit of the manifest.
const LIMITS: [Limit; 5] = [
    (None, "mapped_rate", "at most 99", |of| of <= 99.0),
    (None, "duplicate_rate", "at least 20", |of| of >= 20.0),
    (None, "duplicate_rate", "at least 30", |of| of >= 30.0),
    (Some("normal"), "depth", "below 30", |of| of < 30.0),
    (Some("tumor"), "depth", "below 120", |of| of < 120.0),
];

pub(super) async fn each_is_as_the_data_are(visit: &Visit, quality: &[Row], samples: &[Row]) {
    let of_samples: HashMap<&str, &Row> = (samples.iter())
        .map(|row| (row["sample_id"].as_str(), row))
        .collect();
    for (by, words) in [
        ("sequencing_center", &["seq-1", "seq-2", "seq-3"][..]),
        ("platform", &["novaseq-6000", "novaseq-x"][..]),
    ] {
        let told = report(visit, &[by]).await;
        let mut limits = 0;
        for (word, tissue) in words.iter().flat_map(|word| TISSUES.map(|of| (*word, of))) {
            let key = [STAGE, tissue, word];
            let of_group = quality.iter().filter(|row| {
                let sample = of_samples[row["sample_id"].as_str()];
                [&row["stage"], &row["tissue"], &sample[by]] == key
            });
            let of_group: Vec<&Row> = of_group.collect();
            assert!(of_group.len() > 1_000);
            for metric in METRICS {
                let mut values: Vec<f64> = (of_group.iter())
                    .map(|row| row[metric].parse().unwrap())
                    .collect();
                values.sort_by(f64::total_cmp);
                let told_of = rows(&told, "metrics");
                let row = told_of
                    .iter()
                    .find(|row| row[..3] == key && row[3] == metric);
                let row = row.unwrap();
                assert_eq!(row[4], rounded(values.len()), "{row:?}");
                near(
                    row[5],
                    values.iter().sum::<f64>() / values.len() as f64,
                    0.005,
                );
                let told_of: Vec<f64> = row[7..].iter().map(|of| of.parse().unwrap()).collect();
                assert_eq!(told_of, quantiles(&values).map(digits), "{row:?}");
                limits += beyond(&rows(&told, "limits"), &key, metric, &values);
            }
        }
        assert!(limits >= 4 * words.len(), "{by}: {limits} limits are told");
    }
}

/// How many limits are told, each as the data are.
fn beyond(told: &[Vec<&str>], key: &[&str], metric: &str, values: &[f64]) -> usize {
    let of = LIMITS.iter();
    let of = of.filter(|(tissue, of, ..)| *of == metric && tissue.is_none_or(|of| of == key[1]));
    let told = of.filter(|(_, _, limit, is_beyond)| {
        let words: Vec<&str> = limit.split(' ').collect();
        let row = told.iter().find(|row| {
            row[..3] == *key && row[3] == metric && row[4..4 + words.len()] == words[..]
        });
        let figures = &row.unwrap()[4 + words.len()..];
        if figures[0] == "-" {
            return false;
        }
        let count = values.iter().filter(|value| is_beyond(**value)).count();
        assert_eq!(figures[0], rounded(count), "{key:?} {metric} {limit}");
        // The share is of what is shown.
        let shown = |count| rounded(count).parse::<f64>().unwrap();
        near(figures[1], shown(count) / shown(values.len()), 0.005);
        true
    });
    told.count()
}

fn rounded(count: usize) -> String {
    ((count + 2) / 5 * 5).to_string()
}
