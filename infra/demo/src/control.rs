//! `demo-control`: a population cohort with exomes.

use std::{
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
    calls,
    cancer::SHARED_SITES,
    germline,
    published::EXOME,
    random::{exponential, normal, stream, weighted},
};

/// Writes the dataset into `dir`.
pub(crate) fn generate(dir: &Path, controls: u32, seed: u64) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("cannot create `{}`", dir.display()))?;
    fs::write(
        dir.join("dataset.toml"),
        include_str!("../manifests/demo-control.toml"),
    )?;
    let people = people(controls, seed);
    write_individuals(&dir.join("individuals.csv"), &people)?;
    write_samples(&dir.join("samples.csv"), &people, seed)?;
    write_quality(&dir.join("qc.csv"), &people, seed)?;
    write_germline(&dir.join("germline.vcf.gz"), &people, seed)
}

/// A member of the cohort.
struct Person {
    id: String,
    female: bool,
    birth_year: i16,
    registered_on: Date,
    region: &'static str,
    bmi: f64,
    /// LDL and HbA1c; `None` where no blood was drawn.
    blood: Option<(f64, f64)>,
    systolic_pressure: f64,
}

impl Person {
    /// The chief chronic disease, by the usual limits.
    fn diagnosis(&self) -> &'static str {
        match self.blood {
            Some((_, hba1c)) if hba1c >= 6.5 => "diabetes",
            _ if self.systolic_pressure >= 140.0 => "hypertension",
            Some((ldl, _)) if ldl >= 160.0 => "dyslipidemia",
            _ => "none",
        }
    }
}

fn people(controls: u32, seed: u64) -> Vec<Person> {
    let mut rng = stream(seed, "controls");
    (1..=controls)
        .filter_map(|number| {
            let female = rng.random_bool(0.55);
            let registered_on =
                date(2013, 5, 1).saturating_add(i64::from(rng.random_range(0..1826)).days());
            let age = normal(&mut rng, 58.0, 12.0).clamp(20.0, 90.0);
            let bmi = normal(&mut rng, if female { 22.3 } else { 23.8 }, 3.2).clamp(14.0, 45.0);
            let diabetic = rng.random_bool(0.08);
            let hba1c = if diabetic {
                6.5 + exponential(&mut rng, 0.8)
            } else {
                normal(&mut rng, 5.5, 0.3).min(6.4)
            };
            let ldl = normal(&mut rng, 122.0, 30.0).clamp(25.0, 320.0);
            let pressure = normal(
                &mut rng,
                122.0 + 0.3 * (age - 58.0) + 0.8 * (bmi - 23.0),
                15.0,
            );
            let region = REGIONS
                .get(weighted(&mut rng, REGIONS.iter().map(|region| region.1)))?
                .0;
            Some(Person {
                id: format!("BB{number:06}"),
                female,
                birth_year: registered_on.year() - age as i16,
                registered_on,
                region,
                bmi,
                blood: rng.random_bool(0.97).then_some((ldl, hba1c.min(16.0))),
                systolic_pressure: pressure.clamp(80.0, 230.0),
            })
        })
        .collect()
}

fn write_individuals(path: &Path, people: &[Person]) -> Result<()> {
    let mut out = create(path)?;
    writeln!(
        out,
        "individual_id,sex,birth_year,diagnosis,registered_on,region,bmi,ldl,hba1c,systolic_pressure"
    )?;
    for person in people {
        let (ldl, hba1c) = person.blood.map_or_else(Default::default, |(ldl, hba1c)| {
            (format!("{ldl:.0}"), format!("{hba1c:.1}"))
        });
        writeln!(
            out,
            "{},{},{},{},{},{},{:.1},{ldl},{hba1c},{:.0}",
            person.id,
            if person.female { "F" } else { "M" },
            person.birth_year,
            person.diagnosis(),
            person.registered_on,
            person.region,
            person.bmi,
            person.systolic_pressure
        )?;
    }
    Ok(out.flush()?)
}

fn write_samples(path: &Path, people: &[Person], seed: u64) -> Result<()> {
    let mut rng = stream(seed, "control samples");
    let mut out = create(path)?;
    writeln!(
        out,
        "sample_id,individual_id,tissue,assay,platform,sequencing_center,collected_on"
    )?;
    for Person {
        id, registered_on, ..
    } in people
    {
        let platform = if rng.random_bool(0.8) {
            "novaseq-6000"
        } else {
            "novaseq-x"
        };
        let laboratory = if rng.random_bool(0.6) {
            "seq-1"
        } else {
            "seq-2"
        };
        let collected_on = registered_on.saturating_add(i64::from(rng.random_range(0..30)).days());
        writeln!(
            out,
            "{id}-N,{id},normal,wes,{platform},{laboratory},{collected_on}"
        )?;
    }
    Ok(out.flush()?)
}

fn write_quality(path: &Path, people: &[Person], seed: u64) -> Result<()> {
    let mut rng = stream(seed, "control quality");
    let mut out = create(path)?;
    writeln!(
        out,
        "sample_id,individual_id,tissue,stage,mapped_rate,duplicate_rate,mean_target_coverage,pct_selected_bases,pct_target_bases_20x,fold_80_base_penalty"
    )?;
    for Person { id, .. } in people {
        writeln!(
            out,
            "{id}-N,{id},normal,qc2,{:.2},{:.2},{:.1},{:.2},{:.2},{:.3}",
            EXOME.mapped_rate.draw(&mut rng),
            EXOME.duplicate_rate.draw(&mut rng),
            EXOME.depth.draw(&mut rng),
            EXOME.selected_rate.draw(&mut rng),
            EXOME.target_20x_rate.draw(&mut rng),
            EXOME.fold_80_penalty.draw(&mut rng)
        )?;
    }
    Ok(out.flush()?)
}

fn write_germline(path: &Path, people: &[Person], seed: u64) -> Result<()> {
    let mut rng = stream(seed, "control calls");
    let samples: Vec<_> = people
        .iter()
        .map(|person| format!("{}-N", person.id))
        .collect();
    let records = germline::spectrum(seed, SHARED_SITES)
        .into_iter()
        .chain(germline::known())
        .map(|site| germline::draw(&mut rng, &site, people.len()))
        .collect();
    calls::write(path, &samples, records)
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    Ok(BufWriter::new(File::create(path).with_context(|| {
        format!("cannot write `{}`", path.display())
    })?))
}

const REGIONS: [(&str, f64); 8] = [
    ("kanto", 34.0),
    ("kansai", 18.0),
    ("chubu", 17.0),
    ("kyushu", 11.0),
    ("tohoku", 7.0),
    ("chugoku", 6.0),
    ("hokkaido", 4.0),
    ("shikoku", 3.0),
];
