//! Counts of protected cells, arranged as screening and design want them. Nothing is
//! counted here: what is derived is made of what is shown.

use sekisho_statistics::tables::fisher;

use crate::{
    Protected, Value, rounding,
    sheet::{Column, Entry, Sheet},
};

/// Significant digits of shares, ratios and probabilities.
const SHARE_DIGITS: u32 = 3;
const P_DIGITS: u32 = 2;

/// The words of a row's keys.
pub type Words = Vec<Option<String>>;

/// The sheet `counts`: individuals by group, in the order of the cells' rows.
pub fn counts(by: &[String], words: &[Words], of: &Protected) -> Sheet {
    let keys = by.iter().map(|name| Column::key(name));
    let columns = keys.chain([Column::count("individuals")]).collect();
    let mut sheet = Sheet::new("counts", columns);
    for (row, words) in words.iter().enumerate() {
        sheet.add(entries(words).chain([count(of, row, 0).into()]));
    }
    sheet
}

/// The sheet `funnel`: of the only row the figures one after the other, each of those who
/// are left of the ones before.
pub fn funnel(criteria: &[String], of: &Protected) -> Sheet {
    let columns = vec![
        Column::key("step"),
        Column::key("criterion"),
        Column::count("individuals"),
        Column::derived_count("excluded"),
        Column::derived("share"),
    ];
    let mut sheet = Sheet::new("funnel", columns);
    let first = count(of, 0, 0);
    for (step, criterion) in criteria.iter().enumerate() {
        let left = count(of, 0, step);
        let before = step.checked_sub(1).and_then(|before| count(of, 0, before));
        let excluded = before.zip(left).map(|(before, left)| before - left);
        let share = share(left, first);
        sheet.add([
            Entry::Text(step.to_string()),
            Entry::Text(criterion.clone()),
            left.into(),
            excluded.into(),
            share.into(),
        ]);
    }
    sheet
}

/// The sheet `pairs`: of the only row the first figure is of everybody, then one of each
/// gene's carriers, then one of those of each pair, in the order of the pairs.
pub fn pairs(genes: &[String], of: &Protected) -> Sheet {
    let columns = vec![
        Column::key("gene"),
        Column::key("other"),
        Column::count("individuals"),
        Column::count("carriers"),
        Column::count("other_carriers"),
        Column::count("both"),
        Column::derived("odds_ratio"),
        Column::derived("p"),
    ];
    let mut sheet = Sheet::new("pairs", columns);
    let all = count(of, 0, 0);
    for (figure, (one, other)) in (genes.len() + 1..).zip(pairs_of(genes.len())) {
        let (carriers, others) = (count(of, 0, one + 1), count(of, 0, other + 1));
        let both = count(of, 0, figure);
        let test = table(all, carriers, others, both).map(fisher);
        let odds = test.map(|(odds, _)| rounding::to_significant(odds, SHARE_DIGITS));
        let p = test.map(|(_, p)| rounding::to_significant(p, P_DIGITS));
        sheet.add([
            genes.get(one).map(String::as_str).into(),
            genes.get(other).map(String::as_str).into(),
            all.into(),
            carriers.into(),
            others.into(),
            both.into(),
            odds.into(),
            p.into(),
        ]);
    }
    sheet
}

/// Pairs of so many, each once.
pub fn pairs_of(many: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..many).flat_map(move |one| (one + 1..many).map(move |other| (one, other)))
}

/// The sheet `prevalence`: of each gene and consequence, or any, a figure of `carriers`, by
/// group, and how many individuals the group has.
pub fn prevalence(
    by: &[String],
    genes: &[(String, Option<String>)],
    carriers: (&[Words], &Protected),
    groups: (&[Words], &Protected),
) -> Sheet {
    let keys = ["gene", "consequence"].into_iter();
    let keys = keys.chain(by.iter().map(String::as_str)).map(Column::key);
    let columns = keys.chain([
        Column::count("carriers"),
        Column::count("individuals"),
        Column::derived("share"),
    ]);
    let mut sheet = Sheet::new("prevalence", columns.collect());
    for (figure, (gene, consequence)) in genes.iter().enumerate() {
        for (group, words) in groups.0.iter().enumerate() {
            let row = carriers.0.iter().position(|of| of == words);
            let carry = row.and_then(|row| count(carriers.1, row, figure));
            let all = count(groups.1, group, 0);
            let keys = [Some(gene.as_str()).into(), consequence.as_deref().into()];
            let figures = [carry.into(), all.into(), share(carry, all).into()];
            sheet.add(keys.into_iter().chain(entries(words)).chain(figures));
        }
    }
    sheet
}

/// The sheet `spectrum`: mutations by type, the first of the keys, and group, and who carries
/// any; of what is shown, their share of the group's.
pub fn spectrum(keys: &[&str], words: &[Words], of: &Protected) -> Sheet {
    let columns = keys.iter().map(|name| Column::key(name)).chain([
        Column::count("mutations"),
        Column::count("individuals"),
        Column::derived("share"),
    ]);
    let mut sheet = Sheet::new("spectrum", columns.collect());
    let mutations: Vec<Option<i64>> = (0..words.len()).map(|row| count(of, row, 0)).collect();
    for (row, words_of) in words.iter().enumerate() {
        let group = words_of.get(1..);
        let same = words
            .iter()
            .zip(&mutations)
            .filter(|(of, _)| of.get(1..) == group);
        let all: Option<i64> = same.map(|(_, mutations)| *mutations).sum();
        let own = mutations.get(row).copied().flatten();
        let figures = [own.into(), count(of, row, 1).into(), share(own, all).into()];
        sheet.add(entries(words_of).chain(figures));
    }
    sheet
}

/// Two by two, if all of it is shown and no part is less than nothing, as rounded counts
/// may have it.
fn table(
    all: Option<i64>,
    carriers: Option<i64>,
    others: Option<i64>,
    both: Option<i64>,
) -> Option<[[u64; 2]; 2]> {
    let (all, carriers, others, both) = (all?, carriers?, others?, both?);
    let part = |n: i64| u64::try_from(n).ok();
    Some([
        [part(both)?, part(carriers - both)?],
        [part(others - both)?, part(all - carriers - others + both)?],
    ])
}

fn share(part: Option<i64>, of: Option<i64>) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of people")]
    let share = part? as f64 / of.filter(|of| *of > 0)? as f64;
    Some(rounding::to_significant(share, SHARE_DIGITS))
}

pub(crate) fn count(of: &Protected, row: usize, figure: usize) -> Option<i64> {
    match of.rows().get(row)?.values.get(figure)? {
        Some(Value::Integer(count)) => Some(*count),
        _ => None,
    }
}

pub(crate) fn entries(words: &Words) -> impl Iterator<Item = Entry> {
    words.iter().map(|word| word.as_deref().into())
}

#[cfg(test)]
#[path = "counts/tests.rs"]
mod tests;
