//! The configuration that is shipped, and slips in others.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

fn sample() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/deploy/gateway.toml");
    std::fs::read_to_string(file).unwrap()
}

fn read(text: &str) -> Result<GatewayConfig, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gateway.toml");
    std::fs::write(&file, text).unwrap();
    GatewayConfig::read(&file).map_err(|error| error.to_string())
}

#[test]
fn the_shipped_sample_is_read() {
    let config = read(&sample()).unwrap();
    assert_eq!(config.listen.address.port(), 7443);
    assert_eq!(config.permit.lifetime(), Duration::from_secs(30));
    assert_eq!(config.enclaves[0].datasets, ["demo-cancer"]);
    assert!(config.policies.is_absolute());
    assert!(config.upstream.key.ends_with("pki/gateway.key"));
    assert!(config.listen.tls().client_crl.unwrap().is_absolute());
}

#[test]
fn slips_are_refused_by_key() {
    for (from, to, key) in [
        (
            "lifetime_seconds = 30",
            "lifetime_seconds = 61",
            "permit.lifetime_seconds",
        ),
        (
            "lifetime_seconds = 30",
            "lifetime_seconds = 0",
            "permit.lifetime_seconds",
        ),
        (
            "spiffe://consortium.example/enclaves/east",
            "east",
            "enclave.id",
        ),
        ("\"demo-cancer\"", "\"Demo Cancer\"", "enclave.datasets"),
        (
            "\"demo-cancer\"",
            "\"demo-cancer\", \"demo-cancer\"",
            "enclave.datasets",
        ),
        (
            "max_message_bytes = 131072",
            "max_message_bytes = 0",
            "limits.max_message_bytes",
        ),
        ("client_ca", "client_authority", "listen.client_authority"),
        ("0.0.0.0:7443", "everywhere", "listen.address"),
    ] {
        assert!(sample().contains(from), "{from}");
        let error = read(&sample().replace(from, to)).unwrap_err();
        assert!(error.contains(&format!("`{key}`")), "{error}");
    }
}
