//! Wire types of the visitors' and the enclaves' services.
//!
//! The code under `gen/` is generated from the `.proto` files of this folder;
//! `tests/drift.rs` fails when the two differ.

/// What visitors see.
#[allow(
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]
pub mod v1 {
    include!("gen/sekisho.v1.rs");
}

/// What gateways and enclaves say to each other.
pub mod enclave {
    /// Version 1.
    #[allow(
        clippy::all,
        clippy::allow_attributes_without_reason,
        reason = "generated"
    )]
    pub mod v1 {
        include!("gen/sekisho.enclave.v1.rs");
    }
}

pub mod analysis;
pub mod permit;

/// The descriptor set of every proto here, for gRPC reflection.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!("gen/descriptor.bin");

/// The domain of `google.rpc.ErrorInfo`.
pub const ERROR_DOMAIN: &str = "sekisho";
