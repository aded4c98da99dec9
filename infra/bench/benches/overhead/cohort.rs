//! A cohort of 2 504 individuals with 333 542 variants, as large as one
//! chromosome of a well-known panel, and as uneven: of its alleles most are rare.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use flate2::{Compression, write::GzEncoder};
use rand::{Rng, SeedableRng, rngs::StdRng};
use sekisho_tables::{Quiet, Snapshot, Store, ingest};

/// Individuals, of one sample each.
pub(crate) const INDIVIDUALS: usize = 2_504;
pub(crate) const VARIANTS: usize = 333_542;
const GENES: usize = 20_000;
const CONTIGS: usize = 22;
const ID: &str = "overhead";

const MANIFEST: &str = r#"
id = "overhead"
title = "A drawn cohort"
holder = "nobody"
assembly = "GRCh38"
profile = "standard"
absent_genotype = "reference"

[[variants]]
files = ["calls.bcf"]
info = { gene = "GENE" }

[tables.individuals]
files = ["individuals.csv"]
rows = "one per individual"
[tables.individuals.columns]
individual_id = { from = "id", role = "unit" }
sex = { from = "sex", role = "attribute", domain = ["female", "male"] }
population = { from = "population", role = "attribute", domain = ["AFR", "AMR", "EAS", "EUR", "SAS"] }
diagnosis = { from = "diagnosis", role = "attribute", domain = ["none", "lung", "liver", "breast"] }
age = { from = "age", role = "measure", type = "int", bounds = [0, 120] }

[tables.samples]
files = ["samples.csv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
platform = { from = "platform", role = "attribute", domain = ["old", "new"] }

[tables.qc_metrics]
files = ["qc.csv"]
[tables.qc_metrics.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
lane = { from = "lane", role = "attribute", domain = ["1", "2", "3", "4"] }
depth = { from = "depth", role = "technical", type = "float", bounds = [0, 1000] }
"#;

/// The cohort's snapshot: ingested once, and kept in `target`.
pub(crate) fn snapshot(target: &Path) -> Snapshot {
    let store = Store::open(target.join("bench/store")).unwrap();
    // Another manifest is another cohort.
    let written = target.join("bench/overhead.toml");
    let kept = fs::read_to_string(&written).is_ok_and(|manifest| manifest == MANIFEST);
    if !kept || store.current(ID).is_err() {
        let folder = tempfile::tempdir_in(target).unwrap();
        let dataset = folder.path().join(ID);
        fs::create_dir(&dataset).unwrap();
        fs::write(dataset.join("dataset.toml"), MANIFEST).unwrap();
        tables(&dataset);
        calls(&dataset);
        ingest(&dataset, &store, &Quiet).unwrap();
        fs::write(&written, MANIFEST).unwrap();
    }
    store.current(ID).unwrap()
}

fn tables(dataset: &Path) {
    let mut draw = StdRng::seed_from_u64(1);
    let mut individuals = "id,sex,population,diagnosis,age\n".to_owned();
    let mut samples = "sample,id,platform\n".to_owned();
    let mut qc = "sample,id,lane,depth\n".to_owned();
    for n in 0..INDIVIDUALS {
        let mut of = |values: &[&'static str]| values[draw.random_range(0..values.len())];
        let sex = of(&["female", "male"]);
        let population = of(&["AFR", "AMR", "EAS", "EUR", "SAS"]);
        let diagnosis = of(&["none", "none", "lung", "liver", "breast"]);
        let platform = of(&["old", "new"]);
        let age = draw.random_range(20..90);
        individuals += &format!("p{n},{sex},{population},{diagnosis},{age}\n");
        samples += &format!("p{n}-s,p{n},{platform}\n");
        for lane in 1..=4 {
            let depth = draw.random_range(200..450);
            qc += &format!("p{n}-s,p{n},{lane},{}\n", f64::from(depth) / 10.0);
        }
    }
    for (file, text) in [
        ("individuals.csv", individuals),
        ("samples.csv", samples),
        ("qc.csv", qc),
    ] {
        fs::write(dataset.join(file), text).unwrap();
    }
}

/// The genotypes, as BCF 2.2: text would be twice as long.
fn calls(dataset: &Path) {
    let file = BufWriter::new(File::create(dataset.join("calls.bcf")).unwrap());
    let mut out = GzEncoder::new(file, Compression::fast());
    let mut header = "##fileformat=VCFv4.3\n\
        ##FILTER=<ID=PASS,Description=\"passed\">\n\
        ##INFO=<ID=GENE,Number=1,Type=String,Description=\"gene\">\n\
        ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n"
        .to_owned();
    for contig in 1..=CONTIGS {
        header += &format!("##contig=<ID={contig}>\n");
    }
    header += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    (0..INDIVIDUALS).for_each(|n| header += &format!("\tp{n}-s"));
    header += "\n\0";
    out.write_all(b"BCF\x02\x02").unwrap();
    out.write_all(&length(header.len())).unwrap();
    out.write_all(header.as_bytes()).unwrap();

    let mut draw = StdRng::seed_from_u64(2);
    // 0|0: each allele is twice its number plus one, and whether it is phased.
    let reference = [0x02_u8, 0x03].repeat(INDIVIDUALS);
    for variant in 0..VARIANTS {
        let mut genotypes = reference.clone();
        for _ in 0..alternates(&mut draw) {
            let haplotype = draw.random_range(0..2 * INDIVIDUALS);
            genotypes[haplotype] = 0x04 + (haplotype % 2) as u8;
        }
        let mut shared = Vec::new();
        let contig = variant * CONTIGS / VARIANTS;
        shared.extend(length(contig));
        shared.extend(length(variant * 50));
        shared.extend(length(1)); // the reference allele's length
        shared.extend(0x7f80_0001_u32.to_le_bytes()); // no quality
        shared.extend(length(2 << 16 | 1)); // two alleles, one INFO field
        shared.extend(length(1 << 24 | INDIVIDUALS)); // one FORMAT field
        shared.extend([0x07]); // no identifier
        shared.extend([0x17, b'A', 0x17, b'G']);
        shared.extend([0x11, 0]); // PASS
        let gene = format!("GENE{:05}", variant * GENES / VARIANTS);
        shared.extend([0x11, 1, (gene.len() as u8) << 4 | 7]);
        shared.extend(gene.as_bytes());
        out.write_all(&length(shared.len())).unwrap();
        out.write_all(&length(3 + genotypes.len())).unwrap();
        out.write_all(&shared).unwrap();
        out.write_all(&[0x11, 2, 0x21]).unwrap(); // GT, two bytes each
        out.write_all(&genotypes).unwrap();
    }
    out.finish().unwrap().flush().unwrap();
}

/// How many haplotypes have the allele: x of them with a probability
/// proportional to 1/x (the neutral spectrum), and at most half.
fn alternates(draw: &mut StdRng) -> usize {
    (INDIVIDUALS as f64).powf(draw.random()) as usize
}

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap().to_le_bytes()
}
