//! Allele counts of every variant of a snapshot over half of its individuals, from
//! spans that are in memory: the scan that a visit for frequencies makes, without the
//! visit. Prints the seconds of each of some rounds; `genomes.py` holds them beside a
//! peer's. Takes the snapshot's directory.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that fails ends, and prints"
)]

use std::{env, hint::black_box, path::Path, thread, time::Instant};

use roaring::RoaringBitmap;
use sekisho_tables::{GenotypeGroup, SPAN, Selection, Snapshot, Spans};

const ROUNDS: usize = 5;
const ROOM: usize = 4 << 30;

fn main() {
    let Some(directory) = env::args().nth(1).filter(|word| !word.starts_with('-')) else {
        return;
    };
    let snapshot = Snapshot::open(Path::new(&directory)).unwrap();
    let half: RoaringBitmap = snapshot.individuals().unwrap().iter().step_by(2).collect();
    let group = GenotypeGroup::new(&snapshot, &half).unwrap();
    let chromosome = Selection::region("1").unwrap();
    let variants = snapshot.select(&chromosome).unwrap();
    let mut numbers: Vec<u32> = variants.iter().map(|variant| variant / SPAN).collect();
    numbers.dedup();
    let spans = Spans::new(ROOM);
    // The first round reads the spans.
    for round in 0..=ROUNDS {
        let begun = Instant::now();
        black_box(counted(&snapshot, &spans, &group, &numbers));
        if round > 0 {
            println!("{}", begun.elapsed().as_secs_f64());
        }
    }
}

/// Copies of all alleles in a group.
fn counted(snapshot: &Snapshot, spans: &Spans, group: &GenotypeGroup, numbers: &[u32]) -> u64 {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let parts = numbers.chunks(numbers.len().div_ceil(threads).max(1));
        let counting: Vec<_> = parts
            .map(|part| {
                scope.spawn(move || {
                    let mut copies = 0;
                    for number in part {
                        let span = spans.of(snapshot, *number).unwrap();
                        for variant in span.variants() {
                            let counts = span.counts(variant, group);
                            copies += counts.one + 2 * counts.two;
                        }
                    }
                    copies
                })
            })
            .collect();
        counting.into_iter().map(|part| part.join().unwrap()).sum()
    })
}
