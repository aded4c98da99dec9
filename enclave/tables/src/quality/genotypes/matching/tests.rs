//! Pairs that match, and pairs that do not.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::GenotypeBlock;

/// Individuals with a normal and a tumour each.
fn cohort(pairs: u32) -> Cohort {
    Cohort {
        names: (0..2 * pairs).map(|sample| format!("s{sample}")).collect(),
        units: std::sync::Arc::new((0..2 * pairs).map(|sample| sample / 2).collect()),
        tissues: (0..2 * pairs)
            .map(|sample| Some([Tissue::Normal, Tissue::Tumor][sample as usize % 2]))
            .collect(),
        sexes: vec![None; 2 * pairs as usize],
        germline: (0..2 * pairs).step_by(2).collect(),
    }
}

/// As it is defined.
fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum =
        |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(a, b)| of(a - x, b - y)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

/// A site at which each sample has a number of copies, 3 if unknown, and of some a depth and
/// the allele's.
fn site(calls: &[(u8, Option<i32>, Option<i32>)]) -> StoredBlock {
    let set = |copies: u8| {
        let calls = (0..).zip(calls).filter(move |(_, call)| call.0 == copies);
        calls.map(|(sample, _)| sample).collect()
    };
    let fields = [
        calls.iter().map(|call| call.1).collect(),
        calls.iter().map(|call| call.2).collect(),
    ];
    StoredBlock {
        genotypes: GenotypeBlock {
            dosage_1: set(1),
            dosage_2: set(2),
            missing: set(3),
            ..GenotypeBlock::default()
        },
        recorded: None,
        fields: fields.map(Some).to_vec(),
    }
}

fn call() -> impl Strategy<Value = (u8, Option<i32>, Option<i32>)> {
    (
        0_u8..4,
        prop::option::of(0_i32..40),
        prop::option::of(0_i32..40),
    )
}

proptest! {
    #[test]
    fn correlations_are_those_of_the_definition(
        sites in prop::collection::vec(prop::collection::vec(call(), 4), 0..60)
    ) {
        let matching = Matching { min_sites: 5, min_depth: 8, ..Matching::default() };
        let mut matches = Matches::of(&cohort(2), matching);
        for calls in &sites {
            matches.add(&site(calls));
        }
        let matched = matches.close();
        let fraction = |(copies, depth, alternate): (u8, Option<i32>, Option<i32>)| match (depth, alternate) {
            (Some(depth), _) if depth < 8 => None,
            (Some(depth), Some(alternate)) => Some((f64::from(alternate) / f64::from(depth)).min(1.0)),
            _ => (copies < 3).then(|| f64::from(copies) / 2.0),
        };
        for (normal, tumor) in [(0, 1), (2, 3)] {
            let known: Vec<(f64, f64)> = sites
                .iter()
                .filter_map(|calls| Some((fraction(*calls.get(normal)?)?, fraction(*calls.get(tumor)?)?)))
                .collect();
            let expected = Some(pearson(&known)).filter(|of| known.len() >= 5 && of.is_finite());
            let got = matched.value(tumor, Statistic::TumorNormalCorrelation);
            match (got, expected) {
                (Some(got), Some(expected)) => prop_assert!((got - expected).abs() < 1e-9),
                // Nearly constant fractions have none, too.
                (got, _) => prop_assert!(got.is_none()),
            }
        }
    }
}

/// Numbers that look random: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of a binomial distribution, nearly.
    fn reads(&mut self, depth: i32, fraction: f64) -> i32 {
        let deviate = (0..6).map(|_| self.next()).sum::<f64>() * 2_f64.sqrt() - 18_f64.sqrt();
        let (n, variance) = (f64::from(depth), fraction * (1.0 - fraction));
        let reads = n * fraction + deviate * (n * variance).sqrt();
        (reads.round() as i32).clamp(0, depth)
    }
}

/// As many as were found in a national programme: 69 mismatches of 8 975 pairs, tumours of
/// three in four cells, of which a fifth of the genome has lost an allele.
#[test]
fn all_of_69_mismatches_of_8975_pairs_are_found_and_no_others() {
    const PAIRS: u32 = 8_975;
    let mut random = Random(1);
    // The first 69 have each the next one's tumour.
    let wrong = |pair: u32| pair < 69;
    let donor = |pair: u32| if wrong(pair) { (pair + 1) % 69 } else { pair };
    let mut matches = Matches::of(&cohort(PAIRS), Matching::default());
    for _ in 0..200 {
        let frequency = 0.1 + 0.8 * random.next();
        let mut copies =
            || u8::from(random.next() < frequency) + u8::from(random.next() < frequency);
        let germline: Vec<u8> = (0..PAIRS).map(|_| copies()).collect();
        let mut calls = Vec::new();
        for pair in 0..PAIRS {
            let fraction = |of: u32| f64::from(*germline.get(of as usize).unwrap()) / 2.0;
            let (normal, mut tumor) = (fraction(pair), fraction(donor(pair)));
            if tumor == 0.5 && random.next() < 0.2 {
                // Of hemizygous cells one allele is left, beside a quarter of normal ones.
                tumor = if random.next() < 0.5 { 0.8 } else { 0.2 };
            }
            for fraction in [normal, tumor] {
                let depth = 15 + (random.next() * 15.0) as i32;
                let reads = random.reads(depth, fraction);
                calls.push((0, Some(depth), Some(reads)));
            }
        }
        matches.add(&site(&calls));
    }
    let matched = matches.close();
    assert_eq!(matched.individuals, u64::from(PAIRS));
    assert_eq!(matched.mismatches, 69);
    for pair in 0..PAIRS {
        let mismatch = matched.value(2 * pair as usize + 1, Statistic::TumorNormalMismatch);
        assert_eq!(mismatch, Some(f64::from(u8::from(wrong(pair)))), "{pair}");
    }
}

#[test]
fn of_several_tumours_the_one_that_matches_nothing_is_told() {
    let mut of_three = cohort(2);
    // A normal and three tumours of one individual.
    of_three.units = std::sync::Arc::new(vec![0; 4]);
    of_three.tissues = vec![Some(Tissue::Normal); 1];
    of_three.tissues.extend(vec![Some(Tissue::Tumor); 3]);
    let mut matches = Matches::of(&of_three, Matching::default());
    let mut random = Random(2);
    for _ in 0..150 {
        let [own, other] = [(); 2].map(|()| (random.next() * 3.0) as u8);
        matches.add(&site(
            &[own, own, other, 3].map(|copies| (copies, None, None)),
        ));
    }
    let matched = matches.close();
    let mismatch = |sample| matched.value(sample, Statistic::TumorNormalMismatch);
    assert_eq!(
        [0, 1, 2, 3].map(mismatch),
        [Some(0.0), Some(0.0), Some(1.0), None]
    );
    assert_eq!((matched.individuals, matched.mismatches), (1, 1));
    assert_eq!(matched.value(1, Statistic::TumorNormalSites), Some(150.0));
}
