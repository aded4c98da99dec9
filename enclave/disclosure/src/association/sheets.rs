//! Associations' figures, as they may be shown.

use sekisho_statistics::tables::{fisher, independence, stratified, trend};

use super::{Association, Tested};
use crate::{
    frequency::Frequency,
    model::{estimate_columns, estimate_entries},
    rounding,
    sheet::{Column, Entry, Sheet},
};

/// Tests from which on something is said of all of them together.
const LEAST_TESTS: u64 = 1_000;

/// Numbers of tests are rounded to this.
pub(crate) const TESTS_BASE: u32 = 100;

/// Tests that lie beyond the last quantile that is shown.
const LEAST_BEYOND: f64 = 100.0;

/// Quantiles for each factor of ten.
const STEPS: i32 = 4;

/// Significant digits of λ, quantiles, ratios and probabilities.
pub(crate) const DIGITS: u32 = 3;
const P_DIGITS: u32 = 2;

/// A marker that is shown, or asked for by name.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its coefficient and the coefficient's error, if they may be shown.
    pub shown: Option<(f64, f64)>,
    /// The figures of each group, in the groups' order; empty where none are asked for.
    pub frequencies: Vec<Option<Frequency>>,
}

/// A group whose genotypes are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The stratum; none for everybody.
    pub stratum: Option<String>,
    /// Whether it is of those who have the outcome.
    pub cases: bool,
}

/// What associations came to.
pub struct Findings<'a> {
    /// The outcome and covariates; none where nothing may be shown.
    pub association: Option<&'a Association<'a>>,
    /// Whether the outcome is a condition.
    pub of_cases: bool,
    /// The name of the markers' column.
    pub markers: &'static str,
    /// The markers that are shown or were asked for by name.
    pub rows: &'a [Row],
    /// Whose genotypes rows tell of; empty where of nobody's.
    pub groups: &'a [Group],
    /// All tests.
    pub tested: Option<&'a Tested>,
}

impl Findings<'_> {
    /// The sheets `associations`, `summary` and `quantiles`; where genotypes of cases and
    /// controls are told, `tests` and `genotypes` too.
    pub fn sheets(&self) -> Vec<Sheet> {
        let mut sheets = vec![
            associations(self.markers, self.rows, self.of_cases),
            self.summary(),
            quantiles(self.tested),
        ];
        if self.of_cases && !self.groups.is_empty() {
            sheets.push(tests(self.markers, self.rows, self.groups));
            sheets.push(genotypes(self.markers, self.rows, self.groups));
        }
        sheets
    }

    fn summary(&self) -> Sheet {
        let mut columns = vec![Column::count("individuals")];
        columns.extend(self.of_cases.then(|| Column::count("cases")));
        columns.extend([Column::count("tests"), Column::figure("lambda_gc")]);
        let mut sheet = Sheet::new("summary", columns);
        let rounded = |n: u64, base| Entry::from(rounding::to_base(i128::from(n), base));
        let of_people = |of: fn(&Association<'_>) -> u64| {
            let count = self.association.map(|association| {
                rounded(of(association), association.rules.profile.rounding_base)
            });
            count.unwrap_or(Entry::Nothing)
        };
        let mut row = vec![of_people(|of| of.null.individuals() as u64)];
        let cases = of_people(|of| of.model.sides().next().unwrap_or(0));
        row.extend(self.of_cases.then_some(cases));
        let tests = many(self.tested).map(|of| rounded(of.tests(), TESTS_BASE));
        row.push(tests.unwrap_or(Entry::Nothing));
        let lambda = many(self.tested).and_then(|of| of.lambda());
        row.push(lambda.map(|of| rounding::to_significant(of, DIGITS)).into());
        sheet.add(row);
        sheet
    }
}

/// Tests of which something may be said together.
pub(crate) fn many(tested: Option<&Tested>) -> Option<&Tested> {
    tested.filter(|of| of.tests() >= LEAST_TESTS)
}

fn associations(of: &str, rows: &[Row], is_of_cases: bool) -> Sheet {
    let ratio = is_of_cases.then_some("odds_ratio");
    let columns = [Column::key(of)]
        .into_iter()
        .chain(estimate_columns("coefficient", ratio));
    let mut sheet = Sheet::new("associations", columns.collect());
    for row in rows {
        let key = Entry::from(Some(row.name.as_str()));
        sheet.add(
            [key]
                .into_iter()
                .chain(estimate_entries(row.shown, is_of_cases)),
        );
    }
    sheet
}

/// How small probabilities are, beside how small as many would be by chance.
pub(crate) fn quantiles(tested: Option<&Tested>) -> Sheet {
    let columns = vec![Column::derived("expected"), Column::figure("observed")];
    let mut sheet = Sheet::new("quantiles", columns);
    let Some(Tested { spread, .. }) = many(tested) else {
        return sheet;
    };
    #[expect(clippy::cast_precision_loss, reason = "a number of tests")]
    let tests = spread.tests() as f64;
    for step in 1.. {
        let expected = f64::from(step) / f64::from(STEPS);
        let share = 10_f64.powf(-expected);
        if share * tests < LEAST_BEYOND {
            break;
        }
        let observed = spread.log_p(share);
        let observed = observed.map(|of| rounding::to_significant(of, DIGITS));
        sheet.add([Some(expected).into(), observed.into()]);
    }
    sheet
}

/// Tests of tables of what is shown, and of nothing else.
fn tests(of: &str, rows: &[Row], groups: &[Group]) -> Sheet {
    let is_stratified = groups.iter().any(|group| group.stratum.is_some());
    let mut columns = vec![
        Column::key(of),
        Column::derived("allelic_odds_ratio"),
        Column::derived("fisher_p"),
        Column::derived("trend_p"),
        Column::derived("genotypic_p"),
    ];
    if is_stratified {
        columns.extend(["stratified_odds_ratio", "stratified_p"].map(Column::derived));
    }
    let mut sheet = Sheet::new("tests", columns);
    for row in rows {
        let figures = |stratum: Option<&str>, cases: bool| {
            let is = |group: &Group| group.stratum.as_deref() == stratum && group.cases == cases;
            let at = groups.iter().position(is)?;
            row.frequencies.get(at).copied().flatten()
        };
        let both = |stratum| Some([figures(stratum, true)?, figures(stratum, false)?]);
        let all = both(None);
        let allelic = all.and_then(|of| alleles(of).map(fisher));
        let trend = all
            .and_then(|[cases, others]| Some(trend(individuals(&cases)?, individuals(&others)?).1));
        let genotypic = all.and_then(|[cases, others]| {
            cases.homozygotes()?;
            others.homozygotes()?;
            Some(independence([&individuals(&cases)?, &individuals(&others)?]).1)
        });
        let p = |of: Option<f64>| Entry::from(of.map(|of| rounding::to_significant(of, P_DIGITS)));
        let ratio =
            |of: Option<f64>| Entry::from(of.map(|of| rounding::to_significant(of, DIGITS)));
        let mut entries = vec![
            Some(row.name.as_str()).into(),
            ratio(allelic.map(|(odds, _)| odds)),
            p(allelic.map(|(_, p)| p)),
            p(trend),
            p(genotypic),
        ];
        if is_stratified {
            let strata = groups.iter().filter(|group| group.cases);
            let strata = strata.filter_map(|group| group.stratum.as_deref());
            let tables = strata.filter_map(|stratum| alleles(both(Some(stratum))?));
            let tables: Vec<_> = tables.collect();
            let of_strata = (!tables.is_empty()).then(|| stratified(&tables));
            entries.push(ratio(of_strata.map(|(odds, _)| odds)));
            entries.push(p(of_strata.map(|(_, p)| p)));
        }
        sheet.add(entries);
    }
    sheet
}

/// Alleles of those who have the outcome and of the others, the alternate one first.
fn alleles(of: [Frequency; 2]) -> Option<[[u64; 2]; 2]> {
    let [cases, others] = of.map(|of| {
        let rest = of.allele_number()?.checked_sub(of.allele_count())?;
        Some([of.allele_count(), rest])
    });
    Some([cases?, others?])
}

/// Individuals with no copy, one and two; where it is not told who has two, everybody who has
/// any has one.
fn individuals(of: &Frequency) -> Option<[u64; 3]> {
    let two = of.homozygotes().unwrap_or(0);
    let none = (of.allele_number()? / 2).checked_sub(of.carriers())?;
    Some([none, of.carriers().checked_sub(two)?, two])
}

fn genotypes(of: &str, rows: &[Row], groups: &[Group]) -> Sheet {
    let columns = vec![
        Column::key(of),
        Column::key("group"),
        Column::key("stratum"),
        Column::count("allele_count"),
        Column::count("allele_number"),
        Column::count("carriers"),
        Column::count("homozygotes"),
        Column::figure("allele_frequency"),
        Column::figure("hwe_p"),
    ];
    let mut sheet = Sheet::new("genotypes", columns);
    for row in rows {
        for (group, frequency) in groups.iter().zip(&row.frequencies) {
            let of = frequency.as_ref();
            let count = |n: Option<u64>| Entry::from(n.and_then(|n| i64::try_from(n).ok()));
            sheet.add([
                Some(row.name.as_str()).into(),
                Some(if group.cases { "case" } else { "control" }).into(),
                group.stratum.as_deref().into(),
                count(of.map(Frequency::allele_count)),
                count(of.and_then(Frequency::allele_number)),
                count(of.map(Frequency::carriers)),
                count(of.and_then(Frequency::homozygotes)),
                of.and_then(Frequency::allele_frequency).into(),
                of.and_then(Frequency::hardy_weinberg_p).into(),
            ]);
        }
    }
    sheet
}
