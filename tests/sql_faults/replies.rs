//! The server did it, and its answer is lost.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use lockproof::{
    AcquireError, Error, ExtendError, Lock, LockOptions, Locked, Locks, Outcome, ReleaseError, Repository,
};
use lockproof_test_servers::{Mode, Proxy};
use tokio::time::{sleep, timeout};

use crate::{
    databases::{Account, Make, Server, Writing, accounts, make_accounts, store},
    in_runtime,
};

const TTL: Duration = Duration::from_secs(10);
/// How long one of the calls here may take.
const LIMIT: Duration = Duration::from_secs(2);
/// What a busy machine may add.
const MARGIN: Duration = Duration::from_secs(2);
/// How long the way to the server and back takes, so that one answer of several can be aimed at.
const ROUND_TRIP: Duration = Duration::from_millis(100);
/// More answers than any call waits for one after the other.
const ANSWERS: u32 = 8;

/// Plays it once for each answer that it may wait for, with that one lost. A busy machine may aim at another one, and so
/// what holds is checked for each; but one of them has to be the answer to what was done.
fn for_each_answer<F: Future<Output = bool> + Send + 'static>(make: Make, play: fn(Stage) -> F) {
    let server = Server::shared(make);
    in_runtime(async {
        let plays = (0..ANSWERS).map(|answer| {
            let url = server.database();
            let proxy = server.proxy();
            tokio::spawn(async move { play(Stage::new(url, proxy, answer).await).await })
        });
        let hit: Vec<_> = join_all(plays).await.into_iter().map(|it| it.expect("no panic")).collect();
        assert!(hit.contains(&true), "no answer was lost to what the server had done");
    });
}

/// A service behind a proxy, and another one that has a way of its own.
struct Stage {
    proxy: Proxy,
    answer: u32,
    locks: Locks,
    accounts: Arc<dyn Repository<Account>>,
    others: Locks,
    accounts_of_others: Arc<dyn Repository<Account>>,
}

impl Stage {
    async fn new(url: String, proxy: Proxy, answer: u32) -> Self {
        let through = proxy.url(&url);
        let others = Locks::new(store(&url).await.expect("opens"));
        make_accounts(&url, 0).await;
        let accounts_of_others = accounts(&others, &url, Writing::default()).await.expect("opens");
        let store = store(&through).await.expect("opens");
        let locks = Locks::builder().store(store).op_timeout(LIMIT / 2).build().expect("valid");
        let accounts = accounts(&locks, &through, Writing::default()).await.expect("opens");
        Self { proxy, answer, locks, accounts, others, accounts_of_others }
    }

    fn lock(&self) -> Lock {
        self.locks.lock("k").ttl(TTL)
    }

    /// The call, whose answer is lost if it is the one to be lost or comes after it. From then on none arrives.
    async fn lose<V>(&self, call: impl Future<Output = V>) -> V {
        self.proxy.set(Mode::Delay(ROUND_TRIP));
        let lose = async {
            // The question is still on its way.
            sleep(ROUND_TRIP * self.answer + ROUND_TRIP / 4).await;
            self.proxy.set(Mode::HoleToClient);
        };
        futures::join!(call, lose).0
    }

    /// Who holds the lock as the server has it, and for how long.
    async fn remaining(&self) -> Option<Duration> {
        let holder = self.others.lock("k").inspect().await.expect("answers");
        holder.map(|holder| holder.remaining.expect("it ends"))
    }

    /// The answers that were on their way are lost for good, and then all is well.
    fn mend(&self) {
        self.proxy.set(Mode::Reset);
        self.proxy.set(Mode::Pass);
    }

    /// Somebody else gets the lock before its ttl could have ended, and keeps it.
    async fn is_soon_free(&self) {
        let lock = self.others.lock("k").wait("1m");
        let lease = timeout(TTL / 2, lock.acquire()).await.expect("not only at the end of its ttl");
        let lease = lease.expect("free");
        // What is still tried in the background harms nobody.
        sleep(MARGIN).await;
        assert!(self.lock().try_acquire().await.expect("answers").is_none());
        lease.release().await.expect("it is held");
    }
}

pub(crate) fn to_an_acquire(make: Make) {
    for_each_answer(make, |stage| async move {
        let acquired = stage.lose(stage.lock().acquire_within(LIMIT)).await;
        let done = stage.remaining().await.is_some();
        stage.mend();
        let hit = match acquired {
            Ok(lease) => {
                lease.release().await.expect("it is held");
                false
            }
            Err(error) => {
                assert!(matches!(error, AcquireError::Store { .. }), "{error}");
                assert_eq!(Error::from(error).outcome(), Outcome::Unknown);
                done
            }
        };
        stage.is_soon_free().await;
        hit
    });
}

pub(crate) fn to_a_release(make: Make) {
    for_each_answer(make, |stage| async move {
        let lease = stage.lock().acquire().await.expect("free");
        let released = stage.lose(lease.release()).await;
        let done = stage.remaining().await.is_none();
        stage.mend();
        stage.is_soon_free().await;
        match released {
            Ok(()) => false,
            Err(error) => {
                assert!(matches!(error, ReleaseError::Store { .. }), "{error}");
                done
            }
        }
    });
}

pub(crate) fn to_an_extension(make: Make) {
    for_each_answer(make, |stage| async move {
        let lease = stage.lock().acquire().await.expect("free");
        let extended = stage.lose(lease.extend("10m")).await;
        let done = stage.remaining().await.expect("it is held") > TTL * 2;
        let left = lease.remaining().expect("it ends");
        stage.mend();
        let hit = match extended {
            Ok(()) => {
                assert!(done && left > TTL, "{left:?}");
                false
            }
            Err(error) => {
                assert!(matches!(error, ExtendError::Store { .. }), "{error}");
                assert!(left <= TTL, "only the old deadline is sure, and not {left:?}");
                lease.extend(TTL).await.expect("it is ours");
                done
            }
        };
        lease.release().await.expect("it is held");
        stage.is_soon_free().await;
        hit
    });
}

pub(crate) fn to_a_save(make: Make) {
    for_each_answer(make, |stage| async move {
        let options = LockOptions::new().ttl(TTL).keep_alive();
        let mut account = stage.accounts.lock_with(&1, options).await.expect("free");
        account.balance += 1;
        // A save has no limit of the service's: it is the application's own.
        let saved = stage.lose(timeout(LIMIT, stage.accounts.save(&mut account))).await;
        let found = stage.accounts_of_others.find(&1).await.expect("found").expect("it is there");
        stage.mend();
        let hit = match saved {
            Ok(Ok(())) => false,
            Ok(Err(error)) => {
                assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
                found.balance == 1
            }
            Err(_) => found.balance == 1,
        };
        stage.accounts.save(&mut account).await.expect("it finds out that it was done");
        account.balance += 1;
        stage.accounts.save(&mut account).await.expect("saved");
        Locked::release(account).await.expect("it is held");
        let found = stage.accounts_of_others.find(&1).await.expect("found").expect("it is there");
        assert_eq!(found.balance, 2);
        hit
    });
}
