//! What every process shares: configuration, TLS, telemetry, shutdown.
//!
//! Nothing here knows what a visit is. The gateway, the enclave and the
//! visitors' client start, talk and stop in the same way because they all use
//! these modules.

pub mod clock;
pub mod config;
pub mod deadline;
pub mod link;
pub mod shutdown;
pub mod status;
pub mod telemetry;
pub mod tls;
