//! Liver cancers of TCGA: clinical data of 363 patients, and a VCF of normal and
//! tumour for each of their 365 tumours, as a holder would lay them out.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Write as _,
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::Command,
};

use super::source::{Table, info, lines};

const CLINICAL: &str = "tcga_mc3/LIHC.clinical.tsv";
const PAIRS: &str = "tcga_mc3/LIHC.pairs.tar.gz";

/// What is known of it.
pub(super) struct Liver {
    pub(super) patients: BTreeMap<String, Patient>,
    /// Rows of the clinical table.
    pub(super) clinical_rows: usize,
    /// Whose each tumour is, by the name of its file.
    pub(super) tumours: BTreeMap<String, String>,
    /// Every allele of every tumour.
    pub(super) mutations: Vec<Mutation>,
}

pub(super) struct Patient {
    pub(super) male: bool,
    pub(super) age: Option<usize>,
    /// I to IV.
    pub(super) stage: Option<&'static str>,
    pub(super) vital_status: String,
    /// Until death or the last word of the patient.
    pub(super) days: Option<usize>,
}

pub(super) struct Mutation {
    pub(super) tumour: String,
    pub(super) gene: String,
    pub(super) consequence: String,
    pub(super) depth: usize,
}

impl Liver {
    /// Writes the dataset's directory.
    pub(super) fn write(data: &Path, to: &Path) -> Self {
        let extracted = Command::new("tar")
            .arg("-xzf")
            .arg(data.join(PAIRS))
            .arg("-C")
            .arg(to)
            .status();
        assert!(extracted.unwrap().success());
        symlink(data.join(CLINICAL), to.join("clinical.tsv")).unwrap();
        let (patients, clinical_rows) = patients(&data.join(CLINICAL));
        let mut liver = Self {
            patients,
            clinical_rows,
            tumours: BTreeMap::new(),
            mutations: Vec::new(),
        };
        let mut tissues = BTreeMap::new();
        let mut samples = "sample,patient,tissue\n".to_owned();
        for file in fs::read_dir(to.join("LIHC")).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let tumour = name.strip_suffix(".vcf.gz").unwrap();
            let patient = &tumour[..12];
            for tissue in ["normal", "tumor"] {
                writeln!(samples, "{tumour}-{tissue},{patient},{tissue}").unwrap();
            }
            liver.tumours.insert(tumour.to_owned(), patient.to_owned());
            liver.read(&path, tumour, &mut tissues);
        }
        fs::write(to.join("samples.csv"), samples).unwrap();
        let tissues: Vec<String> = tissues
            .iter()
            .map(|(column, tissue)| format!("{column:?} = {tissue:?}"))
            .collect();
        let manifest = MANIFEST.replace("TISSUES", &tissues.join(", "));
        fs::write(to.join("dataset.toml"), manifest).unwrap();
        liver
    }

    fn read(&mut self, vcf: &Path, tumour: &str, tissues: &mut BTreeMap<String, &str>) {
        for line in lines(vcf).filter(|line| !line.starts_with("##")) {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 11, "{tumour}");
            if fields[0] == "#CHROM" {
                tissues.insert(fields[9].to_owned(), "normal");
                tissues.insert(fields[10].to_owned(), "tumor");
                continue;
            }
            // GT:AD:DP, the genotype by construction.
            let call: Vec<&str> = fields[10].split(':').collect();
            assert_eq!((fields[8], call[0]), ("GT:AD:DP", "0/1"), "{tumour}");
            self.mutations.push(Mutation {
                tumour: tumour.to_owned(),
                gene: info(fields[7], "GENE").unwrap().to_owned(),
                consequence: info(fields[7], "VC").unwrap().to_owned(),
                depth: call[2].parse().unwrap(),
            });
        }
    }

    /// How many patients something holds of.
    pub(super) fn count(&self, holds: impl Fn(&Patient) -> bool) -> usize {
        self.patients.values().filter(|one| holds(one)).count()
    }

    /// The tumours with a mutation of which something holds.
    pub(super) fn mutated(&self, holds: impl Fn(&Mutation) -> bool) -> BTreeSet<&str> {
        let chosen = self.mutations.iter().filter(|mutation| holds(mutation));
        chosen.map(|mutation| mutation.tumour.as_str()).collect()
    }

    /// Whose these tumours are.
    pub(super) fn whose(&self, tumours: &BTreeSet<&str>) -> HashSet<&str> {
        let whose = tumours.iter().map(|tumour| self.tumours[*tumour].as_str());
        whose.collect()
    }
}

/// The patients, and how many rows they have: a patient with two tumours has two.
fn patients(clinical: &Path) -> (BTreeMap<String, Patient>, usize) {
    let table = Table::read(clinical);
    let rows = table
        .column("Tumor_Sample_Barcode_min")
        .zip(table.column("CDR_gender"))
        .zip(table.column("CDR_age_at_initial_pathologic_diagnosis"))
        .zip(table.column("CDR_ajcc_pathologic_tumor_stage"))
        .zip(table.column("CDR_vital_status"))
        .zip(table.column("CDR_OS.time"));
    let patients = rows.map(|(((((id, sex), age), stage), vital_status), days)| {
        let patient = Patient {
            male: sex == "MALE",
            age: age.parse().ok(),
            stage: match stage {
                "Stage I" => Some("I"),
                "Stage II" => Some("II"),
                "Stage III" | "Stage IIIA" | "Stage IIIB" | "Stage IIIC" => Some("III"),
                "Stage IV" | "Stage IVA" | "Stage IVB" => Some("IV"),
                _ => None,
            },
            vital_status: vital_status.to_owned(),
            days: days.parse().ok(),
        };
        (id.to_owned(), patient)
    });
    (patients.collect(), table.rows.len())
}

const MANIFEST: &str = r#"id = "lihc"
title = "Liver cancer, tumour and normal"
holder = "west-biobank"
assembly = "GRCh37"
profile = "standard"
absent_genotype = "reference"
missing = ["", "[Not Available]", "[Not Evaluated]", "[Unknown]", "[Discrepancy]"]

[[variants]]
files = ["LIHC/*.vcf.gz"]
samples = { TISSUES }
sample_id = "{file_stem}-{tissue}"
info = { gene = "GENE", consequence = "VC" }
format = ["DP", "AD"]

[tables.individuals]
files = ["clinical.tsv"]
rows = "one per individual"
duplicates = "identical"
[tables.individuals.columns]
individual_id = { from = "Tumor_Sample_Barcode_min", role = "unit" }
sex = { from = "CDR_gender", role = "attribute", domain = ["female", "male"], map = { FEMALE = "female", MALE = "male" } }
age = { from = "CDR_age_at_initial_pathologic_diagnosis", role = "measure", type = "int", bounds = [0, 110], unit = "a" }
vital_status = { from = "CDR_vital_status", role = "attribute", domain = ["Alive", "Dead"] }
days = { from = "CDR_OS.time", role = "measure", type = "int", bounds = [0, 10000], unit = "d" }

[tables.individuals.columns.stage]
from = "CDR_ajcc_pathologic_tumor_stage"
role = "attribute"
domain = ["I", "II", "III", "IV"]
[tables.individuals.columns.stage.map]
"Stage I" = "I"
"Stage II" = "II"
"Stage III" = "III"
"Stage IIIA" = "III"
"Stage IIIB" = "III"
"Stage IIIC" = "III"
"Stage IV" = "IV"
"Stage IVA" = "IV"
"Stage IVB" = "IV"

[tables.samples]
files = ["samples.csv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "patient", role = "unit" }
tissue = { from = "tissue", role = "attribute", domain = ["normal", "tumor"] }
"#;
