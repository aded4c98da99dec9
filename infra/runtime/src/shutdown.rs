//! Stopping: on a signal, new work is refused and what runs gets a limited time.

use std::{future::Future, time::Duration};

use tokio::{signal::unix, sync::watch};

/// Tells every part of a process that it should stop. Clones tell the same.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Sender<bool>);

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    /// A shutdown that happens when [`Shutdown::begin`] is called.
    #[must_use]
    pub fn new() -> Self {
        Self(watch::channel(false).0)
    }

    /// A shutdown that happens on SIGTERM or SIGINT too.
    ///
    /// # Errors
    ///
    /// Fails if the process cannot listen for signals. Call it inside a tokio
    /// runtime.
    pub fn on_signals() -> std::io::Result<Self> {
        let shutdown = Self::new();
        let mut terminate = unix::signal(unix::SignalKind::terminate())?;
        let mut interrupt = unix::signal(unix::SignalKind::interrupt())?;
        let told = shutdown.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            told.begin();
        });
        Ok(shutdown)
    }

    /// Begins the shutdown. Further calls change nothing.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Waits until the shutdown begins.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + 'static {
        // The sender lives in the future, so the channel cannot close early.
        let sender = self.0.clone();
        async move {
            let mut receiver = sender.subscribe();
            let _ = receiver.wait_for(|begun| *begun).await;
        }
    }

    /// Runs `server` to its end. Once the shutdown has begun, it has `limit` to
    /// finish what it does; then it is dropped and the result is none.
    pub async fn drain<F: Future>(&self, limit: Duration, server: F) -> Option<F::Output> {
        let overrun = async {
            self.begun().await;
            tokio::time::sleep(limit).await;
        };
        tokio::select! {
            biased;
            output = server => Some(output),
            () = overrun => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_ends_in_time_is_waited_for() {
        let shutdown = Shutdown::new();
        shutdown.begin();
        let work = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            7
        };
        assert_eq!(shutdown.drain(Duration::from_secs(5), work).await, Some(7));
    }

    #[tokio::test]
    async fn work_that_never_ends_is_cut_off() {
        let shutdown = Shutdown::new();
        shutdown.begin();
        let drained = shutdown
            .drain(Duration::from_millis(20), std::future::pending::<()>())
            .await;
        assert_eq!(drained, None);
    }

    #[tokio::test]
    async fn nothing_is_cut_off_before_the_shutdown_begins() {
        let shutdown = Shutdown::new();
        let work = tokio::time::sleep(Duration::from_millis(60));
        assert!(
            shutdown
                .drain(Duration::from_millis(1), work)
                .await
                .is_some()
        );
    }

    #[tokio::test]
    async fn every_clone_hears_it() {
        let shutdown = Shutdown::new();
        let begun = shutdown.clone().begun();
        shutdown.clone().begin();
        begun.await;
        shutdown.begun().await;
    }
}
