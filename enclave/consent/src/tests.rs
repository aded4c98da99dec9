//! The cohort that is drawn from sets is the one that asking everybody gives, and a
//! record survives the ledger.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeMap, sync::Arc};

use jiff::{ToSpan as _, civil::Date, civil::date};
use proptest::{prelude::*, sample::select};
use roaring::RoaringBitmap;
use sekisho_policies::{
    Basis, Consent, ConsentTerms, DataUse, Judged, Kind, Purpose, Sector, SectorUse,
};

use crate::{Cohort, Individuals, Record, State, Use};

/// So many individuals have data; as many again are known by name alone.
const HAVE_DATA: u32 = 12;
const KNOWN: u32 = 2 * HAVE_DATA;
const HOLDER: &str = "holder";
const ORGANISATIONS: [&str; 3] = [HOLDER, "institute", "company"];

/// One change, as a person thinks of it.
#[derive(Clone, Debug)]
enum Change {
    Import(BTreeMap<u32, Consent>),
    Withdraw(Vec<u32>),
    Reinstate(Vec<u32>),
}

fn day() -> impl Strategy<Value = Date> {
    (0..40_i64).prop_map(|months| date(2024, 1, 31).saturating_add(months.months()))
}

fn terms() -> impl Strategy<Value = ConsentTerms> {
    let codes = select(vec![
        "GRU",
        "HMB",
        "DS:MONDO:0004992",
        "NRES",
        "GRU;NCU",
        "GRU;COL",
        "GRU;MOR:2026-12-31",
        "GRU;MOR:2099-01-01",
    ]);
    let countries = select(vec!["*", "JP", "DE;GB", "US"]);
    (codes, any::<bool>(), countries).prop_map(|(codes, industry, countries)| ConsentTerms {
        codes: codes.parse().unwrap(),
        industry,
        countries: countries.parse().unwrap(),
    })
}

fn consent() -> impl Strategy<Value = Consent> {
    let collected_by = proptest::option::of(select(ORGANISATIONS.to_vec()));
    let registered_on = proptest::option::of(day());
    let withdrawn = proptest::bool::weighted(0.1);
    (terms(), registered_on, collected_by, withdrawn).prop_map(
        |(terms, registered_on, collected_by, withdrawn)| Consent {
            line: 0,
            individual: String::new(),
            terms,
            registered_on,
            collected_by: collected_by.map(str::to_owned),
            withdrawn,
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    let who = proptest::collection::vec(0..KNOWN, 0..4);
    prop_oneof![
        4 => proptest::collection::btree_map(0..KNOWN, consent(), 0..12).prop_map(Change::Import),
        2 => who.clone().prop_map(Change::Withdraw),
        1 => who.prop_map(Change::Reinstate),
    ]
}

fn asked() -> impl Strategy<Value = Use> {
    let visitor = (
        select(ORGANISATIONS.to_vec()),
        select(vec![
            ("JP", Basis::Domestic),
            ("DE", Basis::Adequate),
            ("US", Basis::Consent),
        ]),
        select(vec![
            "health",
            "disease:MONDO:0004992",
            "population-origins",
            "methods",
        ]),
        any::<bool>(),
        day(),
    );
    let judged = |kind, met| vec![Judged { kind, met }];
    let judged = select(vec![
        Vec::new(),
        judged(Kind::Mor, true),
        judged(Kind::Col, true),
        judged(Kind::Mor, false),
    ]);
    let codes = select(vec!["GRU", "GRU;COL", "GRU;MOR:2026-12-31"]);
    let terms = (
        proptest::option::of(terms()),
        select(vec![0_u16, 6, 18]),
        (judged, codes),
    );
    (visitor, terms).prop_map(
        |((organisation, (country, basis), purpose, industry, day), terms)| Use {
            data_use: DataUse {
                person: "spiffe://consortium.example/people/somebody".to_owned(),
                organisation: organisation.to_owned(),
                country: country.to_owned(),
                basis: Some(basis),
                sector: if industry {
                    Sector::Industry
                } else {
                    Sector::Academia
                },
                project: "P-1".to_owned(),
                purpose: purpose.parse::<Purpose>().unwrap(),
                sector_use: if industry {
                    SectorUse::Commercial
                } else {
                    SectorUse::NonCommercial
                },
                industry,
                ethics: true,
                approved_on: date(2024, 1, 1),
                day,
                holder_takes_part: organisation == HOLDER,
                judged: terms.2.0,
            },
            embargo_months: terms.1,
            codes: terms.2.1.parse().unwrap(),
            without_record: terms.0,
            holder: HOLDER.to_owned(),
        },
    )
}

fn record(change: &Change) -> Record {
    let set = |who: &[u32]| Individuals(who.iter().copied().collect());
    match change {
        Change::Import(consents) => {
            let indices: Vec<u32> = consents.keys().copied().collect();
            let consents: Vec<Consent> = consents.values().cloned().collect();
            Record::import(&consents, &indices)
        }
        Change::Withdraw(who) => Record::Withdraw(set(who)),
        Change::Reinstate(who) => Record::Reinstate(set(who)),
    }
}

/// What is known of everybody, one by one.
#[derive(Default)]
struct Known {
    consents: BTreeMap<u32, Consent>,
    withdrawn: RoaringBitmap,
}

impl Known {
    fn hear(&mut self, change: &Change) {
        match change {
            Change::Import(consents) => {
                let left = consents.iter().filter(|(_, consent)| consent.withdrawn);
                self.withdrawn.extend(left.map(|(who, _)| *who));
                let consents = consents.iter();
                self.consents
                    .extend(consents.map(|(who, consent)| (*who, consent.clone())));
            }
            Change::Withdraw(who) => self.withdrawn.extend(who.iter().copied()),
            Change::Reinstate(who) => who.iter().for_each(|who| {
                self.withdrawn.remove(*who);
            }),
        }
    }

    /// Whether somebody may be counted.
    fn admits(&self, who: u32, of: &Use, registered_on: Option<Date>) -> bool {
        let known = self.consents.get(&who).cloned();
        let default = || {
            Some(Consent {
                line: 0,
                individual: String::new(),
                terms: of.without_record.clone()?,
                registered_on: None,
                collected_by: None,
                withdrawn: false,
            })
        };
        let Some(consent) = known.or_else(default) else {
            return false;
        };
        let consent = Consent {
            registered_on: consent.registered_on.or(registered_on),
            withdrawn: self.withdrawn.contains(who),
            ..consent
        };
        consent
            .admit(&of.data_use, &of.codes, &of.holder, of.embargo_months)
            .is_ok()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_cohort_is_everybody_whom_consent_admits(
        changes in proptest::collection::vec(change(), 0..6),
        of in asked(),
        dated in proptest::collection::btree_map(0..HAVE_DATA, day(), 0..12),
    ) {
        let (mut state, mut known) = (State::default(), Known::default());
        for change in &changes {
            let sealed = record(change).to_bytes().unwrap();
            state = state.with(&Record::from_bytes(&sealed).unwrap());
            known.hear(change);
        }
        prop_assert_eq!(state.revision(), changes.len() as u64);
        let mut days: BTreeMap<Date, RoaringBitmap> = BTreeMap::new();
        for (who, day) in &dated {
            days.entry(*day).or_default().insert(*who);
        }
        let individuals = Arc::new((0..HAVE_DATA).collect::<RoaringBitmap>());
        let cohort = Cohort::new(of.clone(), individuals, Arc::new(days));
        let permitted = cohort.permitted(&state);
        for who in 0..KNOWN {
            let admits = who < HAVE_DATA && known.admits(who, &of, dated.get(&who).copied());
            prop_assert_eq!(permitted.contains(who), admits, "{}", who);
        }
    }
}

#[test]
fn a_record_of_another_format_is_refused() {
    let withdrawn = Record::Withdraw(Individuals([3, 5].into_iter().collect()));
    let text = String::from_utf8(withdrawn.to_bytes().unwrap()).unwrap();
    assert_eq!(Record::from_bytes(text.as_bytes()).unwrap(), withdrawn);
    let odd_terms = r#"{"import":{"terms":[{"codes":"XYZ","industry":true,"countries":"*","individuals":""}],"registered_on":{},"collected_by":{},"withdrawn":""}}"#;
    for other in [
        "",
        "{}",
        "{\"forget\":\"\"}",
        &text.replace('}', ",\"more\":1}"),
        &text.replace("\":\"", "\":\"!"),
        odd_terms,
    ] {
        assert!(Record::from_bytes(other.as_bytes()).is_err(), "{other}");
    }
}
