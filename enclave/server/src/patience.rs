//! How long is waited for an answer, and whether anybody still waits.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// The longest that an operation waits for a turn: its permit does not hold longer. Whoever asks
/// asks again, with another.
const TURN: Duration = Duration::from_secs(20);

/// The turns of a kind of visit, and the time that each may take.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    turns: Arc<Semaphore>,
    limit: Duration,
}

/// What a visit may take.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    turns: Turns,
    /// Ends when nobody waits any more; none for a visit that goes on then: what was charged
    /// is answered, and can be asked for again.
    waits: Option<watch::Receiver<()>>,
}

/// Whoever waits for an operation: it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Waiting(#[expect(dead_code, reason = "it is dropped")] Option<watch::Sender<()>>);

impl Turns {
    /// So many at once, each for no longer than this.
    pub(crate) fn new(at_once: usize, limit: Duration) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(at_once)),
            limit,
        }
    }

    /// Of a visit that is finished although its visitor hangs up.
    pub(crate) fn visit(&self) -> (Patience, Waiting) {
        let patience = Patience {
            turns: self.clone(),
            waits: None,
        };
        (patience, Waiting(None))
    }

    /// Of an operation that ends when its visitor does not wait any more.
    pub(crate) fn operation(&self) -> (Patience, Waiting) {
        let (waiting, waits) = watch::channel(());
        let patience = Patience {
            turns: self.clone(),
            waits: Some(waits),
        };
        (patience, Waiting(Some(waiting)))
    }
}

impl Patience {
    /// A turn; none if it does not come in time, or nobody waits for it.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.turns.turns).acquire_owned();
        let limit = match self.waits {
            Some(_) => self.turns.limit.min(TURN),
            None => self.turns.limit,
        };
        self.within(tokio::time::timeout(limit, turn))
            .await?
            .ok()?
            .ok()
    }

    /// What comes of work in no more time than there is; none if it takes longer, or nobody
    /// waits for it.
    pub(crate) async fn within<W: Future>(&self, work: W) -> Option<W::Output> {
        tokio::select! {
            done = tokio::time::timeout(self.turns.limit, work) => done.ok(),
            () = self.given_up() => None,
        }
    }

    async fn given_up(&self) {
        match self.waits.clone() {
            // Nothing is ever sent: it changes when it ends.
            Some(mut waits) => while waits.changed().await.is_ok() {},
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_operation_ends_when_nobody_waits_and_a_visit_does_not() {
        let turns = Turns::new(1, Duration::from_secs(3600));
        let (patience, waiting) = turns.operation();
        assert_eq!(patience.within(async { 5 }).await, Some(5));
        drop(waiting);
        assert_eq!(patience.within(std::future::pending::<()>()).await, None);

        let short = Turns::new(1, Duration::from_millis(20));
        let (patience, waiting) = short.visit();
        drop(waiting);
        let soon = tokio::time::sleep(Duration::from_millis(1));
        assert_eq!(patience.within(soon).await, Some(()));
        assert_eq!(patience.within(std::future::pending::<()>()).await, None);
    }

    #[tokio::test]
    async fn turns_are_waited_for() {
        let turns = Turns::new(1, Duration::from_millis(20));
        let (patience, _waiting) = turns.operation();
        let turn = patience.turn().await;
        assert!(turn.is_some() && patience.turn().await.is_none());
        drop(turn);
        assert!(patience.turn().await.is_some());
    }
}
