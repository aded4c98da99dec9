//! Parts of a file are skipped that cannot have what is said, and no others.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder};
use parquet::file::properties::WriterProperties;

use super::*;

/// Longer than statistics are written.
fn long(last: char) -> String {
    format!("{}{last}", "G".repeat(100))
}

type Variant = (&'static str, i64, Option<String>);

/// Three to a row group.
fn variants() -> Vec<Variant> {
    let gene = |name: &str| Some(name.to_owned());
    vec![
        ("1", 10, gene("A")),
        ("1", 20, None),
        ("1", 30, gene("C")),
        ("1", 40, None),
        ("1", 50, None),
        ("1", 60, None),
        ("2", 10, Some(long('M'))),
        ("2", 20, Some(long('N'))),
        ("X", 30, None),
    ]
}

fn groups() -> Vec<RowGroupMetaData> {
    let rows = variants();
    let chrom = StringArray::from_iter_values(rows.iter().map(|row| row.0));
    let pos = Int64Array::from_iter_values(rows.iter().map(|row| row.1));
    let gene: StringArray = rows.iter().map(|row| row.2.as_deref()).collect();
    let columns: [(&str, ArrayRef, bool); 3] = [
        ("chrom", Arc::new(chrom), false),
        ("pos", Arc::new(pos), false),
        ("gene", Arc::new(gene), true),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(3));
    let file = tempfile::tempfile().unwrap();
    let copy = file.try_clone().unwrap();
    let mut writer = ArrowWriter::try_new(copy, batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let read = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    read.metadata().row_groups().to_vec()
}

fn of(chroms: &[&str], genes: &[&str], pos: Option<(i64, i64)>) -> Near {
    let texts = |of: &[&str]| {
        let all = of.iter().map(|&text| text.to_owned());
        (!of.is_empty()).then(|| all.collect())
    };
    Near {
        chroms: texts(chroms),
        genes: texts(genes),
        pos,
    }
}

#[test]
fn a_group_is_read_that_may_have_it_and_no_other() {
    let groups = groups();
    let read = |near: &Near| {
        let may: Vec<bool> = groups.iter().map(|group| near.may_be_in(group)).collect();
        [may[0], may[1], may[2]]
    };
    for (near, expected) in [
        (of(&[], &[], None), [true, true, true]),
        (of(&["1"], &[], None), [true, true, false]),
        (of(&["X"], &[], None), [false, false, true]),
        (of(&["1"], &[], Some((35, 45))), [false, true, false]),
        (of(&[], &[], Some((61, 70))), [false, false, false]),
        (of(&[], &["C"], None), [true, false, false]),
        (of(&[], &["D"], None), [false, false, false]),
        (of(&[], &["D", "A"], None), [true, false, false]),
        (of(&["2"], &["A"], None), [false, false, false]),
        (of(&[], &[&long('M')], None), [false, false, true]),
        (of(&[], &[&long('N')], None), [false, false, true]),
        (of(&[], &["GH"], None), [false, false, false]),
    ] {
        // A group without any value says nothing of its values, and may be read.
        let [first, second, third] = read(&near);
        assert_eq!([first, third], [expected[0], expected[2]], "{near:?}");
        assert!(second || !expected[1], "{near:?}");
    }
    assert_eq!(read(&of(&["1"], &[], Some((35, 45)))), [false, true, false]);
}

/// Whether a row is what is meant.
fn is_meant(near: &Near, (chrom, pos, gene): &Variant) -> bool {
    let of = |texts: &Option<BTreeSet<String>>, text: Option<&str>| {
        texts
            .as_ref()
            .is_none_or(|all| text.is_some_and(|text| all.contains(text)))
    };
    let (low, high) = near.pos.unwrap_or((0, 100));
    of(&near.chroms, Some(chrom)) && of(&near.genes, gene.as_deref()) && (low..=high).contains(pos)
}

#[test]
fn groups_are_skipped_without_a_row_that_is_meant_and_taken_whole_without_another() {
    let (groups, rows) = (groups(), variants());
    let genes = ["A", "C", "D", &long('M'), &long('N')];
    let mut whole = 0;
    for chrom in [&[][..], &["1"], &["2"], &["X"]] {
        for gene in [&[][..], &genes[..1], &genes[1..3], &genes[3..]] {
            for pos in [
                None,
                Some((10, 10)),
                Some((20, 40)),
                Some((40, 60)),
                Some((0, 100)),
            ] {
                let near = of(chrom, gene, pos);
                for (group, of_group) in groups.iter().zip(rows.chunks(3)) {
                    let meant = of_group.iter().filter(|row| is_meant(&near, row)).count();
                    assert!(meant == 0 || near.may_be_in(group), "{near:?}");
                    assert!(meant == 3 || !near.is_all_of(group), "{near:?}");
                    whole += usize::from(near.is_all_of(group));
                }
            }
        }
    }
    assert!(whole > 10, "{whole}");
}
