//! Any order of operations against a model of a few lines.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::meters::meter;
use super::*;

#[derive(Debug, Clone)]
enum Step {
    Reserve {
        project: u8,
        permit: u8,
        charge: u64,
        rho: u64,
    },
    Meter {
        exposure: u64,
    },
    Commit,
    Abandon,
    Forget,
    Reopen {
        without_index: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..2_u8, 0..24_u8, 0..4_u64, 0..5_u64).prop_map(|(project, permit, charge, rho)| {
            Step::Reserve { project, permit, charge, rho }
        }),
        3 => (0..6_u64).prop_map(|exposure| Step::Meter { exposure }),
        3 => Just(Step::Commit),
        1 => Just(Step::Abandon),
        1 => Just(Step::Forget),
        1 => any::<bool>().prop_map(|without_index| Step::Reopen { without_index }),
    ]
}

const EXPOSURE: &str = "exposure//demo-cancer";

/// What a visit of this project meters when it is charged.
fn meters(project: u8, rho: u64) -> Vec<Meter> {
    vec![
        meter(&format!("rho/P-{project}/demo-cancer"), rho, 12),
        meter("rho//demo-cancer", rho, 16),
    ]
}

/// Whether accounts hold all of these.
fn hold(metered: &BTreeMap<String, u64>, meters: &[Meter]) -> bool {
    meters.iter().all(|meter| {
        let spent = metered.get(&meter.account).copied().unwrap_or(0);
        spent + meter.amount <= meter.limit
    })
}

fn spend(metered: &mut BTreeMap<String, u64>, meters: &[Meter]) {
    for meter in meters {
        *metered.entry(meter.account.clone()).or_default() += meter.amount;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn budgets_meters_permits_and_answers_follow_the_model(
        steps in prop::collection::vec(step(), 1..40)
    ) {
        let limit = 20;
        let dir = TempDir::new().unwrap();
        let mut ledger = open(&dir);
        let mut spent = BTreeMap::<u8, u64>::new();
        let mut metered = BTreeMap::<String, u64>::new();
        let mut permits = BTreeMap::new();
        let mut answers = BTreeMap::new();
        let mut waiting = Vec::new();
        for step in steps {
            match step {
                Step::Reserve { project, permit, charge, rho } => {
                    let meters = meters(project, rho);
                    let asked = Visit {
                        nonce: [permit; 16],
                        project: format!("P-{project}"),
                        meters: meters.clone(),
                        ..visit(u64::from(permit))
                    };
                    let so_far = spent.get(&project).copied().unwrap_or(0);
                    match ledger.reserve(asked, charge, limit) {
                        Ok(reserved) => {
                            prop_assert_eq!(permits.insert(permit, project), None);
                            prop_assert!(so_far + charge <= limit);
                            prop_assert!(hold(&metered, &meters));
                            spend(&mut metered, &meters);
                            spent.insert(project, so_far + charge);
                            waiting.push((project, permit, reserved));
                        }
                        Err(ReserveError::NonceUsed) => {
                            prop_assert!(permits.contains_key(&permit));
                        }
                        Err(ReserveError::Exhausted { spent, .. }) => {
                            prop_assert_eq!(spent, so_far);
                            prop_assert!(so_far + charge > limit);
                        }
                        Err(ReserveError::MeterExhausted { account, spent, .. }) => {
                            prop_assert_eq!(spent, metered.get(&account).copied().unwrap_or(0));
                            prop_assert!(!hold(&metered, &meters));
                        }
                        Err(error) => prop_assert!(false, "{}", error),
                    }
                }
                Step::Meter { exposure } => {
                    if let Some((.., reserved)) = waiting.last() {
                        let meters = vec![meter(EXPOSURE, exposure, 15)];
                        let spent = ledger.meter(reserved, meters.clone()).is_ok();
                        prop_assert_eq!(spent, hold(&metered, &meters));
                        if spent {
                            spend(&mut metered, &meters);
                        }
                    }
                }
                Step::Commit => {
                    if let Some((project, permit, reserved)) = waiting.pop() {
                        let committed = ledger.commit(reserved, outcome(), &[permit]).unwrap();
                        prop_assert_eq!(committed.spent(), spent[&project]);
                        committed.receipt().verify(&[ledger.vkey()]).unwrap();
                        answers.insert(permit, project);
                    }
                }
                Step::Abandon => {
                    if let Some((.., reserved)) = waiting.pop() {
                        ledger.abandon(reserved).unwrap();
                    }
                }
                Step::Forget => drop(waiting.pop()),
                Step::Reopen { without_index } => {
                    waiting.clear();
                    drop(ledger);
                    if without_index {
                        std::fs::remove_dir_all(config(dir.path()).dir.join("index")).unwrap();
                    }
                    ledger = open(&dir);
                }
            }
            for project in 0..2 {
                let name = format!("P-{project}");
                let expected = spent.get(&project).copied().unwrap_or(0);
                prop_assert_eq!(ledger.spent(&name, "demo-cancer").unwrap(), expected);
            }
            for (account, expected) in &metered {
                prop_assert_eq!(ledger.metered(account).unwrap(), *expected);
            }
        }
        for (permit, project) in answers {
            let key = AnswerKey {
                project: format!("P-{project}"),
                ..visit(u64::from(permit)).answer_key()
            };
            prop_assert_eq!(ledger.answer(&key).unwrap().unwrap().1, vec![permit]);
        }
    }
}
