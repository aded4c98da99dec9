//! Input files opened for reading, whatever their compression.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use noodles_bgzf as bgzf;

/// The block that ends every whole BGZF file (SAM specification, 4.1.2).
const BGZF_END: [u8; 28] = [
    0x1f, 0x8b, 0x08, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0x06, 0x00, 0x42, 0x43, 0x02, 0x00,
    0x1b, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
];

/// Bytes read from disk, counted while others read them.
pub(crate) type BytesRead = Arc<AtomicU64>;

/// How many threads inflate a BGZF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inflate {
    /// The reader's own.
    Here,
    /// One beside it.
    Beside,
}

/// Opens a plain, gzip or BGZF file; its first bytes say which.
pub(crate) fn open(
    path: &Path,
    read: &BytesRead,
    inflate: Inflate,
) -> io::Result<Box<dyn BufRead + Send>> {
    let mut file = File::open(path)?;
    let mut head = [0; 18];
    let n = read_up_to(&mut file, &mut head)?;
    let head = head.get(..n).unwrap_or_default();
    let is_gzip = head.starts_with(&[0x1f, 0x8b]);
    // An extra field (flag 4) that starts with `BC` and has 2 bytes.
    let is_bgzf = is_gzip
        && head.get(3).is_some_and(|flags| flags & 4 != 0)
        && head.get(12..16) == Some(&[b'B', b'C', 2, 0]);
    if is_bgzf {
        check_end(&mut file)?;
    }
    file.seek(SeekFrom::Start(0))?;
    let counted = Counted {
        inner: file,
        read: Arc::clone(read),
    };
    Ok(match (is_gzip, is_bgzf, inflate) {
        (_, true, Inflate::Beside) => Box::new(bgzf::io::MultithreadedReader::with_worker_count(
            NonZero::<usize>::MIN,
            BufReader::with_capacity(1 << 18, counted),
        )),
        (_, true, Inflate::Here) => Box::new(bgzf::io::Reader::new(BufReader::new(counted))),
        (true, false, _) => Box::new(BufReader::with_capacity(
            1 << 16,
            MultiGzDecoder::new(BufReader::with_capacity(1 << 16, counted)),
        )),
        (false, false, _) => Box::new(BufReader::with_capacity(1 << 16, counted)),
    })
}

/// BGZF that was cut at a block's end still inflates; only its last block tells.
fn check_end(file: &mut File) -> io::Result<()> {
    let mut end = [0; BGZF_END.len()];
    let whole = file
        .seek(SeekFrom::End(-(BGZF_END.len() as i64)))
        .and_then(|_| file.read_exact(&mut end));
    if whole.is_ok() && end == BGZF_END {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the file is cut short: its BGZF end block is missing; copy it again",
        ))
    }
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while let Some(rest) = buffer.get_mut(n..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            more => n += more,
        }
    }
    Ok(n)
}

struct Counted {
    inner: File,
    read: BytesRead,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
