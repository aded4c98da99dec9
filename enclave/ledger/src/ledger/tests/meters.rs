//! What visits spend beside queries.

use super::*;

pub(super) const NANO: u64 = 1_000_000_000;

pub(super) fn meter(account: &str, amount: u64, limit: u64) -> Meter {
    Meter {
        account: account.to_owned(),
        amount,
        limit,
    }
}

fn metering(number: u64, meters: &[Meter]) -> Visit {
    Visit {
        meters: meters.to_vec(),
        ..visit(number)
    }
}

fn metered(ledger: &Ledger, accounts: [&str; 2]) -> [u64; 2] {
    accounts.map(|account| ledger.metered(account).unwrap())
}

const PROJECT: &str = "rho/P-0001/demo-cancer";
const ALL: &str = "rho//demo-cancer";

#[test]
fn meters_are_spent_with_the_charge_and_stand_in_its_leaf() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let asked = [meter(PROJECT, 5, 20), meter(ALL, 7, 30)];
    let _ = ledger.reserve(metering(1, &asked), 1, LIMIT).unwrap();
    let charge = ledger.reserve(metering(2, &asked), 1, LIMIT).unwrap();
    assert_eq!(metered(&ledger, [PROJECT, ALL]), [10, 14]);
    assert_eq!(ledger.metered("rho/P-0001/").unwrap(), 0);
    let receipt = ledger.receipt("P-0001", "demo-cancer", charge.leaf_index());
    let leaf = receipt.unwrap().unwrap().verify(&[ledger.vkey()]).unwrap();
    let Leaf::Charge(leaf) = leaf else {
        panic!("not a charge");
    };
    let said: Vec<_> = leaf
        .meters
        .iter()
        .map(|meter| {
            (
                meter.account.as_str(),
                meter.spent_before,
                meter.spent_after,
            )
        })
        .collect();
    assert_eq!(said, [(PROJECT, 5, 10), (ALL, 7, 14)]);
    drop(ledger);
    assert_eq!(metered(&open(&dir), [PROJECT, ALL]), [10, 14]);
}

#[test]
fn one_exhausted_account_refuses_everything() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let first = [meter(PROJECT, 5, 20), meter(ALL, 25, 30)];
    let _ = ledger.reserve(metering(1, &first), 1, LIMIT).unwrap();
    for (asked, exhausted, spent) in [
        ([meter(PROJECT, 5, 20), meter(ALL, 6, 30)], ALL, 25),
        ([meter(PROJECT, 16, 20), meter(ALL, 1, 30)], PROJECT, 5),
        (
            [meter(ALL, u64::MAX, u64::MAX), meter(PROJECT, 1, 20)],
            ALL,
            25,
        ),
        // Twice the same account in one visit is spent twice.
        ([meter(PROJECT, 8, 20), meter(PROJECT, 8, 20)], PROJECT, 5),
    ] {
        match ledger.reserve(metering(2, &asked), 1, LIMIT) {
            Err(ReserveError::MeterExhausted {
                account,
                spent: so_far,
                ..
            }) => assert_eq!((account.as_str(), so_far), (exhausted, spent)),
            other => panic!("{other:?}"),
        }
    }
    // The queries' budget is looked at first and refuses the meters with it.
    let refused = ledger.reserve(metering(2, &first), 1, 1);
    assert!(matches!(refused, Err(ReserveError::Exhausted { .. })));
    assert_eq!(metered(&ledger, [PROJECT, ALL]), [5, 25]);
    assert_eq!(spent(&ledger), 1);
    // The permit was not used up by the refusals.
    let rest = [meter(PROJECT, 15, 20), meter(ALL, 5, 30)];
    let _ = ledger.reserve(metering(2, &rest), 1, LIMIT).unwrap();
    assert_eq!(metered(&ledger, [PROJECT, ALL]), [20, 30]);
}

#[test]
fn an_open_visit_spends_what_is_known_later_and_a_closed_one_nothing() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let accounts = ["exposure/P-0001/demo-cancer", "exposure//demo-cancer"];
    let asked = |amount| {
        accounts
            .map(|account| meter(account, amount, NANO))
            .to_vec()
    };
    let reserved = ledger.reserve(visit(1), 1, LIMIT).unwrap();
    ledger.meter(&reserved, Vec::new()).unwrap();
    ledger.meter(&reserved, asked(NANO / 4)).unwrap();
    ledger.meter(&reserved, asked(NANO / 2)).unwrap();
    let refused = ledger.meter(&reserved, asked(NANO / 2));
    assert!(matches!(refused, Err(ReserveError::MeterExhausted { .. })));
    assert_eq!(metered(&ledger, accounts), [NANO / 4 * 3; 2]);
    // Leaf 0 is the charge: both meterings are leaves, the empty one is none.
    let committed = ledger.commit(reserved, outcome(), b"x").unwrap();
    assert_eq!(committed.leaf_index(), 3);

    let elsewhere = TempDir::new().unwrap();
    let other = open(&elsewhere);
    let foreign = other.reserve(visit(5), 1, LIMIT).unwrap();
    let refused = ledger.meter(&foreign, asked(1));
    assert!(matches!(
        refused,
        Err(ReserveError::Ledger(LedgerError::NotReserved(0)))
    ));
    let abandoned = ledger.reserve(visit(2), 1, LIMIT).unwrap();
    ledger.meter(&abandoned, asked(NANO / 4)).unwrap();
    ledger.abandon(abandoned).unwrap();
    drop(ledger);
    assert_eq!(metered(&open(&dir), accounts), [NANO; 2]);
}

#[test]
fn no_visitor_gets_the_receipt_of_a_metering_and_its_hash_is_blinded() {
    let leaf_of = || {
        let dir = TempDir::new().unwrap();
        let ledger = open(&dir);
        let reserved = ledger.reserve(visit(1), 1, LIMIT).unwrap();
        ledger.meter(&reserved, vec![meter(ALL, 5, 20)]).unwrap();
        assert!(
            ledger
                .receipt("P-0001", "demo-cancer", 0)
                .unwrap()
                .is_some()
        );
        assert!(
            ledger
                .receipt("P-0001", "demo-cancer", 1)
                .unwrap()
                .is_none()
        );
        let leaf = ledger.pages().unwrap().leaf(1).unwrap().unwrap();
        assert!(matches!(Leaf::from_bytes(&leaf), Ok(Leaf::Metering(_))));
        leaf
    };
    assert_ne!(leaf_of(), leaf_of());
}

#[test]
fn of_many_threads_exactly_what_the_accounts_hold_is_spent() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let [reserve_limit, meter_limit] = [37, 23];
    let (reserved, spent_later) = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let ledger = &ledger;
                scope.spawn(move || {
                    let own = format!("rho/P-{thread}/demo-cancer");
                    let (mut reserved, mut spent_later) = (0, 0);
                    for number in 0..8 {
                        let asked = [meter(&own, 1, 6), meter(ALL, 1, reserve_limit)];
                        let asked = metering(thread * 10 + number, &asked);
                        match ledger.reserve(asked, 1, LIMIT) {
                            Ok(visit) => {
                                reserved += 1;
                                let later = meter("exposure//demo-cancer", 1, meter_limit);
                                match ledger.meter(&visit, vec![later]) {
                                    Ok(()) => spent_later += 1,
                                    Err(ReserveError::MeterExhausted { .. }) => {}
                                    Err(error) => panic!("{error}"),
                                }
                                ledger.abandon(visit).unwrap();
                            }
                            Err(ReserveError::MeterExhausted { .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                        assert!(ledger.metered(&own).unwrap() <= 6);
                    }
                    (reserved, spent_later)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
    });
    assert_eq!((reserved, spent_later), (reserve_limit, meter_limit));
    assert_eq!(spent(&ledger), reserve_limit);
    let accounts = [ALL, "exposure//demo-cancer"];
    assert_eq!(metered(&ledger, accounts), [reserve_limit, meter_limit]);
    drop(ledger);
    assert_eq!(metered(&open(&dir), accounts), [reserve_limit, meter_limit]);
}
