//! What a worker does while it waits for its visit: most of what a visit's time goes into
//! in a fresh process is its program, which comes into memory page by page as it is used.

use datafusion::error::{DataFusionError, Result};
use sekisho_tables::Catalogue;

use crate::run;

/// A query that uses what most queries use: individuals, their rows, sites, groups.
const QUERY: &str = "SELECT i.diagnosis, g.dosage, avg(i.age) AS age, \
                     count(DISTINCT g.individual_id) AS individuals \
                     FROM genotypes g JOIN variants v ON v.variant_id = g.variant_id \
                     JOIN individuals i ON i.individual_id = g.individual_id \
                     WHERE v.pos = 1 AND g.dosage >= 1 AND i.age > 1 GROUP BY i.diagnosis, g.dosage";

/// The tables of no dataset.
const CATALOGUE: &str = include_str!("rehearsal.json");

/// Plans and runs a query over tables without rows.
pub(super) async fn rehearse() -> Result<()> {
    let catalogue: Catalogue = serde_json::from_str(CATALOGUE)
        .map_err(|error| DataFusionError::External(Box::new(error)))?;
    match run::prepare(QUERY, &catalogue).await {
        Ok(mut query) => query.rehearse().await,
        Err(refusal) => Err(DataFusionError::Plan(refusal.message)),
    }
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn the_rehearsal_goes_to_its_end() {
        assert!(super::rehearse().await.is_ok());
    }
}
