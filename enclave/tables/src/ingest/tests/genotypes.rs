//! Figures of samples that are computed from their genotypes.

use crate::GenotypeChecks;

use super::*;

/// People and their samples, of both sexes and tissues, and what is computed of them.
pub(super) fn manifest(groups: &str, more: &str, fields: &[&str]) -> String {
    let columns = |text: fn(&str) -> String| fields.iter().map(|f| text(f)).collect::<String>();
    let filled = columns(|field| format!("{field} = \"{field}\", "));
    let declared =
        columns(|field| format!("{field} = {{ role = \"technical\", type = \"float\" }}\n"));
    format!(
        r#"{HEAD}{groups}
[tables.individuals]
files = ["people.tsv"]
duplicates = "identical"
[tables.individuals.columns]
individual_id = {{ from = "individual", role = "unit" }}
sex = {{ role = "attribute", domain = ["female", "male"] }}

[tables.samples]
files = ["people.tsv"]
[tables.samples.columns]
sample_id = {{ from = "sample", role = "identifier" }}
individual_id = {{ from = "individual", role = "unit" }}
tissue = {{ role = "attribute", domain = ["normal", "tumor"] }}

[tables.qc_metrics]
[[tables.qc_metrics.sources]]
format = "genotypes"
stage = "qc3"
{more}
columns = {{ {filled} }}
[tables.qc_metrics.columns]
sample_id = {{ role = "identifier" }}
individual_id = {{ role = "unit" }}
stage = {{ role = "attribute", domain = ["qc3"] }}
{declared}"#
    )
}

/// Of each sample its name, its individual, its sex and its tissue.
pub(super) fn people(samples: &[[&str; 4]]) -> String {
    let rows = samples.iter().map(|row| row.join("\t") + "\n");
    "sample\tindividual\tsex\ttissue\n".to_owned() + &rows.collect::<String>()
}

pub(super) const ONE_FILE: &str = "[[variants]]\nfiles = [\"all.vcf\"]\n";

/// The rows: a sample, and its figures to four decimals.
pub(super) fn figures(snapshot: &Snapshot, fields: &[&str]) -> Vec<String> {
    let columns: Vec<&str> = ["sample_id", "stage"]
        .iter()
        .chain(fields)
        .copied()
        .collect();
    let rows = table(snapshot, "qc_metrics", &columns);
    let cells = rows.iter().map(|row| {
        let mut cells = row.split(' ');
        let sample = cells.next().unwrap().to_owned();
        assert_eq!(cells.next(), Some("qc3"));
        let rounded = cells.map(|cell| match cell.parse::<f64>() {
            Ok(number) => format!(" {}", (number * 1e4).round() / 1e4),
            Err(_) => format!(" {cell}"),
        });
        sample + &rounded.collect::<String>()
    });
    cells.collect()
}

/// Records of three samples: SNVs, one site with two, indels, and Y.
const RECORDS: [&str; 8] = [
    "1 100 . A G . . . GT 0/1 1/1 0/0",
    "1 200 . C A . . . GT 0|1 0/0 ./.",
    "1 300 . C T,G . . . GT 1/2 0/1 0/0",
    "1 400 . A AT . . . GT 0/1 0/0 0/1",
    "1 500 . AT A . . . GT 1/1 0/1 0/0",
    "2 100 . G C . . . GT 1/1 ./. 0/1",
    "X 100000000 . G A . . . GT 0/1 1/1 0",
    "Y 5000000 . A G . . . GT 1 . .",
];

pub(super) const COUNTED: [&str; 7] = [
    "call_rate",
    "heterozygosity",
    "ti_tv",
    "het_hom",
    "insertion_deletion",
    "singletons",
    "non_reference",
];

const COUNTS: [&str; 3] = [
    "s0 1 0.6667 1.3333 2 1 3 9",
    "s1 0.875 0 - 0 0 0 4",
    "s2 0.875 0.5 0 - - 0 2",
];

const TRIO: [[&str; 4]; 3] = [
    ["s0", "i0", "male", "normal"],
    ["s1", "i1", "female", "normal"],
    ["s2", "i2", "", "normal"],
];

#[test]
fn genotypes_of_each_sample_are_counted() {
    let dataset = Dataset::new(&manifest(ONE_FILE, "", &COUNTED));
    dataset.file("people.tsv", &people(&TRIO));
    dataset.file("all.vcf", &vcf(&["s0", "s1", "s2"], &RECORDS));
    let snapshot = dataset.snapshot();
    // Of s0: 8 alleles but that of Y, all known. Of the 3 biallelic autosomal SNVs 2 are
    // heterozygous and 1 homozygous. C>A, C>G and the
    // allele on Y have one copy. Transitions 1:100, 1:300, X,
    // Y; transversions 1:200, 1:300, 2:100.
    assert_eq!(figures(&snapshot, &COUNTED), COUNTS);
    let report = dataset.ingest().unwrap().report;
    assert_eq!(report.rows["qc_metrics"], 3);
    assert_eq!(report.checks, Some(GenotypeChecks::default()));
}

#[test]
fn batches_give_what_one_file_gives() {
    let batches = [("a", vec!["s0", "s2"]), ("b", vec!["s1"])];
    let group = |(name, _): &(&str, _)| {
        format!("[[variants]]\nbatch = \"{name}\"\nfiles = [\"{name}.vcf\"]\n")
    };
    let groups: String = batches.iter().map(group).collect();
    let dataset = Dataset::new(&manifest(&groups, "", &COUNTED));
    dataset.file("people.tsv", &people(&TRIO));
    for (name, samples) in batches {
        let own = |record: &&str| {
            let cells: Vec<&str> = record.split(' ').collect();
            let calls = (TRIO.iter().zip(&cells[9..]))
                .filter(|(row, _)| samples.contains(&row[0]))
                .map(|(_, call)| *call);
            cells[..9]
                .iter()
                .copied()
                .chain(calls)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let records: Vec<String> = RECORDS.iter().map(own).collect();
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        dataset.file(&format!("{name}.vcf"), &vcf(&samples, &records));
    }
    let mut rows = figures(&dataset.snapshot(), &COUNTED);
    rows.sort();
    assert_eq!(rows, COUNTS);
}

#[test]
fn an_allele_of_one_individual_is_a_singleton_of_each_of_the_samples_that_carry_it() {
    let fields = ["singletons", "non_reference"];
    let dataset = Dataset::new(&manifest(ONE_FILE, "", &fields));
    let samples = [
        ["n0", "i0", "", "normal"],
        ["n1", "i1", "", "normal"],
        ["t0", "i0", "", "tumor"],
    ];
    dataset.file("people.tsv", &people(&samples));
    let records = [
        "1 10 . A G . . . GT 0/1 0/0 0/1",
        "1 20 . A G . . . GT 0/0 0/0 0/1",
        "1 30 . A G . . . GT 0/1 0/1 0/0",
        "1 40 . A G . . . GT 0/1 0/0 1/1",
    ];
    dataset.file("all.vcf", &vcf(&["n0", "n1", "t0"], &records));
    let rows = figures(&dataset.snapshot(), &fields);
    assert_eq!(rows, ["n0 1 3", "n1 0 1", "t0 2 3"]);
}

#[test]
fn what_a_manifest_cannot_ask_of_genotypes_is_said() {
    let whole = manifest(
        ONE_FILE,
        "",
        &["call_rate", "sex_mismatch", "tumor_normal_mismatch"],
    );
    let message = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        Dataset::new(&whole.replacen(from, to, 1)).error()
    };
    let groups = message(ONE_FILE, "\n\n");
    assert_eq!(
        groups,
        "dataset.toml:23: `genotypes` need [[variants]], of which there are none"
    );
    for (from, to, said) in [
        (
            "domain = [\"female\", \"male\"]",
            "domain = [\"F\", \"M\"]",
            "dataset.toml:23: `sex_mismatch` needs a column `sex` of `individuals` whose `domain` has \
          `female` and `male`",
        ),
        (
            "tissue = {",
            "organ = {",
            "dataset.toml:23: `tumor_normal_mismatch` needs a column `tissue` of `samples` whose \
          `domain` has `normal` and `tumor`",
        ),
        (
            "call_rate = \"call_rate\"",
            "call_rate = \"callrate\"",
            "dataset.toml:23: `callrate` is not computed from genotypes; expected one of call_rate, ",
        ),
        (
            "stage = \"qc3\"\n",
            "stage = \"{stage}\"\n",
            "dataset.toml:23: `stage` of `genotypes` is one stage, without parts in braces",
        ),
        (
            "stage = \"qc3\"\n",
            "",
            "dataset.toml:23: `stage` must say which stage the genotypes are of",
        ),
        (
            "stage = \"qc3\"\n",
            "stage = \"qc3\"\nfiles = [\"x\"]\n",
            "dataset.toml:23: `genotypes` are the dataset's own; leave `files`, `sample` and \
          `sample_id` out",
        ),
        (
            "stage = \"qc3\"\n",
            "stage = \"qc3\"\nmin_depth = 8\n",
            "dataset.toml:23: `min_depth` needs `format = [\"DP\", \"AD\"]` in [[variants]]",
        ),
        (
            "stage = \"qc3\"\n",
            "stage = \"qc3\"\nmin_correlation = 72\n",
            "dataset.toml:26: `min_correlation` is a correlation, from -1 to 1",
        ),
        (
            "stage = \"qc3\"\n",
            "stage = \"qc3\"\nmin_sites = 2\n",
            "dataset.toml:26: `min_sites` must be 3 or more",
        ),
        (
            "[tables.qc_metrics.columns]",
            "[[tables.qc_metrics.sources]]\nformat = \"genotypes\"\nstage = \"qc3\"\n\
          columns = { call_rate = \"ti_tv\" }\n[tables.qc_metrics.columns]",
            "dataset.toml:28: `genotypes` are a source in line 23 already; let one give all columns",
        ),
        (
            "format = \"genotypes\"",
            "format = \"mosdepth\"",
            "dataset.toml:23: `files` must name the tool's outputs",
        ),
        (
            "format = \"genotypes\"",
            "format = \"mosdepth\"\nfiles = [\"x\"]\nmin_sites = 9",
            "dataset.toml:23: `min_correlation`, `min_sites` and `min_depth` are for `genotypes`",
        ),
    ] {
        let got = message(from, to);
        assert!(got.starts_with(said), "{to}\n{got}\n{said}");
    }
}

#[test]
fn a_figure_outside_of_its_columns_bounds_is_named_by_the_source() {
    let text = manifest(ONE_FILE, "", &["ti_tv"]);
    let bounded = text.replace("type = \"float\"", "type = \"float\", bounds = [0, 1]");
    let dataset = Dataset::new(&bounded);
    dataset.file("people.tsv", &people(&TRIO));
    dataset.file("all.vcf", &vcf(&["s0", "s1", "s2"], &RECORDS));
    assert_eq!(
        dataset.error(),
        "dataset.toml:23: field `ti_tv`: sample `s0`: expected a number from 0 to 1"
    );
}

/// `bcftools stats -s-` of the file after `bcftools norm -m-any`: transitions, transversions,
/// insertions, deletions. Heterozygous and homozygous calls of `bcftools view -m2 -M2 -v snps`
/// without positions that occur twice. Alleles of one copy, of all 6 139:
/// `bcftools view -c1:alt1 -C1:alt1`.
#[test]
fn counts_of_1000_genomes_are_those_of_bcftools() {
    use super::published::shared;
    let Some(file) = shared("germline_1000g/1000G_p3.chr22_16050075-16499957.vcf.gz") else {
        return;
    };
    let panel = shared("germline_1000g/integrated_call_samples_v3.20130502.ALL.panel").unwrap();
    let fields = [&COUNTED[..], &["kinship", "x_inbreeding"]].concat();
    let groups = ONE_FILE.replace("all.vcf", "all.vcf.gz");
    let dataset = Dataset::new(&manifest(&groups, "", &fields));
    let people: String = (fs::read_to_string(panel).unwrap().lines().skip(1))
        .map(|line| line.split('\t').next().unwrap())
        .map(|sample| format!("{sample}\t{sample}\t\tnormal\n"))
        .collect();
    dataset.file(
        "people.tsv",
        &format!("sample\tindividual\tsex\ttissue\n{people}"),
    );
    dataset.link("all.vcf.gz", &file);
    let rows = figures(&dataset.snapshot(), &fields);
    assert_eq!(rows.len(), 2504);
    let singletons: f64 = (rows.iter())
        .map(|row| row.split(' ').nth(6).unwrap().parse::<f64>().unwrap())
        .sum();
    assert_eq!(singletons, 2645.0);
    for (sample, [ti, tv, ins, del, singletons], [het, hom]) in [
        ("HG00096", [117.0, 50.0, 4.0, 14.0, 0.0], [120.0, 45.0]),
        ("HG00097", [140.0, 75.0, 2.0, 12.0, 1.0], [139.0, 74.0]),
        ("HG00099", [102.0, 62.0, 2.0, 9.0, 1.0], [124.0, 38.0]),
        ("NA21144", [145.0, 82.0, 4.0, 13.0, 3.0], [133.0, 93.0]),
    ] {
        let row = rows.iter().find(|row| row.starts_with(sample)).unwrap();
        let cells: Vec<f64> = row
            .split(' ')
            .skip(2)
            .take(5)
            .map(|c| c.parse().unwrap())
            .collect();
        let expected = [het / 5914.0, ti / tv, het / hom, ins / del, singletons];
        for (got, expected) in cells.iter().zip(expected) {
            assert!((got - expected).abs() <= 5e-5, "{row}: {expected}");
        }
        // Half a megabase tells of no kinship, and there is no X.
        assert!(row.ends_with(" - -"), "{row}");
    }
}
