//! Tumours and normals of one person, and of two.

use super::genotypes::{figures, manifest, people};
use super::*;

const FIELDS: [&str; 3] = [
    "tumor_normal_correlation",
    "tumor_normal_mismatch",
    "tumor_normal_sites",
];

/// Three individuals of whom the last two have each other's tumour, in a file each.
fn swapped(more: &str, format: &str) -> Dataset {
    let groups = format!(
        "absent_genotype = \"missing\"\n[[variants]]\nfiles = [\"p*.vcf\"]\n\
         samples = {{ NORMAL = \"normal\", TUMOR = \"tumor\" }}\n\
         sample_id = \"{{file_stem}}-{{tissue}}\"\n{format}"
    );
    let dataset = Dataset::new(&manifest(&groups, more, &FIELDS));
    let mut samples = Vec::new();
    for pair in ["p0", "p1", "p2"] {
        for tissue in ["normal", "tumor"] {
            samples.push([
                format!("{pair}-{tissue}"),
                pair.to_owned(),
                tissue.to_owned(),
            ]);
        }
    }
    let samples: Vec<[&str; 4]> = (samples.iter())
        .map(|[sample, pair, tissue]| [sample.as_str(), pair, "female", tissue])
        .collect();
    dataset.file("people.tsv", &people(&samples));
    // What one has of each site, at depths of 20; each third person in turn has two copies.
    let call = |person: usize, site: usize| {
        let copies = (site / 3_usize.pow(u32::try_from(person).unwrap())) % 3;
        ["0/0:20:20,0", "0/1:20:11,9", "1/1:20:1,19"][copies]
    };
    for (pair, tumor) in [(0, 0), (1, 2), (2, 1)] {
        let records: Vec<String> = (1..=135)
            .map(|site| {
                let (own, other) = (call(pair, site), call(tumor, site));
                format!("1 {site}000 . A G . PASS . GT:DP:AD {own} {other}")
            })
            .collect();
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        let text = vcf(&["NORMAL", "TUMOR"], &records);
        let declared = "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n\
                        ##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Depths\">\n#CHROM";
        dataset.file(&format!("p{pair}.vcf"), &text.replace("#CHROM", declared));
    }
    dataset
}

#[test]
fn a_tumour_of_somebody_else_does_not_match() {
    let dataset = swapped("", "format = [\"DP\", \"AD\"]\n");
    let rows = figures(&dataset.snapshot(), &FIELDS);
    assert_eq!(
        rows,
        [
            "p0-normal 1 0 125",
            "p0-tumor 1 0 125",
            "p1-normal -0.1249 1 125",
            "p1-tumor -0.1249 1 125",
            "p2-normal -0.1249 1 125",
            "p2-tumor -0.1249 1 125"
        ]
    );
    let checks = dataset.ingest().unwrap().report.checks.unwrap();
    assert_eq!(checks.tumor_normal_individuals, Some(3));
    assert_eq!(checks.tumor_normal_mismatches, Some(2));
    assert_eq!(checks.sex_mismatches, None);

    // Without depths genotypes are compared. At sites alike in all three nothing is.
    let same = figures(&swapped("", "").snapshot(), &FIELDS);
    assert_eq!(same.len(), rows.len());
    assert_eq!(same[1..3], ["p0-tumor 1 0 125", "p1-normal -0.125 1 125"]);
}

#[test]
fn of_too_few_or_too_shallow_sites_nothing_is_said() {
    let depths = "format = [\"DP\", \"AD\"]\n";
    for more in ["min_sites = 126", "min_depth = 21"] {
        let dataset = swapped(more, depths);
        let rows = figures(&dataset.snapshot(), &FIELDS);
        assert!(rows.iter().all(|row| row.ends_with(" - - -")), "{rows:?}");
        let checks = dataset.ingest().unwrap().report.checks.unwrap();
        assert_eq!(checks.tumor_normal_individuals, Some(0));
    }
    let lenient = swapped("min_correlation = -0.5", depths);
    let rows = figures(&lenient.snapshot(), &FIELDS);
    assert!(rows.iter().all(|row| row.ends_with(" 0 125")), "{rows:?}");
}

#[test]
fn mutations_of_tumours_do_not_make_them_somebody_elses() {
    let groups = "[[variants]]\nfiles = [\"all.vcf\"]\n";
    let dataset = Dataset::new(&manifest(groups, "", &FIELDS));
    let samples = [
        ["n0", "i0", "", "normal"],
        ["t0", "i0", "", "tumor"],
        ["n1", "i1", "", "normal"],
    ];
    dataset.file("people.tsv", &people(&samples));
    let records: Vec<String> = (1..=200)
        .map(|site| {
            format!(
                "1 {site}000 . A G . . . GT 0/0 {} 0/0",
                ["0/1", "1/1"][site % 2]
            )
        })
        .collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    dataset.file("all.vcf", &vcf(&["n0", "t0", "n1"], &records));
    let rows = figures(&dataset.snapshot(), &FIELDS);
    assert_eq!(rows, ["n0 - - -", "n1 - - -", "t0 - - -"]);
}
