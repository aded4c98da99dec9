//! Each table by its own profile's mechanism.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::suppress::tests::{noise, sizes, standard};

#[test]
fn tables_come_back_in_their_order_each_under_its_profile() {
    let mut strict = standard();
    strict.threshold = 50;
    let tables = [
        (sizes(&[40, 45]), strict),
        (sizes(&[70, 80, 90]), standard()),
    ];
    let protected = protect(&tables, noise()).unwrap();
    assert_eq!(protected.len(), 2);
    assert_eq!((protected[0].released(), protected[0].suppressed()), (0, 2));
    assert_eq!((protected[1].released(), protected[1].suppressed()), (3, 0));
    assert_eq!(protected[0].profile().threshold, 50);
}

#[test]
fn no_tables_are_no_error() {
    assert_eq!(protect(&[], noise()), Ok(Vec::new()));
}
