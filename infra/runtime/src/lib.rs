//! What every process shares: configuration, TLS, telemetry, shutdown.
