//! How the operator's commands reach an enclave that serves: a socket in the
//! ledger's directory, for the enclave's own user. One message, one answer.

use std::{
    io::{self, Read as _, Write as _},
    net::Shutdown,
    os::unix::{fs::PermissionsExt as _, net::UnixStream as Stream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use sekisho_consent::Record;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
};

use super::Consents;
use crate::enclave::Enclave;

/// The longest message: a file of consents of millions.
const MOST_BYTES: u64 = 64 << 20;
/// How long a message or an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What an operator tells an enclave.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Told {
    /// The consent of a dataset's individuals changed.
    Change {
        /// The dataset.
        dataset: String,
        /// What changed.
        record: Record,
    },
    /// Say how many consents of a dataset are on record.
    Count {
        /// The dataset.
        dataset: String,
    },
}

/// What the enclave answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Control {
    /// It is in force.
    Done {
        /// Of how many it changed whether they are withdrawn.
        changed: u64,
    },
    /// So many are on record, and so many of them withdrew.
    Counts {
        /// On record.
        on_record: u64,
        /// Withdrawn.
        withdrawn: u64,
    },
    /// It is not in force, and why.
    Failed(String),
}

/// Listens for the operator's commands, until the process ends.
pub(crate) fn listen(enclave: Arc<Enclave>, socket: &Path) -> anyhow::Result<()> {
    let named = || format!("cannot listen at `{}`", socket.display());
    // Of an earlier process: the ledger's lock is ours, so nobody listens there.
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(named);
        }
        _ => {}
    }
    let listener = UnixListener::bind(socket).with_context(named)?;
    let owner = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(socket, owner).with_context(named)?;
    tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let enclave = Arc::clone(&enclave);
                    tokio::spawn(async move {
                        // Whoever hangs up is not waited for; what was begun is done.
                        let _ = tokio::time::timeout(PATIENCE, heard(&enclave, stream)).await;
                    });
                }
                Err(error) => {
                    tracing::error!("the operator's socket failed: {error}");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    });
    Ok(())
}

async fn heard(enclave: &Arc<Enclave>, mut stream: UnixStream) -> io::Result<()> {
    let peer = stream.peer_cred()?.uid();
    let answer = if peer == own_uid()? || peer == 0 {
        obeyed(enclave, &mut stream).await?
    } else {
        Control::Failed("the enclave's own user alone may change consent".to_owned())
    };
    stream.write_all(&serde_json::to_vec(&answer)?).await?;
    stream.shutdown().await
}

async fn obeyed(enclave: &Arc<Enclave>, stream: &mut UnixStream) -> io::Result<Control> {
    let mut bytes = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut bytes).await?;
    let Ok(told) = serde_json::from_slice::<Told>(&bytes) else {
        return Ok(Control::Failed(
            "the message is of another version".to_owned(),
        ));
    };
    let enclave = Arc::clone(enclave);
    let done =
        tokio::task::spawn_blocking(move || done(&enclave.consents, told, enclave.clock.now_ms()));
    let done = done.await;
    Ok(done.unwrap_or_else(|_| Control::Failed("a task ended before its time".to_owned())))
}

/// Does what was told. Blocks on the ledger.
pub(crate) fn done(consents: &Consents, told: Told, at_ms: i64) -> Control {
    let done = match told {
        Told::Change { dataset, record } => {
            let changed = consents.change(&dataset, &record, at_ms);
            changed.map(|changed| Control::Done { changed })
        }
        Told::Count { dataset } => consents.of(&dataset).map(|state| {
            let (on_record, withdrawn) = state.counts();
            Control::Counts {
                on_record,
                withdrawn,
            }
        }),
    };
    done.unwrap_or_else(|error| Control::Failed(error.to_string()))
}

/// Tells an enclave that serves, and waits for its answer; none if nobody listens.
pub(crate) fn tell(socket: &Path, told: &Told) -> anyhow::Result<Option<Control>> {
    let mut stream = match Stream::connect(socket) {
        Ok(stream) => stream,
        Err(error)
            if [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused]
                .contains(&error.kind()) =>
        {
            return Ok(None);
        }
        Err(error) => {
            return Err(error).with_context(|| {
                format!(
                    "cannot reach the enclave at `{}`; run this as the enclave's user",
                    socket.display()
                )
            });
        }
    };
    let told = serde_json::to_vec(told)?;
    let most = MOST_BYTES >> 20;
    ensure!(
        (told.len() as u64) < MOST_BYTES,
        "the change has more than the {most} MiB that an enclave takes at once; split the file"
    );
    let mut answer = Vec::new();
    let mut exchange = || -> io::Result<()> {
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(&told)?;
        stream.shutdown(Shutdown::Write)?;
        stream.read_to_end(&mut answer)?;
        Ok(())
    };
    exchange().context(
        "the enclave did not answer; ask it with `consent show` what is in force, or try again",
    )?;
    let answer = serde_json::from_slice(&answer).context("the enclave is of another version")?;
    Ok(Some(answer))
}

/// The user that this process runs as.
fn own_uid() -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt as _;
    Ok(std::fs::metadata("/proc/self")?.uid())
}
