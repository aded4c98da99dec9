//! Workers that wait, so that a visit pays no start-up.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::sync::{Mutex, mpsc};

use super::{Lost, Worker};

/// How long a worker stays that has served. Its end keeps a core busy for some
/// milliseconds, and its visit's answer should not wait for that.
const STAYS: Duration = Duration::from_millis(50);

/// A few workers that wait.
#[derive(Debug)]
pub struct Pool {
    waiting: Mutex<mpsc::Receiver<Worker>>,
}

impl Pool {
    /// Keeps `size` workers waiting; each is replaced when it is taken.
    ///
    /// # Errors
    ///
    /// When a first worker cannot be started.
    pub fn start(
        program: &Path,
        arguments: Vec<String>,
        size: usize,
    ) -> std::io::Result<Arc<Self>> {
        // One more stands ready with the task that refills the channel.
        let (ready, waiting) = mpsc::channel(size.max(1));
        let first = Worker::start(program, &arguments)?;
        let program = program.to_owned();
        tokio::spawn(async move {
            let mut next = Some(first);
            loop {
                let worker = match next
                    .take()
                    .map_or_else(|| Worker::start(&program, &arguments), Ok)
                {
                    Ok(worker) => worker,
                    // Too many processes, perhaps; visits wait until one can be had.
                    Err(_) => {
                        tokio::time::sleep(Duration::from_secs(1)).await;
                        continue;
                    }
                };
                if ready.send(worker).await.is_err() {
                    return;
                }
            }
        });
        Ok(Arc::new(Self {
            waiting: Mutex::new(waiting),
        }))
    }

    /// Ends a worker when the answer that it was for has had time to leave.
    pub fn end(&self, worker: Worker) {
        tokio::spawn(async move {
            tokio::time::sleep(STAYS).await;
            drop(worker);
        });
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
        }
    }
}
