//! Outputs of samtools, mosdepth and the GA4GH's pipelines.

use super::ga4gh::GA4GH;
use super::multiqc::SECTIONS;
use super::*;

/// A dataset of samples s0 and s1 whose sources give three numbers.
fn dataset(sources: &str, files: &[(&str, &str)]) -> Dataset {
    let mut manifest = "[tables.qc_metrics]\n".to_owned();
    for source in sources.split("---") {
        manifest.push_str(&format!("[[tables.qc_metrics.sources]]\n{source}\n"));
    }
    manifest.push_str(
        "[tables.qc_metrics.columns]\nsample_id = { role = \"identifier\" }\n\
         individual_id = { role = \"unit\" }\n",
    );
    for column in ["a", "b", "c"] {
        if sources.contains(&format!("{column} = ")) {
            let rest = "{ role = \"technical\", type = \"float\" }";
            manifest.push_str(&format!("{column} = {rest}\n"));
        }
    }
    let dataset = Dataset::with_samples(2, &manifest);
    for (name, text) in files {
        dataset.file(name, text);
    }
    dataset
}

/// The rows: a sample, and what there is of its numbers.
pub(super) fn read(sources: &str, files: &[(&str, &str)]) -> Vec<String> {
    let dataset = dataset(sources, files);
    let snapshot = dataset.snapshot();
    let columns = &snapshot.catalogue().table("qc_metrics").unwrap().columns;
    let names = columns.iter().map(|column| column.name.as_str());
    let names: Vec<&str> = names.filter(|name| *name != "individual_id").collect();
    table(&snapshot, "qc_metrics", &names)
}

pub(super) fn error(sources: &str, files: &[(&str, &str)]) -> String {
    dataset(sources, files).error()
}

/// A file of each format, and fields that it has.
pub(super) fn examples() -> Vec<(&'static str, &'static str, String, Vec<&'static str>)> {
    let rates = vec!["mapped_rate", "duplicate_rate"];
    let data = SECTIONS
        .replace("s1_md", "s0_R2")
        .replace("\"30_x_pc\": 5", "");
    let data = data.replace("41.0, ", "41.0").replace("-Infinity", "[]");
    let data = data.replace("\"PERCENT_DUPLICATION\": NaN", "\"x\": NaN");
    vec![
        (
            "picard",
            "picard.txt",
            picard::alignment("0.5"),
            vec!["PCT_PF_READS_ALIGNED"],
        ),
        (
            "picard",
            "dup.txt",
            picard::duplicates("0.5"),
            vec!["duplicate_rate"],
        ),
        (
            "samtools-stats",
            "stats",
            stats(),
            vec!["q30_rate", "gc_content", "mapped_rate"],
        ),
        (
            "samtools-flagstat",
            "flagstat.txt",
            FLAGSTAT.to_owned(),
            rates.clone(),
        ),
        (
            "samtools-flagstat",
            "flagstat.json",
            FLAGSTAT_JSON.to_owned(),
            rates,
        ),
        (
            "mosdepth",
            "summary",
            SUMMARY.to_owned(),
            vec!["total_region.mean", "mean"],
        ),
        (
            "mosdepth",
            "dist",
            DISTRIBUTION.to_owned(),
            vec!["at_least_30x"],
        ),
        (
            "multiqc",
            "multiqc.json",
            data,
            vec!["PERCENT_DUPLICATION", "30_x_pc"],
        ),
        (
            "multiqc",
            "general.txt",
            "Sample\tx-a\tx-b\ns0\t0.5\tNone\n".to_owned(),
            vec!["a", "b"],
        ),
        (
            "ga4gh-wgs-qc",
            "metrics.json",
            GA4GH.to_owned(),
            vec!["pct_reads_mapped", "count_snvs"],
        ),
    ]
}

pub(super) const STATS: &str = "# This file was produced by samtools stats (1.18+htslib-1.18)\n\
    CHK\t1c1\t2d2\t3e3\n\
    SN\traw total sequences:\t1200\t# excluding supplementary and secondary reads\n\
    SN\tfiltered sequences:\t200\nSN\tsequences:\t1000\nSN\treads mapped:\t800\n\
    SN\treads duplicated:\t100\t# PCR or optical duplicate bit set\n\
    SN\terror rate:\t2.5e-03\t# mismatches / bases mapped (cigar)\n\
    SN\tinsert size average:\t401.5\n\
    SN\tpercentage of properly paired reads (%):\t97.5\n";

pub(super) fn stats() -> String {
    let cycle = |first: u64, at_29: u64, at_30: u64, at_41: u64| {
        let mut counts = vec![0; 42];
        (counts[2], counts[29], counts[30], counts[41]) = (first, at_29, at_30, at_41);
        let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
        counts.join("\t")
    };
    format!(
        "{STATS}FFQ\t1\t{}\nFFQ\t2\t{}\nLFQ\t1\t{}\nFTC\t30\t20\t20\t30\t7\nLTC\t35\t20\t10\t35\t0\n",
        cycle(1, 4, 5, 10),
        cycle(0, 0, 5, 15),
        cycle(5, 0, 0, 5)
    )
}

pub(super) const STATS_SOURCE: &str = r#"
format = "samtools-stats"
files = ["{sample_id}/*.stats"]
"#;

#[test]
fn samtools_stats_give_their_numbers_and_shares_of_them() {
    let text = stats();
    let files = [("s0/x.stats", text.as_str())];
    let fields = |fields: &str| format!("{STATS_SOURCE}columns = {{ {fields} }}");
    let source = fields(
        "a = \"insert size average\", b = { field = \"error rate\", scale = 100 }, \
         c = \"percentage of properly paired reads (%)\"",
    );
    assert_eq!(read(&source, &files), ["s0 401.5 0.25 97.5"]);
    let source = fields("a = \"mapped_rate\", b = \"duplicate_rate\", c = \"q30_rate\"");
    assert_eq!(read(&source, &files), ["s0 0.8 0.125 0.8"]);
    let source = fields("a = { field = \"gc_content\", scale = 100 }");
    assert_eq!(read(&source, &files), ["s0 35.0"]);

    let nothing = text.replace("sequences:\t1000", "sequences:\t0");
    let source = fields("a = \"mapped_rate\", b = \"insert size average\"");
    assert_eq!(
        read(&source, &[("s0/x.stats", nothing.as_str())]),
        ["s0 - 401.5"]
    );
}

#[test]
fn faults_of_samtools_stats_are_named() {
    let source = format!("{STATS_SOURCE}columns = {{ a = \"mapped_rate\", b = \"q30_rate\" }}");
    let whole = stats();
    for (from, to, message) in [
        (
            "reads mapped:\t800",
            "reads mapped:\t8e2",
            "s0/x.stats:6: field `reads mapped`: expected a count",
        ),
        (
            "reads mapped:",
            "reads mapped",
            "s0/x.stats:6: expected a name, a colon and a number after `SN`",
        ),
        (
            "reads mapped:",
            "sequences:",
            "s0/x.stats:6: field `sequences`: the field is in line 5 already; keep one sample's",
        ),
        ("FFQ\t2\t0", "FFQ\t2\t-1", "s0/x.stats:12: expected counts"),
        (
            "SN\t",
            "\t",
            "s0/x.stats: expected a file of samtools stats, with lines `SN`",
        ),
        (
            "SN\tsequences",
            "SN\treads",
            "dataset.toml:7: no file of the source has the field `mapped_rate`; write it as the tool does",
        ),
    ] {
        let text = whole.replacen(from, to, if from == "SN\t" { 99 } else { 1 });
        assert_ne!(text, whole);
        assert_eq!(error(&source, &[("s0/x.stats", text.as_str())]), message);
    }
}

const FLAGSTAT: &str = "1050 + 2 in total (QC-passed reads + QC-failed reads)\n\
    1000 + 2 primary\n40 + 0 secondary\n10 + 0 supplementary\n90 + 0 duplicates\n\
    75 + 0 primary duplicates\n800 + 0 mapped (76.19% : 0.00%)\n\
    750 + 0 primary mapped (75.00% : N/A)\n0 + 0 paired in sequencing\n\
    0 + 0 singletons (N/A : N/A)\n3 + 0 with mate mapped to a different chr (mapQ>=5)\n";

const FLAGSTAT_OLD: &str = "==> a.bam <==\n1050 + 0 in total (QC-passed reads + QC-failed reads)\n\
    40 + 0 secondary\n10 + 0 supplementary\n90 + 0 duplicates\n800 + 0 mapped (76.19%:-nan%)\n";

const FLAGSTAT_TSV: &str = "1050\t2\ttotal (QC-passed reads + QC-failed reads)\n1000\t2\tprimary\n\
    75\t0\tprimary duplicates\n800\t0\tmapped\n76.19%\tN/A\tmapped %\n750\t0\tprimary mapped\n\
    N/A\tN/A\tsingletons %\n3\t0\twith mate mapped to a different chr (mapQ>=5)\n";

pub(super) const FLAGSTAT_JSON: &str = r#"{
 "QC-passed reads": {
  "total": 1050, "primary": 1000, "primary duplicates": 75,
  "mapped": 800, "mapped %": 76.19, "primary mapped": 750, "singletons %": null,
  "with mate mapped to a different chr (mapQ >= 5)": 3
 },
 "QC-failed reads": { "total": 2, "primary": 2 } }
"#;

#[test]
fn flagstat_is_the_same_as_text_tsv_and_json() {
    let source = r#"
format = "samtools-flagstat"
files = ["qc/{sample_id}.flagstat"]
columns = { a = "mapped_rate", b = "duplicate_rate", c = "mapped %" }
"#;
    let more = r#"
format = "samtools-flagstat"
files = ["qc/{sample_id}.flagstat"]
columns = { a = "total", b = "singletons %", c = "with mate mapped to a different chr (mapQ>=5)" }
"#;
    for text in [FLAGSTAT, FLAGSTAT_TSV, FLAGSTAT_JSON] {
        let files = [("qc/s0.flagstat", text)];
        assert_eq!(read(source, &files), ["s0 0.75 0.1 76.19"]);
        assert_eq!(read(more, &files), ["s0 1050.0 - 3.0"]);
    }
    let old = source.replace("b = \"duplicate_rate\", ", "");
    let files = [("qc/s0.flagstat", FLAGSTAT_OLD)];
    assert_eq!(read(&old, &files), ["s0 0.75 76.19"]);
    assert!(error(source, &files).contains("no file of the source has the field `duplicate_rate`"));

    let text = FLAGSTAT_JSON.replace("\"primary mapped\": 750", "\"primary mapped\": \"x\"");
    assert_eq!(
        error(source, &[("qc/s0.flagstat", &text)]),
        "qc/s0.flagstat:4: field `primary mapped`: expected a count"
    );
    let text = FLAGSTAT_JSON.replace("800,", "800");
    assert_eq!(
        error(source, &[("qc/s0.flagstat", &text)]),
        "qc/s0.flagstat:4: expected JSON"
    );
    assert_eq!(
        error(source, &[("qc/s0.flagstat", "1 + 0 mapped (1% : N/A)\n")]),
        "qc/s0.flagstat: expected a file of samtools flagstat, with the reads in total"
    );
}

pub(super) const SUMMARY: &str = "chrom\tlength\tbases\tmean\tmin\tmax\nchr1\t100\t3000\t30.00\t0\t90\n\
    HLA-A*01.2\t10\t20\t2.00\t0\t3\ntotal\t110\t3020\t27.45\t0\t90\n\
    total_region\t50\t2000\t40.00\t1\t80\n";

pub(super) const DISTRIBUTION: &str = "chr1\t31\t0.10\nchr1\t30\t0.20\nchr1\t0\t1.00\ntotal\t900\t0.01\n\
    total\t302\t0.02\ntotal\t31\t0.40\ntotal\t30\t0.50\ntotal\t10\t0.97\ntotal\t0\t1.00\n";

#[test]
fn mosdepth_gives_depths_and_shares_of_bases() {
    let source = r#"
format = "mosdepth"
files = ["{sample_id}.mosdepth.summary.txt", "{sample_id}.mosdepth.global.dist.txt"]
columns = { a = "mean", b = { field = "at_least_30x", scale = 100 }, c = "total_region.mean" }
"#;
    let files = [
        ("s0.mosdepth.summary.txt", SUMMARY),
        ("s0.mosdepth.global.dist.txt", DISTRIBUTION),
    ];
    assert_eq!(read(source, &files), ["s0 27.45 50.0 40.0"]);
    let source = r#"
format = "mosdepth"
files = ["{sample_id}.mosdepth.*"]
columns = { a = "HLA-A*01.2.mean", b = "at_least_303x", c = "chr1.at_least_32x" }
"#;
    assert!(error(source, &files).contains("must not have `*`"));
    let source = source.replace(
        "\"{sample_id}.mosdepth.*\"",
        "\"{sample_id}.mosdepth.summary.txt\", \"{sample_id}.mosdepth.global.dist.txt\"",
    );
    assert_eq!(read(&source, &files), ["s0 2.0 0.01 0.0"]);

    let source = source.replace("at_least_303x", "at_least_x");
    assert!(error(&source, &files).contains("no file of the source has the field `at_least_x`"));
    for (text, message) in [
        ("total\t30\n", ":1: expected a contig, a depth and a share"),
        (
            "total\t30\t0.1\ntotal\tx\t0.2\n",
            ":2: expected a contig, a depth and a share",
        ),
        ("", ": expected a file of mosdepth's, found nothing"),
        (
            &SUMMARY.replace("\t90\n", "\n"),
            ":2: expected 6 fields as in the header, found 5",
        ),
    ] {
        let files = [
            ("s0.mosdepth.global.dist.txt", text),
            ("s0.mosdepth.summary.txt", SUMMARY),
        ];
        let expected = format!("s0.mosdepth.global.dist.txt{message}");
        assert_eq!(error(&source, &files), expected);
    }
}

#[test]
fn sources_of_several_tools_fill_one_row_and_cannot_fill_one_cell() {
    let both = r#"
format = "samtools-stats"
files = ["{sample_id}.stats"]
columns = { a = "mapped_rate" }
---
format = "ga4gh-wgs-qc"
files = ["*.json"]
columns = { b = "mean_autosome_coverage", c = "count_snvs" }
"#;
    let text = stats();
    let files = [("s1.stats", text.as_str()), ("x.json", GA4GH)];
    assert_eq!(read(both, &files), ["s1 0.8 31.25 3900000.0"]);
    let same = both.replace(
        "b = \"mean_autosome_coverage\"",
        "b = \"mean_autosome_coverage\", a = { field = \"pct_reads_mapped\", scale = 0.01 }",
    );
    assert_eq!(
        error(&same, &files),
        "x.json:3: field `pct_reads_mapped`: sample `s1` has `a` already from s1.stats; let one \
         place give it"
    );
}
