//! What a structural variant is, and how long.

use super::records::{VARIANTS, dataset, with};
use super::*;

#[test]
fn structural_variants_have_a_type_and_a_length_if_that_is_asked() {
    let files: &[(&[&str], &[&str])] = &[(
        &["s0"],
        &[
            "1 10 . AC A . . . GT 0/1",
            "1 20 . A <DEL> . . END=50 GT 0/1",
            "1 30 . A <DUP:TANDEM> . . SVLEN=40 GT 0/1",
            "1 40 . G G]17:198982] . . . GT 0/1",
            "1 50 . G <INS:ME:ALU> . . SVLEN=300 GT 0/1",
            "1 60 . G <XYZ> . . END=90 GT 0/1",
        ],
    )];
    let asked = VARIANTS.replace("[[variants]]", "[[variants]]\nstructural = true");
    assert_ne!(asked, VARIANTS);
    let columns = ["variant_id", "kind", "sv_type", "sv_length"];
    let expected = [
        "1:10:AC:A deletion - -",
        "1:20:A:<DEL>:50 sv DEL 30",
        "1:30:A:<DUP:TANDEM>:70 sv DUP 40",
        "1:40:G:G]17:198982] sv BND -",
        "1:50:G:<INS:ME:ALU>:50 sv INS -",
        "1:60:G:<XYZ>:90 sv - -",
    ];
    let batched = with(&format!("{asked}batch = \"a\"\n"), 1, files);
    assert_eq!(table(&batched.snapshot(), "variants", &columns), expected);
    let one = with(&asked, 1, files);
    let snapshot = one.snapshot();
    assert_eq!(table(&snapshot, "variants", &columns), expected);
    let variants = snapshot.catalogue().table("variants").unwrap();
    let types = variants.column("sv_type").unwrap().domain.as_ref();
    assert_eq!(types.unwrap().len(), 6);
    let plain = dataset(1, files);
    let snapshot = plain.snapshot();
    let variants = snapshot.catalogue().table("variants").unwrap();
    assert!(variants.column("sv_type").is_none() && variants.column("sv_length").is_none());
}
