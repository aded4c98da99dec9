//! Classes of variants, and which of them are shown.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{
    Noise,
    frequency::{Genotypes, Sites, Tests},
};

fn standard() -> Profile {
    let text = include_str!("../../../../policies/consortium/profiles/standard.toml");
    Profile::from_toml(text).unwrap()
}

/// The figures of a variant that so many have, each one copy, and nobody lacks.
fn figures(carriers: u64, people: u64, diploid: bool) -> Frequency {
    let (profile, noise) = (standard(), Noise::new([7; 32], 0));
    let sites = Sites {
        profile: &profile,
        noise: &noise,
        variants: 1,
        tests: &Tests::default(),
    };
    let genotypes = Genotypes {
        none: people - carriers,
        one: carriers,
        ..Genotypes::default()
    };
    let of = sites.frequency(genotypes, || diploid, |_| Vec::new());
    of.unwrap()
}

/// The class of a variant that nearly everybody has twice.
fn of_two(two: u64, people: u64) -> Option<usize> {
    let (profile, noise) = (standard(), Noise::new([7; 32], 0));
    let sites = Sites {
        profile: &profile,
        noise: &noise,
        variants: 1,
        tests: &Tests::default(),
    };
    let genotypes = Genotypes {
        none: people - two,
        two,
        ..Genotypes::default()
    };
    let of = sites.frequency(genotypes, || true, |_| Vec::new());
    class_of(&of.unwrap())
}

fn rows(groups: &[Group], by: &[String]) -> Vec<Vec<Entry>> {
    sheet(by, groups, &standard()).rows().to_vec()
}

#[test]
fn an_edge_belongs_to_the_class_that_it_begins_and_the_last_to_the_last() {
    let class = |carriers, people| class_of(&figures(carriers, people, true));
    // 20 of 20 000 alleles, and 5 fewer.
    assert_eq!(class(20, 10_000), Some(1));
    assert_eq!(class(15, 10_000), Some(0));
    assert_eq!(class(40, 10_000), Some(2));
    assert_eq!(class(500, 500 * 10), Some(6));
    assert_eq!(class(1_000, 5_000), Some(7));
    assert_eq!(class(995, 5_000), Some(6));
    assert_eq!(class(4_000, 5_000), Some(10));
    assert_eq!(of_two(2_500, 5_000), Some(10));
}

#[test]
fn a_frequency_and_its_complement_are_of_one_class() {
    for few in [15, 20, 40, 100, 200, 400, 1_000, 2_000, 4_000, 6_000, 8_000] {
        let people = 20_000;
        assert_eq!(of_two(few, people), of_two(people - few, people), "{few}");
    }
    // 0.9 is 0.1 from the other end, whatever a double makes of it.
    assert_eq!(of_two(18_000, 20_000), Some(7));
}

#[test]
fn a_variant_without_a_frequency_is_in_no_class() {
    let mut classes = Classes::default();
    classes.add(&figures(40, 200, false));
    assert_eq!(classes, Classes::default());
    classes.add(&figures(40, 200, true));
    assert_eq!(classes.0.iter().sum::<u64>(), 1);
}

#[test]
fn few_variants_look_like_none_and_shares_are_of_what_is_shown() {
    let mut classes = Classes::default();
    classes.0[3] = 9;
    classes.0[5] = 12;
    classes.0[9] = 33;
    let of = |classes: Classes| {
        let group = Group {
            words: Vec::new(),
            classes: Some(classes),
        };
        rows(&[group], &[])
    };
    let shown = of(classes.clone());
    assert_eq!(shown.len(), CLASSES);
    let hidden = [Entry::Nothing, Entry::Nothing];
    assert_eq!(
        shown[0],
        [[0.0, 0.001].map(Entry::Fraction), hidden].concat()
    );
    assert_eq!(shown[3][2], Entry::Nothing);
    assert_eq!(shown[5][2..], [Entry::Integer(10), Entry::Fraction(0.222)]);
    assert_eq!(shown[9][2..], [Entry::Integer(35), Entry::Fraction(0.778)]);
    classes.0[3] = 0;
    assert_eq!(of(classes), shown);
}

#[test]
fn a_group_that_is_too_small_has_its_rows_and_nothing_in_them() {
    let group = |word: Option<&str>, classes: Option<Classes>| Group {
        words: vec![word.map(str::to_owned)],
        classes,
    };
    let by = ["sex".to_owned()];
    let groups = [group(Some("female"), None), group(None, None)];
    let small = rows(&groups, &by);
    assert_eq!(small.len(), CLASSES);
    for row in &small {
        assert_eq!(row[0], Entry::Text("female".to_owned()));
        assert_eq!(row[3..], [Entry::Nothing, Entry::Nothing]);
    }
    // Nothing in any class is the same.
    let of_none = [group(Some("female"), Some(Classes::default()))];
    assert_eq!(rows(&of_none, &by), small);
    // Who has no value is shown where there are enough.
    let of_none = [group(None, Some(Classes::default()))];
    assert_eq!(rows(&of_none, &by).len(), CLASSES);
}
