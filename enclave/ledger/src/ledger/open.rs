//! Opening a ledger: the journal is read and checked as a whole, the index
//! follows it.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;

use sekisho_receipt::{SigningKey, VerifierKey};

use super::pages::Pages;
use super::{CHECKPOINT_FILE, Config, Ledger};
use crate::book::Book;
use crate::entry::{Entry, Format};
use crate::error::{LedgerError, io_error};
use crate::group_sync::GroupSync;
use crate::journal::{End, Journal, SEGMENT_BYTES, replay, sync_directory};
use crate::seal::Sealer;
use crate::spent_nonces::SpentNonces;
use crate::store::{Head, Store, Totals};

/// Records that the index takes at once while it follows the journal.
const FOLLOW: usize = 4096;

impl Ledger {
    /// Opens a ledger, or makes an empty one, and locks it. The whole journal
    /// is read and checked. What a crash cut off at its end is removed (see
    /// [`Ledger::recovered`]); any other damage refuses the ledger, and so does
    /// a journal that has fewer leaves than its published checkpoint. The index
    /// is built again if it fails or disagrees.
    pub fn open(config: Config) -> Result<Self, LedgerError> {
        Self::open_with(config, SEGMENT_BYTES)
    }

    pub(super) fn open_with(config: Config, segment_bytes: u64) -> Result<Self, LedgerError> {
        let signer = SigningKey::from_seed(&config.origin, &config.signing_seed)?;
        let dir = config.dir;
        make_directory(&dir)?;
        let lock = lock(&dir)?;
        let (book, end, store) = read(&dir)?;
        expect_key(&book, &signer)?;
        let published = expect_published(&dir, &book, signer.verifier())?;
        let journal = Journal::open(&dir, &end, segment_bytes)?;
        let ledger = Self {
            dir,
            signer,
            sealer: Sealer::new(&config.sealing_key),
            pages: Mutex::new(Pages {
                journal,
                book,
                store,
                halted: false,
            }),
            sync: GroupSync::default(),
            published: Mutex::new(published),
            free_nonces: Mutex::new(SpentNonces::default()),
            recovered: end.torn,
            _lock: lock,
        };
        ledger.begin()?;
        Ok(ledger)
    }

    /// Writes the first record of a new journal, or the one that raises the
    /// format of an old one, and a checkpoint over leaves that have none because
    /// of a crash.
    fn begin(&self) -> Result<(), LedgerError> {
        let mut pages = self.pages()?;
        if pages.book.format < Some(Format::NEWEST) {
            let vkey = self.signer.verifier().to_string();
            let header = Entry::Header {
                format: Format::NEWEST,
                vkey: &vkey,
            };
            self.append(&mut pages, |pages, staged| pages.stage(staged, &header))?;
        }
        drop(pages);
        self.checkpoint().map(drop)
    }
}

fn make_directory(dir: &Path) -> Result<(), LedgerError> {
    if dir.is_dir() {
        return Ok(());
    }
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(io_error("make", dir))?;
    match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent),
        _ => sync_directory(Path::new(".")),
    }
}

fn lock(dir: &Path) -> Result<File, LedgerError> {
    let path = dir.join("lock");
    let file = File::create(&path).map_err(io_error("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Locked(dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(io_error("lock", &path)(source)),
    }
}

/// Reads the journal with the index at hand, if that is any good, or with a new
/// one.
fn read(dir: &Path) -> Result<(Book, End, Store), LedgerError> {
    let index = dir.join("index");
    // A damaged file makes sled panic as often as fail; nothing of an attempt
    // is used after either.
    let attempt = catch_unwind(AssertUnwindSafe(|| follow(dir, Store::open(&index)?)));
    match attempt {
        Ok(Ok(read)) => return Ok(read),
        Ok(Err(LedgerError::Index(_))) | Err(_) => {}
        Ok(Err(error)) => return Err(error),
    }
    if index.exists() {
        fs::remove_dir_all(&index).map_err(io_error("remove", &index))?;
    }
    follow(dir, Store::open(&index)?)
}

/// Reads the journal and brings the index up from its head.
fn follow(dir: &Path, store: Store) -> Result<(Book, End, Store), LedgerError> {
    let known = store.head()?;
    let mut agreed = known.is_none();
    let mut book = Book::default();
    let mut newest = None;
    let mut following = Vec::new();
    let mut head = Head::default();
    let end = replay(dir, |record| {
        let entry = Entry::decode(record.body).map_err(|reason| record.corrupt(dir, reason))?;
        let changes = match entry {
            // Each was verified when it was written and the chain holds, so
            // only the newest is verified again: signatures are dear.
            Entry::Checkpoint(note) => {
                newest = Some(note.to_owned());
                Vec::new()
            }
            entry => book
                .take(&entry, record.position)
                .map_err(|reason| record.corrupt(dir, reason))?,
        };
        head = Head {
            records: record.number + 1,
            hash: record.hash,
        };
        match known {
            Some(known) if head.records < known.records => {}
            Some(known) if head.records == known.records => agreed = head == known,
            _ => following.extend(changes),
        }
        if following.len() >= FOLLOW && agreed {
            store.apply(&following, head)?;
            following.clear();
        }
        Ok(())
    })?;
    if !agreed {
        return Err(LedgerError::Index("it does not fit the journal".to_owned()));
    }
    store.apply(&following, head)?;
    let expected = Totals {
        leaves: book.leaves(),
        spent: book.spent.clone(),
        sealed: book.anchors.next(),
    };
    if store.totals()? != expected {
        return Err(LedgerError::Index("it does not add up".to_owned()));
    }
    if let Some(note) = newest {
        book.take(&Entry::Checkpoint(&note), end.position)
            .map_err(|reason| LedgerError::Checkpoint {
                path: dir.to_owned(),
                reason,
            })?;
    }
    book.forget_open();
    Ok((book, end, store))
}

fn expect_key(book: &Book, signer: &SigningKey) -> Result<(), LedgerError> {
    match &book.vkey {
        Some(vkey) if vkey != signer.verifier() => Err(LedgerError::OtherKey {
            ledger: vkey.to_string(),
            expected: signer.verifier().to_string(),
        }),
        _ => Ok(()),
    }
}

/// Holds the published checkpoint against the journal; returns its leaves.
fn expect_published(dir: &Path, book: &Book, vkey: &VerifierKey) -> Result<u64, LedgerError> {
    let path = dir.join(CHECKPOINT_FILE);
    let note = match fs::read_to_string(&path) {
        Ok(note) => note,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(io_error("read", &path)(error)),
    };
    // Not synced when it is replaced, so a power cut may leave it empty.
    if note.is_empty() {
        return Ok(0);
    }
    book.expect(&path, &note, vkey)
}
