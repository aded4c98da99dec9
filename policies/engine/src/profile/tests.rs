//! What the committee's profiles may say, and which is the stricter.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

const OWN: &str = "name = \"x\"\nsource = \"y\"\nthreshold = 10\nrounding_base = 5\n\
                   sum_significant_digits = 3\ndominance_top2_percent = 90\n\
                   dominance_rest_percent = 10\n";

fn with(lines: &str) -> Result<Profile, Finding> {
    read("profiles/x.toml", "x", &format!("{OWN}{lines}\n"))
}

fn line(lines: &str) -> u64 {
    with(lines).unwrap_err().line
}

#[test]
fn an_unknown_key_or_mechanism_is_a_finding_with_its_line() {
    assert_eq!(line("colour = \"red\""), 8);
    assert_eq!(line("mechanism = \"none\""), 8);
    for table in ["cell_key", "dp", "exposure", "channel"] {
        assert_eq!(line(&format!("[{table}]\ncolour = \"red\"")), 9);
    }
    assert!(
        with("colour = 1")
            .unwrap_err()
            .to_string()
            .contains("unknown field")
    );
    assert!(with("mechanism = \"cell-key\"").is_ok());
    assert!(with("mechanism = \"dp\"").is_ok());
}

#[test]
fn a_parameter_out_of_range_is_a_finding_with_its_line() {
    for lines in [
        "[cell_key]\nreach = 0",
        "[cell_key]\nreach = 101",
        "[cell_key]\nsmall = 19",
        "[cell_key]\nvariance = 3.9",
        "[cell_key]\nvariance = 8.0",
        "[cell_key]\nmagnitude = 0.0",
        "[cell_key]\nmagnitude = nan",
        "[dp]\nrho_statistic = 0.0",
        "[dp]\nrho_project = 0.004",
        "[dp]\nrho_dataset = 0.2",
        "[dp]\nrho_dataset = inf",
        "[dp]\ngroups = 0",
        "[dp]\ndelta = 1e-8",
        "[dp]\ndelta = 0.0",
        "[dp]\nrows = 1001",
        "[exposure]\ncap = 0.0",
        "[exposure]\ncap = 0.26",
        "[exposure]\ncap = 1000001\napproved_by = 'A'",
        "[exposure]\nproject_share = 1.1",
        "[exposure]\npublishes = true",
        "[channel]\ntick_ms = 60001",
        "[channel]\nfactor = 1",
        "[channel]\nfactor = 17",
    ] {
        assert_eq!(line(lines), 9, "{lines}");
    }
    assert!(with("[exposure]\ncap = 0.26\napproved_by = \"the committee\"").is_ok());
    assert!(with("[exposure]\ncap = 0.26\napproved_by = \" \"").is_err());
    assert!(with("[exposure]\npublishes = true\napproved_by = \"the committee\"").is_ok());
    assert!(with("[cell_key]\nvariance = 4.0").is_ok());
    assert!(with("[dp]\nrho_project = 0.005\nrho_dataset = 0.005").is_ok());
}

/// The own profile with one line replaced or added.
fn changed(lines: &str) -> Profile {
    let key = lines.split(' ').next().unwrap();
    let kept: String = OWN
        .lines()
        .filter(|own| !own.starts_with(&format!("{key} ")))
        .map(|own| format!("{own}\n"))
        .collect();
    read("profiles/x.toml", "x", &format!("{kept}{lines}\n")).unwrap()
}

#[test]
fn stricter_is_what_is_stricter_in_every_parameter() {
    let own = changed("threshold = 10");
    assert!(own.is_as_strict_as(&own));
    for lines in [
        "mechanism = \"cell-key\"",
        "threshold = 11",
        "rounding_base = 10",
        "sum_significant_digits = 2",
        "dominance_top2_percent = 89",
        "dominance_rest_percent = 11",
        "[cell_key]\nreach = 9",
        "[cell_key]\nvariance = 5.5",
        "[cell_key]\nsmall = 4\nvariance = 6.0",
        "[cell_key]\nmagnitude = 0.06",
        "[dp]\nrho_statistic = 0.004",
        "[dp]\nrho_project = 0.2",
        "[dp]\nrho_dataset = 0.9",
        "[dp]\ngroups = 2",
        "[dp]\ndelta = 1e-10",
        "[dp]\nrows = 9",
        "[exposure]\ncap = 0.2",
        "[exposure]\nproject_share = 0.05",
        "[channel]\ntick_ms = 11",
        "[channel]\nfactor = 3",
    ] {
        let other = changed(lines);
        assert!(other.is_as_strict_as(&own), "{lines}");
        assert!(!own.is_as_strict_as(&other), "{lines}");
    }
    let full = changed("allow_full_cells = true");
    assert!(own.is_as_strict_as(&full) && !full.is_as_strict_as(&own));
    let published = changed("[exposure]\npublishes = true\napproved_by = \"A\"");
    assert!(own.is_as_strict_as(&published) && !published.is_as_strict_as(&own));
    let exact = changed("sum_significant_digits = 0");
    assert!(own.is_as_strict_as(&exact) && !exact.is_as_strict_as(&own));
    let small = changed("[cell_key]\nsmall = 2");
    assert!(own.is_as_strict_as(&small) && !small.is_as_strict_as(&own));
    // Multiples of 6 are no multiples of 5.
    assert!(!changed("rounding_base = 6").is_as_strict_as(&own));
    let stronger = changed("mechanism = \"dp\"");
    assert!(stronger.is_as_strict_as(&changed("mechanism = \"cell-key\"")));
}
