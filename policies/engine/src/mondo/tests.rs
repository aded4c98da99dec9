//! The slice is whole, and says what MONDO says.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn disease(text: &str) -> Disease {
    text.parse().unwrap()
}

const CANCER: &str = "MONDO:0004992";
const LUNG_CANCER: &str = "MONDO:0008903";
const LUNG_ADENOCARCINOMA: &str = "MONDO:0005061";
const BREAST_CANCER: &str = "MONDO:0007254";

#[test]
fn a_disease_relates_to_others_as_mondo_says() {
    let to = |studied, consented| disease(studied).to(disease(consented));
    assert_eq!(to(CANCER, CANCER), Relation::Kind);
    assert_eq!(to(LUNG_ADENOCARCINOMA, LUNG_CANCER), Relation::Kind);
    assert_eq!(to(LUNG_ADENOCARCINOMA, CANCER), Relation::Kind);
    assert_eq!(to(CANCER, LUNG_ADENOCARCINOMA), Relation::Wider);
    assert_eq!(to(BREAST_CANCER, LUNG_CANCER), Relation::Other);
    assert_eq!(to("MONDO:9999999", LUNG_CANCER), Relation::Unknown);
    assert_eq!(to(LUNG_CANCER, "MONDO:9999999"), Relation::Unknown);
    assert_eq!(to("MONDO:9999999", "MONDO:9999999"), Relation::Kind);
}

#[test]
fn every_line_of_the_slice_is_read_and_leads_to_its_root() {
    let ontology = ontology();
    let lines = include_str!("../../../ontology/mondo.csv").lines().count();
    assert_eq!(ontology.diseases.len(), lines - 1);
    let root = disease("MONDO:0700096");
    for (disease, entry) in &ontology.diseases {
        assert!(ontology.is_kind_of(*disease, root), "{disease}");
        assert!(!entry.label.is_empty(), "{disease}");
        for parent in &entry.kinds_of {
            assert!(ontology.has(*parent), "{disease} is a kind of {parent}");
        }
    }
    let lines = include_str!("../../../ontology/mondo-replaced.csv").lines();
    assert_eq!(ontology.replaced.len(), lines.count() - 1);
    for (old, new) in &ontology.replaced {
        assert!(!ontology.has(*old) && ontology.has(*new), "{old}");
    }
}

#[test]
fn numbers_are_read_strictly() {
    assert_eq!(disease("mondo:0004992").to_string(), CANCER);
    assert_eq!(disease(LUNG_CANCER).named(), "MONDO:0008903 (lung cancer)");
    for text in [
        "MONDO:4992",
        "MONDO:00049920",
        "MONDO:+004992",
        "DOID:0004992",
        "0004992",
        "",
    ] {
        assert_eq!(text.parse::<Disease>(), Err(NoDisease), "{text}");
    }
}
