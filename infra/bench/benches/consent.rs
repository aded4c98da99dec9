//! What it costs to draw the permitted cohort of a million individuals from what
//! each of them consented to, beside asking each of them, and how long a withdrawal
//! takes to come into force.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that fails ends, and prints"
)]

use std::{
    collections::BTreeMap,
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{ToSpan as _, civil::date};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use roaring::RoaringBitmap;
use sekisho_bench::{Row, median, own_peak_mib, report};
use sekisho_consent::{Cohort, Individuals, Record, State, Use};
use sekisho_policies::{Basis, Consent, ConsentTerms, DataUse, Purpose, Sector, SectorUse};

const INDIVIDUALS: u32 = 1_000_000;
/// The cohort may take this much, in seconds: it is made once for each permit's kind.
const LIMIT_S: f64 = 0.050;
/// A withdrawal may, of the second that it has.
const WITHDRAWAL_S: f64 = 0.050;
const ROUNDS: usize = 21;
const HOLDER: &str = "holder";
const CODES: [&str; 6] = [
    "GRU",
    "HMB",
    "DS:MONDO:0004992",
    "GRU;NCU",
    "HMB;NCU",
    "NRES",
];
const COUNTRIES: [&str; 3] = ["*", "JP", "JP;DE;GB"];
const GROUPS: [&str; 4] = [HOLDER, "institute", "university", "hospital"];

fn main() {
    let consents = consents();
    let indices: Vec<u32> = (0..INDIVIDUALS).collect();
    let import = Record::import(&consents, &indices);
    println!(
        "a record of a million consents: {} KiB",
        import.to_bytes().unwrap().len() >> 10
    );
    let state = State::default().with(&import);
    let of = used();
    let individuals = Arc::new((0..INDIVIDUALS).collect::<RoaringBitmap>());
    let cohort = Cohort::new(of.clone(), individuals, Arc::new(BTreeMap::new()));
    let asked = || -> RoaringBitmap {
        let admits = |consent: &Consent| {
            let admitted = consent.admit(&of.data_use, &of.codes, &of.holder, of.embargo_months);
            admitted.is_ok()
        };
        let everybody = consents.iter().zip(0..);
        let admitted = everybody.filter(|(consent, _)| admits(consent));
        admitted.map(|(_, index)| index).collect()
    };
    let permitted = cohort.permitted(&state);
    assert_eq!(permitted, asked());
    println!("{} of a million are permitted", permitted.len());
    let (mut ours, mut one_by_one, mut withdrawals) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        ours.push(timed(|| cohort.permitted(&state)));
        one_by_one.push(timed(asked));
        let who = Individuals([u32::try_from(round).unwrap()].into_iter().collect());
        withdrawals.push(timed(|| state.with(&Record::Withdraw(who))));
    }
    let (ours, one_by_one) = (median(ours), median(one_by_one));
    let rss = own_peak_mib();
    let rows = [
        Row::within(
            "permitted cohort",
            "of a million individuals",
            ours,
            LIMIT_S,
            rss,
        ),
        Row::beside(
            "permitted cohort, one by one",
            "of a million individuals",
            ours,
            ("asking the consent of each", one_by_one),
            0.25,
            rss,
        ),
        Row::within(
            "withdrawal",
            "a withdrawal among a million consents, without the ledger's write",
            median(withdrawals),
            WITHDRAWAL_S,
            rss,
        ),
    ];
    for row in &rows {
        let (ours, peer) = (row.ours_s * 1e3, row.peer_s * 1e3);
        println!("  {}: {ours:.2} ms, {peer:.2} ms of {}", row.name, row.peer);
    }
    report(&rows).unwrap();
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    black_box(work());
    begun.elapsed()
}

/// Everybody's consent, drawn: eighteen terms, ten years of days, four groups.
fn consents() -> Vec<Consent> {
    let mut draw = StdRng::seed_from_u64(1);
    let terms: Vec<ConsentTerms> = (CODES.iter())
        .flat_map(|codes| COUNTRIES.iter().map(move |countries| (codes, countries)))
        .zip([true, true, true, false].into_iter().cycle())
        .map(|((codes, countries), industry)| ConsentTerms {
            codes: codes.parse().unwrap(),
            industry,
            countries: countries.parse().unwrap(),
        })
        .collect();
    (0..INDIVIDUALS)
        .map(|n| Consent {
            line: 0,
            individual: n.to_string(),
            terms: terms.choose(&mut draw).unwrap().clone(),
            registered_on: Some(date(2016, 4, 1).saturating_add(draw.random_range(0..3650).days())),
            collected_by: GROUPS.choose(&mut draw).map(|group| (*group).to_owned()),
            withdrawn: draw.random_bool(0.001),
        })
        .collect()
}

/// An institute of Japan, for a disease, under an embargo of 18 months.
fn used() -> Use {
    Use {
        data_use: DataUse {
            person: "spiffe://consortium.example/people/somebody".to_owned(),
            organisation: "institute".to_owned(),
            country: "JP".to_owned(),
            basis: Some(Basis::Domestic),
            sector: Sector::Academia,
            project: "P-1".to_owned(),
            purpose: "disease:MONDO:0004992".parse::<Purpose>().unwrap(),
            sector_use: SectorUse::NonCommercial,
            industry: false,
            ethics: true,
            approved_on: date(2025, 1, 1),
            day: date(2026, 12, 1),
            holder_takes_part: false,
            judged: Vec::new(),
        },
        embargo_months: 18,
        codes: "GRU".parse().unwrap(),
        without_record: None,
        holder: HOLDER.to_owned(),
    }
}
