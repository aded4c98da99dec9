//! Somatic mutations: cancer genes, their recurrent sites, and how often each
//! is mutated in each cancer.
//!
//! Positions are those of GRCh38. Rates are of the order that large sequencing
//! programmes report (lung cancers at the rates of East Asian cohorts).

mod genes;
mod rates;

use rand::{Rng, rngs::StdRng};

use crate::{
    calls::Site,
    germline::snv,
    random::{one_of, stream, weighted},
};

use genes::{GENES, Gene};
pub(crate) use rates::RATES;

/// The mutated sites of a gene and how the mutated tumours spread over them.
pub(crate) struct GeneSites {
    gene: &'static str,
    sites: Vec<Site>,
    weights: Vec<f64>,
}

impl GeneSites {
    /// The sites.
    pub(crate) fn sites(&self) -> &[Site] {
        &self.sites
    }
}

/// Every gene's sites: the recurrent ones, and some drawn within the gene.
pub(crate) fn sites(seed: u64) -> Vec<GeneSites> {
    let mut rng = stream(seed, "somatic sites");
    GENES.iter().map(|gene| gene.sites(&mut rng)).collect()
}

/// The positions, in the list of genes and in the gene's sites, of the
/// mutations of one tumour with this diagnosis.
pub(crate) fn mutations(
    rng: &mut StdRng,
    diagnosis: &str,
    genes: &[GeneSites],
) -> Vec<(usize, usize)> {
    let rates = RATES
        .iter()
        .find(|(name, _)| *name == diagnosis)
        .map_or(&[][..], |(_, rates)| rates);
    let mut pathway = rng.random::<f64>();
    let mut mutated = Vec::new();
    for (gene, rate) in rates {
        // One pathway seldom carries two drivers: its genes share one draw.
        let hit = if MAPK_PATHWAY.contains(gene) {
            let hit = (0.0..*rate).contains(&pathway);
            pathway -= rate;
            hit
        } else {
            rng.random_bool(*rate)
        };
        if !hit {
            continue;
        }
        if let Some(index) = genes.iter().position(|sites| sites.gene == *gene)
            && let Some(sites) = genes.get(index)
        {
            mutated.push((index, weighted(rng, sites.weights.iter().copied())));
        }
    }
    mutated
}

impl Gene {
    fn sites(&self, rng: &mut StdRng) -> GeneSites {
        let mut sites = Vec::new();
        let mut weights = Vec::new();
        for &(pos, reference, alternate, consequence, weight) in self.recurrent {
            sites.push(self.site(pos, (reference, alternate), consequence));
            weights.push(weight);
        }
        let step = (self.range.1 - self.range.0) / self.others.max(1);
        for number in 0..self.others {
            let pos = self.range.0 + number * step + rng.random_range(0..step.max(1));
            let consequence = one_of(rng, &OTHER_CONSEQUENCES)
                .copied()
                .unwrap_or("missense_variant");
            if sites.iter().all(|site| site.pos != pos) {
                sites.push(self.site(pos, snv(rng), consequence));
                weights.push(self.others_weight / f64::from(self.others));
            }
        }
        GeneSites {
            gene: self.symbol,
            sites,
            weights,
        }
    }

    fn site(
        &self,
        pos: u32,
        (reference, alternate): (&'static str, &'static str),
        consequence: &'static str,
    ) -> Site {
        Site {
            chrom: self.chrom,
            pos,
            id: ".",
            reference,
            alternate,
            gene: Some(self.symbol),
            consequence,
        }
    }
}

const OTHER_CONSEQUENCES: [&str; 5] = [
    "missense_variant",
    "missense_variant",
    "missense_variant",
    "synonymous_variant",
    "stop_gained",
];

/// Genes whose mutations exclude each other.
const MAPK_PATHWAY: [&str; 4] = ["BRAF", "EGFR", "KRAS", "NRAS"];
