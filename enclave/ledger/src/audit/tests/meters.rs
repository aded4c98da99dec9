//! Meters and anchors, as an auditor sees them.

use roaring::RoaringBitmap;
use sekisho_receipt::Metered;

use super::*;
use crate::ledger::AnchorRecord;
use crate::visit::{Meter, Visit};

/// A visit that meters when it is charged and later, and adds an anchor; a
/// second one that meters when it is charged; both answered.
fn metered(dir: &TempDir) -> String {
    let ledger = open(dir);
    let meter = |account: &str, amount, limit| Meter {
        account: account.to_owned(),
        amount,
        limit,
    };
    for number in 1..3 {
        let asked = Visit {
            meters: vec![
                meter("rho/P-0001/demo-cancer", 5_000_000, 250_000_000),
                meter("rho//demo-cancer", 5_000_000, 1_000_000_000),
            ],
            ..visit(number)
        };
        let reserved = ledger.reserve(asked, 1, LIMIT).unwrap();
        if number == 1 {
            let exposure = meter("exposure//demo-cancer", 12_500_000, 250_000_000);
            ledger.meter(&reserved, vec![exposure]).unwrap();
            let anchor = AnchorRecord {
                set: RoaringBitmap::from_iter(0..500),
                key: 7,
                sketch: vec![1; 128],
            };
            let ids = ledger.add_anchors("demo-cancer", &[anchor]).unwrap();
            let statistic = (ids[0], vec![1, 2, 3]);
            ledger.add_statistics("demo-cancer", &[statistic]).unwrap();
            ledger
                .add_exposure("demo-cancer", ids[0], 12_500_000)
                .unwrap();
        }
        let _ = ledger.commit(reserved, outcome(), b"figures").unwrap();
    }
    path(&config(dir.path()).dir)
}

#[test]
fn meters_and_anchors_are_verified_and_said_in_words() {
    let dir = TempDir::new().unwrap();
    let ledger = metered(&dir);
    let (code, out, errors) = audit(&["verify", &ledger]);
    assert_eq!((code, errors.as_str()), (DONE, ""));
    for line in [
        "spent        2 by P-0001 at demo-cancer",
        "spent        0.01 rho by P-0001 at demo-cancer",
        "spent        0.01 rho by all projects at demo-cancer",
        "spent        0.0125 exposure by all projects at demo-cancer",
        "anchors      1 at demo-cancer",
        "over them    1 statistics and 1 exposures, sealed",
    ] {
        assert!(out.lines().any(|said| said == line), "{line}\n{out}");
    }
    let (_, out, _) = audit(&["show", &ledger]);
    assert!(
        out.contains(
            "query 1, spent 2 of 100; 0.005 rho by P-0001 at demo-cancer, spent 0.01 of 0.25; \
             0.005 rho by all projects at demo-cancer, spent 0.01 of 1"
        ),
        "{out}"
    );
    assert!(
        out.contains("for 0: 0.0125 exposure by all projects at demo-cancer, spent 0.0125 of 0.25"),
        "{out}"
    );
}

#[test]
fn an_export_has_the_meters_and_no_anchors() {
    let dir = TempDir::new().unwrap();
    let ledger = metered(&dir);
    let out = path(&dir.path().join("export"));
    assert_eq!(audit(&["export", &ledger, &out]).0, DONE);
    let (code, said, errors) = audit(&["verify", &out]);
    assert_eq!((code, errors.as_str()), (DONE, ""));
    assert!(said.contains("0.0125 exposure"), "{said}");
    assert!(!said.contains("anchors"), "{said}");
    let leaves = fs::read_to_string(out.clone() + "/leaves.jsonl").unwrap();
    assert_eq!(leaves.lines().count(), 5);
    // The same rules hold in an export, whose forger has the signing key.
    let forged = leaves.replacen(
        "\"amount\":12500000,\"limit\":250000000,\"spent_before\":0",
        "\"amount\":12400000,\"limit\":250000000,\"spent_before\":0",
        1,
    );
    assert_ne!(forged, leaves);
    fs::write(out.clone() + "/leaves.jsonl", forged).unwrap();
    let (code, _, errors) = audit(&["verify", &out]);
    assert_eq!(code, FAILED);
    assert!(
        errors.contains("is not `spent_before` and `amount`"),
        "{errors}"
    );
}

/// Rewrites the meters of every charge.
fn with_meters(entry: Entry<'_>, change: impl Fn(u64, &mut Vec<Metered>)) -> Vec<u8> {
    with_charge(entry, |charge| {
        change(charge.sequence, &mut charge.meters);
    })
}

/// Rewrites the metering.
fn with_metering(entry: Entry<'_>, change: impl Fn(&mut sekisho_receipt::Metering)) -> Vec<u8> {
    if let Entry::Leaf(leaf) = entry
        && let Leaf::Metering(mut metering) = Leaf::from_bytes(leaf).unwrap()
    {
        change(&mut metering);
        let leaf = Leaf::Metering(metering).to_bytes().unwrap();
        return Entry::Leaf(&leaf).encode();
    }
    entry.encode()
}

#[test]
fn forged_meters_with_a_chain_that_holds_are_found() {
    type Forgery<'a> = &'a dyn Fn(Entry<'_>) -> Vec<u8>;
    let forgeries: [(&str, Forgery<'_>); 7] = [
        (
            "`rho//demo-cancer` is 0, but 5000000 had been spent",
            &|entry| {
                with_meters(entry, |sequence, meters| {
                    if sequence > 0 {
                        meters[1].spent_before = 0;
                        meters[1].spent_after = 5_000_000;
                    }
                })
            },
        ),
        ("is not `spent_before` and `amount`", &|entry| {
            with_meters(entry, |_, meters| meters[0].amount -= 1)
        }),
        (
            "`rho/P-0001/demo-cancer` spends more than its limit",
            &|entry| with_meters(entry, |_, meters| meters[0].limit = 4_999_999),
        ),
        ("is 1, but 0 had been spent", &|entry| {
            with_meters(entry, |_, meters| {
                meters[1].spent_before += 1;
                meters[1].spent_after += 1;
            })
        }),
        ("meters another's charge", &|entry| {
            with_metering(entry, |metering| metering.project = "P-0002".to_owned())
        }),
        ("no open charge stands at leaf 1", &|entry| {
            with_metering(entry, |metering| metering.charge_sequence = 1)
        }),
        // All adds up, but it is not what was signed for.
        ("leaves are not those", &|entry| {
            with_metering(entry, |metering| metering.meters.clear())
        }),
    ];
    for (expected, forgery) in forgeries {
        let dir = TempDir::new().unwrap();
        let ledger = metered(&dir);
        forge(&ledger, |entry| Some(forgery(entry)));
        let (code, _, errors) = audit(&["verify", &ledger]);
        assert_eq!(code, FAILED, "{expected}");
        assert!(errors.contains(expected), "{expected}: {errors}");
    }
}
