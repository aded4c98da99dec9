//! A confined process tries what a worker must not be able to do.
//!
//! The program starts itself twice, free and confined, and compares what either
//! could do: an attempt that fails for another reason would fail in both.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    net::{TcpListener, TcpStream, UdpSocket},
    os::unix::net::UnixDatagram,
    path::Path,
    process::{Command, Stdio},
};

use sekisho_query::worker::{Confinement, confine, narrow};

/// What was tried, and whether it could be done.
type Outcome = BTreeMap<String, bool>;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "free", folder, port] => tell(&(None, attempts(Path::new(folder), port))),
        [_, "confined", folder, port] => {
            let folder = Path::new(folder);
            let reached = confine(&folder.join("store")).unwrap();
            tell(&(Some(reached), attempts(folder, port)));
        }
        _ => a_confined_process_reads_the_store_and_can_do_nothing_else(),
    }
}

fn a_confined_process_reads_the_store_and_can_do_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["store/one", "store/two"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("rows"), "rows").unwrap();
    }
    fs::write(folder.path().join("outside"), "outside").unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();

    let (_, free) = run("free", folder.path(), port);
    assert!(free.values().all(|&done| done), "{free:?}");

    let (reached, confined) = run("confined", folder.path(), port);
    let reached = reached.unwrap();
    let expected: Outcome = free
        .into_keys()
        .map(|attempt| {
            let by_landlock = matches!(
                attempt.as_str(),
                "read a file outside"
                    | "list the root"
                    | "read another snapshot"
                    | "read any snapshot"
            );
            let by_either = matches!(
                attempt.as_str(),
                "write a file" | "remove a file" | "rename a file"
            );
            let by_seccomp = matches!(
                attempt.as_str(),
                "connect" | "listen" | "send a datagram" | "open a local socket" | "run a program"
            );
            let by_limits = matches!(attempt.as_str(), "dump a core");
            let stopped = by_limits
                || (by_either && (reached.landlock || reached.seccomp))
                || (by_landlock && reached.landlock)
                || (by_seccomp && reached.seccomp);
            (attempt, !stopped)
        })
        .collect();
    assert_eq!(confined, expected, "confined by {reached}");
    let mut out = io::stdout();
    writeln!(
        out,
        "confined by {reached}: {} attempts, as expected",
        expected.len()
    )
    .unwrap();
}

fn run(how: &str, folder: &Path, port: u16) -> (Option<Confinement>, Outcome) {
    let output = Command::new(std::env::current_exe().unwrap())
        .arg(how)
        .arg(folder)
        .arg(port.to_string())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{how}: {}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn tell(outcome: &(Option<Confinement>, Outcome)) {
    serde_json::to_writer(io::stdout(), outcome).unwrap();
}

fn attempts(folder: &Path, port: &str) -> Outcome {
    let store = folder.join("store");
    let free = std::env::args().nth(1).as_deref() == Some("free");
    let address = format!("127.0.0.1:{port}");
    let mut outcome = Outcome::new();
    let mut attempt = |name: &str, done: bool| outcome.insert(name.to_owned(), done);

    // What a worker needs.
    attempt("read the store", fs::read(store.join("one/rows")).is_ok());
    attempt("list the store", fs::read_dir(&store).is_ok());
    let thread = std::thread::Builder::new().spawn(|| 1 + 1);
    attempt(
        "start a thread",
        thread.is_ok_and(|thread| thread.join().is_ok()),
    );

    // What it does not.
    attempt(
        "read a file outside",
        fs::read("/etc/passwd").is_ok() && fs::read(folder.join("outside")).is_ok(),
    );
    attempt("list the root", fs::read_dir("/").is_ok());
    attempt("connect", TcpStream::connect(&address).is_ok());
    attempt("listen", TcpListener::bind("127.0.0.1:0").is_ok());
    let datagram = UdpSocket::bind("127.0.0.1:0").and_then(|s| s.send_to(b"rows", &address));
    attempt("send a datagram", datagram.is_ok());
    attempt("open a local socket", UnixDatagram::unbound().is_ok());
    attempt(
        "run a program",
        Command::new("/bin/true")
            .status()
            .is_ok_and(|status| status.success()),
    );
    attempt(
        "dump a core",
        rlimit::Resource::CORE.get_hard().is_ok_and(|most| most > 0),
    );
    attempt(
        "write a file",
        fs::write(store.join("one/more"), "rows").is_ok(),
    );
    attempt(
        "rename a file",
        fs::rename(store.join("two/rows"), store.join("two/moved")).is_ok(),
    );
    attempt(
        "remove a file",
        fs::remove_file(store.join("two/moved")).is_ok(),
    );
    // As it was, for whoever comes next.
    if free {
        fs::write(store.join("two/rows"), "rows").unwrap();
        fs::remove_file(store.join("one/more")).unwrap();
    }

    // The phases: one snapshot only, then nothing at all.
    if !free {
        narrow(Some(&store.join("one"))).unwrap();
    }
    attempt(
        "read the snapshot",
        fs::read(store.join("one/rows")).is_ok(),
    );
    attempt(
        "read another snapshot",
        fs::read(store.join("two/rows")).is_ok(),
    );
    if !free {
        narrow(None).unwrap();
    }
    attempt(
        "read any snapshot",
        fs::read(store.join("one/rows")).is_ok(),
    );
    outcome
}
