//! 1000 Genomes, phase 3: the panel, genotypes of two chromosomes, and the quality
//! of the exomes, as a holder would lay them out.

use std::{collections::BTreeMap, fmt::Write as _, fs, os::unix::fs::symlink, path::Path};

use super::source::Table;

pub(super) const SUPER_POPULATIONS: [&str; 5] = ["AFR", "AMR", "EAS", "EUR", "SAS"];

const PANEL: &str = "germline_1000g/integrated_call_samples_v3.20130502.ALL.panel";
pub(super) const CHR22: &str = "germline_1000g/1000G_p3.chr22_16050075-16499957.vcf.gz";
const CHR20: &str = "germline_1000g/1000G_p3.chr20_first25k_snps.bcf";
const EXOMES: &str = "qc_1000g/20130502.exome.alignment.index.HsMetrics.gz";
const READ_GROUPS: &str = "qc_1000g/20130502.exome.alignment.index.bas.gz";

/// Who is in it, and what is known of the exomes.
pub(super) struct Panel {
    pub(super) people: BTreeMap<String, Person>,
    /// One a person and region: whose, the region, the mean insert size.
    pub(super) read_groups: Vec<(String, String, usize)>,
}

pub(super) struct Person {
    pub(super) population: String,
    pub(super) super_population: String,
    pub(super) sex: String,
    pub(super) coverage: f64,
    pub(super) reads: usize,
}

impl Panel {
    /// Writes the dataset's directory.
    pub(super) fn write(data: &Path, to: &Path) -> Self {
        for (file, name) in [
            (PANEL, "people.panel"),
            (CHR22, "chr22.vcf.gz"),
            (CHR20, "chr20.bcf"),
        ] {
            symlink(data.join(file), to.join(name)).unwrap();
        }
        let mut people = people(&data.join(PANEL));
        exomes(&data.join(EXOMES), &mut people, &to.join("exomes.tsv"));
        let read_groups = read_groups(&data.join(READ_GROUPS), &people, &to.join("bas.csv"));
        let mut populations: Vec<_> = people.values().map(|p| p.population.as_str()).collect();
        populations.sort_unstable();
        populations.dedup();
        let domain = format!("{populations:?}");
        fs::write(
            to.join("dataset.toml"),
            MANIFEST.replace("POPULATIONS", &domain),
        )
        .unwrap();
        Self {
            people,
            read_groups,
        }
    }

    /// What something is of each person of a super-population.
    pub(super) fn of<T>(&self, super_population: &str, what: impl Fn(&Person) -> T) -> Vec<T> {
        self.people
            .values()
            .filter(|person| person.super_population == super_population)
            .map(what)
            .collect()
    }

    /// How many people something holds of.
    pub(super) fn count(&self, holds: impl Fn(&Person) -> bool) -> usize {
        self.people.values().filter(|person| holds(person)).count()
    }
}

fn people(panel: &Path) -> BTreeMap<String, Person> {
    let panel = Table::read(panel);
    panel
        .rows
        .iter()
        .map(|row| {
            let person = Person {
                population: row[1].clone(),
                super_population: row[2].clone(),
                sex: row[3].clone(),
                coverage: f64::NAN,
                reads: 0,
            };
            (row[0].clone(), person)
        })
        .collect()
}

/// Picard names the alignment only: the sample is what it begins with. Of 2 682
/// exomes, those of the panel are kept.
fn exomes(file: &Path, people: &mut BTreeMap<String, Person>, to: &Path) {
    let table = Table::read(file);
    let mut kept = "sample\treads\tcoverage\tat_20x\n".to_owned();
    let rows = table
        .column("File_name")
        .zip(table.column("TOTAL_READS"))
        .zip(table.column("MEAN_TARGET_COVERAGE"))
        .zip(table.column("PCT_TARGET_BASES_20X"));
    for (((file, reads), coverage), at_20x) in rows {
        let sample = file.split('.').next().unwrap();
        if let Some(person) = people.get_mut(sample) {
            person.coverage = coverage.parse().unwrap();
            person.reads = reads.parse().unwrap();
            writeln!(kept, "{sample}\t{reads}\t{coverage}\t{at_20x}").unwrap();
        }
    }
    assert!(people.values().all(|person| person.coverage.is_finite()));
    fs::write(to, kept).unwrap();
}

fn read_groups(
    file: &Path,
    people: &BTreeMap<String, Person>,
    to: &Path,
) -> Vec<(String, String, usize)> {
    let table = Table::read(file);
    let mut text = "sample,region,insert_size\n".to_owned();
    let mut kept = Vec::new();
    let rows = table
        .column("sample")
        .zip(table.column("bam_filename"))
        .zip(table.column("mean_insert_size"));
    for ((sample, file), insert_size) in rows {
        let region = file.split('.').nth(1).unwrap();
        if region == "unmapped" || !people.contains_key(sample) {
            continue;
        }
        writeln!(text, "{sample},{region},{insert_size}").unwrap();
        let insert_size = insert_size.parse().unwrap();
        kept.push((sample.to_owned(), region.to_owned(), insert_size));
    }
    fs::write(to, text).unwrap();
    kept
}

const MANIFEST: &str = r#"id = "g1000"
title = "1000 Genomes, phase 3"
holder = "east-cancer-centre"
assembly = "GRCh37"
profile = "reference"

[[variants]]
files = ["chr20.bcf", "chr22.vcf.gz"]

[tables.individuals]
files = ["people.panel"]
rows = "one per individual"
[tables.individuals.columns]
individual_id = { from = "sample", role = "unit" }
population = { from = "pop", role = "attribute", domain = POPULATIONS }
super_population = { from = "super_pop", role = "attribute", domain = ["AFR", "AMR", "EAS", "EUR", "SAS"] }
sex = { from = "gender", role = "attribute", domain = ["female", "male"] }

[tables.samples]
files = ["people.panel"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "sample", role = "unit" }

[tables.qc_metrics]
files = ["exomes.tsv"]
profile = "technical"
[tables.qc_metrics.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "sample", role = "unit" }
reads = { from = "reads", role = "technical", type = "int", bounds = [0, 10000000000] }
coverage = { from = "coverage", role = "technical", type = "float", bounds = [0, 1000], meaning = "mean depth over the target" }
at_20x = { from = "at_20x", role = "technical", type = "float", bounds = [0, 1] }

[tables.read_groups]
files = ["bas.csv"]
profile = "technical"
[tables.read_groups.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "sample", role = "unit" }
region = { from = "region", role = "attribute", domain = ["mapped", "chrom11", "chrom20"] }
insert_size = { from = "insert_size", role = "technical", type = "int", bounds = [0, 10000], meaning = "mean insert size", unit = "{base_pair}" }
"#;
