//! Structural variants by what they are and how long, asked of a real server.

use sekisho_tests::{Dataset, only, shown};

use super::{
    CANCER, PROJECT,
    frequencies::{LIFTED, PEOPLE},
    rounded, visit,
};

#[tokio::test]
async fn carriers_are_counted_by_type_and_by_length() {
    let dataset = Dataset::population(CANCER, PEOPLE, 53).with_structural();
    let consortium = super::under(dataset, LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let carriers = async |condition: &str| {
        let sql = format!(
            "SELECT count(DISTINCT g.individual_id) AS carriers FROM genotypes g \
             JOIN variants v ON v.variant_id = g.variant_id \
             WHERE g.dosage >= 1 AND {condition}"
        );
        shown(&only(visit.sql(&sql, &[CANCER]).await))
    };
    let [fourth, third] = [4, 3].map(|of| [rounded(PEOPLE.div_ceil(of)).to_string()]);
    assert_eq!(carriers("v.sv_type = 'DEL'").await, fourth);
    assert_eq!(carriers("v.sv_type = 'DUP'").await, third);
    assert_eq!(carriers("v.sv_length > 1000").await, fourth);
    assert_eq!(carriers("v.sv_length BETWEEN 100 AND 1000").await, third);
}
