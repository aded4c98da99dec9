//! What a person who wrote a wrong configuration reads.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    listen: Listen,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listen {
    address: String,
    #[serde(default)]
    streams: u16,
}

fn loaded(text: &str) -> Result<Sample, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sample.toml");
    std::fs::write(&file, text).unwrap();
    load(&file).map_err(|error| {
        error
            .to_string()
            .replace(&format!("{}/", folder.path().display()), "")
    })
}

#[test]
fn a_good_file_loads() {
    let sample = loaded("[listen]\naddress = \"a:1\"\nstreams = 3\n").unwrap();
    assert_eq!(sample.listen.address, "a:1");
    assert_eq!(sample.listen.streams, 3);
}

#[test]
fn a_misspelt_key_is_refused_with_its_line() {
    let error = loaded("[listen]\naddress = \"a:1\"\nstraems = 3\n").unwrap_err();
    assert_eq!(
        error,
        "sample.toml:3: `listen.straems`: unknown field `straems`, expected `address` or `streams`"
    );
}

#[test]
fn a_missing_key_names_its_table() {
    let error = loaded("# first\n[listen]\nstreams = 3\n").unwrap_err();
    assert_eq!(error, "sample.toml:2: `listen`: missing field `address`");
}

#[test]
fn a_value_out_of_range_is_refused_without_type_names() {
    let error = loaded("[listen]\naddress = \"a:1\"\nstreams = 70000\n").unwrap_err();
    assert!(
        error.starts_with("sample.toml:3: `listen.streams`: "),
        "{error}"
    );
    assert!(
        error.ends_with("expected a whole number in range"),
        "{error}"
    );
    let error = loaded("listen = 3\n").unwrap_err();
    assert!(error.ends_with("expected a table"), "{error}");
}

#[test]
fn broken_toml_names_the_line() {
    let error = loaded("[listen]\naddress = \"a:1\n").unwrap_err();
    assert!(
        error.starts_with("sample.toml:2: `listen.address`: "),
        "{error}"
    );
}

#[test]
fn an_absent_file_is_named() {
    let error = load::<Sample>("/nowhere/at/all.toml").unwrap_err();
    assert!(error.to_string().contains("`/nowhere/at/all.toml`"));
}

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let paths = Paths::beside("/etc/sekisho/gateway.toml");
    assert_eq!(
        paths.resolve("tls/ca.pem"),
        Path::new("/etc/sekisho/tls/ca.pem")
    );
    assert_eq!(paths.resolve("/srv/ca.pem"), Path::new("/srv/ca.pem"));
    assert_eq!(
        Paths::beside("gateway.toml").resolve("ca.pem"),
        Path::new("ca.pem")
    );
}
