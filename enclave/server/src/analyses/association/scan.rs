//! Genotypes on their way to the tests: span after span, gene after gene.

use std::{collections::BTreeSet, sync::Arc, thread};

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    association::{Ancestry, Association, Marker, Tested},
    frequency,
};
use sekisho_query::worker::Lost;
use sekisho_tables::{
    Copies, Genotype, GenotypeGroup, Places, SPAN, Selection, Snapshot, Span, Spans,
};

use super::{Burden, Ground, lost};
use crate::frequencies::is_autosome;

/// Markers that components are made from, at most.
const MOST_ANCESTRAL: usize = 3_000;

/// Genotypes that are held for components, at most: a byte each.
const MOST_HELD: usize = 64 << 20;

/// Reads genotypes of a group.
pub(super) struct Scan<'a> {
    ground: &'a Ground<'a>,
    snapshot: &'a Snapshot,
    spans: &'a Spans,
    group: &'a GenotypeGroup,
    places: Places<'a>,
}

/// A gene with the variants of it that count.
pub(super) type Gene = (String, RoaringBitmap);

impl<'a> Scan<'a> {
    pub(super) fn of(ground: &'a Ground<'a>, group: &'a GenotypeGroup) -> Self {
        Self {
            ground,
            snapshot: &ground.admission.pinned.snapshot,
            spans: ground.spans,
            places: Places::of(group),
            group,
        }
    }

    pub(super) fn selected(&self, selection: &Selection) -> Result<RoaringBitmap, Lost> {
        self.snapshot.select(selection).map_err(lost)
    }

    /// Genes by name, or all, with the variants of which the consequences are asked for.
    pub(super) fn genes(&self, burden: &Burden) -> Result<Vec<Gene>, Lost> {
        let mut genes = self.snapshot.genes(&burden.consequences).map_err(lost)?;
        if !burden.genes.is_empty() {
            genes.retain(|(gene, _)| burden.genes.contains(gene));
        }
        Ok(genes)
    }

    /// The first components of common variants, one of each stretch of the genome.
    pub(super) fn components(&self, wanted: usize) -> Result<Vec<Vec<f64>>, Lost> {
        let people = self.group.individuals().len();
        let n = usize::try_from(people).map_err(|_| Lost)?;
        if wanted == 0 || n == 0 {
            return Ok(vec![Vec::new(); n]);
        }
        let variants = self.selected(&Selection::All)?;
        let most = MOST_ANCESTRAL.min(MOST_HELD / n).max(1) as u64;
        let stretch = u32::try_from(variants.len().div_ceil(most))
            .unwrap_or(u32::MAX)
            .max(1);
        let mut ancestry = Ancestry::of(n);
        let mut copies = Copies::default();
        let mut span: Option<Arc<Span>> = None;
        let mut done = None;
        for variant in variants {
            if done == Some(variant / stretch) {
                continue;
            }
            let span = self.span(&mut span, variant)?;
            let counts = span.counts(variant, self.group);
            let known = people.saturating_sub(counts.missing);
            if Ancestry::is_told_by(counts.one, counts.two, known) && is_autosome(span.id(variant))
            {
                self.places.read(&span, variant, &mut copies);
                ancestry.add(marker(&copies));
                done = Some(variant / stretch);
            }
        }
        Ok(ancestry.components(wanted))
    }

    /// Tests variants, each thread every n-th span.
    pub(super) fn variants(
        &self,
        association: &Association<'_>,
        selected: &RoaringBitmap,
        rows: usize,
    ) -> Result<Tested, Lost> {
        let mut numbers: Vec<u32> = selected.iter().map(|variant| variant / SPAN).collect();
        numbers.dedup();
        self.tested(rows, |turn, threads, tested| {
            let mut copies = Copies::default();
            for number in numbers.iter().skip(turn).step_by(threads) {
                self.goes_on()?;
                let span = self.spans.of(self.snapshot, *number).map_err(lost)?;
                for variant in selected.range(span.variants()) {
                    let counts = span.counts(variant, self.group);
                    let (carriers, unknown) = (counts.one + counts.two, counts.missing);
                    let members = |has| span.individuals(variant, carrying(has), self.group);
                    if association.may_test(carriers, unknown, members) {
                        self.places.read(&span, variant, &mut copies);
                        association.test(variant, marker(&copies), tested);
                    }
                }
            }
            Ok(())
        })
    }

    /// Tests genes, numbered as they are listed, each thread a part of the list.
    pub(super) fn burdens(
        &self,
        association: &Association<'_>,
        genes: &[Gene],
        max_frequency: f64,
        rows: usize,
    ) -> Result<Tested, Lost> {
        self.tested(rows, |turn, threads, tested| {
            let each = genes.len().div_ceil(threads).max(1);
            let mut reader = Reader::default();
            for (number, gene) in (0_u32..).zip(genes).skip(turn * each).take(each) {
                self.goes_on()?;
                let carriers = self.carriers(gene, max_frequency, &mut reader)?;
                let members = |has| association.members(&carriers, has);
                if association.may_test(carriers.len() as u64, 0, members) {
                    let marker = Marker {
                        one: &carriers,
                        ..Marker::default()
                    };
                    association.test(number, marker, tested);
                }
            }
            Ok(())
        })
    }

    /// The places of those who carry any of a gene's variants that are rare enough.
    pub(super) fn carriers(
        &self,
        (_, variants): &Gene,
        max_frequency: f64,
        Reader { span, copies }: &mut Reader,
    ) -> Result<Vec<u32>, Lost> {
        let people = self.group.individuals().len();
        let profile = self.ground.profile;
        let mut carriers = BTreeSet::new();
        for variant in variants {
            let span = self.span(span, variant)?;
            let counts = span.counts(variant, self.group);
            let known = people.saturating_sub(counts.missing);
            let copies_of = counts.one + 2 * counts.two;
            if max_frequency == 0.0 || frequency::share(copies_of, known, profile) <= max_frequency
            {
                self.places.read(&span, variant, copies);
                carriers.extend(copies.one.iter().chain(&copies.two).copied());
            }
        }
        Ok(carriers.into_iter().collect())
    }

    /// The span of a variant, and who has how many copies of it.
    pub(super) fn variant<'r>(
        &self,
        variant: u32,
        Reader { span, copies }: &'r mut Reader,
    ) -> Result<(Arc<Span>, &'r Copies), Lost> {
        let span = self.span(span, variant)?;
        self.places.read(&span, variant, copies);
        Ok((span, copies))
    }

    fn tested(
        &self,
        rows: usize,
        test: impl Fn(usize, usize, &mut Tested) -> Result<(), Lost> + Sync,
    ) -> Result<Tested, Lost> {
        let of_threads = self.in_threads(|turn, threads| {
            let mut tested = Tested::wanting(rows);
            test(turn, threads, &mut tested).map(|()| tested)
        })?;
        let mut all = Tested::wanting(rows);
        of_threads.into_iter().for_each(|tested| all.merge(tested));
        Ok(all)
    }

    /// What each of some threads comes to, by its turn and how many there are.
    pub(super) fn in_threads<T: Send>(
        &self,
        work: impl Fn(usize, usize) -> Result<T, Lost> + Sync,
    ) -> Result<Vec<T>, Lost> {
        let threads = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(8);
        thread::scope(|scope| {
            let work = &work;
            let running: Vec<_> = (0..threads)
                .map(|turn| scope.spawn(move || work(turn, threads)))
                .collect();
            // A thread that panicked says nothing more: the visit fails.
            let ended = running.into_iter().map(|of| of.join().map_err(|_| Lost)?);
            ended.collect()
        })
    }

    /// The span of a variant; the last one is at hand.
    fn span(&self, last: &mut Option<Arc<Span>>, variant: u32) -> Result<Arc<Span>, Lost> {
        if let Some(span) = last
            .as_ref()
            .filter(|span| span.variants().contains(&variant))
        {
            return Ok(Arc::clone(span));
        }
        self.goes_on()?;
        let span = self.spans.of(self.snapshot, variant / SPAN).map_err(lost)?;
        *last = Some(Arc::clone(&span));
        Ok(span)
    }

    /// Whether anybody still waits.
    pub(super) fn goes_on(&self) -> Result<(), Lost> {
        match self.ground.has_ended() {
            false => Ok(()),
            true => Err(Lost),
        }
    }
}

/// What is at hand while genes are read.
#[derive(Default)]
pub(super) struct Reader {
    span: Option<Arc<Span>>,
    copies: Copies,
}

/// The genotypes of those who have a variant, or have it not.
fn carrying(has: bool) -> &'static [Genotype] {
    match has {
        true => &[Genotype::One, Genotype::Two],
        false => &[Genotype::None],
    }
}

/// Copies as a marker.
pub(super) fn marker(copies: &Copies) -> Marker<'_> {
    Marker {
        one: &copies.one,
        two: &copies.two,
        missing: &copies.missing,
    }
}
