//! The digest names exactly one set of files.

use std::collections::BTreeSet;

use crate::files::{base, load};

#[test]
fn every_byte_and_every_name_counts() {
    let files = base();
    let digest = |files: &_| load(files).digest();
    let mut seen = BTreeSet::from([digest(&files)]);
    assert_eq!(
        seen,
        BTreeSet::from([digest(&files)]),
        "the same files, the same digest"
    );
    // One character of a comment, at every place of one file.
    let text = b"# 0123456789\n".to_vec();
    for at in 2..text.len() - 1 {
        let mut files = base();
        let mut comment = text.clone();
        comment[at] = b'x';
        comment.extend_from_slice(&files["grants.csv"]);
        files.insert("grants.csv".to_owned(), comment);
        assert!(seen.insert(digest(&files)), "byte {at}");
    }
    for name in files.keys() {
        let mut files = base();
        files.get_mut(name).unwrap().push(b'\n');
        assert!(seen.insert(digest(&files)), "{name}");
    }
    let mut files = base();
    files.insert(
        "profiles/further.toml".to_owned(),
        crate::files::profile("further", 10, 5, 3),
    );
    assert!(seen.insert(digest(&files)), "one more file");
}

#[test]
fn a_byte_order_mark_counts_though_it_is_not_read() {
    let mut files = base();
    let before = load(&files).digest();
    files
        .get_mut("teams.csv")
        .unwrap()
        .splice(0..0, *b"\xEF\xBB\xBF");
    assert_ne!(load(&files).digest(), before);
}
