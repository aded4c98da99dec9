//! Small datasets, written as a holder would write them.
//!
//! `demo-cancer`: 300 people, of whom 121 have lung, 82 liver, 68 breast, 23
//! stomach and 6 thymus cancer; every person has a normal and a tumour sample.
//! `demo-control`: 240 people without cancer. Ages, weights and who smokes are
//! drawn with a fixed seed; tests compute the truth from [`Dataset::people`].

use std::{fmt::Write as _, fs, path::Path};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::Panel;

/// Somebody in a dataset.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the table `individuals`")]
pub struct Person {
    pub id: String,
    pub sex: &'static str,
    pub diagnosis: &'static str,
    pub age: i64,
    /// In kilograms; unknown of every tenth.
    pub weight: Option<f64>,
    pub smoker: bool,
    pub registered_on: String,
    /// Free text: it can be neither filtered nor grouped.
    pub note: String,
    /// Whether the tumour carries each of [`SITES`].
    pub carries: [bool; SITES.len()],
    /// Of the tumour's sequencing.
    pub depth: f64,
    /// The same at the stage of quality control before; none if that has nothing of it.
    pub earlier_depth: Option<f64>,
    /// How many tumour samples there are beyond the first.
    pub further_samples: usize,
    /// Whether their genotypes are known.
    pub genotyped: Genotyped,
}

/// A place in the genome that is called in `demo-cancer`.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "as in VCF")]
pub struct VariantSite {
    pub chrom: &'static str,
    pub pos: u32,
    pub gene: &'static str,
    pub consequence: &'static str,
    carried: fn(usize) -> bool,
}

/// What is called: KRAS in every fifth person, TP53 in the first forty and
/// again, silently, in three of the last, BRCA2 in one.
pub const SITES: [VariantSite; 4] = [
    VariantSite {
        chrom: "12",
        pos: 25_245_350,
        gene: "KRAS",
        consequence: "missense_variant",
        carried: |n| n.is_multiple_of(5),
    },
    VariantSite {
        chrom: "13",
        pos: 32_340_300,
        gene: "BRCA2",
        consequence: "frameshift_variant",
        carried: |n| n == 77,
    },
    VariantSite {
        chrom: "17",
        pos: 7_674_220,
        gene: "TP53",
        consequence: "missense_variant",
        carried: |n| n < 40,
    },
    VariantSite {
        chrom: "17",
        pos: 7_675_088,
        gene: "TP53",
        consequence: "synonymous_variant",
        carried: |n| n >= 297,
    },
];

/// Whether somebody's genotypes are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Genotyped {
    /// At every site.
    Called,
    /// At none, though they were looked for.
    Unknown,
    /// They have no genotypes.
    No,
}

/// A dataset that has not been ingested yet.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its name.
    pub id: &'static str,
    pub(crate) holder: &'static str,
    /// Who is in it.
    pub people: Vec<Person>,
    pub(crate) profile: String,
    pub(crate) panel: Option<Panel>,
    /// Whether a deletion and a duplication are called, too, and have their type and length.
    pub(crate) structural: bool,
    /// Of each feature of `expression`, everybody's numbers in their tumours.
    pub(crate) features: Vec<Feature>,
}

/// A feature's name, and a number of each person who has one.
pub type Feature = (String, Vec<Option<f64>>);

impl Dataset {
    /// `demo-cancer`, held in the east.
    pub fn cancer() -> Self {
        let diagnosis = |n| match n {
            0..121 => "lung",
            121..203 => "liver",
            203..271 => "breast",
            271..294 => "stomach",
            _ => "thymus",
        };
        Self {
            id: "demo-cancer",
            holder: "east-cancer-centre",
            people: people("e", 300, diagnosis),
            profile: "standard".to_owned(),
            panel: None,
            structural: false,
            features: Vec::new(),
        }
    }

    /// `demo-control`, held in the west.
    pub fn control() -> Self {
        Self {
            id: "demo-control",
            holder: "west-biobank",
            people: people("w", 240, |_| "none"),
            profile: "standard".to_owned(),
            panel: None,
            structural: false,
            features: Vec::new(),
        }
    }

    /// How many people it has of whom something holds.
    pub fn count(&self, holds: impl Fn(&Person) -> bool) -> usize {
        self.people.iter().filter(|person| holds(person)).count()
    }

    /// Writes the directory that `sekisho-enclave ingest` reads.
    pub fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        let mut individuals = "id,sex,diagnosis,age,weight,smoker,registered,note\n".to_owned();
        let mut samples = "sample,id,tissue\n".to_owned();
        let mut qc = "sample,id,tissue,stage,depth\n".to_owned();
        for person in &self.people {
            let Person {
                id,
                sex,
                diagnosis,
                age,
                smoker,
                registered_on,
                note,
                depth,
                further_samples,
                ..
            } = person;
            let weight = person.weight.map(|kg| kg.to_string()).unwrap_or_default();
            writeln!(
                individuals,
                "{id},{sex},{diagnosis},{age},{weight},{smoker},{registered_on},{note}"
            )
            .unwrap();
            for (tissue, depth) in [("normal", 30.0), ("tumor", *depth)] {
                writeln!(samples, "{id}-{tissue},{id},{tissue}").unwrap();
                writeln!(qc, "{id}-{tissue},{id},{tissue},qc2,{depth}").unwrap();
            }
            if let Some(depth) = person.earlier_depth {
                writeln!(qc, "{id}-normal,{id},normal,qc1,40.0").unwrap();
                writeln!(qc, "{id}-tumor,{id},tumor,qc1,{depth}").unwrap();
            }
            for n in 0..*further_samples {
                writeln!(samples, "{id}-tumor-{n},{id},tumor").unwrap();
                writeln!(qc, "{id}-tumor-{n},{id},tumor,qc2,{depth}").unwrap();
            }
        }
        let files = [
            ("dataset.toml", self.manifest()),
            ("individuals.csv", individuals),
            ("samples.csv", samples),
            ("qc.csv", qc),
            ("calls.vcf", self.calls()),
        ];
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
        if let Some(panel) = &self.panel {
            fs::write(folder.join("panel.vcf"), panel.calls(&self.people)).unwrap();
        }
        if !self.features.is_empty() {
            fs::write(folder.join("expression.tsv"), self.matrix()).unwrap();
        }
    }

    fn matrix(&self) -> String {
        let mut text = "gene".to_owned();
        for person in &self.people {
            write!(text, "\t{}-tumor", person.id).unwrap();
        }
        for (name, numbers) in &self.features {
            write!(text, "\n{name}").unwrap();
            for number in numbers.iter().take(self.people.len()) {
                let number = number.map(|number| number.to_string());
                write!(text, "\t{}", number.unwrap_or_default()).unwrap();
            }
        }
        text.push('\n');
        text
    }

    fn manifest(&self) -> String {
        let head = format!(
            "id = \"{}\"\ntitle = \"A dataset of the tests\"\nholder = \"{}\"\n",
            self.id, self.holder
        );
        let files = match self.panel {
            Some(_) => r#"files = ["calls.vcf", "panel.vcf"]"#,
            None => r#"files = ["calls.vcf"]"#,
        };
        let mut text = MANIFEST.replacen("\"standard\"", &format!("{:?}", self.profile), 1);
        if self.structural {
            text = text.replacen("context = true", "context = true\nstructural = true", 1);
        }
        let expression = if self.features.is_empty() {
            ""
        } else {
            EXPRESSION
        };
        head + &text.replacen(r#"files = ["calls.vcf"]"#, files, 1) + expression
    }

    fn calls(&self) -> String {
        let mut vcf = VCF_HEADER.to_owned();
        for person in with_calls(&self.people) {
            write!(vcf, "\t{}-tumor", person.id).unwrap();
        }
        for (at, site) in SITES.iter().enumerate() {
            let VariantSite {
                chrom,
                pos,
                gene,
                consequence,
                ..
            } = site;
            write!(
                vcf,
                "\n{chrom}\t{pos}\t.\tC\tT\t.\tPASS\tGENE={gene};VC={consequence}\tGT"
            )
            .unwrap();
            for person in with_calls(&self.people) {
                let carries = person.carries.get(at).copied().unwrap_or_default();
                vcf.push_str(call(person, carries));
            }
        }
        if self.structural {
            for (pos, alternate, end, carried) in STRUCTURAL {
                let place = format!("17\t{pos}\t.\tC\t{alternate}\t.\tPASS\tEND={end}\tGT");
                write!(vcf, "\n{place}").unwrap();
                for (at, person) in self.people.iter().enumerate() {
                    if person.genotyped != Genotyped::No {
                        vcf.push_str(call(person, carried(at)));
                    }
                }
            }
        }
        vcf.push('\n');
        vcf
    }
}

/// A structural variant: where it begins, what it is, where it ends, and who carries it.
type StructuralSite = (u32, &'static str, u32, fn(usize) -> bool);

/// Every fourth person has the deletion, every third the duplication.
const STRUCTURAL: [StructuralSite; 2] = [
    (20_000_000, "<DEL>", 20_050_000, |n| n.is_multiple_of(4)),
    (30_000_000, "<DUP>", 30_000_500, |n| n.is_multiple_of(3)),
];

/// Those who have a column in the files of genotypes.
pub(crate) fn with_calls(people: &[Person]) -> impl Iterator<Item = &Person> {
    let has = |person: &&Person| person.genotyped != Genotyped::No;
    people.iter().filter(has)
}

/// What stands in it.
pub(crate) fn call(person: &Person, carries: bool) -> &'static str {
    match (person.genotyped, carries) {
        (Genotyped::Called, true) => "\t0/1",
        (Genotyped::Called, false) => "\t0/0",
        _ => "\t./.",
    }
}

fn people(prefix: &str, n: usize, diagnosis: impl Fn(usize) -> &'static str) -> Vec<Person> {
    let mut random = StdRng::seed_from_u64(7);
    (0..n)
        .map(|i| Person {
            id: format!("{prefix}{i:04}"),
            sex: if i % 2 == 0 { "female" } else { "male" },
            diagnosis: diagnosis(i),
            age: random.random_range(30..90),
            weight: (!i.is_multiple_of(10))
                .then(|| f64::from(random.random_range(4000..12000)) / 100.0),
            smoker: random.random_bool(0.5),
            registered_on: format!("{}-06-01", 2015 + i % 5),
            note: "nothing to say".to_owned(),
            carries: SITES.map(|site| prefix == "e" && (site.carried)(i)),
            depth: 120.0,
            earlier_depth: None,
            further_samples: 0,
            genotyped: Genotyped::Called,
        })
        .collect()
}

const EXPRESSION: &str = r#"
[tables.expression]
files = ["expression.tsv"]
layout = "matrix"
[tables.expression.columns]
gene = { role = "feature" }
sample_id = { role = "identifier" }
individual_id = { role = "unit" }
tpm = { role = "measure", type = "float", bounds = [0, 1000000] }
"#;

const MANIFEST: &str = r#"assembly = "GRCh38"
profile = "standard"
absent_genotype = "reference"

[[variants]]
files = ["calls.vcf"]
info = { gene = "GENE", consequence = "VC" }
context = true

[tables.individuals]
files = ["individuals.csv"]
rows = "one per individual"
[tables.individuals.columns]
individual_id = { from = "id", role = "unit", meaning = "the person" }
sex = { from = "sex", role = "attribute", domain = ["female", "male"] }
diagnosis = { from = "diagnosis", role = "attribute", domain = ["lung", "liver", "breast", "stomach", "thymus", "none"] }
age = { from = "age", role = "measure", type = "int", bounds = [0, 120], unit = "a" }
weight = { from = "weight", role = "measure", type = "float", bounds = [0, 400], unit = "kg" }
smoker = { from = "smoker", role = "attribute", type = "bool" }
registered_on = { from = "registered", role = "attribute", type = "date" }
note = { from = "note", role = "attribute" }

[tables.samples]
files = ["samples.csv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
tissue = { from = "tissue", role = "attribute", domain = ["normal", "tumor"] }

[tables.qc_metrics]
files = ["qc.csv"]
profile = "technical"
[tables.qc_metrics.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
tissue = { from = "tissue", role = "attribute", domain = ["normal", "tumor"] }
stage = { from = "stage", role = "attribute", domain = ["qc1", "qc2"] }
depth = { from = "depth", role = "technical", type = "float", bounds = [0, 1000] }
"#;

pub(crate) const VCF_HEADER: &str = "##fileformat=VCFv4.3\n\
##contig=<ID=12>\n##contig=<ID=13>\n##contig=<ID=17>\n##contig=<ID=22>\n\
##INFO=<ID=GENE,Number=1,Type=String,Description=\"gene\">\n\
##INFO=<ID=VC,Number=1,Type=String,Description=\"consequence\">\n\
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n\
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
