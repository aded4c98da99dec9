//! Any order of operations against a model of a few lines.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Reserve {
        project: u8,
        permit: u8,
        charge: u64,
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
        6 => (0..2_u8, 0..24_u8, 0..4_u64)
            .prop_map(|(project, permit, charge)| Step::Reserve { project, permit, charge }),
        3 => Just(Step::Commit),
        1 => Just(Step::Abandon),
        1 => Just(Step::Forget),
        1 => any::<bool>().prop_map(|without_index| Step::Reopen { without_index }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn budgets_permits_and_answers_follow_the_model(
        steps in prop::collection::vec(step(), 1..40)
    ) {
        let limit = 20;
        let dir = TempDir::new().unwrap();
        let mut ledger = open(&dir);
        let mut spent = BTreeMap::<u8, u64>::new();
        let mut permits = BTreeMap::new();
        let mut answers = BTreeMap::new();
        let mut waiting = Vec::new();
        for step in steps {
            match step {
                Step::Reserve { project, permit, charge } => {
                    let asked = Visit {
                        nonce: [permit; 16],
                        project: format!("P-{project}"),
                        ..visit(u64::from(permit))
                    };
                    let so_far = spent.get(&project).copied().unwrap_or(0);
                    match ledger.reserve(asked, charge, limit) {
                        Ok(reserved) => {
                            prop_assert_eq!(permits.insert(permit, project), None);
                            prop_assert!(so_far + charge <= limit);
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
                        Err(error) => prop_assert!(false, "{}", error),
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
