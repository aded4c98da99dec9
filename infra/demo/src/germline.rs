//! Germline sites that both cohorts share, and genotypes drawn over them.

use std::collections::BTreeMap;

use rand::{Rng, rngs::StdRng, seq::index};

use crate::{
    calls::{Genotype, Record, Site},
    random::{one_of, stream, weighted},
};

/// The chromosomes (two a person) that the site frequency spectrum is drawn for.
const SPECTRUM: u32 = 4000;

/// The share of genotypes that could not be called.
const MISSING: f64 = 0.001;

/// A site and how common its alternate allele is in the population.
#[derive(Clone)]
pub(crate) struct PopulationSite {
    site: Site,
    /// Of the alternate allele.
    frequency: f64,
    /// Diagnoses whose cases carry it more often, and by what factor.
    enriched: &'static [(&'static str, f64)],
}

impl PopulationSite {
    /// The alternate allele's frequency among people with this diagnosis.
    fn frequency_in(&self, diagnosis: &str) -> f64 {
        let factor = self.enriched.iter().find(|(name, _)| *name == diagnosis);
        (self.frequency * factor.map_or(1.0, |(_, factor)| *factor)).min(1.0)
    }
}

/// `count` sites of chromosome 22 in the order of their positions. How many
/// chromosomes carry each follows the neutral spectrum, in which a count of
/// x is 1/x as frequent as a count of one.
pub(crate) fn spectrum(seed: u64, count: u32) -> Vec<PopulationSite> {
    let mut rng = stream(seed, "germline sites");
    let step = (LAST - FIRST) / count.max(1);
    (0..count)
        .map(|number| {
            let pos = FIRST + number * step + rng.random_range(0..step.max(1));
            let (reference, alternate) = snv(&mut rng);
            let gene = GENES
                .iter()
                .find(|gene| (gene.1..=gene.2).contains(&pos))
                .map(|gene| gene.0);
            let terms: &[&'static str] = if gene.is_some() {
                &WITHIN_GENE
            } else {
                &["intergenic_variant"]
            };
            let consequence = one_of(&mut rng, terms)
                .copied()
                .unwrap_or("intergenic_variant");
            let carriers = weighted(&mut rng, (1..SPECTRUM).map(|x| 1.0 / f64::from(x))) + 1;
            PopulationSite {
                site: Site {
                    chrom: "chr22",
                    pos,
                    id: ".",
                    reference,
                    alternate,
                    gene,
                    consequence,
                },
                frequency: carriers as f64 / f64::from(SPECTRUM),
                enriched: &[],
            }
        })
        .collect()
}

/// Well-known sites, with frequencies like those of East Asian populations.
pub(crate) fn known() -> Vec<PopulationSite> {
    let missense = "missense_variant";
    [
        (
            "chr4",
            88_131_171,
            "rs2231142",
            "G",
            "T",
            "ABCG2",
            missense,
            0.29,
            &[][..],
        ),
        (
            "chr4",
            99_318_162,
            "rs1229984",
            "T",
            "C",
            "ADH1B",
            missense,
            0.25,
            &[][..],
        ),
        (
            "chr8",
            142_680_513,
            "rs2294008",
            "C",
            "T",
            "PSCA",
            "5_prime_UTR_variant",
            0.62,
            &[("stomach", 1.1)],
        ),
        (
            "chr12",
            111_803_962,
            "rs671",
            "G",
            "A",
            "ALDH2",
            missense,
            0.27,
            &[("stomach", 1.08)],
        ),
        (
            "chr13",
            32_340_300,
            "rs80359550",
            "GT",
            "G",
            "BRCA2",
            "frameshift_variant",
            0.0005,
            &[
                ("breast", 14.0),
                ("ovary", 16.0),
                ("pancreas", 8.0),
                ("prostate", 8.0),
            ],
        ),
        (
            "chr19",
            44_908_684,
            "rs429358",
            "T",
            "C",
            "APOE",
            missense,
            0.09,
            &[][..],
        ),
        (
            "chr19",
            44_908_822,
            "rs7412",
            "C",
            "T",
            "APOE",
            missense,
            0.04,
            &[][..],
        ),
    ]
    .into_iter()
    .map(
        |(chrom, pos, id, reference, alternate, gene, consequence, frequency, enriched)| {
            PopulationSite {
                site: Site {
                    chrom,
                    pos,
                    id,
                    reference,
                    alternate,
                    gene: Some(gene),
                    consequence,
                },
                frequency,
                enriched,
            }
        },
    )
    .collect()
}

/// Genotypes of people who carry the alternate allele at the site's frequency.
pub(crate) fn draw(rng: &mut StdRng, site: &PopulationSite, people: usize) -> Record {
    let mut alleles = vec![0; people];
    let everyone: Vec<_> = (0..people).collect();
    place(rng, site.frequency, &everyone, &mut alleles);
    record(rng, site, &alleles)
}

/// Genotypes of people who carry it at the frequencies of their diagnoses.
pub(crate) fn draw_by_diagnosis(
    rng: &mut StdRng,
    site: &PopulationSite,
    diagnoses: &[&'static str],
) -> Record {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (person, diagnosis) in diagnoses.iter().enumerate() {
        let enriched = site.enriched.iter().any(|(name, _)| name == diagnosis);
        let group = if enriched { diagnosis } else { "" };
        groups.entry(group).or_default().push(person);
    }
    let mut alleles = vec![0; diagnoses.len()];
    for (diagnosis, members) in &groups {
        place(rng, site.frequency_in(diagnosis), members, &mut alleles);
    }
    record(rng, site, &alleles)
}

/// Puts as many alternate alleles as the frequency says on chromosomes of the
/// members, each equally likely: genotypes are in Hardy-Weinberg proportions.
fn place(rng: &mut StdRng, frequency: f64, members: &[usize], alleles: &mut [u8]) {
    let chromosomes = 2 * members.len();
    let carrying = (frequency * chromosomes as f64 + rng.random::<f64>()) as usize;
    for chromosome in index::sample(rng, chromosomes, carrying.min(chromosomes)) {
        let member = members.get(chromosome / 2);
        if let Some(count) = member.and_then(|person| alleles.get_mut(*person)) {
            *count += 1;
        }
    }
}

/// The record of how many alternate alleles each person carries; a few
/// genotypes get lost.
fn record(rng: &mut StdRng, site: &PopulationSite, alleles: &[u8]) -> Record {
    let lost = (MISSING * alleles.len() as f64 + rng.random::<f64>()) as usize;
    let mut genotypes: BTreeMap<usize, Genotype> = alleles
        .iter()
        .enumerate()
        .filter_map(|(person, count)| match count {
            0 => None,
            1 => Some((person, Genotype::Heterozygous)),
            _ => Some((person, Genotype::Homozygous)),
        })
        .collect();
    for person in index::sample(rng, alleles.len(), lost) {
        genotypes.insert(person, Genotype::Missing);
    }
    Record {
        site: site.site.clone(),
        genotypes: genotypes.into_iter().collect(),
    }
}

/// A reference and an alternate base; transitions twice as often as transversions.
pub(crate) fn snv(rng: &mut StdRng) -> (&'static str, &'static str) {
    const TRANSITIONS: [(&str, &str); 4] = [("A", "G"), ("C", "T"), ("G", "A"), ("T", "C")];
    const TRANSVERSIONS: [(&str, &str); 8] = [
        ("A", "C"),
        ("A", "T"),
        ("C", "A"),
        ("C", "G"),
        ("G", "C"),
        ("G", "T"),
        ("T", "A"),
        ("T", "G"),
    ];
    let pairs: &[_] = if rng.random_bool(2.0 / 3.0) {
        &TRANSITIONS
    } else {
        &TRANSVERSIONS
    };
    one_of(rng, pairs).copied().unwrap_or(("C", "T"))
}

const FIRST: u32 = 17_000_000;
const LAST: u32 = 50_700_000;

const WITHIN_GENE: [&str; 6] = [
    "intron_variant",
    "intron_variant",
    "intron_variant",
    "synonymous_variant",
    "missense_variant",
    "3_prime_UTR_variant",
];

/// Genes of chromosome 22: symbol, first and last base.
const GENES: [(&str, u32, u32); 8] = [
    ("CECR2", 17_359_949, 17_558_149),
    ("COMT", 19_941_607, 19_969_975),
    ("SEZ6L", 26_169_474, 26_383_597),
    ("TTC28", 27_978_014, 28_679_865),
    ("CHEK2", 28_687_743, 28_742_422),
    ("NF2", 29_603_556, 29_698_598),
    ("LARGE1", 33_162_226, 33_922_841),
    ("EP300", 41_091_786, 41_180_079),
];
