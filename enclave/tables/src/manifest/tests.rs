//! What holds of a manifest.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::Role;

const WHOLE: &str = r#"id = "lihc"
title = "Liver cancer, tumour/normal"
holder = "ncc"
assembly = "GRCh37"
profile = "standard"
absent_genotype = "reference"

[[variants]]
files = ["pairs/*.vcf.gz"]
samples = { NORMAL = "normal", TUMOR = "tumor" }
sample_id = "{file_stem}-{tissue}"
info = { gene = "GENE", consequence = "VC" }
format = ["DP", "AD"]

[tables.individuals]
files = ["clinical.tsv"]
rows = "one per individual"
[tables.individuals.columns]
individual_id = { from = "bcr_patient_barcode", role = "unit" }
sex = { from = "gender", role = "attribute", domain = ["female", "male"], map = { FEMALE = "female" } }
age = { role = "measure", type = "int", bounds = [0, 110], unit = "a" }

[tables.samples]
files = ["samples.tsv"]
[tables.samples.columns]
sample_id = { role = "identifier" }
individual_id = { role = "unit" }
"#;

#[test]
fn the_documented_manifest_is_accepted_and_its_order_kept() {
    let catalogue = Manifest::parse(WHOLE).unwrap().catalogue(vec![]);
    let names: Vec<&str> = catalogue.tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["genotypes", "individuals", "samples", "variants"]);
    let columns = |table: &str| -> Vec<String> {
        let columns = &catalogue.table(table).unwrap().columns;
        columns.iter().map(|c| c.name.clone()).collect()
    };
    assert_eq!(columns("individuals"), ["individual_id", "sex", "age"]);
    assert_eq!(
        columns("variants"),
        [
            "variant_id",
            "chrom",
            "pos",
            "end",
            "ref",
            "alt",
            "rsid",
            "kind",
            "gene",
            "consequence"
        ]
    );
    assert_eq!(
        columns("genotypes"),
        [
            "variant_id",
            "sample_id",
            "individual_id",
            "dosage",
            "depth",
            "alt_depth",
            "vaf"
        ]
    );
    let unit = catalogue.table("genotypes").unwrap().unit().unwrap();
    assert_eq!(
        (unit.name.as_str(), unit.role),
        ("individual_id", Role::Unit)
    );
    let json = serde_json::to_string(&catalogue).unwrap();
    assert_eq!(serde_json::from_str::<Catalogue>(&json).unwrap(), catalogue);
}

#[test]
fn mistakes_are_named_by_line_and_what_was_expected() {
    for (from, to, message) in [
        (
            "\"lihc\"",
            "\"LIHC\"",
            "dataset.toml:1: `id` must have 1 to 40 of a-z, 0-9 and -",
        ),
        (
            "\"ncc\"",
            "\" \"",
            "dataset.toml:3: `holder` must not be empty",
        ),
        (
            "GRCh37",
            "hg19",
            "dataset.toml:4: unknown variant `hg19`, expected one of `GRCh37`, `GRCh38`, `T2T-CHM13`",
        ),
        (
            "profile",
            "profil",
            "dataset.toml:5: unknown field `profil`",
        ),
        (
            "\"reference\"",
            "\"ref\"",
            "dataset.toml:6: unknown variant `ref`, expected `reference` or `missing`",
        ),
        (
            "pairs/*",
            "../*",
            "dataset.toml:9: `../*.vcf.gz` must be relative to the dataset's directory and stay in it",
        ),
        (
            "{tissue}",
            "{sample}",
            "dataset.toml:11: `sample_id` may hold {file_stem}, {tissue} and {column} only",
        ),
        (
            "gene = ",
            "genes = ",
            "dataset.toml:12: unknown field `genes`",
        ),
        (
            "info = {",
            "ann = \"ANN\"\ninfo = {",
            "dataset.toml:13: annotations come from one place",
        ),
        (
            "\"AD\"",
            "\"PL\"",
            "dataset.toml:13: `PL` is not a FORMAT field that is kept; expected DP, GQ, AD or AF",
        ),
        (
            "one per individual",
            "many per individual",
            "dataset.toml:17: table `individuals` has `rows = \"one per individual\"`",
        ),
        (
            "role = \"unit\"",
            "role = \"identifier\"",
            "dataset.toml:15: table `individuals` needs exactly one column with `role = \"unit\"`, found 0",
        ),
        (
            "\"attribute\"",
            "\"attribut\"",
            "dataset.toml:20: unknown variant `attribut`",
        ),
        (
            "FEMALE = \"female\"",
            "F = \"woman\"",
            "dataset.toml:20: column `sex`: `map` leads to `woman`, which is not in `domain`",
        ),
        (
            "[0, 110]",
            "[110, 0]",
            "dataset.toml:21: column `age`: `bounds` must be two numbers, the lower first",
        ),
        (
            "type = \"int\"",
            "type = \"text\"",
            "dataset.toml:21: column `age`: a measure or technical column must have `type` int or float",
        ),
        (
            "age = {",
            "\"__age\" = {",
            "dataset.toml:21: column `__age`: a name starts with a-z",
        ),
        (
            "tables.samples",
            "tables.variants",
            "dataset.toml:23: table `variants` is made from [[variants]] and cannot be declared",
        ),
        (
            "tables.samples",
            "tables.sample",
            "dataset.toml:8: variants need [tables.samples]",
        ),
        (
            "sample_id = { role = \"identifier\" }",
            "",
            "dataset.toml:23: table `samples` needs a text column `sample_id`",
        ),
        ("title = \"Liver", "title = Liver", "dataset.toml:2: "),
    ] {
        let text = WHOLE.replace(from, to);
        assert_ne!(text, WHOLE);
        let error = Manifest::parse(&text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}\n{message}");
    }
}

#[test]
fn a_dataset_needs_individuals() {
    let head = WHOLE.split("[[variants]]").next().unwrap();
    let error = Manifest::parse(head).unwrap_err().to_string();
    assert_eq!(
        error,
        "dataset.toml:1: table `individuals` is missing; declare [tables.individuals]"
    );
}

#[test]
fn the_documented_manifest_is_read() {
    let page = include_str!("../../DATASET.md");
    let manifest = page.split("```").nth(1).unwrap().trim_start_matches("toml");
    let read = Manifest::parse(manifest).unwrap();
    let tables: Vec<String> = read
        .catalogue(vec![])
        .tables
        .into_iter()
        .map(|table| table.name)
        .collect();
    assert_eq!(tables, ["genotypes", "individuals", "samples", "variants"]);
}

#[test]
fn the_documented_sources_are_read() {
    let page = include_str!("../../DATASET.md");
    let mut examples = page.split("```toml\n").skip(1);
    let example = examples.find(|text| text.contains(".sources]]")).unwrap();
    let sources = example.split("```").next().unwrap();
    let read = Manifest::parse(&format!("{WHOLE}\n{sources}")).unwrap();
    let table = read.tables.iter().find(|table| table.name == "qc_metrics");
    let table = table.unwrap();
    let sources: Vec<_> = (table.sources.iter())
        .map(|source| (source.format, source.fields.len()))
        .collect();
    assert_eq!(
        sources,
        [
            (Format::Picard, 2),
            (Format::Mosdepth, 2),
            (Format::Multiqc, 1)
        ]
    );
    let mosdepth = &table.sources[1];
    let captures = mosdepth.captures("qc2/a_T.mosdepth.summary.txt").unwrap();
    assert_eq!(mosdepth.sample_id.fill(&captures), "a-tumor");
    assert!(mosdepth.captures("qc2/a_N.mosdepth.summary.txt").is_none());
    let picard = table.sources[0].globs();
    assert_eq!(picard[1], "*/*.dup_metrics.txt");
}

#[test]
fn the_documented_source_of_genotypes_is_read() {
    let page = include_str!("../../DATASET.md");
    let mut examples = page.split("```toml\n").skip(1);
    let is_of_genotypes = |text: &&str| text.contains("format = \"genotypes\"");
    let example = examples.find(is_of_genotypes).unwrap();
    let source = example.split("```").next().unwrap();
    let tissue = "tissue = { role = \"attribute\", domain = [\"normal\", \"tumor\"] }\n";
    let read = Manifest::parse(&format!("{WHOLE}{tissue}\n[tables.qc_metrics]\n{source}")).unwrap();
    let source = read.computed().unwrap();
    assert_eq!(source.fields.len(), 6);
    assert_eq!(source.matching, Matching::default());
    for statistic in crate::quality::Statistic::ALL {
        assert!(
            page.contains(&format!("`{}`", statistic.name())),
            "{statistic:?}"
        );
    }
}
