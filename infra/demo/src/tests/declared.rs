//! Whether the data are as their manifests declare, and their matrices as tissues are.

use super::*;

#[test]
fn every_value_keeps_what_the_manifest_declares() {
    for dataset in ["demo-cancer", "demo-control"] {
        let text = fs::read_to_string(datasets().join(dataset).join("dataset.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        for (name, table) in manifest["tables"].as_table().unwrap() {
            let file = table["files"][0].as_str().unwrap();
            // What a matrix holds, ingest checks: its rows are not the table's.
            if table.get("layout").is_some() {
                continue;
            }
            let rows = rows(&format!("{dataset}/{file}"));
            for (column, declared) in table["columns"].as_table().unwrap() {
                let from = declared
                    .get("from")
                    .map_or(column.as_str(), |from| from.as_str().unwrap());
                assert!(!declared["meaning"].as_str().unwrap().is_empty());
                for row in &rows {
                    keeps(declared, &row[from], &format!("{dataset} {name}.{column}"));
                }
            }
        }
    }
}

fn keeps(declared: &toml::Value, cell: &str, place: &str) {
    if cell.is_empty() {
        assert!(declared.get("required").is_none(), "{place} is empty");
        return;
    }
    let value = declared
        .get("map")
        .and_then(|map| map.get(cell))
        .and_then(|value| value.as_str())
        .unwrap_or(cell);
    if let Some(domain) = declared.get("domain") {
        assert!(
            domain
                .as_array()
                .unwrap()
                .iter()
                .any(|item| item.as_str() == Some(value)),
            "{place}: {value}"
        );
    }
    match declared
        .get("type")
        .map_or("text", |of| of.as_str().unwrap())
    {
        "int" => drop(
            value
                .parse::<i64>()
                .unwrap_or_else(|_| panic!("{place}: {value}")),
        ),
        "float" => drop(
            value
                .parse::<f64>()
                .unwrap_or_else(|_| panic!("{place}: {value}")),
        ),
        "date" => drop(
            value
                .parse::<jiff::civil::Date>()
                .unwrap_or_else(|_| panic!("{place}: {value}")),
        ),
        _ => {}
    }
    if let Some(bounds) = declared.get("bounds") {
        let number: f64 = value.parse().unwrap();
        let bound = |index: usize| bounds[index].as_integer().unwrap() as f64;
        assert!((bound(0)..=bound(1)).contains(&number), "{place}: {number}");
    }
}

#[test]
fn marks_of_tissues_and_sex_stand_out_in_the_matrices() {
    let text = fs::read_to_string(datasets().join("demo-cancer/expression.tsv")).unwrap();
    let people: HashMap<String, HashMap<String, String>> = rows("demo-cancer/individuals.csv")
        .into_iter()
        .map(|row| (row["individual_id"].clone(), row))
        .collect();
    let mut lines = text.lines();
    let samples: Vec<&str> = lines.next().unwrap().split('\t').skip(1).collect();
    assert_eq!(samples.len(), (CASES as usize).div_ceil(2));
    let mean = |gene: &str, column: &str, value: &str| {
        let line = text.lines().find(|line| line.starts_with(gene)).unwrap();
        let cells = line.split('\t').skip(1).zip(&samples);
        let of = cells.filter(|(_, sample)| people[sample.trim_end_matches("-T")][column] == value);
        let numbers: Vec<f64> = of.filter_map(|(cell, _)| cell.parse().ok()).collect();
        numbers.iter().map(|x| (x + 1.0).log2()).sum::<f64>() / numbers.len() as f64
    };
    assert!(mean("XIST", "sex", "F") > mean("XIST", "sex", "M") + 3.0);
    assert!(mean("KLK3", "diagnosis", "prostate") > mean("KLK3", "diagnosis", "lung") + 5.0);
    let same = mean("ACTB", "sex", "F") - mean("ACTB", "sex", "M");
    assert!(same.abs() < 0.1, "{same}");
}
