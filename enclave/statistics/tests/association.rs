//! Tests of markers beside plink2's, on a thousand genomes.
//!
//! `association.json` was printed by `association.py`. The genomes are found beside the
//! checkout; where they are not, nothing is compared.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader},
    path::Path,
};

use sekisho_statistics::{
    association::{Marker, Null},
    regression,
};
use serde_json::Value;

/// Variants by their names: who has one copy, and who has two.
type Genomes = HashMap<String, [Vec<u32>; 2]>;

const PEOPLE: u32 = 2504;

fn genomes() -> Option<Genomes> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/germline_1000g");
    let file = std::fs::File::open(folder.join("1000G_p3.chr22_16050075-16499957.vcf.gz")).ok()?;
    let lines = BufReader::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(file))).lines();
    let mut genomes = Genomes::new();
    for line in lines
        .map(Result::unwrap)
        .filter(|line| !line.starts_with('#'))
    {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap();
        let (chrom, pos, _, reference, alternate) = (next(), next(), next(), next(), next());
        let name = format!("{chrom}:{pos}:{reference}:{alternate}");
        let mut copies: [Vec<u32>; 2] = Default::default();
        for (person, call) in (0..).zip(fields.skip(4)) {
            match call.bytes().filter(|&byte| byte == b'1').count() {
                0 => {}
                number => copies[number - 1].push(person),
            }
        }
        genomes.insert(name, copies);
    }
    Some(genomes)
}

/// What plink2 says of variants: name, coefficient or odds ratio, its error, its statistic.
fn theirs(of: &str) -> Vec<(String, [f64; 3])> {
    let all: Value = serde_json::from_str(include_str!("association.json")).unwrap();
    let rows = all[of].as_array().unwrap().iter();
    let number = |row: &Value, at: usize| row[at].as_f64().unwrap();
    rows.map(|row| {
        let numbers = [1, 2, 3].map(|at| number(row, at));
        (row[0].as_str().unwrap().to_owned(), numbers)
    })
    .collect()
}

fn number(person: u32) -> f64 {
    f64::from(person * 7919 % 997) / 997.0 + f64::from(person) / f64::from(PEOPLE)
}

fn covariates() -> Vec<Vec<f64>> {
    let of = |person: u32| {
        vec![
            f64::from(person % 2),
            f64::from(person * 31 % 101) / 101.0,
            f64::from(person * 17 % 89) / 89.0,
            f64::from(person) / f64::from(PEOPLE),
        ]
    };
    (0..PEOPLE).map(of).collect()
}

fn cases(above: f64) -> Vec<bool> {
    (0..PEOPLE).map(|person| number(person) > above).collect()
}

fn marker([one, two]: &[Vec<u32>; 2]) -> Marker<'_> {
    Marker {
        one,
        two,
        missing: &[],
    }
}

/// Covariates, and a marker after them.
fn beside(marker: Marker<'_>) -> Vec<Vec<f64>> {
    let copies = marker.copies(PEOPLE as usize);
    let mut rows = covariates();
    for (row, copies) in rows.iter_mut().zip(copies) {
        row.push(copies);
    }
    rows
}

fn near(ours: f64, theirs: f64, within: f64, what: &str) {
    let off = (ours - theirs).abs();
    assert!(
        off <= within * theirs.abs().max(1e-3),
        "{what}: {ours}, plink2 {theirs}"
    );
}

#[test]
fn a_linear_statistic_is_that_of_plink2_and_of_the_whole_fit() {
    let Some(genomes) = genomes() else { return };
    let outcome: Vec<f64> = (0..PEOPLE).map(number).collect();
    let null = Null::linear(&outcome, &covariates()).unwrap();
    for (name, [coefficient, error, statistic]) in theirs("linear") {
        let marker = marker(&genomes[&name]);
        let ours = null.statistic(marker).unwrap();
        near(ours, statistic, 1e-4, &name);
        let whole = regression::linear(&outcome, &beside(marker)).unwrap();
        near(whole.coefficients[5], coefficient, 1e-5, &name);
        near(whole.errors[5], error, 1e-5, &name);
        near(ours, whole.coefficients[5] / whole.errors[5], 1e-9, &name);
    }
}

#[test]
fn a_logistic_fit_is_that_of_plink2_and_the_score_is_near_it() {
    let Some(genomes) = genomes() else { return };
    let cases = cases(1.0);
    let null = Null::logistic(&cases, &covariates()).unwrap();
    for (name, [odds, error, statistic]) in theirs("logistic") {
        let marker = marker(&genomes[&name]);
        let whole = regression::logistic(&cases, &beside(marker)).unwrap();
        near(whole.coefficients[5].exp(), odds, 1e-5, &name);
        near(whole.errors[5], error, 1e-5, &name);
        near(
            whole.coefficients[5] / whole.errors[5],
            statistic,
            1e-3,
            &name,
        );
        let score = null.statistic(marker).unwrap();
        assert!(
            (score - statistic).abs() < 0.02,
            "{name}: {score} {statistic}"
        );
    }
}

#[test]
fn a_penalised_fit_is_that_of_plink2() {
    let Some(genomes) = genomes() else { return };
    let cases = cases(1.9);
    for (name, [odds, error, statistic]) in theirs("firth") {
        let whole = regression::firth(&cases, &beside(marker(&genomes[&name]))).unwrap();
        near(whole.coefficients[5].exp(), odds, 1e-3, &name);
        near(whole.errors[5], error, 1e-3, &name);
        near(
            whole.coefficients[5] / whole.errors[5],
            statistic,
            2e-3,
            &name,
        );
    }
}

/// Where a covariate tells the outcome only the penalised likelihood has a maximum.
#[test]
fn separation_has_a_penalised_estimate() {
    let cases: Vec<bool> = (0..40).map(|person| person >= 20).collect();
    let rows: Vec<Vec<f64>> = cases
        .iter()
        .map(|&is| vec![f64::from(u8::from(is))])
        .collect();
    assert!(regression::logistic(&cases, &rows).is_err());
    // Each cell has half a person more (Firth 1993).
    let fit = regression::firth(&cases, &rows).unwrap();
    let odds = (20.5_f64 / 0.5).powi(2).ln();
    assert!((fit.coefficients[1] - odds).abs() < 1e-6, "{fit:?}");
}

/// An unknown genotype counts as the mean of the others, and copies that the covariates say
/// have no statistic.
#[test]
fn unknown_genotypes_count_as_the_mean() {
    let outcome: Vec<f64> = (0..200).map(|n| f64::from(n * 37 % 101)).collect();
    let covariates: Vec<Vec<f64>> = (0..200).map(|n| vec![f64::from(n % 7)]).collect();
    let null = Null::linear(&outcome, &covariates).unwrap();
    let one: Vec<u32> = (0..200).filter(|n| n % 5 == 0).collect();
    let two: Vec<u32> = (0..200).filter(|n| n % 17 == 1 && n % 5 != 0).collect();
    let missing: Vec<u32> = (0..200)
        .filter(|n| n % 23 == 2 && n % 5 != 0 && n % 17 != 1)
        .collect();
    let marker = Marker {
        one: &one,
        two: &two,
        missing: &missing,
    };
    let mut rows = covariates.clone();
    for (row, copies) in rows.iter_mut().zip(marker.copies(200)) {
        row.push(copies);
    }
    let whole = regression::linear(&outcome, &rows).unwrap();
    let ours = null.statistic(marker).unwrap();
    near(
        ours,
        whole.coefficients[2] / whole.errors[2],
        1e-9,
        "unknown",
    );
    assert_eq!(null.statistic(Marker::default()), None);
    let everybody: Vec<u32> = (0..200).collect();
    let same = Marker {
        one: &everybody,
        ..Marker::default()
    };
    assert_eq!(null.statistic(same), None);
    // Without covariates it is the correlation's.
    let bare = Null::linear(&outcome, &vec![Vec::new(); 200]).unwrap();
    let rows: Vec<Vec<f64>> = marker.copies(200).into_iter().map(|of| vec![of]).collect();
    let whole = regression::linear(&outcome, &rows).unwrap();
    let ours = bare.statistic(marker).unwrap();
    near(ours, whole.coefficients[1] / whole.errors[1], 1e-9, "bare");
}
