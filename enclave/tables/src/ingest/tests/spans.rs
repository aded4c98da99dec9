//! Genotypes in memory count as the rows do.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use roaring::RoaringBitmap;

use super::*;
use crate::{Copies, Genotype, GenotypeCounts, GenotypeGroup, Places, SPAN, Selection, Spans};

const VARIANTS: &str = "[[variants]]\nfiles = [\"*.vcf\"]\ninfo = { gene = \"GENE\" }\n\n";

/// Samples s0, s1, … whose individuals have `samples` of them each.
fn dataset(samples: &[usize], records: &[String]) -> Dataset {
    let dataset = Dataset::new(&format!("{HEAD}\n{VARIANTS}\n{PEOPLE}"));
    let mut people = "sample\tindividual\n".to_owned();
    let mut columns = Vec::new();
    for (individual, &n) in samples.iter().enumerate() {
        for _ in 0..n {
            people.push_str(&format!("s{}\ti{individual}\n", columns.len()));
            columns.push(format!("s{}", columns.len()));
        }
    }
    dataset.file("people.tsv", &people);
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    dataset.file("calls.vcf", &vcf(&columns, &records));
    dataset
}

/// Who has no copy, one, two, and is unknown, by what the rows say: of each individual
/// the most copies of any sample.
fn by_rows(snapshot: &Snapshot, group: &RoaringBitmap) -> BTreeMap<u32, [Vec<u32>; 4]> {
    let columns = names(&["__variant", "__unit", "dosage"]);
    let mut most: BTreeMap<(u32, u32), Option<i64>> = BTreeMap::new();
    for row in rows(snapshot.genotypes(&columns, group, None, false).unwrap()) {
        let fields: Vec<&str> = row.split(' ').collect();
        let key = (fields[0].parse().unwrap(), fields[1].parse().unwrap());
        let dosage = fields[2].parse().ok();
        let known = most.entry(key).or_insert(dosage);
        *known = dosage.max(*known);
    }
    let mut classes: BTreeMap<u32, [Vec<u32>; 4]> = BTreeMap::new();
    for ((variant, unit), dosage) in most {
        let class = dosage.map_or(3, |dosage| usize::try_from(dosage.min(2)).unwrap());
        classes.entry(variant).or_default()[class].push(unit);
    }
    classes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn spans_count_as_rows_do(
        (samples, calls, group) in (prop::collection::vec(1_usize..3, 1..90), 1_usize..6)
            .prop_flat_map(|(samples, sites)| {
                let n: usize = samples.iter().sum();
                let call = prop::sample::select(vec!["0/0", "0/0", "0/1", "1/1", "./.", "."]);
                let rare = prop::sample::select(vec!["0/0"; 40].into_iter().chain(["0/1"]).collect::<Vec<_>>());
                let site = prop_oneof![
                    prop::collection::vec(call, n),
                    prop::collection::vec(rare, n),
                ];
                let group = prop::collection::vec(any::<bool>(), samples.len());
                (Just(samples), prop::collection::vec(site, sites), group)
            })
    ) {
        let site = |(at, calls): (usize, &Vec<&str>)| {
            format!("22 {} . A C . . . GT {}", at + 10, calls.join(" "))
        };
        let records: Vec<String> = calls.iter().enumerate().map(site).collect();
        let dataset = dataset(&samples, &records);
        let snapshot = dataset.snapshot();
        let chosen: RoaringBitmap = (0_u32..).zip(&group).filter(|(_, is)| **is).map(|(i, _)| i).collect();
        let of = GenotypeGroup::new(&snapshot, &chosen).unwrap();
        let span = Spans::new(1 << 20).of(&snapshot, 0).unwrap();
        prop_assert_eq!(span.variants(), 0..u32::try_from(calls.len()).unwrap());
        let expected = by_rows(&snapshot, &chosen);
        for variant in span.variants() {
            let [none, one, two, missing] = expected.get(&variant).cloned().unwrap_or_default();
            prop_assert_eq!(
                span.counts(variant, &of),
                GenotypeCounts {
                    none: none.len() as u64,
                    one: one.len() as u64,
                    two: two.len() as u64,
                    missing: missing.len() as u64,
                }
            );
            let mut copies = Copies::default();
            Places::of(&of).read(&span, variant, &mut copies);
            let units = |places: &[u32]| -> Vec<u32> {
                let mut units: Vec<u32> = places.iter().map(|place| of.individuals().select(*place).unwrap()).collect();
                units.sort_unstable();
                units
            };
            prop_assert_eq!(
                [&copies.one, &copies.two, &copies.missing].map(|places| units(places)),
                [&one, &two, &missing].map(Clone::clone)
            );
            let mut carriers = [one.clone(), two.clone()].concat();
            carriers.sort_unstable();
            for (genotypes, expected) in [
                (&[Genotype::None][..], none),
                (&[Genotype::One], one),
                (&[Genotype::Two], two),
                (&[Genotype::Missing], missing),
                (&[Genotype::One, Genotype::Two], carriers),
            ] {
                prop_assert_eq!(span.individuals(variant, genotypes, &of), expected);
            }
            let unknown = calls[variant as usize].iter().filter(|call| call.starts_with('.'));
            prop_assert_eq!(span.missing(variant), unknown.count() as u64);
        }
    }
}

#[test]
fn variants_are_found_by_region_gene_and_name() {
    let record =
        |chrom: &str, pos: u32, gene: &str| format!("{chrom} {pos} . A C . . GENE={gene} GT 0/1");
    let records = [
        record("chr1", 10, "A1"),
        record("chr1", 20, "A1"),
        record("chr2", 10, "B2"),
        record("chr2", 30, "A1"),
    ];
    let dataset = dataset(&[1], &records);
    let snapshot = dataset.snapshot();
    let found = |selection: Option<Selection>| -> Vec<u32> {
        snapshot
            .select(&selection.unwrap())
            .unwrap()
            .iter()
            .collect()
    };
    assert_eq!(found(Selection::region("1:10-19")), [0]);
    assert_eq!(found(Selection::region("chr1")), [0, 1]);
    assert_eq!(found(Selection::region("2:31-40")), [0_u32; 0]);
    assert_eq!(found(Selection::region("3")), [0_u32; 0]);
    assert_eq!(found(Some(Selection::Gene("A1".into()))), [0, 1, 3]);
    let named = ["chr2:10:A:C", "1:20:A:C", "1:20:A:G", "9:1:A:C"];
    assert_eq!(found(Selection::variants(named)), [1, 2]);
    assert_eq!(found(Some(Selection::All)), [0, 1, 2, 3]);
    let genes = snapshot.genes(&BTreeSet::new()).unwrap();
    let genes: Vec<(&str, Vec<u32>)> = genes
        .iter()
        .map(|(gene, of)| (gene.as_str(), of.iter().collect()))
        .collect();
    assert_eq!(genes, [("A1", vec![0, 1, 3]), ("B2", vec![2])]);
    let span = Spans::new(0).of(&snapshot, 0).unwrap();
    assert_eq!(
        [0, 3].map(|variant| span.id(variant)),
        ["1:10:A:C", "2:30:A:C"]
    );
    assert_eq!([4, SPAN].map(|variant| span.id(variant)), ["", ""]);
}

#[test]
fn more_spans_than_there_is_room_for_are_read_anew() {
    let dataset = dataset(&[1], &["1 10 . A C . . . GT 0/1".to_owned()]);
    let snapshot = dataset.snapshot();
    let kept = |spans: &Spans| {
        let read = || spans.of(&snapshot, 0).unwrap();
        std::sync::Arc::ptr_eq(&read(), &read())
    };
    let roomy = Spans::new(1 << 20);
    assert!(kept(&roomy) && !kept(&Spans::new(3)));
    let first = roomy.of(&snapshot, 0).unwrap();
    roomy.forget("another");
    assert!(std::sync::Arc::ptr_eq(
        &first,
        &roomy.of(&snapshot, 0).unwrap()
    ));
    roomy.forget(snapshot.id());
    assert!(!std::sync::Arc::ptr_eq(
        &first,
        &roomy.of(&snapshot, 0).unwrap()
    ));
}
