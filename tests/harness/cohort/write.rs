//! The directory that `sekisho-enclave ingest` reads.

use std::{fmt::Write as _, fs, path::Path};

use super::{MUTATIONS, Patient};

pub(super) fn write(patients: &[Patient], folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let files = [
        ("dataset.toml", MANIFEST.to_owned()),
        ("individuals.csv", individuals(patients)),
        ("samples.csv", samples(patients)),
        ("qc.csv", quality(patients)),
        ("treatments.csv", treatments(patients)),
        ("calls.vcf", calls(patients)),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

fn individuals(patients: &[Patient]) -> String {
    let mut csv =
        "id,sex,diagnosis,stage,age,bmi,smoking,center,registered,days,status\n".to_owned();
    for patient in patients {
        let (year, month, day) = patient.registered_on;
        writeln!(
            csv,
            "{},{},{},{},{},{},{},{},{year}-{month:02}-{day:02},{},{}",
            patient.id,
            patient.sex,
            patient.diagnosis,
            patient.stage.unwrap_or_default(),
            patient.age,
            patient.bmi.map(|bmi| bmi.to_string()).unwrap_or_default(),
            patient.smoking,
            patient.center,
            patient.followed_days,
            if patient.dead { "dead" } else { "alive" },
        )
        .unwrap();
    }
    csv
}

fn samples(patients: &[Patient]) -> String {
    let mut csv = "sample,id,tissue,platform\n".to_owned();
    for patient in patients {
        let id = &patient.id;
        for sample in &patient.samples {
            let (tissue, platform) = (sample.tissue, sample.platform);
            writeln!(csv, "{id}-{tissue},{id},{tissue},{platform}").unwrap();
        }
    }
    csv
}

fn quality(patients: &[Patient]) -> String {
    let mut csv = "sample,id,tissue,depth,duplicate_rate,contamination\n".to_owned();
    for patient in patients {
        let id = &patient.id;
        for sample in &patient.samples {
            let tissue = sample.tissue;
            writeln!(
                csv,
                "{id}-{tissue},{id},{tissue},{},{},{}",
                sample.depth, sample.duplicate_rate, sample.contamination
            )
            .unwrap();
        }
    }
    csv
}

fn treatments(patients: &[Patient]) -> String {
    let mut csv = "id,line,therapy,response,cycles\n".to_owned();
    for patient in patients {
        for treatment in &patient.treatments {
            writeln!(
                csv,
                "{},{},{},{},{}",
                patient.id, treatment.line, treatment.therapy, treatment.response, treatment.cycles
            )
            .unwrap();
        }
    }
    csv
}

fn calls(patients: &[Patient]) -> String {
    let mut vcf = VCF_HEADER.to_owned();
    for patient in patients {
        write!(vcf, "\t{}-tumor", patient.id).unwrap();
    }
    for site in &MUTATIONS {
        write!(
            vcf,
            "\n{}\t{}\t.\tC\tT\t.\tPASS\tGENE={};VC={};IMP={}\tGT:DP:AD",
            site.chrom, site.pos, site.gene, site.consequence, site.impact
        )
        .unwrap();
        for patient in patients {
            let mut found = patient.mutations.iter();
            match found.find(|mutation| mutation.site == site) {
                None => vcf.push_str("\t0/0"),
                Some(mutation) => {
                    let (depth, alt) = (mutation.depth, mutation.alt_depth);
                    write!(vcf, "\t0/1:{depth}:{},{alt}", depth - alt).unwrap();
                }
            }
        }
    }
    vcf.push('\n');
    vcf
}

const MANIFEST: &str = r#"id = "demo-cancer"
title = "A cohort of the tests"
holder = "east-cancer-centre"
assembly = "GRCh38"
profile = "standard"
absent_genotype = "reference"

[[variants]]
files = ["calls.vcf"]
info = { gene = "GENE", consequence = "VC", impact = "IMP" }
format = ["DP", "AD"]

[tables.individuals]
files = ["individuals.csv"]
rows = "one per individual"
[tables.individuals.columns]
individual_id = { from = "id", role = "unit", meaning = "the person" }
sex = { role = "attribute", domain = ["female", "male"] }
diagnosis = { role = "attribute", domain = ["breast", "colorectal", "liver", "lung", "melanoma", "ovary", "pancreas", "stomach", "thymus"] }
stage = { role = "attribute", domain = ["I", "II", "III", "IV"], meaning = "UICC stage" }
age = { role = "measure", type = "int", bounds = [0, 110], unit = "a", meaning = "age at diagnosis" }
bmi = { role = "measure", type = "float", bounds = [10, 60], unit = "kg/m2" }
smoking = { role = "attribute", domain = ["never", "former", "current"] }
center = { role = "attribute", domain = ["center-a", "center-b", "center-c", "center-d", "center-e", "center-f"] }
registered_on = { from = "registered", role = "attribute", type = "date" }
followed_days = { from = "days", role = "measure", type = "int", bounds = [0, 3650], unit = "d" }
vital_status = { from = "status", role = "attribute", domain = ["alive", "dead"] }

[tables.samples]
files = ["samples.csv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
tissue = { role = "attribute", domain = ["normal", "tumor"] }
platform = { role = "attribute", domain = ["novaseq-6000", "novaseq-x"] }

[tables.qc_metrics]
files = ["qc.csv"]
profile = "technical"
[tables.qc_metrics.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
tissue = { role = "attribute", domain = ["normal", "tumor"] }
depth = { role = "technical", type = "float", bounds = [0, 1000] }
duplicate_rate = { role = "technical", type = "float", bounds = [0, 100], unit = "%" }
contamination = { role = "technical", type = "float", bounds = [0, 1] }

[tables.treatments]
files = ["treatments.csv"]
[tables.treatments.columns]
individual_id = { from = "id", role = "unit" }
line = { role = "attribute", type = "int", bounds = [1, 9], meaning = "line of treatment" }
therapy = { role = "attribute", domain = ["chemotherapy", "immunotherapy", "radiotherapy", "targeted"] }
response = { role = "attribute", domain = ["complete", "partial", "stable", "progressive"] }
cycles = { role = "measure", type = "int", bounds = [0, 100] }
"#;

const VCF_HEADER: &str = "##fileformat=VCFv4.3\n\
##contig=<ID=1>\n##contig=<ID=3>\n##contig=<ID=5>\n##contig=<ID=7>\n##contig=<ID=10>\n\
##contig=<ID=12>\n##contig=<ID=13>\n##contig=<ID=17>\n##contig=<ID=18>\n##contig=<ID=19>\n\
##contig=<ID=X>\n\
##INFO=<ID=GENE,Number=1,Type=String,Description=\"gene\">\n\
##INFO=<ID=VC,Number=1,Type=String,Description=\"consequence\">\n\
##INFO=<ID=IMP,Number=1,Type=String,Description=\"impact\">\n\
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n\
##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"depth\">\n\
##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"reads per allele\">\n\
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
