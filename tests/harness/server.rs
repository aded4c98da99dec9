//! One server: a real process with a log, which can be killed and started again.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{programs, reaper};

/// How long a server may take to listen, on a machine that does much else.
const START: Duration = Duration::from_secs(120);
const STOP: Duration = Duration::from_secs(60);
const BETWEEN: Duration = Duration::from_millis(20);

/// A server process. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    program: &'static str,
    config: PathBuf,
    log: PathBuf,
    port: u16,
    running: Mutex<Option<Child>>,
}

impl Server {
    /// Starts a program with its configuration and waits until it listens.
    pub(crate) fn start(program: &'static str, config: PathBuf, log: PathBuf, port: u16) -> Self {
        let server = Self {
            program,
            config,
            log,
            port,
            running: Mutex::new(None),
        };
        server.restart();
        server
    }

    /// Where it listens on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process.
    pub fn pid(&self) -> Option<u32> {
        self.running().as_ref().map(Child::id)
    }

    /// What it has written to standard output and standard error so far, of all
    /// its starts.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    /// Makes it load its policies again, and waits until it has said that it did, or
    /// that it did not: whether it did.
    ///
    /// # Panics
    ///
    /// If it says neither.
    pub fn reload(&self) -> bool {
        let said = |log: &str, what: &str| log.matches(what).count();
        let before = self.log();
        self.signal("HUP");
        let end = Instant::now() + START;
        while Instant::now() < end {
            let log = self.log();
            for (what, done) in [
                ("policies reloaded", true),
                ("policies not reloaded", false),
            ] {
                if said(&log, what) > said(&before, what) {
                    return done;
                }
            }
            std::thread::sleep(BETWEEN);
        }
        panic!("`{}` does not reload:\n{}", self.program, self.tail());
    }

    /// Its configuration file, to be altered before a restart.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Ends it at once, as a crash would.
    pub fn kill9(&self) {
        if let Some(mut child) = self.running().take() {
            // It may have ended by itself.
            let _ = child.kill();
            child.wait().unwrap();
            reaper::ended(child.id());
        }
    }

    /// Asks it to stop and waits until it has.
    ///
    /// # Panics
    ///
    /// If it does not stop.
    pub fn stop(&self) -> ExitStatus {
        self.signal("TERM");
        let mut child = self.running().take().unwrap();
        let end = Instant::now() + STOP;
        while Instant::now() < end {
            if let Some(status) = child.try_wait().unwrap() {
                reaper::ended(child.id());
                return status;
            }
            std::thread::sleep(BETWEEN);
        }
        let _ = child.kill();
        child.wait().unwrap();
        panic!("`{}` does not stop:\n{}", self.program, self.tail());
    }

    /// Sends it a signal, for example `HUP`.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().unwrap().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success(), "cannot signal `{}`", self.program);
    }

    /// Kills it if it runs, starts it again and waits until it listens.
    ///
    /// # Panics
    ///
    /// If it does not listen.
    pub fn restart(&self) {
        self.kill9();
        let log = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .unwrap();
        let child = programs::command(self.program)
            .arg("serve")
            .arg("--config")
            .arg(&self.config)
            .stdout(Stdio::from(log.try_clone().unwrap()))
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap();
        reaper::started(child.id());
        *self.running() = Some(child);
        let end = Instant::now() + START;
        while Instant::now() < end {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            let ended = self.running().as_mut().unwrap().try_wait().unwrap();
            if let Some(status) = ended {
                panic!("`{}` ended with {status}:\n{}", self.program, self.tail());
            }
            std::thread::sleep(BETWEEN);
        }
        panic!("`{}` does not listen:\n{}", self.program, self.tail());
    }

    fn tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines
            .get(lines.len().saturating_sub(20)..)
            .unwrap_or_default()
            .join("\n")
    }

    fn running(&self) -> MutexGuard<'_, Option<Child>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
    }
}

/// A port of loopback that nobody has. It lies below those that the system
/// hands out by itself: while a server is down, a client that tries to reach it
/// must not be given its port, and be connected to itself.
pub(crate) fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let port = rand::random_range(15_000..32_000);
        if !given.contains(&port) && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            given.insert(port);
            return port;
        }
    }
}
