//! Ends servers and removes folders when the test program has gone, however it
//! went: consortiums that tests share live in statics, which are never dropped.

use std::{
    io::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Mutex, OnceLock, PoisonError},
};

/// Its standard input ends with the test program.
const SCRIPT: &str = r#"
folders=
while read -r event what; do
  case $event in
    started) touch "$0/$what" ;;
    ended) rm -f "$0/$what" ;;
    folder) folders="$folders $what" ;;
  esac
done
for pid in $(ls "$0"); do kill -9 "$pid"; done
sleep 1
rm -rf "$0" $folders
"#;

static REAPER: OnceLock<Mutex<Child>> = OnceLock::new();

/// A process has started.
pub(crate) fn started(pid: u32) {
    tell(&format!("started {pid}"));
}

/// A process has ended; its number may be another's from now on.
pub(crate) fn ended(pid: u32) {
    tell(&format!("ended {pid}"));
}

/// A folder is to be removed at the end. Its path has no spaces: it is a
/// temporary one.
pub(crate) fn folder(path: &Path) {
    tell(&format!("folder {}", path.display()));
}

fn tell(line: &str) {
    let reaper = REAPER.get_or_init(|| Mutex::new(start()));
    let mut reaper = reaper.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(input) = &mut reaper.stdin {
        writeln!(input, "{line}").unwrap();
        input.flush().unwrap();
    }
}

fn start() -> Child {
    let running = tempfile::Builder::new()
        .prefix("sekisho-running-")
        .tempdir()
        .unwrap()
        .keep();
    Command::new("/bin/sh")
        .arg("-c")
        .arg(SCRIPT)
        .arg(running)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
