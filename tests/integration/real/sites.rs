//! The site frequency spectrum of 1000 Genomes, against one that is counted here.

use sekisho::{FrequencySites, Kind, SiteFrequencies};
use sekisho_tests::{only, tables};

use super::{
    G1000, cells,
    frequencies::{CROWD, THRESHOLD},
    held, rounded,
};

/// Ends of classes, in thousandths.
const EDGES: [u64; 12] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500];

/// In which class a variant is that so many have so often, of everybody.
fn class(alleles: u64, people: u64) -> usize {
    let count = rounded(usize::try_from(alleles).unwrap()) as u64;
    let number = (2 * people + 5) / 10 * 10;
    let rarer = count.min(number - count) * 1_000;
    (0..11).rfind(|at| rarer >= EDGES[*at] * number).unwrap()
}

#[tokio::test]
async fn the_spectrum_of_1000_genomes_is_that_of_its_genotypes() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let people = held.panel.people.len() as u64;
    // Whether 10 to 19 people are enough hangs on who they are: at least so many variants are in
    // a class, and at most so many.
    let (mut least, mut most) = ([0_usize; 11], [0_usize; 11]);
    for groups in held.genotypes("22:").values() {
        let [one, two] = [0, 1].map(|copies| groups.iter().map(|of| of[copies]).sum::<u64>());
        let carriers = one + two;
        let fewer = carriers.min(people - carriers);
        let may_be = |n: u64| [n >= CROWD, n >= THRESHOLD];
        let mut classes = Vec::new();
        for one_is in may_be(one) {
            for two_is in may_be(two) {
                let alleles = match (one_is, two_is) {
                    (true, true) => carriers + two,
                    (_, false) => carriers,
                    (false, true) => 2 * carriers,
                };
                classes.push(class(alleles, people));
            }
        }
        classes.sort_unstable();
        classes.dedup();
        if fewer >= CROWD && classes.len() == 1 {
            least[classes[0]] += 1;
        }
        for class in classes.into_iter().filter(|_| fewer >= THRESHOLD) {
            most[class] += 1;
        }
    }
    let asked = Kind::SiteFrequencies(SiteFrequencies {
        sites: Some(FrequencySites::Region("22".to_owned())),
        ..SiteFrequencies::default()
    });
    let visit = opened.visit().await;
    let told = tables(&only(visit.analyze(asked, &[G1000]).await));
    assert_eq!(told[0].1.len(), 11);
    let mut shown = 0;
    for (at, row) in told[0].1.iter().enumerate() {
        let [lower, upper, variants, _] = cells(row).try_into().unwrap();
        let ends = [EDGES[at], EDGES[at + 1]].map(|edge| format!("{:?}", edge as f64 / 1_000.0));
        assert_eq!([lower, upper], ends.each_ref().map(String::as_str));
        let possible = rounded(least[at])..=rounded(most[at]);
        match variants {
            "-" => assert!(least[at] < 10, "{row}: {possible:?}"),
            n => {
                shown += 1;
                let n = n.parse::<usize>().unwrap();
                assert!(possible.contains(&n), "{row}: {possible:?}");
            }
        }
    }
    // Of 2 504 people ten are of the second class.
    assert!(shown >= 9 && most[0] == 0, "{told:?}");
}
