//! What was measured of people beside their genomes: expression, methylation, metabolites,
//! fusions, and what was observed again and again.

use std::{io::Write, path::Path};

use anyhow::Result;
use rand::{Rng, rngs::StdRng};

use super::{Person, create};
use crate::random::{normal, stream};

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Transcripts per million, in tumours.
    Expression,
    /// The share of methylated reads, in tumours.
    Methylation,
    /// Micromoles in a litre of plasma.
    Metabolites,
}

/// A feature, and on what its values hang: on the scale of logarithms to base 2, or, of
/// shares, of log-odds to base 2.
struct Feature {
    kind: Kind,
    name: &'static str,
    mean: f64,
    /// The diagnosis of which it is a mark, and how much that moves it.
    mark: (&'static str, f64),
    /// How much it is higher in women, and with each stage.
    women: f64,
    stage: f64,
}

const fn feature(kind: Kind, name: &'static str, mean: f64) -> Feature {
    Feature {
        kind,
        name,
        mean,
        mark: ("", 0.0),
        women: 0.0,
        stage: 0.0,
    }
}

const fn gene(name: &'static str, mean: f64) -> Feature {
    feature(Kind::Expression, name, mean)
}

impl Feature {
    const fn of(mut self, diagnosis: &'static str, by: f64) -> Self {
        self.mark = (diagnosis, by);
        self
    }

    const fn women(mut self, by: f64) -> Self {
        self.women = by;
        self
    }

    const fn stage(mut self, by: f64) -> Self {
        self.stage = by;
        self
    }

    fn draw(&self, rng: &mut StdRng, person: &Person) -> f64 {
        let (diagnosis, by) = self.mark;
        let mut mean = self.mean;
        if person.cancer.diagnosis == diagnosis {
            mean += by;
        }
        if person.sex == "F" {
            mean += self.women;
        }
        // A glioma, which has no stage, is as much as a second one.
        let stage = super::STAGES.iter().position(|of| *of == person.stage);
        #[expect(clippy::cast_precision_loss, reason = "four stages")]
        let stage = stage.unwrap_or(0) as f64;
        let drawn = normal(rng, mean + stage * self.stage, 1.0);
        match self.kind {
            Kind::Expression | Kind::Metabolites => drawn.exp2(),
            Kind::Methylation => drawn.exp2() / (1.0 + drawn.exp2()),
        }
    }
}

/// Well-known marks of tissues, of sex and of growth; numbers of the order that bulk
/// sequencing of tumours gives.
const FEATURES: [Feature; 32] = [
    gene("XIST", 0.0).women(5.0),
    gene("RPS4Y1", 5.0).women(-5.0),
    gene("DDX3Y", 4.0).women(-4.0),
    gene("ACTB", 11.0),
    gene("GAPDH", 11.5),
    gene("MKI67", 4.0).stage(0.4),
    gene("TOP2A", 4.5).stage(0.35),
    gene("CDKN2A", 3.5).stage(0.2),
    gene("NKX2-1", 1.0).of("lung", 5.0),
    gene("SFTPC", 1.0).of("lung", 6.0),
    gene("KLK3", 0.5).of("prostate", 8.0),
    gene("ESR1", 1.5).of("breast", 4.0),
    gene("ALB", 2.0).of("liver", 8.0),
    gene("AFP", 0.5).of("liver", 4.0),
    gene("CDX2", 0.8).of("colorectal", 5.0),
    gene("GFAP", 0.5).of("glioma", 8.0),
    gene("MLANA", 0.5).of("melanoma", 7.0),
    gene("PAX8", 1.0).of("ovary", 4.0),
    gene("CA9", 1.5).of("kidney", 5.0),
    gene("CDH17", 1.0).of("stomach", 4.0),
    feature(Kind::Methylation, "cg12434587", -2.0).of("glioma", 3.0),
    feature(Kind::Methylation, "cg12981137", -2.0).of("glioma", 2.5),
    feature(Kind::Methylation, "cg23658326", -3.0).of("colorectal", 3.0),
    feature(Kind::Methylation, "cg00000029", 1.0),
    feature(Kind::Methylation, "cg00000165", -1.5),
    feature(Kind::Methylation, "cg00000236", 2.5),
    feature(Kind::Metabolites, "kynurenine", 1.0).stage(0.2),
    feature(Kind::Metabolites, "tryptophan", 5.8).stage(-0.1),
    feature(Kind::Metabolites, "lactic acid", 10.6).stage(0.15),
    feature(Kind::Metabolites, "creatinine", 6.3).women(-0.4),
    feature(Kind::Metabolites, "glutamine", 9.2),
    feature(Kind::Metabolites, "citrulline", 5.0).of("kidney", -0.5),
];

/// Pairs of genes that are fused, in which cancer, and in how many of a hundred people.
const FUSIONS: [(&str, &str, &str, f64); 5] = [
    ("EML4", "ALK", "lung", 4.0),
    ("KIF5B", "RET", "lung", 1.5),
    ("CD74", "ROS1", "lung", 1.5),
    ("TMPRSS2", "ERG", "prostate", 20.0),
    ("FGFR3", "TACC3", "glioma", 3.0),
];

/// Writes what was measured beside genomes into `dir`.
pub(super) fn write(dir: &Path, people: &[Person], seed: u64) -> Result<()> {
    // Of so many people one has each kind of measurement.
    for (kind, every, name, suffix) in [
        (Kind::Expression, 2, "expression.tsv", "T"),
        (Kind::Methylation, 3, "methylation.tsv", "T"),
        (Kind::Metabolites, 3, "metabolites.tsv", "N"),
    ] {
        let measured: Vec<&Person> = people.iter().step_by(every).collect();
        write_matrix(&dir.join(name), kind, suffix, &measured, seed)?;
    }
    write_fusions(&dir.join("fusions.csv"), people, seed)?;
    write_observations(&dir.join("observations.csv"), people, seed)
}

fn write_matrix(
    path: &Path,
    kind: Kind,
    suffix: &str,
    people: &[&Person],
    seed: u64,
) -> Result<()> {
    let mut out = create(path)?;
    write!(out, "feature")?;
    for person in people {
        write!(out, "\t{}-{suffix}", person.id)?;
    }
    writeln!(out)?;
    for feature in FEATURES.iter().filter(|feature| feature.kind == kind) {
        let mut rng = stream(seed, feature.name);
        write!(out, "{}", feature.name)?;
        for person in people {
            let value = feature.draw(&mut rng, person);
            // Of one in a hundred nothing came out.
            match rng.random_bool(0.01) {
                true => write!(out, "\tNA")?,
                false => write!(out, "\t{value:.3}")?,
            }
        }
        writeln!(out)?;
    }
    Ok(out.flush()?)
}

fn write_fusions(path: &Path, people: &[Person], seed: u64) -> Result<()> {
    let mut rng = stream(seed, "fusions");
    let mut out = create(path)?;
    writeln!(out, "sample_id,individual_id,gene5,gene3,reads")?;
    for person in people {
        for (gene5, gene3, diagnosis, percent) in FUSIONS {
            if person.cancer.diagnosis == diagnosis && rng.random_bool(percent / 100.0) {
                let reads = rng.random_range(3..80);
                writeln!(out, "{id}-T,{id},{gene5},{gene3},{reads}", id = person.id)?;
            }
        }
    }
    Ok(out.flush()?)
}

/// Carcinoembryonic antigen, and the share of a tumour's DNA in plasma: at diagnosis, and at
/// three and six months while somebody is followed.
fn write_observations(path: &Path, people: &[Person], seed: u64) -> Result<()> {
    let mut rng = stream(seed, "observations");
    let mut out = create(path)?;
    writeln!(out, "individual_id,day,visit,cea,ctdna_fraction")?;
    for person in people.iter().step_by(2) {
        // A glioma, which has no stage, is as much as a second one.
        let stage = super::STAGES.iter().position(|of| *of == person.stage);
        #[expect(clippy::cast_precision_loss, reason = "four stages")]
        let burden = stage.unwrap_or(1) as f64;
        for (visit, due, falls) in [
            ("baseline", 0, 0.0),
            ("month 3", 91, 1.2),
            ("month 6", 182, 1.8),
        ] {
            let day = due + rng.random_range(0..14);
            if day > person.survival_days {
                break;
            }
            let log_cea = normal(&mut rng, 1.0 + burden - falls, 1.0);
            let log_fraction = normal(&mut rng, -9.0 + 1.5 * burden - falls, 1.2);
            writeln!(
                out,
                "{},{day},{visit},{:.1},{:.5}",
                person.id,
                log_cea.exp2(),
                log_fraction.exp2().min(1.0)
            )?;
        }
    }
    Ok(out.flush()?)
}
