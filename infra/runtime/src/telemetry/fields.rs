//! The closed list of names that telemetry may carry.

/// Fields of spans and events that are written; all others are cut off. Each
/// holds a constant, a number, an identifier of the configuration or a digest,
/// never a text that a visitor or the data supplied.
pub const ALLOWED: &[&str] = &[
    "address",
    "attempt",
    "bytes",
    "certificate",
    "column",
    "count",
    "dataset",
    "datasets",
    "digest",
    "duration_ms",
    "enclave",
    "error.kind",
    "file",
    "fingerprint",
    "key",
    "level",
    "limit",
    "line",
    "message",
    "operation",
    "outcome",
    "phase",
    "pid",
    "profile",
    "reason",
    "rpc.method",
    "rpc.service",
    "rpc.system",
    "rule",
    "service",
    "signal",
    "size",
    "snapshot",
    "tree_size",
    "version",
    "worker",
];

/// Whether a field is written.
#[must_use]
pub fn allowed(name: &str) -> bool {
    ALLOWED.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_closed() {
        assert!(ALLOWED.is_sorted());
        assert!(ALLOWED.iter().all(|name| allowed(name)));
        for secret in ["sql", "query", "principal", "project", "value", "error"] {
            assert!(!allowed(secret), "{secret}");
        }
    }
}
