//! The worlds in which a drawn statement is asked: a small dataset, the same
//! without its last person, the victim, and the same with one of the victim's
//! values another.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

/// Somebody of a world.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Person {
    sex: &'static str,
    diagnosis: &'static str,
    stage: Option<&'static str>,
    age: i64,
    weight: Option<f64>,
    smoker: bool,
    registered_on: String,
    /// Of each sample its tissue, depth and share of duplicates.
    samples: Vec<(&'static str, f64, f64)>,
    /// Line, therapy and cycles.
    treatments: Vec<(i64, &'static str, i64)>,
    /// Which of [`SITES`] the tumour carries.
    carries: [bool; SITES.len()],
}

/// A cell of somebody's row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Text(String),
    Number(f64),
    Flag(bool),
    /// Days compare as they are written.
    Day(String),
}

/// A row of a source: `i.age` and so on.
pub(crate) type Row = BTreeMap<String, Value>;

/// What is called: chromosome, position, gene and consequence.
pub(crate) const SITES: [(&str, u32, &str, &str); 5] = [
    ("12", 25_245_350, "KRAS", "missense"),
    ("13", 32_340_300, "BRCA2", "frameshift"),
    ("17", 7_674_220, "TP53", "missense"),
    ("17", 7_675_088, "TP53", "silent"),
    ("17", 43_091_434, "BRCA1", "frameshift"),
];

/// The values that texts may have.
pub(crate) const SEXES: [&str; 2] = ["female", "male"];
pub(crate) const DIAGNOSES: [&str; 4] = ["lung", "liver", "breast", "bone"];
pub(crate) const STAGES: [&str; 3] = ["I", "II", "III"];
pub(crate) const TISSUES: [&str; 2] = ["normal", "tumor"];
pub(crate) const THERAPIES: [&str; 3] = ["chemotherapy", "radiotherapy", "targeted"];

/// A dataset.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) people: Vec<Person>,
}

impl World {
    /// Everybody.
    pub(crate) fn whole() -> Self {
        let mut people: Vec<Person> = (0..231).map(person).collect();
        people.push(victim());
        Self { people }
    }

    /// Everybody but the victim.
    pub(crate) fn without_victim() -> Self {
        let mut world = Self::whole();
        world.people.pop();
        world
    }

    /// Everybody, and of the victim the `which`th value flipped.
    pub(crate) fn flipped(which: usize) -> Self {
        let mut world = Self::without_victim();
        world.people.push(flipped(which));
        world
    }

    /// The directory that is ingested.
    pub(crate) fn write(&self, folder: &Path, id: &str, holder: &str) {
        fs::create_dir_all(folder).unwrap();
        let mut files = [
            "id,sex,diagnosis,stage,age,weight,smoker,registered,note\n".to_owned(),
            "sample,id,tissue\n".to_owned(),
            "sample,id,tissue,depth,duplicates\n".to_owned(),
            "id,line,therapy,cycles\n".to_owned(),
        ];
        let [individuals, samples, qc, treatments] = &mut files;
        for (n, p) in self.people.iter().enumerate() {
            let weight = p.weight.map(|kg| kg.to_string()).unwrap_or_default();
            let (sex, diagnosis, stage) = (p.sex, p.diagnosis, p.stage.unwrap_or_default());
            let (age, smoker, day) = (p.age, p.smoker, &p.registered_on);
            writeln!(
                individuals,
                "p{n:04},{sex},{diagnosis},{stage},{age},{weight},{smoker},{day},free text"
            )
            .unwrap();
            for (tissue, depth, duplicates) in &p.samples {
                writeln!(samples, "p{n:04}-{tissue},p{n:04},{tissue}").unwrap();
                writeln!(qc, "p{n:04}-{tissue},p{n:04},{tissue},{depth},{duplicates}").unwrap();
            }
            for (line, therapy, cycles) in &p.treatments {
                writeln!(treatments, "p{n:04},{line},{therapy},{cycles}").unwrap();
            }
        }
        let [individuals, samples, qc, treatments] = files;
        let manifest = format!("id = \"{id}\"\nholder = \"{holder}\"\n{MANIFEST}");
        for (name, text) in [
            ("dataset.toml", manifest),
            ("individuals.csv", individuals),
            ("samples.csv", samples),
            ("qc.csv", qc),
            ("treatments.csv", treatments),
            ("calls.vcf", self.calls()),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
    }

    fn calls(&self) -> String {
        let mut vcf = VCF_HEADER.to_owned();
        (0..self.people.len()).for_each(|n| write!(vcf, "\tp{n:04}-tumor").unwrap());
        for (at, (chrom, pos, gene, consequence)) in SITES.iter().enumerate() {
            let info = format!("GENE={gene};VC={consequence}");
            write!(vcf, "\n{chrom}\t{pos}\t.\tC\tT\t.\tPASS\t{info}\tGT").unwrap();
            for person in &self.people {
                let carries = person.carries.get(at).copied().unwrap_or_default();
                vcf.push_str(if carries { "\t0/1" } else { "\t0/0" });
            }
        }
        vcf.push('\n');
        vcf
    }
}

/// The last of the files: of few with bone cancer, and one of few with BRCA1.
pub(crate) fn victim() -> Person {
    Person {
        diagnosis: "bone",
        age: 77,
        carries: [false, true, true, false, true],
        ..person(228)
    }
}

/// The victim with one value another.
pub(crate) fn flipped(which: usize) -> Person {
    let victim = victim();
    match which % 6 {
        0 => Person {
            sex: "male",
            ..victim
        },
        1 => Person { age: 44, ..victim },
        2 => Person {
            diagnosis: "lung",
            ..victim
        },
        3 => Person {
            smoker: !victim.smoker,
            ..victim
        },
        4 => Person {
            weight: None,
            ..victim
        },
        _ => Person {
            carries: [true, false, false, false, false],
            ..victim
        },
    }
}

fn person(n: usize) -> Person {
    // Two numbers that look drawn, and are the same in every world.
    let (a, b) = (n * 7919 % 1009, n * 6007 % 997);
    let lines: i64 = [0, 1, 1, 2, 3].into_iter().nth(a % 5).unwrap();
    let depth = |of: usize| (of + b % 20) as f64 + 0.5;
    Person {
        sex: if n.is_multiple_of(2) {
            "female"
        } else {
            "male"
        },
        diagnosis: match n {
            0..110 => "lung",
            110..180 => "liver",
            180..218 => "breast",
            _ => "bone",
        },
        stage: STAGES.get(b % 4).copied(),
        age: 35 + (a % 45) as i64,
        weight: (!n.is_multiple_of(9)).then_some(50.25 + (b % 40) as f64),
        smoker: a.is_multiple_of(3),
        registered_on: format!("{}-{:02}-15", 2016 + b % 4, 1 + a % 12),
        samples: vec![
            ("normal", depth(25), (a % 30) as f64),
            ("tumor", depth(90), (b % 30) as f64),
        ],
        treatments: (1..=lines)
            .map(|line| {
                let therapy = THERAPIES.get((a + line as usize) % 3).copied();
                (line, therapy.unwrap(), 1 + (b as i64 + line) % 8)
            })
            .collect(),
        carries: [
            n.is_multiple_of(5),
            false,
            n < 60,
            (210..214).contains(&n),
            (40..52).contains(&n),
        ],
    }
}

/// Somebody's rows of a table under an alias.
pub(crate) fn rows(person: &Person, table: &str, alias: &str) -> Vec<Row> {
    let text = |value: &str| Value::Text(value.to_owned());
    let row = |cells: Vec<(&str, Value)>| -> Row {
        let cells = cells.into_iter();
        cells
            .map(|(name, value)| (format!("{alias}.{name}"), value))
            .collect()
    };
    match table {
        "individuals" => vec![row(vec![
            ("sex", text(person.sex)),
            ("diagnosis", text(person.diagnosis)),
            ("stage", person.stage.map_or(Value::Null, text)),
            ("age", Value::Number(person.age as f64)),
            ("weight", person.weight.map_or(Value::Null, Value::Number)),
            ("smoker", Value::Flag(person.smoker)),
            ("registered_on", Value::Day(person.registered_on.clone())),
        ])],
        "samples" | "qc_metrics" => person
            .samples
            .iter()
            .map(|(tissue, depth, duplicates)| {
                row(vec![
                    ("tissue", text(tissue)),
                    ("depth", Value::Number(*depth)),
                    ("duplicates", Value::Number(*duplicates)),
                ])
            })
            .collect(),
        "treatments" => person
            .treatments
            .iter()
            .map(|(line, therapy, cycles)| {
                row(vec![
                    ("line", Value::Number(*line as f64)),
                    ("therapy", text(therapy)),
                    ("cycles", Value::Number(*cycles as f64)),
                ])
            })
            .collect(),
        // Calls of carriers, beside what is known of the site.
        _ => SITES
            .iter()
            .zip(person.carries)
            .filter(|(_, carries)| *carries)
            .map(|((_, pos, gene, consequence), _)| {
                row(vec![
                    ("gene", text(gene)),
                    ("consequence", text(consequence)),
                    ("pos", Value::Number(f64::from(*pos))),
                ])
            })
            .collect(),
    }
}

const MANIFEST: &str = r#"title = "A world"
assembly = "GRCh38"
profile = "standard"
absent_genotype = "reference"

[[variants]]
files = ["calls.vcf"]
info = { gene = "GENE", consequence = "VC" }

[tables.individuals]
files = ["individuals.csv"]
rows = "one per individual"
[tables.individuals.columns]
individual_id = { from = "id", role = "unit" }
sex = { role = "attribute", domain = ["female", "male"] }
diagnosis = { role = "attribute", domain = ["lung", "liver", "breast", "bone"] }
stage = { role = "attribute", domain = ["I", "II", "III"] }
age = { role = "measure", type = "int", bounds = [0, 120] }
weight = { role = "measure", type = "float", bounds = [0, 400] }
smoker = { role = "attribute", type = "bool" }
registered_on = { from = "registered", role = "attribute", type = "date" }
note = { role = "attribute" }

[tables.samples]
files = ["samples.csv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
tissue = { role = "attribute", domain = ["normal", "tumor"] }

[tables.qc_metrics]
files = ["qc.csv"]
[tables.qc_metrics.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
tissue = { role = "attribute", domain = ["normal", "tumor"] }
depth = { role = "technical", type = "float", bounds = [0, 1000] }
duplicates = { role = "technical", type = "float", bounds = [0, 100] }

[tables.treatments]
files = ["treatments.csv"]
[tables.treatments.columns]
individual_id = { from = "id", role = "unit" }
line = { role = "attribute", type = "int", bounds = [1, 9] }
therapy = { role = "attribute", domain = ["chemotherapy", "radiotherapy", "targeted"] }
cycles = { role = "measure", type = "int", bounds = [0, 100] }
"#;

const VCF_HEADER: &str = "##fileformat=VCFv4.3\n\
##contig=<ID=12>\n##contig=<ID=13>\n##contig=<ID=17>\n\
##INFO=<ID=GENE,Number=1,Type=String,Description=\"gene\">\n\
##INFO=<ID=VC,Number=1,Type=String,Description=\"consequence\">\n\
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n\
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
