//! Which parts of the file of variants may have what is wanted.

use std::collections::BTreeSet;

use parquet::data_type::ByteArray;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;

/// What is said of variants, as far as parts of their file can be skipped for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Near {
    /// `chrom` is one of these.
    pub chroms: Option<BTreeSet<String>>,
    /// `gene` is one of these.
    pub genes: Option<BTreeSet<String>>,
    /// `pos` is at least the first and at most the second.
    pub pos: Option<(i64, i64)>,
}

impl Near {
    /// What both say.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let both =
            |one: Option<BTreeSet<String>>, other: Option<BTreeSet<String>>| match (one, other) {
                (Some(one), Some(other)) => Some(&one & &other),
                (one, other) => one.or(other),
            };
        Self {
            chroms: both(self.chroms, other.chroms),
            genes: both(self.genes, other.genes),
            pos: match (self.pos, other.pos) {
                (Some((low, high)), Some((least, most))) => Some((low.max(least), high.min(most))),
                (one, other) => one.or(other),
            },
        }
    }

    /// What one or the other says.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let either =
            |one: Option<BTreeSet<String>>, other: Option<BTreeSet<String>>| Some(&one? | &other?);
        let pos =
            |(low, high): (i64, i64), (least, most): (i64, i64)| (low.min(least), high.max(most));
        Self {
            chroms: either(self.chroms, other.chroms),
            genes: either(self.genes, other.genes),
            pos: self.pos.zip(other.pos).map(|(one, other)| pos(one, other)),
        }
    }

    /// Whether a row group's statistics leave room for it.
    pub(super) fn may_be_in(&self, group: &RowGroupMetaData) -> bool {
        let any = |column: &str, texts: &Option<BTreeSet<String>>| {
            texts
                .as_ref()
                .is_none_or(|texts| texts.iter().any(|text| may_have(group, column, text)))
        };
        any("chrom", &self.chroms)
            && any("gene", &self.genes)
            && self
                .pos
                .is_none_or(|(low, high)| may_reach(group, "pos", low, high))
    }

    /// Whether a row group's statistics say it of every row.
    pub(super) fn is_all_of(&self, group: &RowGroupMetaData) -> bool {
        let all = |column: &str, texts: &Option<BTreeSet<String>>| {
            texts
                .as_ref()
                .is_none_or(|texts| texts.iter().any(|text| is_all(group, column, text)))
        };
        all("chrom", &self.chroms)
            && all("gene", &self.genes)
            && self
                .pos
                .is_none_or(|(low, high)| stays_in(group, "pos", low, high))
    }
}

fn statistics<'g>(group: &'g RowGroupMetaData, column: &str) -> Option<&'g Statistics> {
    let mut columns = group.columns().iter();
    columns
        .find(|of| of.column_descr().name() == column)?
        .statistics()
}

/// Whether a row group's statistics leave room for a text.
fn may_have(group: &RowGroupMetaData, column: &str, text: &str) -> bool {
    match statistics(group, column) {
        Some(Statistics::ByteArray(of)) => {
            let text = text.as_bytes();
            of.min_opt().is_none_or(|least| least.data() <= text)
                && of.max_opt().is_none_or(|most| most.data() >= text)
        }
        _ => true,
    }
}

/// Whether they leave room for a number from `low` to `high`.
fn may_reach(group: &RowGroupMetaData, column: &str, low: i64, high: i64) -> bool {
    match statistics(group, column) {
        Some(Statistics::Int64(of)) => {
            of.min_opt().is_none_or(|least| *least <= high)
                && of.max_opt().is_none_or(|most| *most >= low)
        }
        _ => true,
    }
}

/// Whether the statistics say that every row has this text.
fn is_all(group: &RowGroupMetaData, column: &str, text: &str) -> bool {
    let Some(of @ Statistics::ByteArray(texts)) = statistics(group, column) else {
        return false;
    };
    let is = |end: Option<&ByteArray>| end.is_some_and(|end| end.data() == text.as_bytes());
    of.null_count_opt() == Some(0)
        && of.min_is_exact()
        && of.max_is_exact()
        && is(texts.min_opt())
        && is(texts.max_opt())
}

/// Whether they say that every row has a number from `low` to `high`.
fn stays_in(group: &RowGroupMetaData, column: &str, low: i64, high: i64) -> bool {
    let Some(of @ Statistics::Int64(numbers)) = statistics(group, column) else {
        return false;
    };
    of.null_count_opt() == Some(0)
        && numbers.min_opt().is_some_and(|least| *least >= low)
        && numbers.max_opt().is_some_and(|most| *most <= high)
}

#[cfg(test)]
#[path = "near/tests.rs"]
mod tests;
