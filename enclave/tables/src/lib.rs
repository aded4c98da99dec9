//! VCF, BCF, clinical and QC files made into an immutable Parquet snapshot.
