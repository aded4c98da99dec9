//! Workers that wait, so that a visit pays no start-up.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Mutex, Notify, mpsc};

use super::{Lost, Worker};

/// A few workers that wait.
#[derive(Debug)]
pub struct Pool {
    waiting: Mutex<mpsc::Receiver<Worker>>,
    taken: Arc<Taken>,
}

/// Workers that were taken and are not gone yet.
#[derive(Debug, Default)]
struct Taken {
    number: AtomicUsize,
    /// One was taken, or is gone.
    changed: Notify,
}

/// Held by a worker that was taken.
#[derive(Debug)]
pub(super) struct Busy(Arc<Taken>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.number.fetch_sub(1, Ordering::AcqRel);
        self.0.changed.notify_one();
    }
}

impl Pool {
    /// Keeps `size` workers waiting. One that was taken is replaced once none is at work
    /// any more, since its start would take from a visit what that computes with; or at
    /// once, where less than half of them wait.
    ///
    /// # Errors
    ///
    /// When a first worker cannot be started.
    pub fn start(
        program: &Path,
        arguments: Vec<String>,
        size: usize,
    ) -> std::io::Result<Arc<Self>> {
        let (ready, waiting) = mpsc::channel(size.max(1));
        let first = Worker::start(program, &arguments)?;
        let program = program.to_owned();
        let taken = Arc::new(Taken::default());
        let of = Arc::clone(&taken);
        tokio::spawn(async move {
            let mut next = Some(first);
            while let Ok(place) = ready.reserve().await {
                let enough_wait = || {
                    // The place that is kept for the next one is not free, nor has it one.
                    let places = ready.max_capacity();
                    let waiting = places.saturating_sub(ready.capacity() + 1);
                    waiting > 0 && waiting >= places / 2
                };
                while enough_wait() && of.number.load(Ordering::Acquire) > 0 {
                    of.changed.notified().await;
                }
                let worker = match next.take() {
                    Some(first) => Ok(first),
                    None => Worker::start(&program, &arguments),
                };
                match worker {
                    Ok(worker) => place.send(worker),
                    // Too many processes, perhaps; visits wait until one can be had.
                    Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
                }
            }
        });
        Ok(Arc::new(Self {
            waiting: Mutex::new(waiting),
            taken,
        }))
    }

    /// A fresh worker, for one visit.
    ///
    /// # Errors
    ///
    /// [`Lost`] when the pool has ended.
    pub async fn take(&self) -> Result<Worker, Lost> {
        loop {
            let mut worker = self.waiting.lock().await.recv().await.ok_or(Lost)?;
            // It may have died while it waited.
            if matches!(worker.process.try_wait(), Ok(None)) {
                self.taken.number.fetch_add(1, Ordering::AcqRel);
                self.taken.changed.notify_one();
                worker.busy = Some(Busy(Arc::clone(&self.taken)));
                return Ok(worker);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    async fn took(pool: &Pool) -> Worker {
        let taken = tokio::time::timeout(Duration::from_secs(20), pool.take());
        taken.await.unwrap().unwrap()
    }

    /// A visit that waits for its second worker must not wait for its first to be gone.
    #[tokio::test]
    async fn workers_are_to_be_had_however_many_are_at_work() {
        for size in 1..=4 {
            let pool = Pool::start(Path::new("cat"), Vec::new(), size).unwrap();
            let mut at_work = Vec::new();
            for _ in 0..2 * size + 2 {
                at_work.push(took(&pool).await);
            }
            assert_eq!(pool.taken.number.load(Ordering::Acquire), at_work.len());
            drop(at_work);
            assert_eq!(pool.taken.number.load(Ordering::Acquire), 0);
            took(&pool).await;
        }
    }

    #[tokio::test]
    async fn one_is_replaced_when_no_visit_is_at_work() {
        let pool = Pool::start(Path::new("cat"), Vec::new(), 4).unwrap();
        let waiting = async |number: usize| {
            for _ in 0..2_000 {
                if pool.waiting.lock().await.len() == number {
                    return true;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            false
        };
        assert!(waiting(4).await);
        let one = took(&pool).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(pool.waiting.lock().await.len(), 3);
        drop(one);
        assert!(waiting(4).await);
    }
}
