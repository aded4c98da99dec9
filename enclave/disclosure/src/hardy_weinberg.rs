//! Hardy and Weinberg's law, tested exactly.

use std::{cell::RefCell, collections::HashMap};

/// What a term must add to the sum to be worth adding.
const NEGLIGIBLE: f64 = 1e-9;

/// The most results that are kept.
const MOST_KEPT: usize = 1 << 16;

/// Tests whose results are kept: of neighbouring variants the numbers are often the same,
/// and rounded ones more often.
#[derive(Debug, Default)]
pub struct Tests(RefCell<HashMap<[u64; 3], f64>>);

impl Tests {
    /// As [`exact_p`].
    pub(crate) fn p(&self, none: u64, one: u64, two: u64) -> f64 {
        let mut kept = self.0.borrow_mut();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        let numbers = [none, one, two];
        *(kept.entry(numbers)).or_insert_with(|| exact_p(none, one, two))
    }
}

/// How likely genotypes as far from Hardy–Weinberg proportions, or farther, are
/// under them, from the numbers of individuals with no, one and two copies.
///
/// Source: Wigginton, Cutler and Abecasis 2005, the exact test. Numbers of
/// heterozygotes are walked from the likeliest outwards until they add nothing.
///
/// Cost: some standard deviations of the number of heterozygotes.
fn exact_p(none: u64, one: u64, two: u64) -> f64 {
    let people = none + one + two;
    let rare = (2 * none.min(two) + one).min(2 * none.max(two) + one);
    if people == 0 || rare == 0 {
        return 1.0;
    }
    let common = 2 * people - rare;
    // The expected number, made to have the parity that the rare allele asks for.
    let expected = u128::from(rare) * u128::from(common) / u128::from(2 * people);
    let mut middle = u64::try_from(expected).unwrap_or(rare).min(rare);
    if (middle ^ rare) & 1 == 1 {
        middle = if middle == rare {
            middle - 1
        } else {
            middle + 1
        };
    }
    // Relative to the middle's. The side that has the observed number comes first:
    // it says what is negligible on the other.
    let walk = Walk {
        rare,
        common,
        middle,
    };
    let down_first = one < middle;
    let mut observed = if one == middle { 1.0 } else { 0.0 };
    let mut terms = vec![1.0];
    for down in [down_first, !down_first] {
        let mut waits = down == down_first && one != middle;
        for (hets, term) in walk.side(down) {
            terms.push(term);
            if hets == one {
                (observed, waits) = (term, false);
            }
            if !waits && term < NEGLIGIBLE * observed {
                break;
            }
        }
    }
    // Ties are as far; a hair's breadth is the remains of the arithmetic.
    let as_far = observed * (1.0 + 1e-9);
    let (mut total, mut far) = (0.0, 0.0);
    for term in terms {
        total += term;
        if term <= as_far {
            far += term;
        }
    }
    (far / total).min(1.0)
}

/// From the likeliest number of heterozygotes outwards.
struct Walk {
    rare: u64,
    common: u64,
    middle: u64,
}

impl Walk {
    /// Numbers of heterozygotes to one side, and their likelihoods.
    fn side(&self, down: bool) -> impl Iterator<Item = (u64, f64)> + use<> {
        let Self {
            rare,
            common,
            middle,
        } = *self;
        let (mut hets, mut term) = (middle, 1.0);
        std::iter::from_fn(move || {
            let (few, many) = ((rare - hets) / 2, (common - hets) / 2);
            if down {
                let left = hets.checked_sub(2)?;
                term *= float(hets) * float(hets - 1) / (4.0 * float(few + 1) * float(many + 1));
                hets = left;
            } else {
                if few == 0 || many == 0 {
                    return None;
                }
                term *= 4.0 * float(few) * float(many) / (float(hets + 2) * float(hets + 1));
                hets += 2;
            }
            Some((hets, term))
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of people")]
fn float(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `plink2 --hardy` (2.00a3.5) of variants of 1000 Genomes, chromosome 22: numbers of
    /// individuals with either allele twice and with both, and p to six digits.
    #[test]
    fn it_is_that_of_plink2() {
        for (none, one, two, p) in [
            (291, 888, 1325, 1.09934e-12),
            (2465, 32, 7, 3.79692e-10),
            (2005, 491, 8, 2.26817e-05),
            (2392, 106, 6, 0.00216372),
            (2418, 82, 4, 0.00762313),
            (2438, 64, 2, 0.0746879),
            (2459, 44, 1, 0.188253),
            (2449, 54, 1, 0.267257),
        ] {
            let ours = Tests::default().p(none, one, two);
            assert!(
                (ours / p - 1.0_f64).abs() < 1e-5,
                "{none} {one} {two}: {ours}, {p}"
            );
        }
    }

    fn ln_factorial(n: u64) -> f64 {
        (2..=n).map(|i| float(i).ln()).sum()
    }

    /// The definition: the likelihood of every number of heterozygotes.
    fn by_definition(none: u64, one: u64, two: u64) -> f64 {
        let people = none + one + two;
        let copies = one + 2 * two;
        let likelihood = |hets: u64| {
            let two = (copies - hets) / 2;
            let none = people - hets - two;
            float(hets) * std::f64::consts::LN_2
                - ln_factorial(none)
                - ln_factorial(hets)
                - ln_factorial(two)
        };
        let possible = (0..=copies.min(2 * people - copies)).filter(|hets| hets % 2 == copies % 2);
        let observed = likelihood(one);
        let (mut total, mut far) = (0.0, 0.0);
        for hets in possible {
            let relative = (likelihood(hets) - observed).exp();
            total += relative;
            if relative <= 1.0 + 1e-9 {
                far += relative;
            }
        }
        far / total
    }

    #[test]
    fn it_is_what_its_definition_says() {
        for (none, one, two) in [
            (50, 57, 14),
            (14, 57, 50),
            (100, 0, 0),
            (0, 0, 100),
            (0, 7, 0),
            (0, 8, 0),
            (1, 0, 1),
            (99, 1, 0),
            (80, 0, 20),
            (0, 100, 0),
            (313, 626, 313),
            (1000, 200, 52),
            (1200, 0, 52),
        ] {
            let tests = Tests::default();
            let (p, expected) = (tests.p(none, one, two), by_definition(none, one, two));
            assert_eq!(tests.p(none, one, two), p);
            let error = (p - expected).abs() / expected;
            assert!(error < 1e-7, "{none} {one} {two}: {p} {expected}");
        }
        assert!((exact_p(50, 57, 14) - 0.842_279_756_570_793).abs() < 1e-9);
        assert_eq!([exact_p(0, 0, 0), exact_p(9, 0, 0)], [1.0, 1.0]);
    }

    #[test]
    fn what_is_far_from_the_law_has_a_tiny_p_and_not_none() {
        let p = exact_p(500, 0, 500);
        assert!(p > 0.0 && p < 1e-100, "{p}");
    }
}
