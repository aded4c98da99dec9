//! Profiles as files, and which of two is stricter.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn profile(name: &str, threshold: u32, base: u32, digits: u32) -> Profile {
    Profile {
        name: name.into(),
        source: "test".into(),
        threshold,
        rounding_base: base,
        sum_significant_digits: digits,
        dominance_top2_percent: 90,
        dominance_rest_percent: 10,
    }
}

#[test]
fn the_stricter_of_two_profiles_keeps_the_name_of_the_one_it_equals() {
    let standard = profile("standard", 10, 5, 3);
    let technical = profile("technical", 5, 1, 0);
    assert_eq!(standard.stricter(&technical), standard);
    assert_eq!(technical.stricter(&standard), standard);
}

#[test]
fn the_stricter_of_two_crossing_profiles_is_stricter_than_both() {
    let a = profile("a", 21, 4, 2);
    let b = profile("b", 5, 6, 4);
    let strict = a.stricter(&b);
    assert_eq!(strict.name, "a+b");
    assert_eq!(
        (
            strict.threshold,
            strict.rounding_base,
            strict.sum_significant_digits
        ),
        (21, 12, 2)
    );
}

#[test]
fn an_unknown_key_or_a_threshold_that_protects_nobody_is_refused() {
    let text = "name='x'\nsource='y'\nthreshold=1\nrounding_base=5\nsum_significant_digits=3\n\
                dominance_top2_percent=90\ndominance_rest_percent=10\n";
    let error = Profile::from_toml(text).unwrap_err();
    assert_eq!(error.to_string(), "`threshold` must be 3 or more");
    let error = Profile::from_toml(&format!("{text}colour='red'\n")).unwrap_err();
    assert!(error.to_string().contains("unknown field"));
}
