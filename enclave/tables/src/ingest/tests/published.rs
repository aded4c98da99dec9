//! Published cohorts, whose numbers are known. They lie beside the checkout; where
//! they do not, these tests say so and pass.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, BufReader};

use arrow::array::AsArray;
use flate2::read::MultiGzDecoder;
use roaring::RoaringBitmap;

use super::*;
use crate::variants::trimmed;

#[expect(clippy::print_stderr, reason = "says that a test was skipped")]
pub(super) fn shared(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = root.join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

const PANEL: &str = r#"
[[variants]]
files = ["chr22.vcf.gz"]

[tables.individuals]
files = ["panel.tsv"]
[tables.individuals.columns]
individual_id = { from = "sample", role = "unit" }
super_pop = { role = "attribute", domain = ["AFR", "AMR", "EAS", "EUR", "SAS"] }

[tables.samples]
files = ["panel.tsv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "sample", role = "unit" }
"#;

fn lines(path: &Path) -> impl Iterator<Item = String> {
    let file = MultiGzDecoder::new(fs::File::open(path).unwrap());
    BufReader::new(file).lines().map(Result::unwrap)
}

/// (variant_id, super-population) → allele frequency, from a VCF's INFO.
fn published_frequencies(path: &Path) -> HashMap<(String, String), f64> {
    let mut frequencies = HashMap::new();
    for line in lines(path).filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.splitn(9, '\t').collect();
        let info: HashMap<&str, &str> = fields[7]
            .split(';')
            .filter_map(|f| f.split_once('='))
            .collect();
        for (n, alternate) in fields[4].split(',').enumerate() {
            let (pos, reference, alternate) =
                trimmed(fields[1].parse().unwrap(), fields[3], alternate);
            let end = match info.get("END") {
                Some(end) if alternate.starts_with('<') => format!(":{end}"),
                None if alternate.starts_with('<') => format!(":{pos}"),
                _ => String::new(),
            };
            let id = format!("22:{pos}:{reference}:{alternate}{end}");
            for population in ["AFR", "AMR", "EAS", "EUR", "SAS"] {
                if let Some(list) = info.get(format!("{population}_AF").as_str()) {
                    let frequency = list.split(',').nth(n).unwrap().parse().unwrap();
                    assert!(
                        frequencies
                            .insert((id.clone(), population.to_owned()), frequency)
                            .is_none(),
                        "{id}"
                    );
                }
            }
        }
    }
    frequencies
}

#[test]
fn allele_frequencies_of_1000_genomes_are_the_published_ones() {
    let Some(vcf) = shared("germline_1000g/1000G_p3.chr22_16050075-16499957.vcf.gz") else {
        return;
    };
    let panel = shared("germline_1000g/integrated_call_samples_v3.20130502.ALL.panel").unwrap();
    let dataset = Dataset::new(&format!("{HEAD}{PANEL}"));
    dataset.link("chr22.vcf.gz", &vcf);
    dataset.link("panel.tsv", &panel);
    let snapshot = dataset.snapshot();

    let population: HashMap<String, String> =
        table(&snapshot, "individuals", &["individual_id", "super_pop"])
            .iter()
            .map(|row| row.split_once(' ').unwrap())
            .map(|(id, population)| (id.to_owned(), population.to_owned()))
            .collect();
    let mut members: HashMap<&str, RoaringBitmap> = HashMap::new();
    let samples = snapshot.genotype_samples().unwrap();
    assert_eq!(samples.len(), 2504);
    for (position, sample) in (0..).zip(samples.iter()) {
        members
            .entry(&population[&sample.individual_id])
            .or_default()
            .insert(position);
    }

    let mut published = published_frequencies(&vcf);
    let mut checks = 0;
    for block in snapshot.blocks().unwrap() {
        let block = block.unwrap();
        assert!(block.missing.is_empty());
        for (population, members) in &members {
            let one = block.dosage_1.intersection_len(members);
            let two = block.dosage_2.intersection_len(members);
            let frequency = (one + 2 * two) as f64 / (2 * members.len()) as f64;
            let Some(expected) =
                published.remove(&(block.variant_id.clone(), (*population).to_owned()))
            else {
                continue;
            };
            assert!(
                (frequency - expected).abs() < 0.000_051,
                "{} {population}",
                block.variant_id
            );
            checks += 1;
        }
    }
    assert_eq!(checks, 30_695);
    assert!(published.is_empty(), "{:?}", published.keys().next());
}

const LIVER: &str = r#"
absent_genotype = "reference"

[[variants]]
files = ["LIHC/*.vcf.gz"]
info = { gene = "GENE", consequence = "VC" }
format = ["DP", "AD"]
"#;

#[test]
fn tumours_with_a_mutated_tp53_are_as_many_as_the_pairs_say() {
    let Some(pairs) = shared("tcga_mc3/LIHC.pairs.tar.gz") else {
        return;
    };
    let dataset = Dataset::with_samples(0, LIVER);
    let extracted = std::process::Command::new("tar")
        .arg("-xzf")
        .arg(&pairs)
        .arg("-C")
        .arg(dataset.directory.path())
        .status()
        .unwrap();
    assert!(extracted.success());
    let mut people = BTreeSet::new();
    for file in fs::read_dir(dataset.path("LIHC")).unwrap() {
        let header = lines(&file.unwrap().path())
            .find(|line| line.starts_with("#CHROM"))
            .unwrap();
        for sample in header.split('\t').skip(9) {
            people.insert(format!("{sample}\t{}\n", &sample[..12]));
        }
    }
    let mut table_of = "sample\tindividual\n".to_owned();
    table_of.extend(people.iter().map(String::as_str));
    dataset.file("people.tsv", &table_of);
    let snapshot = dataset.snapshot();

    let carriers = |excluded: &[&str]| {
        let variants = snapshot.scan(
            "variants",
            &names(&["__variant", "gene", "consequence"]),
            &RoaringBitmap::new(),
        );
        let mut chosen = RoaringBitmap::new();
        for batch in variants.unwrap() {
            let batch = batch.unwrap();
            let rows = batch
                .column(0)
                .as_primitive::<arrow::datatypes::UInt32Type>();
            let genes = batch.column(1).as_string::<i32>();
            let consequences = batch.column(2).as_string::<i32>();
            for ((row, gene), consequence) in rows.iter().zip(genes).zip(consequences) {
                if gene == Some("TP53") && !excluded.contains(&consequence.unwrap()) {
                    chosen.insert(row.unwrap());
                }
            }
        }
        let columns = names(&["sample_id"]);
        let rows = rows(
            snapshot
                .genotypes(&columns, &all(&snapshot), Some(&chosen), true)
                .unwrap(),
        );
        rows.into_iter().collect::<BTreeSet<_>>().len()
    };
    assert_eq!(carriers(&[]), 91);
    assert_eq!(carriers(&["Silent", "Intron"]), 88);

    // Read counts survive the merging of hundreds of files in passes.
    let columns = names(&["sample_id", "depth", "alt_depth", "dosage"]);
    let depths = rows(
        snapshot
            .genotypes(&columns, &all(&snapshot), None, true)
            .unwrap(),
    );
    assert!(
        depths
            .iter()
            .any(|row| row.starts_with("TCGA-ED-A459-01A-11D-A25V-10 226 18 1"))
    );
}

#[test]
fn the_published_files_of_many_callers_are_read() {
    let Some(root) = shared("somatic_vcf") else {
        return;
    };
    for (file, columns) in [
        (
            "strelka_NA12877_NA12878_admix.grch38.snvs.vcf.gz",
            ["NA12877_c100", "NA12878_c40"],
        ),
        (
            "strelka_NA12877_NA12878_admix.grch38.indels.vcf.gz",
            ["NA12877_c100", "NA12878_c40"],
        ),
        ("PG_admix_truth.grch38.snvs.vcf.gz", ["", ""]),
        (
            "COLO829v003T.purple.somatic.subsampled.vcf.gz",
            ["COLO829v003R", "COLO829v003T"],
        ),
    ] {
        let path = root.join(file);
        let header = lines(&path)
            .find(|line| line.starts_with("#CHROM"))
            .unwrap();
        let records = lines(&path).filter(|line| !line.starts_with('#')).count() as u64;
        let names: Vec<&str> = header.split('\t').skip(9).collect();
        let tissues = if columns[0].is_empty() {
            String::new()
        } else {
            assert_eq!(names, columns, "{file}");
            format!(
                "samples = {{ {} = \"normal\", {} = \"tumor\" }}\n",
                columns[0], columns[1]
            )
        };
        let dataset = Dataset::with_samples(
            0,
            &format!("[[variants]]\nfiles = [\"*.vcf.gz\"]\n{tissues}format = [\"DP\", \"AD\"]\n"),
        );
        dataset.file(
            "people.tsv",
            &format!("sample\tindividual\n{}\ti\n{}\tj\n", names[0], names[1]),
        );
        dataset.link("0.vcf.gz", &path);
        let manifest = fs::read_to_string(dataset.path("dataset.toml")).unwrap();
        dataset.file("dataset.toml", &manifest.replace("GRCh37", "GRCh38"));
        let ingested = dataset
            .ingest()
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        let alleles: u64 = ingested.report.variants.values().sum();
        assert!(alleles >= records - 5, "{file}: {alleles} of {records}");
    }
}

#[test]
fn a_bcf_reads_as_its_vcf_would() {
    let Some(bcf) = shared("germline_1000g/1000G_p3.chr20_first25k_snps.bcf") else {
        return;
    };
    let panel = shared("germline_1000g/integrated_call_samples_v3.20130502.ALL.panel").unwrap();
    let manifest = format!("{HEAD}{PANEL}").replace("chr22.vcf.gz", "chr20.*");
    let binary = Dataset::new(&manifest);
    binary.link("chr20.bcf", &bcf);
    binary.link("panel.tsv", &panel);
    let text = Dataset::new(&manifest);
    text.link("panel.tsv", &panel);
    as_text(&bcf, &text.path("chr20.vcf"), 2000);

    let (binary, text) = (binary.snapshot(), text.snapshot());
    assert_eq!(table(&binary, "variants", &["variant_id"]).len(), 25_000);
    let blocks = |snapshot: &Snapshot| {
        snapshot
            .blocks()
            .unwrap()
            .map(Result::unwrap)
            .take(2000)
            .collect::<Vec<_>>()
    };
    assert_eq!(blocks(&binary), blocks(&text));
}

/// Writes the first records of a BCF file as VCF, with noodles alone.
fn as_text(bcf: &Path, vcf: &Path, records: usize) {
    use noodles::vcf::{header::FileFormat, variant::io::Write as _};
    let mut reader = noodles::bcf::io::Reader::new(fs::File::open(bcf).unwrap());
    let mut header = reader.read_header().unwrap();
    // The file's genotypes start with their phase, which VCF has had from 4.4 on.
    *header.file_format_mut() = FileFormat::new(4, 4);
    let file = std::io::BufWriter::new(fs::File::create(vcf).unwrap());
    let mut writer = noodles::vcf::io::Writer::new(file);
    writer.write_header(&header).unwrap();
    for record in reader.record_bufs(&header).take(records) {
        writer
            .write_variant_record(&header, &record.unwrap())
            .unwrap();
    }
}
