//! Of what was tested, what is shown.

use std::collections::BTreeMap;

use sekisho_disclosure::{
    Sheet,
    association::{Association, Findings, Group, Marker, Row, Tested},
    frequency::Tests,
};
use sekisho_query::worker::Lost;
use sekisho_tables::Selection;

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
        // In the order of the snapshot, so that each span is read once.
        let mut candidates = tested.candidates();
        candidates.sort_unstable();
        let pinned = &ground.admission.pinned;
        let counted = Counted {
            snapshot: &pinned.snapshot,
            spans: ground.spans,
            noise: &pinned.noise,
            profile: ground.profile,
            selection,
            selected: &selected,
            groups,
            told: self.shown_at_most() as u64,
        };
        let sides = if self.is_of_cases { 2 } else { 1 };
        let fitted = scan.in_threads(|turn, threads| {
            let each = candidates.len().div_ceil(threads).max(1);
            let (mut reader, tests) = (Reader::default(), Tests::default());
            let mut rows = Vec::new();
            for number in candidates.iter().skip(turn * each).take(each) {
                scan.goes_on()?;
                let (span, copies) = scan.variant(*number, &mut reader)?;
                let frequencies = counted.of_variant(&span, *number, &tests);
                let mut frequencies = frequencies.map_err(lost)?;
                // One stratum that is hidden would be what the others leave of all.
                let strata = frequencies.get_mut(sides..).unwrap_or_default();
                if strata.iter().any(Option::is_none) {
                    strata.fill(None);
                }
                let is_shown = frequencies.len() >= sides
                    && frequencies.iter().take(sides).all(Option::is_some);
                if is_shown && let Some(shown) = association.shown(marker(copies)) {
                    rows.push(Row {
                        name: span.id(*number).to_owned(),
                        shown: Some(shown),
                        frequencies,
                    });
                }
            }
            Ok(rows)
        })?;
        let rows = fitted.into_iter().flatten().collect();
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

fn empty(name: &str) -> Row {
    Row {
        name: name.to_owned(),
        shown: None,
        frequencies: Vec::new(),
    }
}
