use futures::future::join_all;
use tokio::task::yield_now;

use super::Locker;

pub(crate) fn key(number: u64) -> String {
    format!("account:{number}")
}

/// What is done with a lock. One round of each is at least one pair of acquire and release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// One task, one key.
    Alone,
    /// This many tasks, a key for each.
    Apart(u64),
    /// This many tasks, one key for all; the holder lets others run before it goes.
    Crowd(u64),
}

impl Work {
    pub(crate) fn pairs(self, rounds: u64) -> u64 {
        match self {
            Self::Alone => rounds,
            Self::Apart(tasks) | Self::Crowd(tasks) => rounds * tasks,
        }
    }

    pub(crate) async fn run(self, locker: &impl Locker, rounds: u64) {
        match self {
            Self::Alone => rounds_of(locker.clone(), key(42), rounds).await,
            Self::Apart(tasks) => {
                let task = |id| rounds_of(locker.clone(), key(id), rounds);
                join_all((0..tasks).map(|id| tokio::spawn(task(id)))).await;
            }
            Self::Crowd(tasks) => {
                let task = |_| turns_of(locker.clone(), rounds);
                join_all((0..tasks).map(|id| tokio::spawn(task(id)))).await;
            }
        }
    }
}

async fn rounds_of(locker: impl Locker, key: String, rounds: u64) {
    for round in 0..rounds {
        let guard = locker.acquire(&key).await;
        locker.release(guard).await;
        // A locker that never has to wait would keep the other tasks out to the end.
        if round % 32 == 31 {
            yield_now().await;
        }
    }
}

async fn turns_of(locker: impl Locker, rounds: u64) {
    let key = key(42);
    for _ in 0..rounds {
        let guard = locker.acquire(&key).await;
        yield_now().await;
        locker.release(guard).await;
    }
}
