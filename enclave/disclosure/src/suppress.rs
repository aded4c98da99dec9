//! The `suppress` mechanism: threshold, dominance, complementary suppression, rounding.
//!
//! Sources: threshold and dominance as in ACRO's and OpenSAFELY's output rules; primary and complementary suppression as in the
//! statistical offices' handbooks on disclosure control.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::{
    Noise, ProtectError,
    cell::{CellTable, Figure, Key, Measure},
    profile::Profile,
    protected::{Protected, ProtectedRow, Value},
    rounding::{to_base, to_significant},
};

/// Protects a table: what may be shown is rounded, the rest is suppressed.
///
/// # Postcondition
///
/// Every figure shown describes at least `threshold` individuals and none of
/// them dominates it. The suppressed figures of the table are none, or at least
/// two that describe at least `threshold` individuals together; those of a line
/// along one dimension are none or at least two; both as far as there are
/// figures left to suppress. An empty declared group is suppressed as one with
/// few individuals is: else the pattern would tell nobody from somebody. A
/// group that is suppressed shows none of its figures. Rows without a value in
/// a dimension are no declared group: they appear only with a figure to show,
/// and as long as they are few they change nothing for the other groups.
///
/// Cost: for each measure, lines × cells set unions in the worst case.
pub(crate) fn protect_all(
    tables: &[(&CellTable, &Profile)],
    _noise: &Noise,
) -> Result<Vec<Protected>, ProtectError> {
    Ok(tables
        .iter()
        .map(|(table, profile)| protect(table, profile))
        .collect())
}

fn protect(table: &CellTable, profile: &Profile) -> Protected {
    let groups: BTreeMap<&Key, &Figure> = table
        .cells()
        .iter()
        .map(|(key, cell)| (key, &cell.group))
        .collect();
    let hidden_groups = suppressed(&groups, &Hidden::default(), table, profile);

    let hidden: Vec<Hidden> = (0..table.statistics().len())
        .map(|index| {
            let figures = table
                .cells()
                .iter()
                .filter_map(|(key, cell)| Some((key, cell.figures.get(index)?)))
                .collect();
            suppressed(&figures, &hidden_groups, table, profile)
        })
        .collect();

    let rows = table
        .cells()
        .iter()
        .filter(|(key, _)| key.iter().all(Option::is_some) || !hidden_groups.contains(key))
        .map(|(key, cell)| ProtectedRow {
            key: key.clone(),
            values: table
                .statistics()
                .iter()
                .zip(&cell.figures)
                .zip(&hidden)
                .map(|((statistic, figure), hidden)| {
                    if hidden.contains(key) {
                        None
                    } else {
                        released(statistic.measure, figure, profile)
                    }
                })
                .collect(),
        })
        .collect();
    Protected::new(rows, profile.clone())
}

/// The keys of suppressed cells.
#[derive(Default)]
struct Hidden(std::collections::BTreeSet<Key>);

impl Hidden {
    fn contains(&self, key: &Key) -> bool {
        self.0.contains(key)
    }
}

/// Primary suppression, then complementary suppression until nothing changes.
fn suppressed(
    figures: &BTreeMap<&Key, &Figure>,
    groups: &Hidden,
    table: &CellTable,
    profile: &Profile,
) -> Hidden {
    let mut hidden = Hidden(
        figures
            .iter()
            .filter(|(key, figure)| groups.contains(key) || !may_stand_alone(figure, profile))
            .map(|(key, _)| (*key).clone())
            .collect(),
    );
    let lines = lines(figures, table.dimensions().len(), profile);
    loop {
        let further: Vec<Key> = lines
            .iter()
            .filter_map(|line| complement(line, figures, &hidden))
            .collect();
        if further.is_empty() {
            return hidden;
        }
        hidden.0.extend(further);
    }
}

/// Threshold and dominance on one figure.
fn may_stand_alone(figure: &Figure, profile: &Profile) -> bool {
    figure.is_sound()
        && figure.individuals() >= u64::from(profile.threshold)
        && !is_dominated(figure, profile)
}

/// The (2, p %) dominance rule and the p % rule, on absolute contributions.
fn is_dominated(figure: &Figure, profile: &Profile) -> bool {
    let (sum, [first, second]) = (figure.totals().magnitude, figure.totals().top);
    // Nobody with an amount looks like one or two with one.
    if sum == 0.0 {
        return true;
    }
    let rest = sum - first - second;
    first + second >= sum * f64::from(profile.dominance_top2_percent) / 100.0
        || rest < first * f64::from(profile.dominance_rest_percent) / 100.0
}

/// Cells over which a total may be known from elsewhere.
struct Line<'a> {
    cells: Vec<&'a Key>,
    /// How many individuals its suppressed cells must describe.
    mass: u64,
}

/// The lines of a table: its cells that differ in one dimension only, and all of
/// them together. Rows without a value take part when they are enough to be
/// shown; when they are few, nothing may tell that they are there.
fn lines<'a>(
    figures: &BTreeMap<&'a Key, &Figure>,
    dimensions: usize,
    profile: &Profile,
) -> Vec<Line<'a>> {
    let taking_part = || {
        let of_line = |(key, figure): &(&&'a Key, &&Figure)| {
            key.iter().all(Option::is_some) || may_stand_alone(figure, profile)
        };
        figures.iter().filter(of_line).map(|(key, _)| *key)
    };
    let whole = Line {
        cells: taking_part().collect(),
        mass: u64::from(profile.threshold),
    };
    let along = (0..dimensions)
        .filter(|_| dimensions > 1)
        .flat_map(|dimension| {
            let mut lines: BTreeMap<Key, Vec<&Key>> = BTreeMap::new();
            for key in taking_part() {
                let mut others = key.clone();
                others.remove(dimension);
                lines.entry(others).or_default().push(key);
            }
            lines.into_values().map(|cells| Line { cells, mass: 0 })
        });
    along.chain([whole]).collect()
}

/// The next cell to suppress in a line, if its suppressed ones could be told
/// from a total. Empty ones count as suppressed ones do.
fn complement(line: &Line<'_>, figures: &BTreeMap<&Key, &Figure>, hidden: &Hidden) -> Option<Key> {
    let (gone, shown): (Vec<&Key>, Vec<&Key>) =
        line.cells.iter().partition(|key| hidden.contains(key));
    let mut mass = RoaringBitmap::new();
    for figure in gone.iter().filter_map(|key| figures.get(key)) {
        mass |= figure.set();
    }
    if gone.is_empty() || (gone.len() >= 2 && mass.len() >= line.mass) {
        return None;
    }
    shown
        .into_iter()
        .min_by_key(|key| (figures.get(key).map(|figure| figure.individuals()), *key))
        .cloned()
}

/// A figure as it is shown: suppression comes first, rounding after.
fn released(measure: Measure, figure: &Figure, profile: &Profile) -> Option<Value> {
    let rounded_count = || to_base(i128::from(figure.totals().count), profile.rounding_base);
    let rounded_integer = || to_base(figure.totals().integer, profile.rounding_base);
    let rounded_fraction =
        || to_significant(figure.totals().fraction, profile.sum_significant_digits);
    match measure {
        Measure::Individuals => {
            to_base(i128::from(figure.individuals()), profile.rounding_base).map(Value::Integer)
        }
        Measure::Count => rounded_count().map(Value::Integer),
        Measure::IntegerSum => rounded_integer().map(Value::Integer),
        Measure::Sum => Some(Value::Fraction(rounded_fraction())),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a rounded sum, divided right away"
        )]
        Measure::IntegerMean => quotient(rounded_integer()? as f64, rounded_count()?),
        Measure::Mean => quotient(rounded_fraction(), rounded_count()?),
        Measure::Variance
        | Measure::VariancePopulation
        | Measure::Deviation
        | Measure::DeviationPopulation => None,
    }
}

/// A mean is the quotient of its rounded parts.
fn quotient(sum: f64, count: i64) -> Option<Value> {
    #[expect(clippy::cast_precision_loss, reason = "a rounded count")]
    let mean = sum / count as f64;
    mean.is_finite().then_some(Value::Fraction(mean))
}

#[cfg(test)]
#[path = "suppress/tests.rs"]
mod tests;
