//! Genotypes counted as they are read, against a plain count.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::genotypes::{COUNTED, ONE_FILE, figures, manifest, people};
use super::*;

/// REF, ALT, and what it is.
const ALLELES: [(&str, &str, &str); 6] = [
    ("A", "G", "ti"),
    ("A", "T", "tv"),
    ("A", "AC", "ins"),
    ("AC", "A", "del"),
    ("AC", "GT", "mnv"),
    ("C", "T", "ti"),
];

type Calls = BTreeMap<(usize, usize, usize), Vec<usize>>;

/// The figures of a sample, variant by variant.
fn naive(calls: &Calls, sample: usize) -> String {
    let carried = |kind: &str| {
        let of_kind = calls
            .iter()
            .filter(|(key, _)| kind.is_empty() || ALLELES[key.2].2 == kind);
        of_kind
            .filter(|(_, of)| matches!(of[sample], 1 | 2))
            .count()
    };
    let alone = |(chrom, pos, _): &(usize, usize, usize)| {
        calls
            .keys()
            .filter(|key| (key.0, key.1) == (*chrom, *pos))
            .count()
            == 1
    };
    let snv = |key: &(usize, usize, usize)| {
        key.0 < 2 && alone(key) && matches!(ALLELES[key.2].2, "ti" | "tv")
    };
    let snvs: Vec<usize> = (calls.iter())
        .filter(|(key, _)| snv(key))
        .map(|(_, of)| of[sample])
        .collect();
    let n = |copies: usize| snvs.iter().filter(|of| **of == copies).count();
    let off_y: Vec<usize> = (calls.iter())
        .filter(|(key, _)| key.0 != 3)
        .map(|(_, of)| of[sample])
        .collect();
    let single = |of: &&Vec<usize>| {
        let carriers = of.iter().filter(|copies| matches!(copies, 1 | 2)).count();
        of[sample] == 1 && carriers == 1
    };
    let share = |part: usize, whole: usize| match whole {
        0 => "-".to_owned(),
        _ => ((part as f64 / whole as f64 * 1e4).round() / 1e4).to_string(),
    };
    [
        format!("s{sample}"),
        share(off_y.iter().filter(|of| **of < 3).count(), off_y.len()),
        share(n(1), snvs.len() - n(3)),
        share(carried("ti"), carried("tv")),
        share(n(1), n(2)),
        share(carried("ins"), carried("del")),
        calls.values().filter(single).count().to_string(),
        carried("").to_string(),
    ]
    .join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn counts_are_those_of_a_plain_count(
        calls in prop::collection::btree_map(
            (0_usize..4, 0_usize..8, 0..ALLELES.len()),
            prop::collection::vec(0_usize..4, 5),
            1..60,
        )
    ) {
        let dataset = Dataset::new(&manifest(ONE_FILE, "", &COUNTED));
        let names: Vec<String> = (0..5).map(|sample| format!("s{sample}")).collect();
        let samples: Vec<[&str; 4]> = names.iter().map(|s| [s.as_str(), s, "", "normal"]).collect();
        dataset.file("people.tsv", &people(&samples));
        let records = calls.iter().map(|((chrom, pos, allele), of)| {
            let (reference, alternate, _) = ALLELES[*allele];
            let of: Vec<&str> = of.iter().map(|of| ["0/0", "0|1", "1/1", "./."][*of]).collect();
            let (chrom, pos) = (["1", "2", "X", "Y"][*chrom], 5_000_000 + 10 * pos);
            format!("{chrom} {pos} . {reference} {alternate} . . . GT {}", of.join(" "))
        });
        let records: Vec<String> = records.collect();
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        let columns: Vec<&str> = names.iter().map(String::as_str).collect();
        dataset.file("all.vcf", &vcf(&columns, &records));
        let expected: Vec<String> = (0..5).map(|sample| naive(&calls, sample)).collect();
        prop_assert_eq!(figures(&dataset.snapshot(), &COUNTED), expected);
    }
}
