//! Profiles as files, and what they say of themselves.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

const OWN: &str = "name='x'\nsource='y'\nthreshold=10\nrounding_base=5\n\
                   sum_significant_digits=3\ndominance_top2_percent=90\n\
                   dominance_rest_percent=10\n";

pub(super) fn profile(name: &str, threshold: u32, base: u32, digits: u32) -> Profile {
    let mut profile = Profile::from_toml(OWN).unwrap();
    profile.name = name.into();
    profile.threshold = threshold;
    profile.rounding_base = base;
    profile.sum_significant_digits = digits;
    profile
}

/// The own text with one line set or replaced.
fn with(line: &str) -> Result<Profile, ProfileError> {
    let key = line.split('=').next().unwrap();
    let kept: String = OWN
        .lines()
        .filter(|own| !own.starts_with(&format!("{key}=")))
        .map(|own| format!("{own}\n"))
        .collect();
    Profile::from_toml(&format!("{kept}{line}\n"))
}

/// The own text with one line in a table of its own.
fn within(table: &str, line: &str) -> Result<Profile, ProfileError> {
    Profile::from_toml(&format!("{OWN}[{table}]\n{line}\n"))
}

#[test]
fn what_is_left_out_has_the_defaults() {
    let profile = Profile::from_toml(OWN).unwrap();
    assert_eq!(profile.mechanism, Mechanism::Suppress);
    assert!(!profile.allow_full_cells);
    let written = "allow_full_cells=false\nmechanism='suppress'\n\
                   [cell_key]\nreach=8\nvariance=5.0\nsmall=3\nmagnitude=0.05\n\
                   [dp]\nrho_statistic=0.005\nrho_project=0.25\nrho_dataset=1.0\ngroups=3\n\
                   delta=1e-9\nrows=10\n\
                   [exposure]\ncap=0.25\nproject_share=0.1\n\
                   [channel]\ntick_ms=10\nfactor=2\n";
    assert_eq!(
        Profile::from_toml(&format!("{OWN}{written}")).unwrap(),
        profile
    );
    for table in ["cell_key", "dp", "exposure", "channel"] {
        assert_eq!(within(table, "").unwrap(), profile);
    }
}

#[test]
fn mechanisms_are_named_as_in_files() {
    for mechanism in [Mechanism::Suppress, Mechanism::CellKey, Mechanism::Dp] {
        let line = format!("mechanism='{}'", mechanism.name());
        assert_eq!(with(&line).unwrap().mechanism, mechanism);
    }
    assert!(with("mechanism='none'").is_err());
}

#[test]
fn unknown_keys_are_refused_in_every_table() {
    let refused = |read: Result<Profile, ProfileError>| {
        let error = read.unwrap_err().to_string();
        assert!(error.contains("unknown field"), "{error}");
    };
    refused(with("colour='red'"));
    for table in ["cell_key", "dp", "exposure", "channel"] {
        refused(within(table, "colour='red'"));
    }
    assert!(within("noise", "").is_err());
}

#[test]
fn parameters_are_read_up_to_their_bounds_and_no_further() {
    let own = [
        ("name", "'a'", "' '"),
        ("name", "'a'", "'a+b'"),
        ("source", "'a'", "''"),
        ("threshold", "3", "2"),
        ("threshold", "1000000", "1000001"),
        ("rounding_base", "1", "0"),
        ("rounding_base", "1000", "1001"),
        ("sum_significant_digits", "15", "16"),
        ("dominance_top2_percent", "1", "0"),
        ("dominance_top2_percent", "100", "101"),
        ("dominance_rest_percent", "1", "0"),
        ("dominance_rest_percent", "100", "101"),
    ];
    for (key, in_range, outside) in own {
        assert!(with(&format!("{key}={in_range}")).is_ok(), "{key}");
        let error = with(&format!("{key}={outside}")).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{key}` must be")), "{error}");
    }
    let tables = [
        ("cell_key", "reach", "reach=100", "reach=101"),
        (
            "cell_key",
            "small",
            "small=0",
            "small=19\nreach=100\nvariance=99.0",
        ),
        (
            "cell_key",
            "small",
            "small=18\nreach=100\nvariance=90.0",
            "small=19\nreach=101",
        ),
        ("cell_key", "variance", "variance=4.0", "variance=3.99"),
        ("cell_key", "variance", "variance=7.99", "variance=8.0"),
        (
            "cell_key",
            "variance",
            "variance=0.1\nsmall=0",
            "variance=0.0\nsmall=0",
        ),
        (
            "cell_key",
            "variance",
            "variance=6.0\nsmall=4",
            "variance=5.9\nsmall=4",
        ),
        ("cell_key", "magnitude", "magnitude=1", "magnitude=1.01"),
        ("cell_key", "magnitude", "magnitude=0.001", "magnitude=0.0"),
        (
            "dp",
            "rho_statistic",
            "rho_statistic=1e-9",
            "rho_statistic=9e-10",
        ),
        (
            "dp",
            "rho_project",
            "rho_project=0.005",
            "rho_project=0.0049",
        ),
        ("dp", "rho_dataset", "rho_dataset=0.25", "rho_dataset=0.24"),
        ("dp", "rho_dataset", "rho_dataset=100", "rho_dataset=100.1"),
        ("dp", "groups", "groups=1", "groups=0"),
        ("dp", "groups", "groups=100", "groups=101"),
        ("dp", "delta", "delta=1e-9", "delta=2e-9"),
        ("dp", "delta", "delta=1e-20", "delta=0.0"),
        ("dp", "rows", "rows=1", "rows=0"),
        ("dp", "rows", "rows=1000", "rows=1001"),
        ("exposure", "cap", "cap=0.01", "cap=0.0"),
        (
            "exposure",
            "cap",
            "cap=1e6\napproved_by='A'",
            "cap=1000001\napproved_by='A'",
        ),
        (
            "exposure",
            "approved_by",
            "cap=0.26\napproved_by='A'",
            "cap=0.26",
        ),
        (
            "exposure",
            "approved_by",
            "approved_by='A'",
            "approved_by=' '",
        ),
        (
            "exposure",
            "project_share",
            "project_share=1",
            "project_share=1.1",
        ),
        (
            "exposure",
            "project_share",
            "project_share=0.1",
            "project_share=0",
        ),
        ("channel", "tick_ms", "tick_ms=60000", "tick_ms=60001"),
        ("channel", "factor", "factor=2", "factor=1"),
        ("channel", "factor", "factor=16", "factor=17"),
    ];
    for (table, key, in_range, outside) in tables {
        assert!(within(table, in_range).is_ok(), "{table}.{in_range}");
        let error = within(table, outside).unwrap_err().to_string();
        let of_table = error.starts_with(&format!("`{table}."));
        assert!(
            of_table && (error.contains(key) || key == "small"),
            "{outside}: {error}"
        );
    }
    for nan in ["variance=nan", "magnitude=nan"] {
        assert!(within("cell_key", nan).is_err());
    }
    assert!(within("exposure", "cap=nan").is_err());
    assert!(within("dp", "rho_statistic=nan").is_err());
}

#[test]
fn the_shipped_profiles_are_read_and_named_as_their_files() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../policies/consortium/profiles"
    );
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let profile = Profile::from_toml(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(path.file_stem().unwrap(), profile.name.as_str());
        names.push((profile.name, profile.mechanism, profile.threshold));
    }
    names.sort();
    let expected = [
        ("cell-key", Mechanism::CellKey, 10),
        ("dp", Mechanism::Dp, 10),
        ("nhs", Mechanism::Suppress, 8),
        ("rare-disease", Mechanism::Suppress, 5),
        ("standard", Mechanism::Suppress, 10),
        ("strict", Mechanism::Suppress, 21),
        ("technical", Mechanism::Suppress, 5),
    ];
    assert_eq!(
        names,
        expected.map(|(name, mechanism, k)| (name.to_owned(), mechanism, k))
    );
}

#[test]
fn the_digest_hangs_on_every_parameter_and_not_on_the_name() {
    let profile = profile("a", 10, 5, 3);
    let mut renamed = profile.clone();
    (renamed.name, renamed.source) = ("b".into(), "c".into());
    assert_eq!(profile.digest(), renamed.digest());
    let changes: Vec<fn(&mut Profile)> = vec![
        |profile| profile.mechanism = Mechanism::Dp,
        |profile| profile.threshold = 11,
        |profile| profile.rounding_base = 6,
        |profile| profile.sum_significant_digits = 2,
        |profile| profile.dominance_top2_percent = 89,
        |profile| profile.dominance_rest_percent = 11,
        |profile| profile.allow_full_cells = true,
        |profile| profile.cell_key.reach = 9,
        |profile| profile.cell_key.variance = 5.5,
        |profile| profile.cell_key.small = 2,
        |profile| profile.cell_key.magnitude = 0.1,
        |profile| profile.dp.rho_statistic = 0.004,
        |profile| profile.dp.rho_project = 0.24,
        |profile| profile.dp.rho_dataset = 0.9,
        |profile| profile.dp.groups = 2,
        |profile| profile.dp.delta = 1e-10,
        |profile| profile.dp.rows = 9,
        |profile| profile.exposure.cap = 0.2,
        |profile| profile.exposure.project_share = 0.2,
        |profile| profile.exposure.approved_by = Some("A".into()),
        |profile| profile.channel.tick_ms = 11,
        |profile| profile.channel.factor = 3,
    ];
    let mut digests = std::collections::BTreeSet::from([profile.digest()]);
    for change in changes {
        let mut changed = profile.clone();
        change(&mut changed);
        assert!(digests.insert(changed.digest()));
    }
}

#[test]
fn a_profile_states_the_parameters_of_its_mechanism() {
    let mut profile = profile("a", 10, 5, 3);
    let names = |profile: &Profile| {
        profile
            .parameters()
            .into_keys()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let always = "exposure.approved_by exposure.cap exposure.project_share mechanism";
    assert_eq!(
        names(&profile),
        format!(
            "allow_full_cells channel.factor channel.tick_ms dominance_rest_percent \
             dominance_top2_percent {always} rounding_base sum_significant_digits threshold"
        )
    );
    assert_eq!(profile.parameters().get("threshold").unwrap(), "10");
    profile.mechanism = Mechanism::CellKey;
    assert_eq!(
        names(&profile),
        format!(
            "cell_key.magnitude cell_key.reach cell_key.small cell_key.variance channel.factor \
             channel.tick_ms dominance_rest_percent dominance_top2_percent {always} \
             sum_significant_digits threshold"
        )
    );
    assert_eq!(profile.parameters().get("mechanism").unwrap(), "cell-key");
    profile.mechanism = Mechanism::Dp;
    assert_eq!(
        names(&profile),
        format!(
            "channel.factor channel.tick_ms dp.delta dp.groups dp.rho_dataset dp.rho_project \
             dp.rho_statistic dp.rows {always}"
        )
    );
}

#[test]
fn rules_are_those_of_the_mechanism() {
    let mut profile = profile("a", 10, 5, 3);
    let names = |profile: &Profile| -> String {
        let rules = profile.rules();
        assert!(rules.iter().all(|(_, text)| text.len() > 20));
        rules
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        names(&profile),
        "threshold dominance complementary full rounding mean exposure channel"
    );
    profile.mechanism = Mechanism::CellKey;
    assert_eq!(
        names(&profile),
        "threshold dominance perturbation exposure channel"
    );
    profile.mechanism = Mechanism::Dp;
    assert_eq!(
        names(&profile),
        "budget contribution noise groups exposure channel"
    );
}

#[test]
fn rules_tell_how_figures_are_rounded_and_what_is_full() {
    let text = |profile: &Profile, rule: &str| {
        let rules = profile.rules();
        rules.into_iter().find(|(name, _)| *name == rule).unwrap().1
    };
    let rounded = profile("a", 10, 5, 3);
    assert_eq!(
        text(&rounded, "rounding"),
        "counts and sums of integers are rounded to 5; other sums and variances keep 3 \
         significant digits"
    );
    let mut exact = profile("a", 10, 1, 0);
    assert_eq!(
        text(&exact, "rounding"),
        "counts are not rounded; other sums and variances are not rounded"
    );
    assert!(text(&exact, "full").contains("suppressed"));
    let mut perturbed = profile("a", 10, 5, 3);
    perturbed.mechanism = Mechanism::CellKey;
    assert!(
        text(&perturbed, "perturbation").ends_with("sums of fractions keep 3 significant digits")
    );
    perturbed.sum_significant_digits = 0;
    assert!(text(&perturbed, "perturbation").ends_with("sums of fractions are not rounded"));
    exact.allow_full_cells = true;
    assert!(text(&exact, "full").contains("may be shown"));
}
