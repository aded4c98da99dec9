//! Frequencies as a visitor asks for them, against those that the authors of
//! 1000 Genomes published: every one is told as published, to its rounding, or is of
//! too few.

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

/// Genotypes of a variant among some people, all of whom were called.
struct Genotypes {
    people: u64,
    one: u64,
    two: u64,
}

impl Genotypes {
    fn carriers(&self) -> u64 {
        self.one + self.two
    }

    fn frequency(&self) -> f64 {
        (self.one + 2 * self.two) as f64 / (2 * self.people) as f64
    }

    /// Those whom figures must be a crowd of: carriers or others, whoever are fewer.
    fn fewest(&self) -> u64 {
        self.carriers().min(self.people - self.carriers())
    }

    /// Compares figures that are shown, from `allele_count` on, with what they are of.
    fn are(&self, figures: &[&str], said: &str) {
        assert!(self.fewest() >= THRESHOLD, "{said}: {}", self.fewest());
        let of = |n: u64| rounded(usize::try_from(n).unwrap()) as u64;
        let share = |part: u64, of: u64| -> f64 {
            let share = part as f64 / of as f64;
            format!("{share:.2e}").parse().unwrap()
        };
        let apart = figures[3] != "-";
        let fewest = self.one.min(self.two);
        assert!(
            if apart {
                fewest >= THRESHOLD
            } else {
                fewest < CROWD
            },
            "{said}"
        );
        let (carriers, two) = (of(self.carriers()), of(self.two));
        // Those who are few are counted like the others.
        let copies = match (apart, self.two < self.one) {
            (true, _) => of(self.one + 2 * self.two),
            (false, true) => carriers,
            (false, false) => of(2 * self.carriers()),
        };
        let number = (2 * self.people + 5) / 10 * 10;
        let frequency = share(copies, number);
        let expected = [
            copies.to_string(),
            number.to_string(),
            carriers.to_string(),
            if apart {
                two.to_string()
            } else {
                "-".to_owned()
            },
            format!("{frequency:?}"),
            "0.0".to_owned(),
        ];
        assert_eq!(figures[..6], expected, "{said}");
        let p = apart.then(|| hardy_weinberg([number / 2 - carriers, carriers - two, two]));
        let released = figures[6].parse().ok();
        let vanishes = |p: Option<f64>| p.is_some_and(|p| p < 1e-300);
        let same = released == p || vanishes(released) && vanishes(p);
        assert!(same, "{said}: {released:?} {p:?}");
        // Copies and alleles are rounded to 5 and 10, shares to three digits; copies of
        // the few, fewer than T, are counted like the others.
        let few = if apart { 0 } else { CROWD };
        let off = (few + 3) as f64 / (2 * self.people) as f64 + 0.006 * self.frequency();
        assert!(
            (frequency - self.frequency()).abs() <= off,
            "{said}: {frequency}"
        );
    }
}

/// The exact test by its definition: over all numbers of heterozygotes that give as
/// many alleles.
fn hardy_weinberg([none, one, two]: [u64; 3]) -> f64 {
    let people = none + one + two;
    let alleles = one + 2 * two;
    let mut factorials = vec![0.0];
    for n in 1..=people {
        factorials.push(factorials.last().unwrap() + (n as f64).ln());
    }
    let ln = |n: u64| factorials[usize::try_from(n).unwrap()];
    let likelihood = |one: u64| {
        let two = (alleles - one) / 2;
        let none = people - one - two;
        one as f64 * 2_f64.ln() - ln(none) - ln(one) - ln(two)
    };
    let all: Vec<f64> = (alleles % 2..=alleles.min(2 * people - alleles))
        .step_by(2)
        .map(|hets| (likelihood(hets) - likelihood(one)).exp())
        .collect();
    let total: f64 = all.iter().sum();
    let far: f64 = all.iter().filter(|p| **p <= 1.0 + 1e-9).sum();
    format!("{:.1e}", far / total).parse().unwrap()
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
                let people = people[n];
                let genotypes = Genotypes { people, one, two };
                let published = site.frequencies[n];
                assert!(
                    (genotypes.frequency() - published).abs() < 0.000_051,
                    "{said}"
                );
                let figures = &figures[&(site.variant_id.as_str(), *name)];
                checks += 1;
                if figures[2] == "-" {
                    assert!(genotypes.fewest() < CROWD, "{said}");
                    assert!(figures.iter().all(|figure| *figure == "-"), "{said}");
                } else {
                    told += 1;
                    genotypes.are(figures, &said);
                }
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
        of_all(people, &groups).are(&row[1..], row[0]);
        told += 1;
    }
    // What is left out is of too few.
    for (id, groups) in &genotypes {
        assert!(of_all(people, groups).fewest() < CROWD, "{id}");
    }
    assert!(told >= 900, "{told}");
}

fn of_all(people: u64, groups: &[[u64; 2]]) -> Genotypes {
    let sum = |n: usize| groups.iter().map(|of| of[n]).sum();
    Genotypes {
        people,
        one: sum(0),
        two: sum(1),
    }
}
