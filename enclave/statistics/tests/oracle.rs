//! Estimators beside the packages that the field uses, on published data.
//!
//! `oracle.json` was printed by `oracle.py`. The data are found beside the checkout; the
//! tests of small tables need none.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::{collections::HashMap, path::Path};

use sekisho_statistics::{
    cox,
    regression::{self, Fit},
    survival::{Leaving, Observation, at_times, log_rank, median, survival},
};
use serde_json::Value;

/// A table of text; empty where somebody has nothing.
struct Table {
    names: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a table that stands beside the checkout; none where it does not.
    fn read(name: &str) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
        let delimiter = if name.ends_with(".tsv") { b'\t' } else { b',' };
        let file = folder.join(name);
        if !file.exists() {
            return None;
        }
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .from_path(file)
            .unwrap();
        let names = reader.headers().unwrap().iter().map(str::to_owned);
        Some(Self {
            names: names.enumerate().map(|(at, name)| (name, at)).collect(),
            rows: (reader.records())
                .map(|row| row.unwrap().iter().map(str::to_owned).collect())
                .collect(),
        })
    }

    fn text<'r>(&self, row: &'r [String], column: &str) -> &'r str {
        &row[self.names[column]]
    }

    fn number(&self, row: &[String], column: &str) -> Option<f64> {
        let text = self.text(row, column);
        match text {
            "yes" => Some(1.0),
            "no" => Some(0.0),
            _ => text.parse().ok().filter(|number: &f64| number.is_finite()),
        }
    }

    /// The rows in which all of these are numbers.
    fn numbers(&self, columns: &[&str]) -> Vec<Vec<f64>> {
        let of = |row: &Vec<String>| columns.iter().map(|name| self.number(row, name)).collect();
        self.rows.iter().filter_map(of).collect()
    }

    /// One row for each value of a column.
    fn distinct(mut self, column: &str) -> Self {
        let at = self.names[column];
        let mut seen = std::collections::HashSet::new();
        self.rows.retain(|row| seen.insert(row[at].clone()));
        self
    }
}

fn oracle(of: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("oracle.json")).unwrap();
    all[of].clone()
}

fn list(value: &Value) -> Vec<f64> {
    let values = value.as_array().unwrap().iter();
    values.map(|value| value.as_f64().unwrap()).collect()
}

#[track_caller]
fn near(ours: f64, theirs: f64) {
    let off = (ours - theirs).abs();
    assert!(off <= 1e-6 * theirs.abs().max(1.0), "{ours} {theirs}");
}

#[track_caller]
fn all_near(ours: &[f64], theirs: &Value) {
    let theirs = list(theirs);
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(theirs) {
        near(*ours, theirs);
    }
}

/// The first two of each row are the time, and whether the event happened.
fn observed(rows: &[Vec<f64>], event: f64) -> Vec<Observation> {
    let of = |row: &Vec<f64>| Observation {
        time: row[0],
        event: row[1] == event,
    };
    rows.iter().map(of).collect()
}

fn curve(observations: &[Observation], theirs: &Value) {
    let intervals = at_times(observations);
    let estimates = survival(&intervals, Leaving::After);
    let expected = theirs["curve"].as_array().unwrap();
    assert_eq!(intervals.len(), expected.len());
    for ((interval, estimate), expected) in intervals.iter().zip(&estimates).zip(expected) {
        let [time, share, lower, upper] = list(expected)[..] else {
            panic!("four numbers");
        };
        near(interval.time, time);
        near(estimate.share, share);
        near(estimate.lower, lower);
        near(estimate.upper, upper);
    }
    assert_eq!(median(&intervals, &estimates), theirs["median"].as_f64());
}

fn cox(rows: &[Vec<f64>], event: f64, theirs: &Value) {
    let rows: Vec<_> = rows.iter().map(|row| [&[0.0], &row[..]].concat()).collect();
    stratified(&rows, event, theirs);
}

/// The first of each row is the stratum.
fn stratified(rows: &[Vec<f64>], event: f64, theirs: &Value) {
    let covariates: Vec<Vec<f64>> = rows.iter().map(|row| row[3..].to_vec()).collect();
    let strata: Vec<usize> = rows.iter().map(|row| row[0] as usize).collect();
    let rows: Vec<_> = rows.iter().map(|row| row[1..].to_vec()).collect();
    let fitted = cox::fit_stratified(&observed(&rows, event), &covariates, &strata).unwrap();
    all_near(&fitted.coefficients, &theirs["coefficients"]);
    all_near(&fitted.errors, &theirs["errors"]);
    near(fitted.likelihood, theirs["likelihood"].as_f64().unwrap());
    let statistic = 2.0 * (fitted.likelihood - fitted.null_likelihood);
    near(statistic, theirs["likelihood_ratio"].as_f64().unwrap());
    near(fitted.concordance, theirs["concordance"].as_f64().unwrap());
}

#[test]
fn lung_cancer_as_lifelines_and_statsmodels_have_it() {
    let Some(lung) = Table::read("clinical/lung.csv") else {
        return;
    };
    let theirs = oracle("lung");
    let rows = lung.numbers(&["time", "status", "sex"]);
    assert_eq!(rows.len(), 228);
    // In this copy a death is 1.
    curve(&observed(&rows, 1.0), &theirs);
    let of = |sex: f64| {
        let rows: Vec<_> = rows.iter().filter(|row| row[2] == sex).cloned().collect();
        observed(&rows, 1.0)
    };
    let test = log_rank(&[of(1.0), of(2.0)]).unwrap();
    all_near(&[test.statistic, test.p], &theirs["log_rank"]);
    let rows = lung.numbers(&["time", "status", "age", "sex", "ph.ecog"]);
    cox(&rows, 1.0, &oracle("lung_cox"));
    let rows = lung.numbers(&["sex", "time", "status", "age", "ph.ecog"]);
    stratified(&rows, 1.0, &oracle("lung_stratified"));

    let rows = lung.numbers(&["wt.loss", "age", "sex", "ph.karno"]);
    let outcome: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    let covariates: Vec<Vec<f64>> = rows.iter().map(|row| row[1..].to_vec()).collect();
    let fitted = regression::linear(&outcome, &covariates).unwrap();
    let theirs = oracle("lung_linear");
    all_near(&fitted.coefficients, &theirs["coefficients"]);
    all_near(&fitted.errors, &theirs["errors"]);
    let Fit::Linear {
        explained,
        residual,
    } = fitted.fit
    else {
        panic!("a linear model");
    };
    near(explained, theirs["explained"].as_f64().unwrap());
    near(residual, theirs["residual"].as_f64().unwrap());

    let rows = lung.numbers(&["status", "age", "sex", "ph.ecog"]);
    let outcome: Vec<bool> = rows.iter().map(|row| row[0] == 1.0).collect();
    let covariates: Vec<Vec<f64>> = rows.iter().map(|row| row[1..].to_vec()).collect();
    let fitted = regression::logistic(&outcome, &covariates).unwrap();
    let theirs = oracle("lung_logistic");
    all_near(&fitted.coefficients, &theirs["coefficients"]);
    all_near(&fitted.errors, &theirs["errors"]);
    let Fit::Logistic {
        likelihood,
        null_likelihood,
    } = fitted.fit
    else {
        panic!("a logistic model");
    };
    near(likelihood, theirs["likelihood"].as_f64().unwrap());
    near(null_likelihood, theirs["null_likelihood"].as_f64().unwrap());
}

#[test]
fn breast_cancer_as_lifelines_has_it() {
    let Some(gbsg2) = Table::read("clinical/gbsg2.csv") else {
        return;
    };
    let rows = gbsg2.numbers(&["time", "cens", "horTh"]);
    assert_eq!(rows.len(), 686);
    let theirs = oracle("gbsg2");
    curve(&observed(&rows, 1.0), &theirs);
    let of = |hormones: f64| {
        let rows: Vec<_> = rows
            .iter()
            .filter(|row| row[2] == hormones)
            .cloned()
            .collect();
        observed(&rows, 1.0)
    };
    let test = log_rank(&[of(0.0), of(1.0)]).unwrap();
    all_near(&[test.statistic, test.p], &theirs["log_rank"]);
    let columns = ["time", "cens", "horTh", "age", "tsize", "pnodes", "progrec"];
    cox(&gbsg2.numbers(&columns), 1.0, &oracle("gbsg2_cox"));
    // Strata of menopause and grade.
    let columns = ["time", "cens", "horTh", "age", "pnodes"];
    let rows = gbsg2.rows.iter().map(|row| {
        let post = f64::from(u8::from(gbsg2.text(row, "menostat") == "Post"));
        let grade = gbsg2.text(row, "tgrade").len() as f64;
        let rest = columns.iter().map(|name| gbsg2.number(row, name).unwrap());
        std::iter::once(10.0 * post + grade).chain(rest).collect()
    });
    let rows: Vec<Vec<f64>> = rows.collect();
    stratified(&rows, 1.0, &oracle("gbsg2_stratified"));
}

#[test]
fn leukaemia_and_liver_cancer_as_lifelines_has_them() {
    let laml = Table::read("clinical/tcga_laml_annot.tsv");
    let lihc = Table::read("tcga_mc3/LIHC.clinical.tsv");
    let (Some(laml), Some(lihc)) = (laml, lihc) else {
        return;
    };
    let columns = ["days_to_last_followup", "Overall_Survival_Status"];
    curve(&observed(&laml.numbers(&columns), 1.0), &oracle("laml"));
    let lihc = lihc.distinct("Tumor_Sample_Barcode_min");
    let columns = ["CDR_OS.time", "CDR_OS"];
    curve(&observed(&lihc.numbers(&columns), 1.0), &oracle("lihc"));
    let age = "CDR_age_at_initial_pathologic_diagnosis";
    let rows = lihc.numbers(&["CDR_OS.time", "CDR_OS", age]);
    cox(&rows, 1.0, &oracle("lihc_cox"));
}

/// Remission of leukaemia in weeks, on 6-mercaptopurine and on placebo (Freireich et al.
/// 1963): the table of the textbooks, for which they give χ² = 16.79.
#[test]
fn the_textbooks_remissions_differ_as_they_say() {
    let drug = [
        (6, 1),
        (6, 1),
        (6, 1),
        (6, 0),
        (7, 1),
        (9, 0),
        (10, 1),
        (10, 0),
        (11, 0),
        (13, 1),
        (16, 1),
        (17, 0),
        (19, 0),
        (20, 0),
        (22, 1),
        (23, 1),
        (25, 0),
        (32, 0),
        (32, 0),
        (34, 0),
        (35, 0),
    ];
    let placebo = [
        1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
    ];
    let of = |(weeks, relapse): (u8, u8)| Observation {
        time: f64::from(weeks),
        event: relapse == 1,
    };
    let groups = [
        drug.map(of).to_vec(),
        placebo.map(|weeks| of((weeks, 1))).to_vec(),
    ];
    let test = log_rank(&groups).unwrap();
    assert!((test.statistic - 16.79).abs() < 0.005, "{}", test.statistic);
    let intervals = at_times(&groups[0]);
    let estimates = survival(&intervals, Leaving::After);
    let at = intervals.iter().position(|of| of.time == 23.0).unwrap();
    assert!((estimates[at].share - 0.448).abs() < 5e-4);
    assert_eq!(median(&intervals, &estimates), Some(23.0));

    // Efron's coefficient of the drug is -1.572 (R's survival package).
    let observations: Vec<Observation> = groups.concat();
    let rows: Vec<Vec<f64>> = (0..42)
        .map(|at| vec![if at < 21 { 1.0 } else { 0.0 }])
        .collect();
    let fitted = cox::fit(&observations, &rows).unwrap();
    assert!((fitted.coefficients[0] + 1.5721).abs() < 5e-5);
    assert!((fitted.errors[0] - 0.4124).abs() < 5e-5);
}

#[test]
fn what_cannot_be_fitted_is_told() {
    use sekisho_statistics::Unfit::{Diverges, Singular, TooLittle};
    let numbers = |n: u32| (0..n).map(|at| vec![f64::from(at)]).collect::<Vec<_>>();
    let outcome: Vec<bool> = (0..20).map(|at| at >= 10).collect();
    assert_eq!(regression::logistic(&outcome, &numbers(20)), Err(Diverges));
    assert_eq!(
        regression::logistic(&[true; 20], &numbers(20)),
        Err(TooLittle)
    );
    let same = vec![vec![1.0]; 20];
    assert_eq!(regression::logistic(&outcome, &same), Err(Singular));
    let twice: Vec<Vec<f64>> = (0..20)
        .map(|at| vec![f64::from(at), f64::from(2 * at)])
        .collect();
    let values: Vec<f64> = (0..20).map(|at| f64::from(at * at % 7)).collect();
    assert_eq!(regression::linear(&values, &twice), Err(Singular));
    assert_eq!(
        regression::linear(&values[..2], &numbers(2)),
        Err(TooLittle)
    );
    let events: Vec<Observation> = (0..20)
        .map(|at| Observation {
            time: f64::from(at),
            event: true,
        })
        .collect();
    // The earlier the event the larger the covariate, in every pair.
    let tells: Vec<Vec<f64>> = (0..20).map(|at| vec![-f64::from(at)]).collect();
    assert_eq!(cox::fit(&events, &tells), Err(Diverges));
    assert_eq!(cox::fit(&[], &[]), Err(TooLittle));
    assert_eq!(log_rank(&[events]), Err(TooLittle));
}
