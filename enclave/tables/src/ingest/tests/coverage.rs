//! Where single samples have the reference though no record says so.

use super::records::{dosages, with};
use super::*;

fn groups(more: &str) -> String {
    format!("[[variants]]\nfiles = [\"*.vcf\"]\n{more}\n")
}

/// Three samples, each in a file of its own.
fn of_three(more: &str, records: [&[&str]; 3]) -> Dataset {
    with(
        &groups(more),
        3,
        &[
            (&["s0"], records[0]),
            (&["s1"], records[1]),
            (&["s2"], records[2]),
        ],
    )
}

const BLOCKS: [&[&str]; 3] = [
    &[
        "1 10 . A G,<NON_REF> . . . GT:GQ 0/1:50",
        "1 40 . C T . . . GT:GQ 1/1:50",
    ],
    // Called up to 19, badly up to 29, not at all up to 39.
    &[
        "1 1 . A <NON_REF> . . END=19 GT:GQ 0/0:40",
        "1 20 . A <NON_REF> . . END=29 GT:GQ 0/0:5",
        "1 30 . A <NON_REF> . . END=39 GT:GQ ./.:0",
        "1 40 . C . . . . GT:GQ 0/0:30",
    ],
    &[
        "1 25 . G A,<*> . . . GT:GQ 0/1:50",
        "1 39 . CC C . . . GT:GQ 0/1:60",
    ],
];

#[test]
fn a_samples_reference_blocks_say_where_it_has_the_reference() {
    let dataset = of_three("reference_blocks = 20", BLOCKS);
    assert_eq!(
        dosages(&dataset.snapshot()),
        [
            "1:10:A:G s0 1",
            "1:10:A:G s1 0",
            "1:10:A:G s2 -",
            // Of s1 the quality is too low; s0 has no record here.
            "1:25:G:A s0 -",
            "1:25:G:A s1 -",
            "1:25:G:A s2 1",
            "1:39:CC:C s0 -",
            "1:39:CC:C s1 -",
            "1:39:CC:C s2 1",
            // s2's own record covers the base, with another allele.
            "1:40:C:T s0 2",
            "1:40:C:T s1 0",
            "1:40:C:T s2 0",
        ]
    );
    let any_quality = of_three("reference_blocks = 0", BLOCKS);
    let cells = dosages(&any_quality.snapshot());
    assert_eq!(cells[4], "1:25:G:A s1 0");
    let report = any_quality.ingest().unwrap().report;
    assert!(
        !report
            .warnings
            .contains_key("record without an alternate allele")
    );
}

#[test]
fn blocks_end_with_their_contig_and_may_overlap() {
    let dataset = of_three(
        "reference_blocks = 0",
        [
            &[
                "1 10 . A G . . . GT 0/1",
                "2 10 . A G . . . GT 0/1",
                "2 60 . A G . . . GT 0/1",
            ],
            &[
                "1 5 . A . . . END=500 GT 0/0",
                "2 5 . A . . . END=30 GT 0/0",
                "2 8 . A . . . END=12 GT 0/0",
            ],
            &["2 50 . A <*> . . END=60 GT 0|0"],
        ],
    );
    let cells = dosages(&dataset.snapshot());
    assert_eq!(
        cells,
        [
            "1:10:A:G s0 1",
            "1:10:A:G s1 0",
            "1:10:A:G s2 -",
            "2:10:A:G s0 1",
            "2:10:A:G s1 0",
            "2:10:A:G s2 -",
            "2:60:A:G s0 1",
            "2:60:A:G s1 -",
            "2:60:A:G s2 0",
        ]
    );
}

#[test]
fn a_bed_file_says_it_too_for_one_sample_or_for_many() {
    let records: [&[&str]; 3] = [
        &["1 10 . A G . . . GT 0/1", "2 7 . A G . . . GT 0/1"],
        &["1 11 . A G . . . GT 0/1"],
        &["2 20 . A G . . . GT 0/1"],
    ];
    let each = of_three("callable = \"{file_stem}.bed\"", records);
    each.file("0.bed", "track name=x\nchr1\t0\t100\n");
    each.file("1.bed", "# nothing else\nchr1\t9\t10\n1\t9\t9\n2 6 7\n");
    each.file("2.bed", "2\t15\t30\n2\t5\t6\n1\t10\t11\n");
    assert_eq!(
        dosages(&each.snapshot()),
        [
            "1:10:A:G s0 1",
            "1:10:A:G s1 0",
            "1:10:A:G s2 -",
            "1:11:A:G s0 0",
            "1:11:A:G s1 1",
            "1:11:A:G s2 0",
            "2:7:A:G s0 1",
            "2:7:A:G s1 0",
            "2:7:A:G s2 -",
            "2:20:A:G s0 -",
            "2:20:A:G s1 -",
            "2:20:A:G s2 1",
        ]
    );
    let shared = of_three("callable = \"kit.bed\"", records);
    shared.file("kit.bed", "1\t0\t100\n");
    let cells = dosages(&shared.snapshot());
    assert_eq!(cells[1], "1:10:A:G s1 0");
    assert_eq!(cells[8], "2:7:A:G s2 -");
    // It is an input as the others are.
    let before = shared.ingest().unwrap().snapshot;
    shared.file("kit.bed", "1\t0\t9\n");
    assert_ne!(shared.ingest().unwrap().snapshot, before);
}

#[test]
fn what_is_said_wrongly_publishes_nothing() {
    let records: [&[&str]; 3] = [&["1 10 . A G . . . GT 0/1"], &[], &[]];
    let missing = of_three("callable = \"{file_stem}.bed\"", records);
    assert!(missing.error().contains("0.bed"));
    let broken = of_three("callable = \"kit.bed\"", records);
    broken.file("kit.bed", "1\t0\t9\nchr1 from 3\n");
    assert!(broken.error().starts_with("kit.bed:2: expected a contig"));
    let both = of_three("callable = \"kit.bed\"\nreference_blocks = 0", records);
    assert!(
        both.error()
            .contains("either `callable` or `reference_blocks`")
    );
    let below = of_three("reference_blocks = -1", records);
    assert!(below.error().contains("from 0"));
    let many = with(
        &groups("reference_blocks = 0"),
        4,
        &[
            (&["s0"], &[]),
            (&["s1"], &[]),
            (&["s2"], &[]),
            (&["s3"], &[]),
        ],
    );
    assert!(many.error().contains("at most 3 files at once"));
}

#[test]
fn depths_of_a_block_are_of_the_reference_alone() {
    let dataset = of_three(
        "reference_blocks = 20\nformat = [\"DP\", \"AD\"]",
        [
            &["1 10 . A G . . . GT:DP:AD:GQ 0/1:9:5,4:50"],
            &["1 10 . A . . . . GT:DP:AD:GQ 0/0:30:30:50"],
            &["1 10 . A <NON_REF> . . . GT:DP:AD:GQ 0/0:20:20,0:50"],
        ],
    );
    let columns = ["sample_id", "dosage", "alt_depth"];
    assert_eq!(
        table(&dataset.snapshot(), "genotypes", &columns),
        ["s0 1 4", "s1 0 -", "s2 0 -"]
    );
}

#[test]
fn who_carries_an_allele_that_is_not_listed_is_not_taken_to_have_the_reference() {
    let dataset = of_three(
        "reference_blocks = 0",
        [
            &["1 10 . A G . . . GT 0/1", "1 20 . A G . . . GT 0/1"],
            &[
                "1 10 . A <NON_REF> . . . GT 0/1",
                "1 20 . A C,<NON_REF> . . . GT 1/2",
            ],
            &[
                "1 10 . A . . . . GT 0/1",
                "1 20 . A C,<NON_REF> . . . GT 0/1",
            ],
        ],
    );
    let cells = dosages(&dataset.snapshot());
    let of_g: Vec<&String> = cells.iter().filter(|cell| cell.contains(":A:G")).collect();
    assert_eq!(
        of_g,
        [
            "1:10:A:G s0 1",
            "1:10:A:G s1 -",
            "1:10:A:G s2 -",
            "1:20:A:G s0 1",
            "1:20:A:G s1 -",
            "1:20:A:G s2 0",
        ]
    );
}
