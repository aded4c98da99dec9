//! Random cohorts, however they are cut into files.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::variants::trimmed;

/// A record of a cohort: its place, alleles, and each sample's genotype.
#[derive(Clone, Debug)]
struct Record {
    chrom: &'static str,
    pos: u32,
    reference: &'static str,
    alternates: Vec<&'static str>,
    genotypes: Vec<&'static str>,
    /// Which samples' files hold it, where each sample has a file.
    recorded: Vec<bool>,
}

const GENOTYPES: [&str; 14] = [
    "0/0", "0|0", "0/1", "1|0", "1/1", "./.", ".", "0", "1", "./1", "0/.", "2/1", "2|2", "0/2",
];

fn record(samples: usize) -> impl Strategy<Value = Record> {
    let alleles = prop::sample::select(vec![
        ("A", vec!["G", "T"]),
        ("AC", vec!["A", "AG"]),
        ("CTT", vec!["CT", "CTTT"]),
        ("G", vec!["<DEL>", "*"]),
    ]);
    (
        prop::sample::select(vec!["1", "2", "X"]),
        1_u32..6,
        alleles,
        prop::collection::vec(prop::sample::select(GENOTYPES.to_vec()), samples),
        prop::collection::vec(any::<bool>(), samples),
    )
        .prop_map(
            |(chrom, pos, (reference, alternates), genotypes, recorded)| Record {
                chrom,
                pos,
                reference,
                alternates,
                genotypes,
                recorded,
            },
        )
}

fn cohort() -> impl Strategy<Value = (usize, Vec<Record>, bool)> {
    (1_usize..6)
        .prop_flat_map(|n| {
            (
                Just(n),
                prop::collection::vec(record(n), 0..12),
                any::<bool>(),
            )
        })
        .prop_map(|(n, mut records, reference)| {
            records.sort_by_key(|record| (record.chrom, record.pos));
            (n, records, reference)
        })
}

fn line(record: &Record, samples: &[usize]) -> String {
    let Record {
        chrom,
        pos,
        reference,
        alternates,
        genotypes,
        ..
    } = record;
    let alternates = alternates.join(",");
    let calls: Vec<&str> = samples.iter().map(|sample| genotypes[*sample]).collect();
    format!(
        "{chrom} {pos} . {reference} {alternates} . . . GT {}",
        calls.join(" ")
    )
}

/// Copies of the nth allele, from the text of a genotype.
fn copies(genotype: &str, n: usize) -> Option<u8> {
    let alleles: Vec<&str> = genotype.split(['/', '|']).collect();
    let copies = alleles.iter().filter(|a| **a == n.to_string()).count();
    (copies > 0 || !alleles.contains(&".")).then_some(u8::try_from(copies).unwrap())
}

/// Chromosome, position, reference, alternate.
type Allele<'a> = (&'a str, u32, String, String);

/// What the records say, row by row. Of what is said twice the most counts.
fn truth(
    samples: usize,
    records: &[Record],
    holds: impl Fn(&Record, usize) -> bool,
    absent: Option<u8>,
) -> Vec<String> {
    let mut said: BTreeMap<Allele<'_>, BTreeMap<usize, Option<u8>>> = BTreeMap::new();
    for record in records {
        for (n, alternate) in (1..).zip(&record.alternates) {
            let holders: Vec<usize> = (0..samples).filter(|s| holds(record, *s)).collect();
            if holders.is_empty() {
                continue;
            }
            let (pos, reference, alternate) = trimmed(record.pos, record.reference, alternate);
            let of = said
                .entry((record.chrom, pos, reference, alternate))
                .or_default();
            for sample in holders {
                let dosage = copies(record.genotypes[sample], n);
                let known = of.entry(sample).or_insert(dosage);
                *known = dosage.max(*known);
            }
        }
    }
    let mut rows = Vec::new();
    for ((chrom, pos, reference, alternate), of) in said {
        let end = if alternate == "<DEL>" {
            format!(":{pos}")
        } else {
            String::new()
        };
        for sample in 0..samples {
            let dosage = of.get(&sample).copied().unwrap_or(absent);
            let dosage = dosage.map_or("-".to_owned(), |dosage| dosage.to_string());
            rows.push(format!(
                "{chrom}:{pos}:{reference}:{alternate}{end} s{sample} {dosage}"
            ));
        }
    }
    rows
}

/// The rows of files, each in a batch of its own if `batched`.
fn expanded(
    samples: usize,
    reference: bool,
    batched: bool,
    files: &[(Vec<usize>, Vec<String>)],
) -> Vec<String> {
    let absent = if reference { "reference" } else { "missing" };
    let mut head = format!("absent_genotype = \"{absent}\"\n");
    if batched {
        for i in 0..files.len() {
            head += &format!("[[variants]]\nbatch = \"b{i}\"\nfiles = [\"{i}.vcf\"]\n");
        }
    } else {
        head += "[[variants]]\nfiles = [\"*.vcf\"]\n";
    }
    let dataset = Dataset::with_samples(samples, &head);
    for (i, (columns, lines)) in files.iter().enumerate() {
        let columns: Vec<String> = columns.iter().map(|sample| format!("s{sample}")).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        dataset.file(&format!("{i}.vcf"), &vcf(&columns, &lines));
    }
    table(
        &dataset.snapshot(),
        "genotypes",
        &["variant_id", "sample_id", "dosage"],
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cohort_reads_back_as_it_was_written_however_it_is_cut((n, records, reference) in cohort()) {
        let everywhere = truth(n, &records, |_, _| true, None);
        let everyone: Vec<usize> = (0..n).rev().collect();
        let lines = |samples: &[usize], of: &dyn Fn(&&Record) -> bool| -> Vec<String> {
            records.iter().filter(of).map(|record| line(record, samples)).collect()
        };

        // One joint file, its columns backwards.
        let joint = [(everyone.clone(), lines(&everyone, &|_| true))];
        prop_assert_eq!(expanded(n, reference, false, &joint), everywhere.clone());

        // A joint file per chromosome.
        let by_chromosome = ["X", "1", "2"].map(|chrom| {
            (everyone.clone(), lines(&everyone, &|record| record.chrom == chrom))
        });
        prop_assert_eq!(expanded(n, reference, false, &by_chromosome), everywhere.clone());

        // A file per sample.
        let by_sample: Vec<_> = (0..n).map(|s| (vec![s], lines(&[s], &|_| true))).collect();
        for batched in [false, true] {
            prop_assert_eq!(expanded(n, reference, batched, &by_sample), everywhere.clone());
        }

        // A file per sample, where some say nothing of some records.
        let sparse: Vec<_> = (0..n)
            .map(|s| (vec![s], lines(&[s], &|record| record.recorded[s])))
            .collect();
        let expected = truth(n, &records, |record, s| record.recorded[s], reference.then_some(0));
        for batched in [false, true] {
            prop_assert_eq!(expanded(n, reference, batched, &sparse), expected.clone());
        }
    }
}
