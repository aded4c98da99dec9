//! Populations for attacks: everybody has a weight that nobody else has, and as
//! many variants as a membership test needs.

use std::fmt::Write as _;

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use crate::{
    Dataset, Feature, Genotyped, Person, SITES,
    dataset::{VCF_HEADER, call, with_calls},
};

/// Independent variants that were called in every tumour, on chromosome 22.
#[derive(Clone, Debug)]
pub struct Panel {
    /// How often each is carried in the population that the people come from.
    pub frequencies: Vec<f64>,
    /// Of each person, whether they carry each.
    pub carries: Vec<Vec<bool>>,
    /// The alleles of each: of reference and of carriers.
    pub alleles: fn(usize) -> [char; 2],
}

impl Panel {
    /// Draws what people carry; frequencies are even between two bounds.
    pub fn draw(people: usize, variants: usize, frequencies: [f64; 2], seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let [low, high] = frequencies;
        let frequencies: Vec<f64> = (0..variants)
            .map(|_| random.random_range(low..high))
            .collect();
        let carries = (0..people)
            .map(|_| Self::genome(&frequencies, &mut random))
            .collect();
        Self {
            frequencies,
            carries,
            alleles: |_| ['C', 'T'],
        }
    }

    /// Somebody of the same population.
    pub fn genome(frequencies: &[f64], random: &mut StdRng) -> Vec<bool> {
        frequencies
            .iter()
            .map(|frequency| random.random_bool(*frequency))
            .collect()
    }

    /// The position of a variant, 1-based.
    pub fn position(variant: usize) -> usize {
        20_000_000 + 1000 * variant
    }

    pub(crate) fn calls(&self, people: &[Person]) -> String {
        let mut vcf = VCF_HEADER.to_owned();
        for person in with_calls(people) {
            write!(vcf, "\t{}-tumor", person.id).unwrap();
        }
        for variant in 0..self.frequencies.len() {
            let position = Self::position(variant);
            let [reference, alternate] = (self.alleles)(variant);
            write!(
                vcf,
                "\n22\t{position}\t.\t{reference}\t{alternate}\t.\tPASS\tGENE=P{variant};VC=intron_variant\tGT"
            )
            .unwrap();
            for (person, genome) in people.iter().zip(&self.carries) {
                let carries = genome.get(variant).copied().unwrap_or_default();
                if person.genotyped != Genotyped::No {
                    vcf.push_str(call(person, carries));
                }
            }
        }
        vcf.push('\n');
        vcf
    }
}

impl Dataset {
    /// People of whom everybody can be told from all others by weight, held in
    /// the east under the profile `standard`. Half of them smoke.
    pub fn population(id: &'static str, n: usize, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let mut weights: Vec<u32> = (4000..12000).collect();
        weights.shuffle(&mut random);
        let people = weights
            .into_iter()
            .take(n)
            .enumerate()
            .map(|(i, weight)| Person {
                id: format!("p{i:05}"),
                sex: if random.random_bool(0.5) {
                    "female"
                } else {
                    "male"
                },
                diagnosis: match random.random_range(0..6) {
                    0 | 1 => "lung",
                    2 | 3 => "liver",
                    4 => "breast",
                    _ => "stomach",
                },
                age: random.random_range(30..90),
                weight: Some(f64::from(weight) / 100.0),
                smoker: random.random_bool(0.5),
                registered_on: format!("{}-06-01", 2015 + i % 5),
                note: format!("group {}", i % 4),
                carries: SITES.map(|_| random.random_bool(0.2)),
                depth: 120.0,
                earlier_depth: None,
                further_samples: 0,
                genotyped: Genotyped::Called,
            });
        Self {
            id,
            holder: "east-cancer-centre",
            people: people.collect(),
            profile: "standard".to_owned(),
            panel: None,
            structural: false,
            features: Vec::new(),
        }
    }

    /// The same people under another name.
    #[must_use]
    pub fn named(mut self, id: &'static str) -> Self {
        self.id = id;
        self
    }

    /// The same people under another release profile.
    #[must_use]
    pub fn under(mut self, profile: &str) -> Self {
        profile.clone_into(&mut self.profile);
        self
    }

    /// The same people with further variants.
    #[must_use]
    pub fn with_panel(mut self, panel: Panel) -> Self {
        self.panel = Some(panel);
        self
    }

    /// The same people with two structural variants.
    #[must_use]
    pub fn with_structural(mut self) -> Self {
        self.structural = true;
        self
    }

    /// The same people with what is expressed in their tumours.
    #[must_use]
    pub fn with_features(mut self, features: Vec<Feature>) -> Self {
        self.features = features;
        self
    }

    /// The further variants.
    pub fn panel(&self) -> Option<&Panel> {
        self.panel.as_ref()
    }

    /// The same people without the last.
    #[must_use]
    pub fn without_last(mut self) -> Self {
        self.people.pop();
        if let Some(panel) = &mut self.panel {
            panel.carries.truncate(self.people.len());
        }
        self
    }
}
