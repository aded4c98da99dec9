//! Of what was tested, what is shown.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    Sheet,
    association::{Association, Findings, Group, Marker, Row, Tested},
    frequency::Frequency,
};
use sekisho_query::worker::Lost;
use sekisho_tables::{Selection, SnapshotError};

use super::{
    Asked, Burden, Ground, Markers, lost,
    scan::{Gene, Reader, Scan, marker},
};
use crate::frequencies::{self, Counted};

impl Asked {
    /// All sheets; without an association what was asked for by name has empty rows.
    pub(super) fn sheets(
        &self,
        ground: &Ground<'_>,
        association: Option<&Association<'_>>,
        scan: &Scan<'_>,
        names: &[Group],
        groups: &[frequencies::Group],
    ) -> Result<Vec<Sheet>, Lost> {
        let (mut rows, tested) = match association {
            None => (Vec::new(), None),
            Some(association) => {
                let (rows, tested) = match &self.markers {
                    Markers::Variants(of) => {
                        let of_groups = (ground, groups);
                        self.of_variants(association, scan, of, of_groups)?
                    }
                    Markers::Genes(of) => self.of_genes(association, scan, of, ground)?,
                };
                (rows, Some(tested))
            }
        };
        match self.named() {
            Some(named) => {
                let mut known: BTreeMap<_, _> = rows
                    .into_iter()
                    .map(|row| (row.name.clone(), row))
                    .collect();
                let row = |name: &String| known.remove(name).unwrap_or_else(|| empty(name));
                rows = named.iter().map(row).collect();
            }
            None => {
                let z = |row: &Row| {
                    row.shown
                        .map_or(0.0, |(effect, error)| (effect / error).abs())
                };
                rows.sort_by(|a, b| z(b).total_cmp(&z(a)).then_with(|| a.name.cmp(&b.name)));
                rows.truncate(self.rows);
            }
        }
        let (markers, groups) = match self.markers {
            Markers::Variants(_) => ("variant_id", names),
            Markers::Genes(_) => ("gene", [].as_slice()),
        };
        let found = Findings {
            association,
            of_cases: self.is_of_cases,
            markers,
            rows: &rows,
            groups,
            tested: tested.as_ref(),
        };
        Ok(found.sheets())
    }

    fn of_variants(
        &self,
        association: &Association<'_>,
        scan: &Scan<'_>,
        selection: &Selection,
        (ground, groups): (&Ground<'_>, &[frequencies::Group]),
    ) -> Result<(Vec<Row>, Tested), Lost> {
        let selected = scan.selected(selection)?;
        let tested = scan.variants(association, &selected, self.shown_at_most())?;
        let mut candidates = Vec::new();
        for number in tested.candidates() {
            let (name, copies) = scan.variant(number)?;
            candidates.push((number, name, copies));
        }
        let numbers = candidates.iter().map(|(number, ..)| *number).collect();
        let names = candidates.iter().map(|(_, name, _)| name.clone()).collect();
        let told = self.shown_at_most() as u64;
        let mut figures = figures(ground, groups, &Selection::Variants(names), &numbers, told)?;
        let sides = if self.is_of_cases { 2 } else { 1 };
        let mut rows = Vec::new();
        for (_, name, copies) in candidates {
            scan.goes_on()?;
            let mut frequencies = figures.remove(&name).unwrap_or_default();
            // One stratum that is hidden would be what the others leave of all.
            let strata = frequencies.get_mut(sides..).unwrap_or_default();
            if strata.iter().any(Option::is_none) {
                strata.fill(None);
            }
            let is_shown =
                frequencies.len() >= sides && frequencies.iter().take(sides).all(Option::is_some);
            if is_shown && let Some(shown) = association.shown(marker(&copies)) {
                rows.push(Row {
                    name,
                    shown: Some(shown),
                    frequencies,
                });
            }
        }
        Ok((rows, tested))
    }

    fn of_genes(
        &self,
        association: &Association<'_>,
        scan: &Scan<'_>,
        burden: &Burden,
        ground: &Ground<'_>,
    ) -> Result<(Vec<Row>, Tested), Lost> {
        let genes: Vec<Gene> = scan.genes(burden)?;
        let tested = scan.burdens(
            association,
            &genes,
            burden.max_frequency,
            self.shown_at_most(),
        )?;
        let mut rows = Vec::new();
        let mut reader = Reader::default();
        for number in tested.candidates() {
            let Some(gene) = genes.get(number as usize) else {
                continue;
            };
            scan.goes_on()?;
            let carriers = scan.carriers(gene, burden.max_frequency, &mut reader)?;
            // Which variants count is asked for: those who make the difference are looked for.
            let mut settled = association.units(&carriers);
            let of_gene = format!("burden:{}", gene.0);
            ground.settle_among(
                &of_gene,
                &association.individuals(),
                [&mut settled].into_iter(),
            )?;
            let carriers = association.places(&settled);
            let marker = Marker {
                one: &carriers,
                ..Marker::default()
            };
            if let Some(shown) = association.shown(marker) {
                rows.push(Row {
                    name: gene.0.clone(),
                    shown: Some(shown),
                    frequencies: Vec::new(),
                });
            }
        }
        Ok((rows, tested))
    }
}

/// What may be told of variants in each group.
fn figures(
    ground: &Ground<'_>,
    groups: &[frequencies::Group],
    selection: &Selection,
    selected: &RoaringBitmap,
    told: u64,
) -> Result<BTreeMap<String, Vec<Option<Frequency>>>, Lost> {
    let pinned = &ground.admission.pinned;
    let counted = Counted {
        snapshot: &pinned.snapshot,
        spans: ground.spans,
        noise: &pinned.noise,
        profile: ground.profile,
        selection,
        selected,
        groups,
        told,
    };
    let mut figures: BTreeMap<String, Vec<Option<Frequency>>> = BTreeMap::new();
    let told = counted.rows::<SnapshotError>(|rows| {
        for row in rows {
            // In the order of the groups.
            figures
                .entry(row.variant.to_owned())
                .or_default()
                .push(row.figures);
        }
        Ok(())
    });
    told.map_err(lost)?;
    Ok(figures)
}

fn empty(name: &str) -> Row {
    Row {
        name: name.to_owned(),
        shown: None,
        frequencies: Vec::new(),
    }
}
