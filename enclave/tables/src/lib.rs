//! VCF, BCF, clinical and QC files made into an immutable Parquet snapshot.
//!
//! A holder's directory with a manifest, `dataset.toml`, is [`ingest`]ed into a
//! [`Store`]; its [`Snapshot`]s are read table by table, or genotype block by
//! genotype block.

mod catalogue;
mod compressed;
mod declared;
mod ingest;
mod inputs;
mod manifest;
mod parquet_file;
mod published;
mod quality;
mod registry;
mod schema;
mod snapshot;
mod store;
mod variants;

pub use catalogue::{
    Beyond, Catalogue, Column, ColumnType, Label, Limit, Published, Quality, Role, Rows, Table,
    UNIT, VARIANT,
};
pub use ingest::{
    GenotypeChecks, IngestError, IngestReport, Ingested, InputError, Place, Progress, Quiet, ingest,
};
pub use manifest::ManifestError;
pub use snapshot::{
    Batches, Blocks, Copies, Features, Genotype, GenotypeBlock, GenotypeCounts, GenotypeGroup,
    GenotypeSample, Near, Places, SPAN, Selection, Snapshot, SnapshotError, Span, Spans,
    public_rows,
};
pub use store::{Store, StoreError};
