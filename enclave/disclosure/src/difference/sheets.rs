//! Differences' figures, as they may be shown.

use sekisho_statistics::normal_p;

use super::Difference;
use crate::{
    association::{DIGITS, TESTS_BASE, Tested, many, quantiles},
    model::{estimate_columns, estimate_entries},
    rounding,
    sheet::{Column, Entry, Sheet},
};

/// Significant digits of rates of false discoveries.
const Q_DIGITS: u32 = 2;

/// A feature that is shown, or asked for by name.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The difference and its error, if they may be shown.
    pub shown: Option<(f64, f64)>,
}

/// What differences came to.
pub struct Findings<'a> {
    /// The groups; none where nothing may be shown.
    pub difference: Option<&'a Difference<'a>>,
    /// The features, in their order.
    pub rows: &'a [Row],
    /// All tests.
    pub tested: Option<&'a Tested>,
    /// How many tests a row is one of.
    pub tests: Tests,
}

/// How many tests rates of false discoveries are among.
#[derive(Clone, Copy, Debug)]
pub enum Tests {
    /// All features of the table, whoever is asked about. It may have some because somebody
    /// has them: they are rounded up.
    OfTable(usize),
    /// Those that were asked for by name.
    Named(usize),
}

impl Tests {
    fn all(self) -> f64 {
        let base = TESTS_BASE as usize;
        let all = match self {
            Self::OfTable(features) => features.div_ceil(base) * base,
            Self::Named(features) => features,
        };
        #[expect(clippy::cast_precision_loss, reason = "a number of features")]
        let all = all as f64;
        all
    }
}

impl Findings<'_> {
    /// The sheets `differences`, `summary` and `quantiles`.
    pub fn sheets(&self) -> Vec<Sheet> {
        vec![self.differences(), self.summary(), quantiles(self.tested)]
    }

    fn differences(&self) -> Sheet {
        let columns = [Column::key("feature")].into_iter();
        let columns = columns.chain(estimate_columns("difference", None));
        let columns = columns.chain([Column::derived("q")]).collect();
        let mut sheet = Sheet::new("differences", columns);
        for (row, q) in self.rows.iter().zip(self.false_discoveries()) {
            let key = Entry::from(Some(row.name.as_str()));
            let of = estimate_entries(row.shown, false);
            let q = q.map(|q| rounding::to_significant(q, Q_DIGITS));
            sheet.add([key].into_iter().chain(of).chain([q.into()]));
        }
        sheet
    }

    /// After Benjamini and Hochberg (1995), of the probabilities that are shown and of how many
    /// tests there are: of what lies farther out and is not shown nothing is
    /// counted, which makes rates too high and never too low.
    fn false_discoveries(&self) -> Vec<Option<f64>> {
        let all = self.tests.all();
        let p = self.rows.iter().enumerate().filter_map(|(at, row)| {
            let (difference, error) = row.shown?;
            Some((at, normal_p(difference / error)))
        });
        let mut by_p: Vec<(usize, f64)> = p.collect();
        by_p.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        let mut rates = vec![None; self.rows.len()];
        let mut least = 1.0_f64;
        for (rank, (at, p)) in (1..).zip(&by_p).collect::<Vec<_>>().into_iter().rev() {
            least = least.min(p * all / f64::from(rank));
            if let Some(rate) = rates.get_mut(*at) {
                *rate = Some(least);
            }
        }
        rates
    }

    fn summary(&self) -> Sheet {
        let columns = ["individuals", "cases", "tests"].map(Column::count);
        let columns = columns.into_iter().chain([Column::figure("inflation")]);
        let mut sheet = Sheet::new("summary", columns.collect());
        let rounded = |n: u64, base| rounding::to_base(i128::from(n), base);
        let of_people = |of: fn(&Difference<'_>) -> u64| {
            let of = |difference: &Difference<'_>| {
                rounded(of(difference), difference.rules.profile.rounding_base)
            };
            Entry::from(self.difference.and_then(of))
        };
        let tested = many(self.tested);
        let tests = tested.and_then(|of| rounded(of.tests(), TESTS_BASE));
        let inflation = tested.and_then(Tested::lambda);
        let inflation = inflation.map(|of| rounding::to_significant(of, DIGITS));
        sheet.add([
            of_people(|of| of.model.units().len() as u64),
            of_people(|of| of.model.sides().next().unwrap_or(0)),
            tests.into(),
            inflation.into(),
        ]);
        sheet
    }
}
