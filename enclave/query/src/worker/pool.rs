//! Workers that wait, so that a visit pays no start-up.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::sync::{Notify, oneshot};

use super::Worker;

/// How long a worker that has served stays at most, until workers are replaced of whose
/// visits no end was heard, and until one is tried again that could not be started.
const AT_LAST: Duration = Duration::from_secs(1);

/// How long an answer that has left is still on its way: it is encrypted, relayed and read,
/// often on the same cores.
const ON_ITS_WAY: Duration = Duration::from_millis(5);

/// A few workers that wait.
///
/// A start takes a core for as long as a short visit does, and an end for some
/// milliseconds. So a worker ends and is replaced when its visit's answer has left, or
/// is replaced at once, if few are left.
#[derive(Debug)]
pub struct Pool {
    program: PathBuf,
    arguments: Vec<String>,
    size: usize,
    waiting: Mutex<VecDeque<Worker>>,
    wanted: Notify,
}

/// An answer that has not left yet.
#[derive(Debug)]
pub struct Leaving {
    _end: oneshot::Sender<()>,
}

impl Pool {
    /// Keeps `size` workers waiting.
    ///
    /// # Errors
    ///
    /// When a first worker cannot be started.
    pub fn start(
        program: &Path,
        arguments: Vec<String>,
        size: usize,
    ) -> std::io::Result<Arc<Self>> {
        let first = Worker::start(program, &arguments)?;
        let pool = Arc::new(Self {
            program: program.to_owned(),
            arguments,
            size: size.max(1),
            waiting: Mutex::new(VecDeque::from([first])),
            wanted: Notify::new(),
        });
        tokio::spawn(Self::keep(Arc::downgrade(&pool)));
        Ok(pool)
    }

    /// A fresh worker, for one visit. Waits until one can be had: there may be too many
    /// processes.
    pub async fn take(&self) -> Worker {
        loop {
            let (worker, left) = {
                let mut waiting = self.waiting();
                (waiting.pop_front(), waiting.len())
            };
            if left < self.size.div_ceil(2) {
                self.wanted.notify_one();
            }
            match worker.map_or_else(|| Worker::start(&self.program, &self.arguments), Ok) {
                Ok(mut worker) => {
                    // It may have died while it waited.
                    if matches!(worker.process.try_wait(), Ok(None)) {
                        return worker;
                    }
                }
                Err(_) => tokio::time::sleep(AT_LAST).await,
            }
        }
    }

    /// Ends a worker when what is returned is dropped: when the answer that it was for
    /// has left. It does not stay for those who read slowly.
    pub fn end(self: &Arc<Self>, worker: Worker) -> Leaving {
        let (leaving, left) = oneshot::channel();
        let pool = Arc::downgrade(self);
        tokio::spawn(async move {
            let _ = tokio::time::timeout(AT_LAST, left).await;
            tokio::time::sleep(ON_ITS_WAY).await;
            drop(worker);
            if let Some(pool) = pool.upgrade() {
                pool.wanted.notify_one();
            }
        });
        Leaving { _end: leaving }
    }

    /// Replaces workers for as long as there is a pool.
    async fn keep(pool: Weak<Self>) {
        loop {
            let Some(pool) = pool.upgrade() else { return };
            while pool.waiting().len() < pool.size
                && let Ok(worker) = Worker::start(&pool.program, &pool.arguments)
            {
                pool.waiting().push_back(worker);
            }
            let _ = tokio::time::timeout(AT_LAST, pool.wanted.notified()).await;
        }
    }

    /// A thread that died with the lock left whole workers behind.
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Worker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn pool_of(program: &Path, size: usize) -> Arc<Pool> {
        Pool::start(program, Vec::new(), size).unwrap()
    }

    fn pool(size: usize) -> Arc<Pool> {
        pool_of(Path::new("cat"), size)
    }

    async fn waits_for(pool: &Pool, workers: usize, limit: Duration) {
        let as_many = async {
            while pool.waiting().len() != workers {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(limit, as_many).await.unwrap();
    }

    const LONG: Duration = Duration::from_secs(20);

    /// A visit that waits for its second worker must not wait for its first to be gone.
    #[tokio::test]
    async fn workers_are_to_be_had_however_many_are_at_work() {
        for size in 1..=4 {
            let pool = pool(size);
            let mut at_work = Vec::new();
            for _ in 0..2 * size + 2 {
                at_work.push(pool.take().await);
            }
            waits_for(&pool, size, LONG).await;
        }
    }

    #[tokio::test]
    async fn a_worker_is_replaced_when_its_visit_ends_and_at_last_without() {
        let pool = pool(4);
        waits_for(&pool, 4, LONG).await;
        let worker = pool.take().await;
        let leaving = pool.end(worker);
        tokio::time::sleep(AT_LAST / 10).await;
        assert_eq!(pool.waiting().len(), 3);
        drop(leaving);
        waits_for(&pool, 4, AT_LAST / 2).await;
        drop(pool.take().await);
        waits_for(&pool, 4, LONG).await;
    }

    /// However slowly the answer is read.
    #[tokio::test]
    async fn one_that_served_ends() {
        let pool = pool(1);
        let worker = pool.take().await;
        let process = worker.process.id().unwrap().to_string();
        let running = Path::new("/proc").join(process).join("exe");
        assert!(running.exists());
        let _leaving = pool.end(worker);
        let gone = async {
            while running.exists() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(LONG, gone).await.unwrap();
    }

    #[tokio::test]
    async fn the_dead_serve_nobody() {
        let pool = pool(1);
        for worker in pool.waiting().iter_mut() {
            worker.process.start_kill().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut worker = pool.take().await;
        assert!(matches!(worker.process.try_wait(), Ok(None)));
    }

    /// A program that is not to be started for a while is not a visit's failure.
    #[tokio::test]
    async fn a_visit_waits_for_a_worker_that_cannot_be_started_yet() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("worker");
        let link = || std::os::unix::fs::symlink("/bin/cat", &program).unwrap();
        link();
        let pool = pool_of(&program, 1);
        std::fs::remove_file(&program).unwrap();
        pool.waiting().clear();
        let put_back = async {
            tokio::time::sleep(AT_LAST / 10).await;
            link();
        };
        let (_worker, ()) = tokio::join!(tokio::time::timeout(LONG, pool.take()), put_back);
        let _worker = _worker.unwrap();
    }
}
