//! A generated family, in which some are not who they should be.

use super::genotypes::{ONE_FILE, figures, manifest, people};
use super::*;

/// Sites of autosomes, 60 kb apart, and of the chromosome X.
const AUTOSOMAL: usize = 2_200;
const X: usize = 300;

/// Numbers that look random: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Two alleles of somebody, or one of each of two.
    fn person(&mut self, frequencies: &[f64], parents: Option<[&Genome; 2]>) -> Genome {
        let alleles = frequencies
            .iter()
            .enumerate()
            .map(|(site, frequency)| match parents {
                None => [(); 2].map(|()| u8::from(self.next() < *frequency)),
                Some(parents) => parents.map(|of| of[site][usize::from(self.next() < 0.5)]),
            });
        alleles.collect()
    }
}

type Genome = Vec<[u8; 2]>;

/// A call of two alleles; on X of a man twice the same, or one.
fn call(alleles: [u8; 2], man: bool, haploid: bool) -> String {
    let [a, b] = alleles;
    match (man, haploid) {
        (true, true) => a.to_string(),
        (true, false) => format!("{a}/{a}"),
        (false, _) => format!("{a}/{b}"),
    }
}

const FIELDS: [&str; 7] = [
    "kinship",
    "duplicates",
    "first_degree",
    "second_degree",
    "x_heterozygosity",
    "x_inbreeding",
    "sex_mismatch",
];

/// Men are even. Of the last two one is declared a woman who is a man, and one a man who is
/// a woman. The first has a second sample.
fn family(batched: bool) -> Dataset {
    let mut random = Random(7);
    let frequencies: Vec<f64> = (0..AUTOSOMAL + X)
        .map(|_| 0.2 + 0.6 * random.next())
        .collect();
    let mut genomes: Vec<Genome> = (0..10).map(|_| random.person(&frequencies, None)).collect();
    // 10 and 11 are children of 0 and 1; 12 is one of 0 and 3; 13 has the genome of 5.
    for parents in [[0, 1], [0, 1], [0, 3]] {
        let parents = parents.map(|parent: usize| genomes[parent].clone());
        genomes.push(random.person(&frequencies, Some([&parents[0], &parents[1]])));
    }
    genomes.push(genomes[5].clone());
    genomes.push(random.person(&frequencies, None));
    genomes.push(random.person(&frequencies, None));
    // The second sample.
    genomes.push(genomes[0].clone());

    let mut samples = Vec::new();
    for number in 0..genomes.len() {
        let person = if number == 16 { 0 } else { number };
        let is_man = person % 2 == 0;
        let declared = if (person >= 14) != is_man {
            "male"
        } else {
            "female"
        };
        samples.push([
            format!("s{number:02}"),
            format!("i{person:02}"),
            declared.to_owned(),
        ]);
    }
    let rows: Vec<[&str; 4]> = (samples.iter())
        .map(|[sample, person, sex]| [sample.as_str(), person, sex, "normal"])
        .collect();
    let halves = match batched {
        true => vec![("a", 0..9), ("b", 9..17)],
        false => vec![("all", 0..17)],
    };
    let group = |(name, _): &(&str, std::ops::Range<usize>)| {
        format!("[[variants]]\nbatch = \"{name}\"\nfiles = [\"{name}.vcf\"]\n")
    };
    let groups = match batched {
        true => halves.iter().map(group).collect(),
        false => ONE_FILE.to_owned(),
    };
    let dataset = Dataset::new(&manifest(&groups, "", &FIELDS));
    dataset.file("people.tsv", &people(&rows));
    for (name, numbers) in halves {
        let records: Vec<String> = (0..AUTOSOMAL + X)
            .map(|site| {
                let (chrom, pos) = match site.checked_sub(AUTOSOMAL) {
                    None => ((1 + site / 100).to_string(), 60_000 * (1 + site % 100)),
                    Some(of_x) => ("X".to_owned(), 3_000_000 + 1_000 * of_x),
                };
                let calls = numbers.clone().map(|number| {
                    let man = chrom == "X" && number % 2 == 0;
                    call(genomes[number][site], man, number % 4 == 0)
                });
                let calls: Vec<String> = calls.collect();
                format!("{chrom} {pos} . C T . . . GT {}", calls.join(" "))
            })
            .collect();
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        let columns: Vec<&str> = numbers.map(|number| rows[number][0]).collect();
        dataset.file(&format!("{name}.vcf"), &vcf(&columns, &records));
    }
    dataset
}

#[test]
fn relatives_duplicates_and_wrong_sexes_are_found() {
    let dataset = family(false);
    let rows = figures(&dataset.snapshot(), &FIELDS);
    let cells = |number: usize| -> Vec<&str> { rows[number].split(' ').skip(1).collect() };
    let relatives = |number: usize| cells(number)[1..4].join(" ");
    // 0 has three children, and a sample of his own does not count.
    assert_eq!(relatives(0), "0 3 0");
    assert_eq!(relatives(16), "0 3 0");
    assert_eq!(relatives(1), "0 2 0");
    assert_eq!(relatives(3), "0 1 0");
    // Full siblings share two parents; their half-sibling is of the second degree.
    assert_eq!(relatives(10), "0 3 1");
    assert_eq!(relatives(11), "0 3 1");
    assert_eq!(relatives(12), "0 2 2");
    assert_eq!([5, 13].map(relatives), ["1 0 0", "1 0 0"]);
    assert_eq!(cells(5)[0], "0.5");
    for stranger in [2, 4, 6, 7, 8, 9, 14, 15] {
        assert_eq!(relatives(stranger), "0 0 0", "{}", rows[stranger]);
    }
    for (number, row) in rows.iter().enumerate() {
        let [heterozygosity, inbreeding, mismatch] = cells(number)[4..] else {
            panic!("{row}");
        };
        assert_eq!(
            inbreeding.parse::<f64>().unwrap() > 0.8,
            number % 2 == 0,
            "{row}"
        );
        assert_eq!(heterozygosity == "0", number % 2 == 0, "{row}");
        assert_eq!(mismatch == "1", number == 14 || number == 15, "{row}");
    }
    let checks = dataset.ingest().unwrap().report.checks.unwrap();
    assert_eq!(checks.duplicate_pairs, Some(1));
    assert_eq!(checks.first_degree_pairs, Some(7));
    assert_eq!(checks.second_degree_pairs, Some(2));
    assert_eq!(checks.sex_mismatches, Some(2));
    assert_eq!(checks.tumor_normal_mismatches, None);

    let mut of_batches = figures(&family(true).snapshot(), &FIELDS);
    of_batches.sort();
    assert_eq!(of_batches, rows);
}
