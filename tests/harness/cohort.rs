//! A cohort of the size and shape that researchers work with: 8 670 people with
//! cancer, their samples, treatments and somatic mutations.
//!
//! Everything is drawn with a fixed seed; tests compute the truth from
//! [`Cohort::patients`], and never by asking a server.

mod draw;
mod write;

use std::{path::Path, sync::OnceLock};

use crate::builder::{ingest_folder, temporary};

/// Who is in it.
const PATIENTS: usize = 8670;

/// The cohort, as it is held in the east in place of `demo-cancer`.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// The people, in the order of the files.
    pub patients: Vec<Patient>,
}

/// Somebody with cancer.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the table `individuals`")]
pub struct Patient {
    pub id: String,
    pub sex: &'static str,
    pub diagnosis: &'static str,
    /// UICC stage; unknown of melanomas.
    pub stage: Option<&'static str>,
    pub age: i64,
    /// In kg/m²; unknown of every twelfth.
    pub bmi: Option<f64>,
    pub smoking: &'static str,
    pub center: &'static str,
    /// Year, month and day.
    pub registered_on: (i64, i64, i64),
    pub followed_days: i64,
    pub dead: bool,
    /// The normal sample, then the tumour's.
    pub samples: [Sample; 2],
    pub treatments: Vec<Treatment>,
    pub mutations: Vec<Mutation>,
}

/// A sample and its quality control.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of `samples` and `qc_metrics`")]
pub struct Sample {
    pub tissue: &'static str,
    pub platform: &'static str,
    pub depth: f64,
    pub duplicate_rate: f64,
    pub contamination: f64,
}

/// A line of treatment.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the table `treatments`")]
pub struct Treatment {
    pub line: i64,
    pub therapy: &'static str,
    pub response: &'static str,
    pub cycles: i64,
}

/// A somatic mutation: where, and the reads that show it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in VCF")]
pub struct Mutation {
    pub site: &'static MutationSite,
    pub depth: i64,
    pub alt_depth: i64,
}

/// Where tumours mutate.
#[derive(Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in VCF")]
pub struct MutationSite {
    pub chrom: &'static str,
    pub pos: u32,
    pub gene: &'static str,
    pub consequence: &'static str,
    pub impact: &'static str,
    /// Of the gene's mutations, in parts of all its sites' weights.
    weight: u32,
}

impl Cohort {
    /// The one that all tests of a program ask.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cohort> = OnceLock::new();
        SHARED.get_or_init(|| Self {
            patients: draw::patients(PATIENTS),
        })
    }

    /// A store that holds it as `demo-cancer`, made once for all.
    pub fn store() -> &'static Path {
        static STORE: OnceLock<std::path::PathBuf> = OnceLock::new();
        STORE.get_or_init(|| {
            let folder = temporary();
            let store = folder.join("store");
            write::write(&Self::shared().patients, &folder.join("data"));
            ingest_folder(&folder.join("data"), &store);
            store
        })
    }
}

const fn site(
    chrom: &'static str,
    pos: u32,
    gene: &'static str,
    consequence: &'static str,
    impact: &'static str,
    weight: u32,
) -> MutationSite {
    MutationSite {
        chrom,
        pos,
        gene,
        consequence,
        impact,
        weight,
    }
}

/// The sites, in the order of the genome (GRCh38).
pub(crate) static MUTATIONS: [MutationSite; 21] = [
    site("1", 114_713_908, "NRAS", "missense_variant", "MODERATE", 1),
    site("3", 41_224_610, "CTNNB1", "missense_variant", "MODERATE", 1),
    site(
        "3",
        179_218_303,
        "PIK3CA",
        "missense_variant",
        "MODERATE",
        3,
    ),
    site(
        "3",
        179_234_297,
        "PIK3CA",
        "missense_variant",
        "MODERATE",
        4,
    ),
    site("5", 112_838_934, "APC", "frameshift_variant", "HIGH", 2),
    site("5", 112_839_942, "APC", "stop_gained", "HIGH", 3),
    site("7", 55_174_772, "EGFR", "inframe_deletion", "MODERATE", 4),
    site("7", 55_181_378, "EGFR", "missense_variant", "MODERATE", 5),
    site("7", 140_753_336, "BRAF", "missense_variant", "MODERATE", 1),
    site("10", 87_933_147, "PTEN", "stop_gained", "HIGH", 1),
    site("12", 25_245_347, "KRAS", "missense_variant", "MODERATE", 2),
    site("12", 25_245_350, "KRAS", "missense_variant", "MODERATE", 5),
    site("13", 32_340_300, "BRCA2", "frameshift_variant", "HIGH", 1),
    site("17", 7_673_803, "TP53", "missense_variant", "MODERATE", 4),
    site("17", 7_674_220, "TP53", "missense_variant", "MODERATE", 3),
    site("17", 7_675_088, "TP53", "synonymous_variant", "LOW", 1),
    site("17", 7_676_154, "TP53", "stop_gained", "HIGH", 2),
    site("17", 43_091_434, "BRCA1", "frameshift_variant", "HIGH", 1),
    site("18", 51_065_548, "SMAD4", "missense_variant", "MODERATE", 1),
    site("19", 1_220_487, "STK11", "stop_gained", "HIGH", 1),
    site("X", 77_633_000, "ATRX", "frameshift_variant", "HIGH", 1),
];
