//! The time a caller is willing to wait: the `grpc-timeout` of its request.

use std::time::Duration;

use tonic::metadata::MetadataMap;

/// How long the caller waits, as its request says: at most eight digits and a
/// unit (`H`, `M`, `S`, `m`, `u`, `n`), from the gRPC protocol over HTTP/2.
/// None if it says nothing that can be read.
#[must_use]
pub fn requested(metadata: &MetadataMap) -> Option<Duration> {
    let written = metadata.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = written.split_at_checked(written.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(amount.checked_mul(3600)?)),
        "M" => Some(Duration::from_secs(amount.checked_mul(60)?)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

/// How long a request may take: what the caller asks, never more than `limit`.
#[must_use]
pub fn granted(metadata: &MetadataMap, limit: Duration) -> Duration {
    requested(metadata).map_or(limit, |wanted| wanted.min(limit))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn with(timeout: &str) -> MetadataMap {
        let mut metadata = MetadataMap::new();
        metadata.insert("grpc-timeout", timeout.parse().unwrap());
        metadata
    }

    #[test]
    fn what_tonic_sends_is_read_back() {
        let mut request = tonic::Request::new(());
        request.set_timeout(Duration::from_millis(1_500));
        assert_eq!(
            requested(request.metadata()),
            Some(Duration::from_millis(1_500))
        );
    }

    #[test]
    fn every_unit_is_known_and_nothing_else() {
        assert_eq!(requested(&with("2H")), Some(Duration::from_secs(7_200)));
        assert_eq!(requested(&with("3M")), Some(Duration::from_secs(180)));
        assert_eq!(requested(&with("5S")), Some(Duration::from_secs(5)));
        assert_eq!(requested(&with("7u")), Some(Duration::from_micros(7)));
        assert_eq!(requested(&with("9n")), Some(Duration::from_nanos(9)));
        for bad in ["", "S", "5", "5s", "-5S", "+5S", "123456789S", "5 S"] {
            assert_eq!(requested(&with(bad)), None, "{bad}");
        }
    }

    #[test]
    fn the_server_limit_is_never_exceeded() {
        let limit = Duration::from_secs(60);
        assert_eq!(granted(&with("2H"), limit), limit);
        assert_eq!(granted(&with("1S"), limit), Duration::from_secs(1));
        assert_eq!(granted(&MetadataMap::new(), limit), limit);
    }
}
