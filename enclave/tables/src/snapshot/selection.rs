//! Which variants of a snapshot are meant.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use roaring::RoaringBitmap;

use super::file::TableFile;
use super::{Near, Snapshot, SnapshotError, scan};
use crate::variants::chromosome;

/// Variants, as somebody names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    All,
    /// Those whose first base lies here.
    Region {
        /// The chromosome, without `chr`.
        chrom: String,
        /// First and last base, 1-based, inclusive; none for the whole chromosome.
        range: Option<(u32, u32)>,
    },
    /// Those annotated with this gene.
    Gene(String),
    /// These, as `CHROM:POS:REF:ALT`, trimmed.
    Variants(BTreeSet<String>),
}

impl Selection {
    /// A region as people write it: `22:16050000-16060000`, `chr22:5`, `22`.
    /// Positions may have commas.
    pub fn region(text: &str) -> Option<Self> {
        let (chrom, range) = match text.rsplit_once(':') {
            Some((chrom, range)) => (chrom, Some(positions(range)?)),
            None => (text, None),
        };
        let legal = |byte: u8| byte.is_ascii_graphic() && byte != b':';
        let named = (1..=255).contains(&chrom.len()) && chrom.bytes().all(legal);
        named.then(|| Self::Region {
            chrom: chromosome(chrom).into_owned(),
            range,
        })
    }

    /// Variants by their identifiers.
    pub fn variants<'a>(ids: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let ids = ids.into_iter().map(|id| {
            let (chrom, pos, alleles) = parts(id)?;
            Some(format!("{}:{pos}:{alleles}", chromosome(chrom)))
        });
        ids.collect::<Option<_>>().map(Self::Variants)
    }

    /// The same text for the same selection, however it was written.
    pub fn canonical(&self) -> String {
        match self {
            Self::All => "all variants".to_owned(),
            Self::Region { chrom, range: None } => format!("region {chrom}"),
            Self::Region {
                chrom,
                range: Some((start, end)),
            } => format!("region {chrom}:{start}-{end}"),
            Self::Gene(gene) => format!("gene {gene}"),
            Self::Variants(ids) => {
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                format!("variants {}", ids.join(","))
            }
        }
    }

    /// The columns of `variants` that it reads.
    pub fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::All => &[],
            Self::Region { range: None, .. } => &["chrom"],
            Self::Region { .. } => &["chrom", "pos"],
            Self::Gene(_) => &["gene"],
            Self::Variants(_) => &["chrom", "pos", "variant_id"],
        }
    }
}

impl Snapshot {
    /// The variants (`__variant`) that are meant. What is read hangs on positions
    /// and genes, never on who carries what.
    ///
    /// # Errors
    ///
    /// If the snapshot has no variants or no such column, or a file cannot be read.
    pub fn select(&self, selection: &Selection) -> Result<RoaringBitmap, SnapshotError> {
        match selection {
            Selection::All => {
                self.table("variants")?;
                let rows = TableFile::open(&self.table_path("variants"))?.rows()?;
                Ok((0..rows).collect())
            }
            Selection::Region { chrom, range } => {
                let (start, end) = range.unwrap_or((0, u32::MAX));
                let range = (i64::from(start), i64::from(end));
                let inside = |pos| (range.0..=range.1).contains(&pos);
                self.located(chrom, range, selection.columns(), true, inside)
            }
            Selection::Gene(gene) => self.variants_where(
                selection.columns(),
                &Near {
                    genes: Some(BTreeSet::from([gene.clone()])),
                    ..Near::default()
                },
                true,
                |batch, row| batch.column(0).as_string::<i32>().value(row) == gene,
            ),
            Selection::Variants(ids) => {
                let mut places: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
                for (chrom, pos, _) in ids.iter().filter_map(|id| parts(id)) {
                    places.entry(chrom).or_default().insert(pos);
                }
                let mut at = RoaringBitmap::new();
                for (chrom, wanted) in places {
                    let (first, last) = (wanted.first(), wanted.last());
                    let range = first
                        .zip(last)
                        .map_or((0, 0), |(first, last)| (*first, *last));
                    let of = &["chrom", "pos"];
                    at |= self.located(chrom, range, of, false, |pos| wanted.contains(&pos))?;
                }
                let path = self.table_path("variants");
                let named = scan::reader(&path, &["variant_id"], Some(&at), 1024)?;
                let mut rows = at.iter();
                let mut found = RoaringBitmap::new();
                for batch in named {
                    let batch = batch.map_err(SnapshotError::damaged(&path))?;
                    let names = batch.column(0).as_string::<i32>();
                    for (name, row) in names.iter().zip(&mut rows) {
                        if name.is_some_and(|name| ids.contains(name)) {
                            found.insert(row);
                        }
                    }
                }
                Ok(found)
            }
        }
    }

    /// Variants of a chromosome, from a range; `columns` are `chrom` and, if positions
    /// count, `pos`. With `all` they are all that lie there.
    fn located(
        &self,
        chrom: &str,
        range: (i64, i64),
        columns: &[&str],
        all: bool,
        wanted: impl Fn(i64) -> bool,
    ) -> Result<RoaringBitmap, SnapshotError> {
        self.variants_where(
            columns,
            &Near {
                chroms: Some(BTreeSet::from([chrom.to_owned()])),
                pos: Some(range),
                ..Near::default()
            },
            all,
            |batch, row| {
                let of_chromosome = batch.column(0).as_string::<i32>().value(row) == chrom;
                of_chromosome
                    && match batch.columns().get(1) {
                        Some(pos) => wanted(pos.as_primitive::<Int64Type>().value(row)),
                        None => true,
                    }
            },
        )
    }

    /// Variants that are near and meant; with `all`, of what is near nothing else is
    /// meant, so that of some row groups the statistics say enough.
    fn variants_where(
        &self,
        columns: &[&str],
        near: &Near,
        all: bool,
        meant: impl Fn(&RecordBatch, usize) -> bool,
    ) -> Result<RoaringBitmap, SnapshotError> {
        self.table("variants")?;
        let path = self.table_path("variants");
        let (mut rows, mut found) = (Vec::new(), RoaringBitmap::new());
        let file = TableFile::open(&path)?.of_groups(|group, at| {
            if all && near.is_all_of(group) {
                found.insert_range(at);
                return false;
            }
            let may = near.may_be_in(group);
            rows.extend(may.then_some(at));
            may
        });
        let reader = scan::columns_of(file.reader()?, &path, columns, 8192)?;
        let mut rows = rows.into_iter().flatten();
        // Neighbours are added together.
        let mut run = 0..0_u32;
        for batch in reader {
            let batch = batch.map_err(SnapshotError::damaged(&path))?;
            for (row, variant) in (0..batch.num_rows()).zip(&mut rows) {
                if meant(&batch, row) {
                    if run.end != variant {
                        found.insert_range(run);
                        run = variant..variant;
                    }
                    run.end += 1;
                }
            }
        }
        found.insert_range(run);
        Ok(found)
    }
}

/// `5-10`, or `5` for one base.
fn positions(text: &str) -> Option<(u32, u32)> {
    let number = |text: &str| {
        let digits: String = text.chars().filter(|c| *c != ',').collect();
        let number: u32 = digits.parse().ok().filter(|_| !digits.starts_with('+'))?;
        (number > 0).then_some(number)
    };
    let (start, end) = match text.split_once('-') {
        Some((start, end)) => (number(start)?, number(end)?),
        None => (number(text)?, number(text)?),
    };
    (start <= end).then_some((start, end))
}

/// Chromosome, position and alleles of an identifier.
fn parts(id: &str) -> Option<(&str, i64, &str)> {
    let mut fields = id.splitn(3, ':');
    let (chrom, pos, alleles) = (fields.next()?, fields.next()?, fields.next()?);
    let (reference, alternate) = alleles.split_once(':')?;
    let pos: u32 = pos.parse().ok().filter(|_| !pos.starts_with('+'))?;
    // A comma is between two names.
    let legal = |text: &str| {
        let legal = |byte: u8| byte.is_ascii_graphic() && byte != b',';
        (1..=10_000).contains(&text.len()) && text.bytes().all(legal)
    };
    (legal(chrom) && legal(reference) && legal(alternate)).then_some((
        chrom,
        i64::from(pos),
        alleles,
    ))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_read_as_people_write_it() {
        let canonical = |text| Selection::region(text).map(|region| region.canonical());
        let same = "region 22:16050000-16060000";
        for text in ["22:16050000-16060000", "chr22:16,050,000-16,060,000"] {
            assert_eq!(canonical(text).as_deref(), Some(same), "{text}");
        }
        assert_eq!(canonical("chr22").as_deref(), Some("region 22"));
        assert_eq!(canonical("X:5").as_deref(), Some("region X:5-5"));
        assert_eq!(canonical("chrM").as_deref(), Some("region MT"));
        for text in [
            "",
            ":1-2",
            "22:",
            "22:0-5",
            "22:5-4",
            "22:+5",
            "22:a-b",
            "22:1-2-3",
            "2 2:1-2",
            "22:-5",
            "22:5-",
            "22:1-4294967296",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn variants_are_named_in_full() {
        let of = |ids: &[&str]| Selection::variants(ids.iter().copied());
        let named = of(&["chr22:5:A:<DEL>", "22:7:G:T", "22:5:A:<DEL>"]).unwrap();
        assert_eq!(named.canonical(), "variants 22:5:A:<DEL>,22:7:G:T");
        for id in [
            "rs5",
            "22:5:A",
            "22:x:A:T",
            "22:5::T",
            "22:5:A:",
            "22:+5:A:T",
            "22:5:A:T T",
        ] {
            assert_eq!(of(&[id]), None, "{id}");
        }
    }
}
