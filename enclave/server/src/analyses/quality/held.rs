//! What individuals have of each metric in each group, and of whom of them figures are.

use std::collections::{BTreeMap, HashMap};

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    Key,
    distribution::{Change, FIGURES_PER_MEASURE},
};
use sekisho_query::worker::Lost;

use super::super::{Ground, number};

/// Where the first metric's sum is: after the individuals, and how many have one.
const FIRST_SUM: usize = 2;

/// By group, per metric.
pub(super) struct Held(BTreeMap<Key, Vec<Metric>>);

/// A metric in a group.
#[derive(Default)]
struct Metric {
    /// The anchors that its sets are settled among.
    family: String,
    /// Of everybody who may be used.
    values: HashMap<u32, f64>,
    /// Of how many samples each is.
    samples: HashMap<u32, u64>,
    /// Of whom figures are.
    settled: RoaringBitmap,
}

impl Metric {
    fn having(&self) -> RoaringBitmap {
        self.values.keys().copied().collect()
    }
}

impl Held {
    /// Reads what individuals have, and settles whom figures are of.
    pub(super) fn read(ground: &Ground<'_>, metrics: &[&str]) -> Result<Self, Lost> {
        let (finished, frame) = ground.only()?;
        let mut held: BTreeMap<Key, Vec<Metric>> = BTreeMap::new();
        for row in &frame.rows {
            let of_group = held.entry(row.key.clone());
            let of_group = of_group.or_insert_with(|| {
                let words = finished.keys.words(&row.key);
                let of = metrics.iter();
                of.map(|name| Metric {
                    family: format!("metric:{name}:{words:?}"),
                    ..Metric::default()
                })
                .collect()
            });
            for (at, of_metric) in of_group.iter_mut().enumerate() {
                // Of several samples of one group somebody has the mean.
                let sum = row.contributions.get(FIRST_SUM + FIGURES_PER_MEASURE * at);
                let mean = sum.and_then(|sum| {
                    #[expect(clippy::cast_precision_loss, reason = "few samples")]
                    let mean = number(sum)? / sum.count as f64;
                    Some(mean)
                });
                of_metric.values.extend(mean.map(|mean| (row.unit, mean)));
                let samples = sum.map(|sum| (row.unit, sum.count));
                of_metric.samples.extend(samples);
            }
        }
        // Two cohorts that differ much may differ by one person in a group, of whom alone
        // there are values: those are settled among themselves. Of each group by itself:
        // people may have a value in one and none in another.
        let cohort = frame.strata.everybody();
        for metric in held.values_mut().flatten() {
            let having = metric.having();
            metric.settled = &having & &cohort;
            let sets = [&mut metric.settled].into_iter();
            ground.settle_among(&metric.family, &having, sets)?;
        }
        Ok(Self(held))
    }

    /// Per metric, those of a group whom figures are of, and what they have.
    pub(super) fn values(&self, key: &Key) -> Vec<Vec<(u32, f64)>> {
        let metrics = self.0.get(key).into_iter().flatten();
        let of = |metric: &Metric| {
            let settled = metric.settled.iter();
            let values = settled.filter_map(|unit| Some((unit, *metric.values.get(&unit)?)));
            values.collect()
        };
        metrics.map(of).collect()
    }

    /// What changes from each stage to the next in the declared order, `stage` being the
    /// position of that key. Which changes there are hangs on which groups are shown as
    /// rows, and on no value.
    pub(super) fn changes(&self, ground: &Ground<'_>, stage: usize) -> Result<Vec<Change>, Lost> {
        let (finished, _) = ground.only()?;
        let rows = finished.protected.rows();
        let places: BTreeMap<&Key, usize> = (rows.iter().enumerate())
            .map(|(at, row)| (&row.key, at))
            .collect();
        let mut changes = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let mut next = row.key.clone();
            let Some(Some(place)) = next.get_mut(stage) else {
                continue;
            };
            // Positions of declared words are in their order.
            *place = place.saturating_add(1);
            let Some(then) = places.get(&next) else {
                continue;
            };
            let (earlier, later) = (self.0.get(&row.key), self.0.get(&next));
            let both = earlier
                .into_iter()
                .flatten()
                .zip(later.into_iter().flatten());
            let values = both.map(|(earlier, later)| between(ground, earlier, later));
            changes.push(Change {
                groups: [at, *then],
                values: values.collect::<Result<_, Lost>>()?,
            });
        }
        Ok(changes)
    }
}

/// Who has a value at both stages, and what it is at the later less what it is at the earlier.
fn between(ground: &Ground<'_>, earlier: &Metric, later: &Metric) -> Result<Vec<(u32, f64)>, Lost> {
    // Who has fewer or more samples at the one stage is left out: a mean of other samples is no
    // change. A sample in the place of another is not told apart from it.
    let as_many = |unit: &u32| earlier.samples.get(unit) == later.samples.get(unit);
    let having: RoaringBitmap = (earlier.having() & later.having())
        .iter()
        .filter(as_many)
        .collect();
    let mut both = &earlier.settled & &later.settled & &having;
    // Somebody may be the only one who has one stage and not the other. So those with both
    // are settled beside those with either: nearly the same people they never are.
    for metric in [earlier, later] {
        ground.settle_among(&metric.family, &having, [&mut both].into_iter())?;
    }
    let change = |unit| Some((unit, later.values.get(&unit)? - earlier.values.get(&unit)?));
    Ok(both.iter().filter_map(change).collect())
}
