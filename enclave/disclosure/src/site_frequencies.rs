//! How many variants are how frequent: the site frequency spectrum, folded.
//!
//! All of it is made of figures of variants as they may be shown, and so tells nothing of a
//! single one that they do not.

use crate::{
    Profile,
    counts::{Words, entries},
    frequency::Frequency,
    rounding,
    sheet::{Column, Entry, Sheet},
};

/// Where classes begin and end, in thousandths of the alleles that were called. A class has the
/// frequency that it begins with and not the one that it ends with; the last has both.
const EDGES: [u16; CLASSES + 1] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500];

/// How many classes there are.
pub const CLASSES: usize = 11;

const PER_MILLE: u64 = 1_000;

/// Significant digits of shares.
const SHARE_DIGITS: u32 = 3;

/// A group's variants by class: nothing of it is protected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classes([u64; CLASSES]);

/// A group, and its variants by class where anything may be told of it.
#[derive(Clone, Debug)]
pub struct Group {
    /// The values of its keys.
    pub words: Words,
    /// None where it is too small.
    pub classes: Option<Classes>,
}

impl Classes {
    /// Counts a variant by how frequent its rarer allele is shown to be; none of which it is
    /// not known how many alleles were called.
    pub fn add(&mut self, figures: &Frequency) {
        let class = class_of(figures);
        if let Some(count) = class.and_then(|class| self.0.get_mut(class)) {
            *count += 1;
        }
    }

    /// How many a class has, rounded as counts are; nothing where they are few. None look like
    /// a few, and what they would be is told by no total.
    fn shown(&self, profile: &Profile) -> [Option<u64>; CLASSES] {
        self.0.map(|count| {
            let rounded = rounding::to_base(i128::from(count), profile.rounding_base);
            let rounded = rounded.and_then(|count| u64::try_from(count).ok());
            rounded.filter(|_| count >= u64::from(profile.threshold))
        })
    }
}

/// By whole numbers, so that a frequency and its complement are of one class.
fn class_of(figures: &Frequency) -> Option<usize> {
    let (count, number) = (figures.allele_count(), figures.allele_number()?);
    let rarer = count.min(number.saturating_sub(count));
    let is_from = |edge: &u16| rarer.saturating_mul(PER_MILLE) >= u64::from(*edge) * number;
    let begun = EDGES.iter().take(CLASSES).filter(|edge| is_from(edge));
    begun.count().checked_sub(1)
}

/// The sheet `site_frequencies`: of each group every class, and of what is shown their share of
/// the group's. Who has no value is no declared group, and has rows only where there are enough.
pub fn sheet(by: &[String], groups: &[Group], profile: &Profile) -> Sheet {
    let keys = by.iter().map(|name| Column::key(name));
    let columns = keys.chain([
        Column::numeric_key("lower"),
        Column::numeric_key("upper"),
        Column::count("variants"),
        Column::derived("share"),
    ]);
    let mut sheet = Sheet::new("site_frequencies", columns.collect());
    for Group { words, classes } in groups {
        if classes.is_none() && words.iter().any(Option::is_none) {
            continue;
        }
        let classes = classes.as_ref().map(|classes| classes.shown(profile));
        let shown = classes.unwrap_or_default();
        let all: u64 = shown.iter().flatten().sum();
        let edges = EDGES.map(|edge| f64::from(edge) / 1_000.0);
        for (ends, variants) in edges.windows(2).zip(shown) {
            let share = variants.map(|count| rounding::share(count, all, SHARE_DIGITS));
            let variants = variants.and_then(|count| i64::try_from(count).ok());
            let ends = ends.iter().map(|end| Entry::Fraction(*end));
            let figures = [variants.into(), share.into()];
            sheet.add(entries(words).chain(ends).chain(figures));
        }
    }
    sheet
}

#[cfg(test)]
mod membership;
#[cfg(test)]
#[path = "site_frequencies/tests.rs"]
mod tests;
