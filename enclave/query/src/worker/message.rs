//! What an enclave and its worker say to each other over pipes.
//!
//! A message is a length, JSON, a number of blobs, and each blob's length and
//! bytes; lengths are unsigned 32-bit little-endian.

use std::{io, path::PathBuf};

use arrow::{
    datatypes::Schema,
    ipc::{reader::StreamReader, writer::StreamWriter},
    record_batch::RecordBatch,
};
use roaring::RoaringBitmap;
use sekisho_tables::Catalogue;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Lost;
use crate::{Planned, Refusal};

/// The most bytes of a message's blobs: rows, one per individual and group.
const MAX_BYTES: u32 = 1 << 30;
/// The longest JSON, in bytes: a catalogue is in it.
const MAX_JSON: u32 = 16 << 20;
/// The longest result, in bytes of Arrow IPC.
pub(super) const MAX_RESULT: usize = 8 << 20;
/// The most blobs of a message.
const MAX_BLOBS: u32 = 256;

/// What an enclave asks.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Judge and plan, for one of the phases.
    Plan {
        sql: String,
        catalogue: Catalogue,
        phase: Phase,
    },
    /// Say of every individual of the permitted cohort, the only blob, what was
    /// planned: one row each.
    Units { snapshot: PathBuf },
    /// Read the rows that were planned. One blob per cut that reads any: whose.
    Rows,
    /// Run the released phase of what was planned for it. One blob per cut: its
    /// protected cells.
    Released,
}

/// What a worker is for. Once it is decided it stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    /// It reads private rows.
    Private,
    /// It is given protected cells, and may read the public tables of this folder; if
    /// there are none, nothing.
    Released { public: Option<PathBuf> },
}

/// What a worker answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    Planned(Planned),
    Refused(Refusal),
    /// One blob per cut: its individuals.
    Units,
    /// One blob per cut that reads rows: its rows.
    Rows,
    /// One blob: the result.
    Result,
    Failed,
}

pub(super) async fn write<M: Serialize>(
    output: &mut (impl AsyncWrite + Unpin),
    message: &M,
    blobs: &[Vec<u8>],
) -> io::Result<()> {
    let json = serde_json::to_vec(message)?;
    write_bytes(output, &json).await?;
    output.write_u32_le(length(blobs.len())?).await?;
    for blob in blobs {
        write_bytes(output, blob).await?;
    }
    output.flush().await
}

/// The next message; none at the end of the stream.
pub(super) async fn read<M: DeserializeOwned>(
    input: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<(M, Vec<Vec<u8>>)>> {
    let json = match read_bytes(input, MAX_JSON).await {
        Ok(json) => json,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    };
    let message = serde_json::from_slice(&json)?;
    let count = input.read_u32_le().await?;
    if count > MAX_BLOBS {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut blobs = Vec::new();
    let mut left = MAX_BYTES;
    for _ in 0..count {
        let blob = read_bytes(input, left).await?;
        left = left.saturating_sub(length(blob.len())?);
        blobs.push(blob);
    }
    Ok(Some((message, blobs)))
}

async fn write_bytes(output: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    output.write_u32_le(length(bytes.len())?).await?;
    output.write_all(bytes).await
}

async fn read_bytes(input: &mut (impl AsyncRead + Unpin), most: u32) -> io::Result<Vec<u8>> {
    let length = input.read_u32_le().await?;
    if length > most {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    // Grows with what arrives, not with what was announced.
    input
        .take(u64::from(length))
        .read_to_end(&mut bytes)
        .await?;
    if bytes.len() != length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

fn length(bytes: usize) -> io::Result<u32> {
    u32::try_from(bytes)
        .ok()
        .filter(|&length| length <= MAX_BYTES)
        .ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// A set of individuals as bytes.
pub(super) fn set(set: &RoaringBitmap) -> Result<Vec<u8>, Lost> {
    let mut bytes = Vec::with_capacity(set.serialized_size());
    set.serialize_into(&mut bytes).map_err(|_| Lost)?;
    Ok(bytes)
}

/// Batches as an Arrow IPC stream.
pub(super) fn stream(schema: &Schema, batches: &[RecordBatch]) -> Result<Vec<u8>, Lost> {
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, schema).map_err(|_| Lost)?;
    for batch in batches {
        writer.write(batch).map_err(|_| Lost)?;
    }
    writer.finish().map_err(|_| Lost)?;
    drop(writer);
    Ok(bytes)
}

/// The batches of an Arrow IPC stream.
pub(super) fn batches(stream: &[u8]) -> Result<Vec<RecordBatch>, Lost> {
    let reader = StreamReader::try_new(stream, None).map_err(|_| Lost)?;
    let schema = reader.schema();
    let mut batches = reader.collect::<Result<Vec<_>, _>>().map_err(|_| Lost)?;
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}
