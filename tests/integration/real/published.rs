//! Frequencies as a visitor asks for them, against those that the authors of
//! 1000 Genomes published: every one is told as published, or is of too few.

use sekisho::{Frequencies, Sites, VariantNames};
use sekisho_tests::{only, shown};

use super::{
    G1000, SECOND, cells,
    frequencies::{CROWD, Published, THRESHOLD, published},
    held,
    panel::SUPER_POPULATIONS,
    rounded,
};

/// Of more variants at once, cohorts must be larger than a super-population is.
const AT_ONCE: usize = 100;

/// So much may be told of genomes that nothing is refused for it.
const LIFTED: &str = "cap = 1e6\nproject_share = 1.0\n";

/// A share as it is released: to three significant digits.
fn share(part: u64, of: u64) -> f64 {
    format!("{:.2e}", part as f64 / of as f64).parse().unwrap()
}

#[tokio::test]
async fn every_published_frequency_is_told_by_super_population_unless_it_is_of_too_few() {
    let Some(held) = held() else { return };
    let opened = held.opened_under(LIFTED);
    let visit = opened.0.visit("aiko-tanaka", SECOND).await;
    let genotypes = held.genotypes("22:");
    let people = SUPER_POPULATIONS.map(|name| held.panel.of(name, |_| ()).len() as u64);
    let sites = published();
    let sites: Vec<&Published> = sites.iter().flatten().collect();
    let (mut checks, mut told) = (0, 0);
    for sites in sites.chunks(AT_ONCE) {
        let ids = sites.iter().map(|site| site.variant_id.clone()).collect();
        let asked = Frequencies {
            sites: Some(Sites::Variants(VariantNames { ids })),
            r#where: String::new(),
            by: vec!["super_population".to_owned()],
        };
        let rows = shown(&only(visit.frequencies(&asked, &[G1000]).await));
        let mut figures = std::collections::HashMap::new();
        for row in &rows {
            let row = cells(row);
            if row[1] == "-" {
                // Nobody is without a super-population.
                assert!(row[2..].iter().all(|figure| *figure == "-"), "{row:?}");
                continue;
            }
            figures.insert((row[0], row[1]), row[2..].to_vec());
        }
        assert_eq!(figures.len(), sites.len() * SUPER_POPULATIONS.len());
        for site in sites {
            for (n, name) in SUPER_POPULATIONS.iter().enumerate() {
                let said = format!("{} {name}", site.variant_id);
                let [one, two] = genotypes[&site.variant_id][n];
                let (alleles, chromosomes) = (one + 2 * two, 2 * people[n]);
                let exact = alleles as f64 / chromosomes as f64;
                assert!((exact - site.frequencies[n]).abs() < 0.000_051, "{said}");
                let carriers = one + two;
                let classes = [people[n] - carriers, carriers, one, two];
                let occurring = classes[..2]
                    .iter()
                    .chain(classes[2..].iter().filter(|n| **n > 0));
                let fewest = *occurring.min().unwrap();
                let figures = &figures[&(site.variant_id.as_str(), *name)];
                checks += 1;
                if figures[0] == "-" {
                    assert!(fewest < CROWD, "{said}: {fewest}");
                    assert!(figures.iter().all(|figure| *figure == "-"), "{said}");
                    continue;
                }
                told += 1;
                assert!(fewest >= THRESHOLD, "{said}: {fewest}");
                let of = |n: u64| rounded(usize::try_from(n).unwrap()).to_string();
                let number = (chromosomes + 5) / 10 * 10;
                let expected = [
                    of(alleles),
                    number.to_string(),
                    of(carriers),
                    of(two),
                    share(alleles, chromosomes).to_string(),
                    "0.0".to_owned(),
                ];
                assert_eq!(figures[..6], expected, "{said}");
                let p: f64 = figures[6].parse().unwrap();
                assert!((0.0..=1.0).contains(&p), "{said}: {p}");
            }
        }
    }
    assert_eq!(checks, 30_405 + 290);
    assert!(told >= 1_000, "{told} of {checks}");
}

#[tokio::test]
async fn a_whole_region_is_told_of_everybody_as_published() {
    let Some(held) = held() else { return };
    let opened = held.opened_under(LIFTED);
    let visit = opened.0.visit("aiko-tanaka", SECOND).await;
    let people = held.panel.people.len() as u64;
    let asked = Frequencies {
        sites: Some(Sites::Region("chr22".to_owned())),
        r#where: String::new(),
        by: vec![],
    };
    let rows = shown(&only(visit.frequencies(&asked, &[G1000]).await));
    let mut genotypes = held.genotypes("22:");
    let mut told = 0;
    for row in &rows {
        let row = cells(row);
        let groups = genotypes.remove(row[0]).unwrap();
        let alleles = groups.iter().map(|[one, two]| one + 2 * two).sum();
        let exact = share(alleles, 2 * people);
        assert!(
            (row[5].parse::<f64>().unwrap() - exact).abs() < 1e-12,
            "{row:?}"
        );
        told += 1;
    }
    // What is left out is of too few.
    for (id, groups) in &genotypes {
        let [one, two] = groups.iter().fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
        let classes = [people - one - two, one + two];
        let others = [one, two].into_iter().filter(|n| *n > 0);
        assert!(
            classes.into_iter().chain(others).min() < Some(CROWD),
            "{id}"
        );
    }
    assert!(told >= 900, "{told}");
}
