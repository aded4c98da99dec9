//! Who is in the cohort: drawn with a fixed seed, at rates of the order that
//! cancer registries and large sequencing programmes report.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::{MUTATIONS, Mutation, Patient, Sample, Treatment};

/// A cancer: of 1 000 cases, per cent women, and the mean age.
struct Cancer(&'static str, u32, u32, i64);

const CANCERS: [Cancer; 9] = [
    Cancer("breast", 200, 99, 58),
    Cancer("colorectal", 190, 44, 68),
    Cancer("liver", 80, 30, 71),
    Cancer("lung", 210, 38, 69),
    Cancer("melanoma", 45, 50, 62),
    Cancer("ovary", 60, 100, 57),
    Cancer("pancreas", 90, 48, 69),
    Cancer("stomach", 110, 33, 70),
    Cancer("thymus", 15, 48, 60),
];

const STAGES: [(&str, u32); 4] = [("I", 34), ("II", 26), ("III", 20), ("IV", 20)];
const SMOKING: [(&str, u32); 3] = [("never", 50), ("former", 30), ("current", 20)];
const CENTERS: [(&str, u32); 6] = [
    ("center-a", 30),
    ("center-b", 22),
    ("center-c", 18),
    ("center-d", 14),
    ("center-e", 10),
    ("center-f", 6),
];
const THERAPIES: [(&str, u32); 4] = [
    ("chemotherapy", 45),
    ("immunotherapy", 20),
    ("radiotherapy", 15),
    ("targeted", 20),
];
const RESPONSES: [(&str, u32); 4] = [
    ("complete", 12),
    ("partial", 30),
    ("stable", 30),
    ("progressive", 28),
];

pub(super) fn patients(n: usize) -> Vec<Patient> {
    let mut random = StdRng::seed_from_u64(44);
    (0..n).map(|at| patient(&mut random, at)).collect()
}

fn patient(random: &mut StdRng, at: usize) -> Patient {
    let Cancer(diagnosis, _, women, age) = weighted(random, &CANCERS, |cancer| cancer.1);
    let female = random.random_range(0..100) < *women;
    // Roughly normal, with a deviation of ten years.
    let spread: i64 = (0..4).map(|_| random.random_range(-8..=8)).sum();
    let stage = weighted(random, &STAGES, |stage| stage.1).0;
    let severity = STAGES.iter().position(|(name, _)| *name == stage).unwrap();
    let year = random.random_range(2018..=2023);
    let dead = random.random_range(0..100) < 15 + 18 * severity;
    let followed_until = if dead { 1200 } else { 2200 };
    let platform = if year < 2021 {
        "novaseq-6000"
    } else {
        "novaseq-x"
    };
    Patient {
        id: format!("c{at:05}"),
        sex: if female { "female" } else { "male" },
        diagnosis,
        stage: (*diagnosis != "melanoma").then_some(stage),
        age: (age + spread).clamp(18, 95),
        bmi: (!at.is_multiple_of(12)).then(|| f64::from(random.random_range(170..360)) / 10.0),
        smoking: weighted(random, &SMOKING, |smoking| smoking.1).0,
        center: weighted(random, &CENTERS, |center| center.1).0,
        registered_on: (
            year,
            random.random_range(1..=12),
            random.random_range(1..=28),
        ),
        followed_days: random.random_range(20..followed_until),
        dead,
        samples: [("normal", 34.0), ("tumor", 110.0)].map(|(tissue, depth)| Sample {
            tissue,
            platform,
            depth: depth * f64::from(random.random_range(70..=130)) / 100.0,
            duplicate_rate: f64::from(random.random_range(40..=260)) / 10.0,
            contamination: f64::from(random.random_range(0..=600)) / 10_000.0,
        }),
        treatments: treatments(random),
        mutations: mutations(random, diagnosis),
    }
}

/// Up to three lines; every tenth person has none.
fn treatments(random: &mut StdRng) -> Vec<Treatment> {
    let lines = [(0, 10), (1, 50), (2, 28), (3, 12)];
    let lines = weighted(random, &lines, |lines| lines.1).0;
    (1..=lines)
        .map(|line| Treatment {
            line,
            therapy: weighted(random, &THERAPIES, |therapy| therapy.1).0,
            response: weighted(random, &RESPONSES, |response| response.1).0,
            cycles: random.random_range(1..=12),
        })
        .collect()
}

fn mutations(random: &mut StdRng, diagnosis: &str) -> Vec<Mutation> {
    let mut found = Vec::new();
    for sites in MUTATIONS.chunk_by(|one, next| one.gene == next.gene) {
        let gene = sites.first().unwrap().gene;
        if random.random_range(0..1000) >= per_mille(diagnosis, gene) {
            continue;
        }
        let depth = random.random_range(60..180);
        found.push(Mutation {
            site: weighted(random, sites, |site| site.weight),
            depth,
            alt_depth: depth * random.random_range(8..=52) / 100,
        });
    }
    found
}

/// How many tumours of a kind in a thousand carry a mutation of a gene.
fn per_mille(diagnosis: &str, gene: &str) -> u32 {
    match (diagnosis, gene) {
        ("ovary", "TP53") => 900,
        ("pancreas", "KRAS") => 880,
        ("colorectal", "APC") => 750,
        ("colorectal" | "pancreas" | "stomach", "TP53") => 600,
        ("lung", "EGFR" | "TP53") | ("melanoma", "BRAF") => 480,
        ("colorectal", "KRAS") => 430,
        ("breast", "PIK3CA" | "TP53") | ("liver", "TP53") => 340,
        ("liver", "CTNNB1") => 300,
        ("melanoma", "NRAS") | ("pancreas", "SMAD4") => 250,
        ("lung", "KRAS" | "STK11") | ("ovary", "BRCA1") => 140,
        ("colorectal", "PIK3CA" | "BRAF" | "SMAD4") => 120,
        ("breast" | "ovary", "BRCA2") | ("breast", "BRCA1" | "PTEN") => 70,
        (_, "ATRX") => 12,
        _ => 25,
    }
}

/// One of some, by weight.
fn weighted<'a, T>(random: &mut StdRng, of: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
    let mut left = random.random_range(0..of.iter().map(&weight).sum());
    let chosen = of.iter().find(|one| {
        let here = left < weight(one);
        left = left.saturating_sub(weight(one));
        here
    });
    chosen.unwrap()
}
