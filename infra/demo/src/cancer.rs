//! `demo-cancer`: people with cancer, their tumour and normal genomes.

mod cancers;
mod molecules;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use rand::Rng;

use crate::{
    calls::{self, Genotype, Record},
    drivers, germline,
    published::{GenomeQuality, LOST_MOST, NORMAL, TUMOR},
    random::{exponential, normal, one_of, stream, weighted},
};

pub(crate) use cancers::CANCERS;
use cancers::Cancer;

/// Of the cohorts' shared sites of chromosome 22, this dataset has one in so many.
const EVERY: usize = 5;

/// The shared sites of chromosome 22.
pub(crate) const SHARED_SITES: u32 = 1500;

/// The end of follow-up.
const FOLLOWED_UNTIL: Date = date(2025, 3, 31);

/// Writes the dataset into `dir`.
pub(crate) fn generate(dir: &Path, cases: u32, seed: u64) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("cannot create `{}`", dir.display()))?;
    fs::write(
        dir.join("dataset.toml"),
        include_str!("../manifests/demo-cancer.toml"),
    )?;
    let people = people(cases, seed);
    write_individuals(&dir.join("individuals.csv"), &people)?;
    write_consents(&dir.join("consents.csv"), &people, seed)?;
    write_samples(&dir.join("samples.csv"), &people, seed)?;
    write_quality(&dir.join("qc.csv"), &people, seed)?;
    write_somatic(&dir.join("somatic.vcf.gz"), &people, seed)?;
    write_germline(&dir.join("germline.vcf.gz"), &people, seed)?;
    molecules::write(dir, &people, seed)
}

/// A person with cancer.
struct Person {
    id: String,
    sex: &'static str,
    birth_year: i16,
    cancer: &'static Cancer,
    stage: &'static str,
    age: i16,
    registered_on: Date,
    smoking: &'static str,
    survival_days: i32,
    vital_status: &'static str,
    center: char,
}

fn people(cases: u32, seed: u64) -> Vec<Person> {
    let mut rng = stream(seed, "cases");
    (1..=cases)
        .filter_map(|number| {
            let cancer = CANCERS.get(weighted(
                &mut rng,
                CANCERS.iter().map(|cancer| cancer.share),
            ))?;
            let female = rng.random_bool(cancer.female);
            let age = normal(&mut rng, cancer.age.0, cancer.age.1)
                .round()
                .clamp(18.0, 98.0) as i16;
            let registered_on =
                date(2019, 4, 1).saturating_add(i64::from(rng.random_range(0..1461)).days());
            let stage_index = weighted(&mut rng, cancer.stages.into_iter());
            let stage = if cancer.staged {
                STAGES.get(stage_index)?
            } else {
                ""
            };
            // Each stage shortens survival; a median of `survival_years` is for stage II.
            let hazard = [0.35, 1.0, 2.2, 6.0].get(stage_index)? / (cancer.survival_years * 365.25);
            let until_death =
                exponential(&mut rng, std::f64::consts::LN_2.recip() / hazard).ceil() as i32;
            let followed = (FOLLOWED_UNTIL - registered_on).get_days();
            let smoking = ["never", "former", "current", "unknown"].get(weighted(
                &mut rng,
                if female {
                    [72.0, 15.0, 10.0, 3.0]
                } else {
                    cancer.men_smoking
                }
                .into_iter(),
            ))?;
            Some(Person {
                id: format!("JC{number:06}"),
                sex: if female { "F" } else { "M" },
                birth_year: registered_on.year() - age,
                cancer,
                stage,
                age,
                registered_on,
                smoking,
                survival_days: until_death.min(followed),
                vital_status: if until_death <= followed {
                    "dead"
                } else {
                    "alive"
                },
                center: *one_of(
                    &mut rng,
                    &[
                        'a', 'a', 'a', 'b', 'b', 'c', 'c', 'd', 'd', 'e', 'f', 'g', 'h',
                    ],
                )?,
            })
        })
        .collect()
}

fn write_individuals(path: &Path, people: &[Person]) -> Result<()> {
    let mut out = create(path)?;
    writeln!(
        out,
        "individual_id,sex,birth_year,diagnosis,stage,age_at_diagnosis,registered_on,smoking,survival_days,vital_status,center"
    )?;
    for person in people {
        writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},center-{}",
            person.id,
            person.sex,
            person.birth_year,
            person.cancer.diagnosis,
            person.stage,
            person.age,
            person.registered_on,
            person.smoking,
            person.survival_days,
            person.vital_status,
            person.center
        )?;
    }
    Ok(out.flush()?)
}

/// What each person consented to: research on health, and three in four of them
/// with industry.
fn write_consents(path: &Path, people: &[Person], seed: u64) -> Result<()> {
    let mut rng = stream(seed, "consents");
    let mut out = create(path)?;
    writeln!(
        out,
        "individual_id,codes,industry,countries,registered_on,collected_by,withdrawn"
    )?;
    for person in people {
        let industry = if rng.random_bool(0.75) { "yes" } else { "no" };
        writeln!(
            out,
            "{},HMB;IRB,{industry},*,{},,no",
            person.id, person.registered_on
        )?;
    }
    Ok(out.flush()?)
}

fn write_samples(path: &Path, people: &[Person], seed: u64) -> Result<()> {
    let mut rng = stream(seed, "samples");
    let mut out = create(path)?;
    writeln!(
        out,
        "sample_id,individual_id,tissue,assay,platform,sequencing_center,collected_on"
    )?;
    for person in people {
        let platform = if person.registered_on < date(2022, 7, 1) {
            "novaseq-6000"
        } else {
            "novaseq-x"
        };
        let laboratory = weighted(&mut rng, [5.0, 3.0, 2.0].into_iter()) + 1;
        for (suffix, tissue) in TISSUES {
            let collected_on = person
                .registered_on
                .saturating_add(i64::from(rng.random_range(0..60)).days());
            writeln!(
                out,
                "{id}-{suffix},{id},{tissue},wgs,{platform},seq-{laboratory},{collected_on}",
                id = person.id
            )?;
        }
    }
    Ok(out.flush()?)
}

fn write_quality(path: &Path, people: &[Person], seed: u64) -> Result<()> {
    let mut rng = stream(seed, "quality");
    let mut out = create(path)?;
    writeln!(
        out,
        "sample_id,individual_id,tissue,stage,mapped_rate,duplicate_rate,insert_size,depth"
    )?;
    for (number, person) in people.iter().enumerate() {
        for (suffix, tissue) in TISSUES {
            let GenomeQuality {
                mapped_rate,
                duplicate_rate,
                insert_size,
                depth,
            } = if tissue == "normal" { NORMAL } else { TUMOR };
            let mapped = mapped_rate.draw(&mut rng);
            let duplicates = duplicate_rate.draw(&mut rng);
            let insert_size = insert_size.draw(&mut rng);
            let depth = depth.draw(&mut rng);
            let (before, depth) = match LOST_MOST.get(number).filter(|_| tissue == "normal") {
                Some(published) => *published,
                None => (depth / (1.0 - duplicates / 100.0), depth),
            };
            // Removal of duplicates changes depth and nothing else.
            for (stage, depth) in [("qc1", before), ("qc2", depth)] {
                writeln!(
                    out,
                    "{id}-{suffix},{id},{tissue},{stage},{mapped:.2},{duplicates:.2},{insert_size:.0},{depth:.1}",
                    id = person.id
                )?;
            }
        }
    }
    Ok(out.flush()?)
}

fn write_somatic(path: &Path, people: &[Person], seed: u64) -> Result<()> {
    let mut rng = stream(seed, "somatic calls");
    let genes = drivers::sites(seed);
    let mut carriers: BTreeMap<(usize, usize), Vec<(usize, Genotype)>> = BTreeMap::new();
    for (index, person) in people.iter().enumerate() {
        for mutation in drivers::mutations(&mut rng, person.cancer.diagnosis, &genes) {
            carriers
                .entry(mutation)
                .or_default()
                .push((index, Genotype::Heterozygous));
        }
    }
    let records = carriers
        .into_iter()
        .filter_map(|((gene, site), genotypes)| {
            let site = genes.get(gene)?.sites().get(site)?.clone();
            Some(Record { site, genotypes })
        })
        .collect();
    calls::write(path, &sample_names(people, "T"), records)
}

fn write_germline(path: &Path, people: &[Person], seed: u64) -> Result<()> {
    let mut rng = stream(seed, "germline calls");
    let diagnoses: Vec<_> = people
        .iter()
        .map(|person| person.cancer.diagnosis)
        .collect();
    let shared = germline::spectrum(seed, SHARED_SITES)
        .into_iter()
        .step_by(EVERY);
    let records = shared
        .chain(germline::known())
        .map(|site| germline::draw_by_diagnosis(&mut rng, &site, &diagnoses))
        .collect();
    calls::write(path, &sample_names(people, "N"), records)
}

fn sample_names(people: &[Person], suffix: &str) -> Vec<String> {
    people
        .iter()
        .map(|person| format!("{}-{suffix}", person.id))
        .collect()
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    Ok(BufWriter::new(File::create(path).with_context(|| {
        format!("cannot write `{}`", path.display())
    })?))
}

const TISSUES: [(&str, &str); 2] = [("N", "normal"), ("T", "tumor")];
const STAGES: [&str; 4] = ["I", "II", "III", "IV"];
