//! The server did it, and its answer is lost.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use lockproof::{
    AcquireError, Error, ExtendError, Lock, LockOptions, Locked, Locks, Outcome, ReleaseError, Repository,
    SqlOptions,
};
use lockproof_test_servers::{Mode, Proxy};
use tokio::{
    task::block_in_place,
    time::{sleep, timeout},
};

use crate::{
    databases::{Account, Kept, Make, Server, Writing, accounts, new_accounts, store, store_with},
    in_runtime,
};

const TTL: Duration = Duration::from_secs(20);
/// How long one of the calls here may take.
const LIMIT: Duration = Duration::from_secs(5);
/// What a busy machine may add.
const MARGIN: Duration = Duration::from_secs(2);
/// More answers than any call waits for one after the other.
const ANSWERS: u32 = 12;

/// What became of a call when it got so many answers and no more.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// It was done, and its caller does not know.
    Done,
    /// It was not done.
    NotDone,
    /// They were enough.
    Told,
}

impl Fate {
    fn of_what_is_not_told(done: bool) -> Self {
        if done { Self::Done } else { Self::NotDone }
    }
}

/// Plays it with each of the answers lost that it waits for, the first, the second, and so on.
fn for_each_answer<F: Future<Output = Fate> + Send + 'static>(make: Make, play: fn(Stage) -> F) {
    // What holds is checked in each play. But the answer to what was done may be missed by one: a pool has its own word
    // with a connection that comes back to it, and if that is late, it is counted.
    const ROUNDS: usize = 3;

    let server = Server::shared(make);
    in_runtime(async {
        let mut seen = Vec::new();
        for _ in 0..ROUNDS {
            let plays = (0..ANSWERS).map(|answers| {
                let url = server.database();
                let proxy = server.proxy();
                tokio::spawn(async move { play(Stage::new(make, url, proxy, answers).await).await })
            });
            let fates = join_all(plays).await.into_iter().map(|it| it.expect("no panic"));
            seen.push(fates.collect::<Vec<_>>());
            if seen.iter().flatten().any(|fate| *fate == Fate::Done) {
                break;
            }
        }
        let fates = seen.last().expect("one round");
        assert!(fates.contains(&Fate::Done), "the answer to what was done was not lost: {seen:?}");
        assert_eq!(fates.last(), Some(&Fate::Told), "there are more answers to lose: {seen:?}");
    });
}

/// A service behind a proxy, and another one that has a way of its own.
struct Stage {
    make: Make,
    url: String,
    proxy: Proxy,
    answers: u32,
    locks: Locks,
    accounts: Arc<dyn Repository<Account>>,
    others: Locks,
    accounts_of_others: Arc<dyn Repository<Account>>,
}

impl Stage {
    async fn new(make: Make, url: String, proxy: Proxy, answers: u32) -> Self {
        let through = proxy.url(&url);
        let others = Locks::new(store(&url).await.expect("opens"));
        let accounts_of_others = new_accounts(&others, &url, Kept::InATable, 0).await;
        // One connection, so that the answers to a call are the same each time.
        let options = SqlOptions::new().max_connections(1);
        let store = store_with(&through, options).await.expect("opens");
        let locks = Locks::builder().store(store).op_timeout(LIMIT / 2).build().expect("valid");
        let writing = Writing { connections: 1, ..Writing::default() };
        let accounts = accounts(&locks, &through, writing).await.expect("opens");
        Self { make, url, proxy, answers, locks, accounts, others, accounts_of_others }
    }

    fn lock(&self) -> Lock {
        self.locks.lock("k").ttl(TTL)
    }

    /// The call, with as many answers as it gets.
    async fn lose<V>(&self, call: impl Future<Output = V>) -> V {
        // Until the pools have their connections back.
        sleep(Duration::from_millis(200)).await;
        self.proxy.set(Mode::HoleToClientAfter(self.answers));
        call.await
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
        let lease = timeout(TTL / 2, lock.acquire()).await.unwrap_or_else(|_| {
            panic!("not only at the end of its ttl, when {} answers have come", self.answers)
        });
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
        // It may have been released again meanwhile, and its row stays.
        let sql = "SELECT count(*) FROM lockproof_locks";
        let done = block_in_place(|| Server::shared(stage.make).sql(&stage.url, sql)) == "1";
        stage.mend();
        let fate = match acquired {
            Ok(lease) => {
                lease.release().await.expect("it is held");
                Fate::Told
            }
            Err(error) => {
                assert!(matches!(error, AcquireError::Store { .. }), "{error}");
                assert_eq!(Error::from(error).outcome(), Outcome::Unknown);
                Fate::of_what_is_not_told(done)
            }
        };
        stage.is_soon_free().await;
        fate
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
            Ok(()) => Fate::Told,
            Err(error) => {
                assert!(matches!(error, ReleaseError::Store { .. }), "{error}");
                Fate::of_what_is_not_told(done)
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
        let fate = match extended {
            Ok(()) => {
                assert!(done && left > TTL, "{left:?}");
                Fate::Told
            }
            Err(error) => {
                assert!(matches!(error, ExtendError::Store { .. }), "{error}");
                assert!(left <= TTL, "only the old deadline is sure, and not {left:?}");
                lease.extend(TTL).await.expect("it is ours");
                Fate::of_what_is_not_told(done)
            }
        };
        lease.release().await.expect("it is held");
        stage.is_soon_free().await;
        fate
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
        let fate = match saved {
            Ok(Ok(())) => Fate::Told,
            Ok(Err(error)) => {
                assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
                Fate::of_what_is_not_told(found.balance == 1)
            }
            Err(_) => Fate::of_what_is_not_told(found.balance == 1),
        };
        stage.accounts.save(&mut account).await.expect("it finds out that it was done");
        account.balance += 1;
        stage.accounts.save(&mut account).await.expect("saved");
        Locked::release(account).await.expect("it is held");
        let found = stage.accounts_of_others.find(&1).await.expect("found").expect("it is there");
        assert_eq!(found.balance, 2);
        fate
    });
}
