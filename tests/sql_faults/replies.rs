//! The server did it, and its answer is lost.

use std::{sync::Arc, time::Duration};

use lockproof::{
    AcquireError, Error, ExtendError, Lock, LockOptions, Locked, Locks, Outcome, ReleaseError, Repository,
};
use lockproof_test_servers::{Mode, Proxy};
use tokio::time::timeout;

use crate::{
    databases::{Account, Make, Server, Writing, accounts, make_accounts, store},
    in_runtime,
};

const TTL: Duration = Duration::from_secs(10);
/// What a busy machine may add.
const MARGIN: Duration = Duration::from_secs(2);

/// A service behind a proxy, and another one that has a way of its own.
struct Stage {
    proxy: Proxy,
    locks: Locks,
    accounts: Arc<dyn Repository<Account>>,
    others: Locks,
}

impl Stage {
    async fn new(make: Make) -> Self {
        let server = Server::shared(make);
        let url = server.database();
        let proxy = server.proxy();
        let through = proxy.url(&url);
        let others = Locks::new(store(&url).await.expect("opens"));
        let store = store(&through).await.expect("opens");
        let locks = Locks::builder().store(store).op_timeout("300ms").build().expect("valid");
        make_accounts(&through, 0).await;
        let accounts = accounts(&locks, &through, Writing::default()).await.expect("opens");
        let stage = Self { proxy, locks, accounts, others };
        stage.warm_up().await;
        stage
    }

    /// What is asked for the first time on a connection is first prepared, and the answer to that would be lost.
    async fn warm_up(&self) {
        let lease = self.lock().acquire().await.expect("free");
        lease.extend(None).await.expect("it is held");
        lease.release().await.expect("it is held");
        let mut account = self.accounts.lock(&1).await.expect("free");
        self.accounts.save(&mut account).await.expect("saved");
        Locked::release(account).await.expect("it is held");
    }

    /// Whether somebody holds the lock, once the server has done what it was asked.
    async fn becomes(&self, held: bool) {
        let seen = async {
            while self.others.lock("k").is_locked().await.expect("answers") != held {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(MARGIN, seen).await.expect("the server did it");
    }

    fn lock(&self) -> Lock {
        self.locks.lock("k").ttl(TTL)
    }

    /// From here on no answer arrives.
    fn lose_answers(&self) {
        self.proxy.set(Mode::HoleToClient);
    }

    /// Those that were on their way are lost for good, and then all is well.
    fn mend(&self) {
        self.proxy.set(Mode::Reset);
        self.proxy.set(Mode::Pass);
    }

    /// Somebody else gets the lock before its ttl could have ended, and keeps it.
    async fn is_soon_free(&self) {
        let lock = self.others.lock("k").wait("1m");
        let lease =
            timeout(TTL / 2, lock.acquire()).await.expect("not only at the end of its ttl").expect("free");
        // What is still tried in the background harms nobody.
        tokio::time::sleep(MARGIN).await;
        assert!(self.lock().try_acquire().await.expect("answers").is_none());
        lease.release().await.expect("it is held");
    }
}

pub(crate) fn to_an_acquire(make: Make) {
    in_runtime(async {
        let stage = Stage::new(make).await;
        stage.lose_answers();
        let error = stage.lock().acquire().await.expect_err("no answer");
        assert!(matches!(error, AcquireError::Store { .. }), "{error}");
        assert_eq!(Error::from(error).outcome(), Outcome::Unknown);
        stage.becomes(true).await;
        stage.mend();
        stage.is_soon_free().await;
    });
}

pub(crate) fn to_a_release(make: Make) {
    in_runtime(async {
        let stage = Stage::new(make).await;
        let lease = stage.lock().acquire().await.expect("free");
        stage.lose_answers();
        let error = lease.release().await.expect_err("no answer");
        assert!(matches!(error, ReleaseError::Store { .. }), "{error}");
        stage.becomes(false).await;
        stage.mend();
        stage.is_soon_free().await;
    });
}

pub(crate) fn to_an_extension(make: Make) {
    in_runtime(async {
        let stage = Stage::new(make).await;
        let lease = stage.lock().acquire().await.expect("free");
        stage.lose_answers();
        let error = lease.extend("10m").await.expect_err("no answer");
        assert!(matches!(error, ExtendError::Store { .. }), "{error}");
        let left = lease.remaining().expect("it ends");
        assert!(left <= TTL, "only the old deadline is sure, and not {left:?}");
        let holder = stage.others.lock("k").inspect().await.expect("answers").expect("it is held");
        assert!(holder.remaining > Some(TTL * 2), "the server did it: {:?}", holder.remaining);
        stage.mend();
        lease.extend(TTL).await.expect("it is ours");
        lease.release().await.expect("it is held");
        stage.is_soon_free().await;
    });
}

pub(crate) fn to_a_save(make: Make) {
    in_runtime(async {
        let stage = Stage::new(make).await;
        let options = LockOptions::new().ttl(TTL).keep_alive();
        let mut account = stage.accounts.lock_with(&1, options).await.expect("free");
        account.balance += 1;
        stage.lose_answers();
        // A save has no limit of the service's: it is the application's own.
        match timeout(Duration::from_secs(1), stage.accounts.save(&mut account)).await {
            Err(_) => {}
            Ok(saved) => assert_eq!(saved.expect_err("no answer").outcome(), Outcome::Unknown),
        }
        stage.mend();
        stage.accounts.save(&mut account).await.expect("it finds out that it was done");
        account.balance += 1;
        stage.accounts.save(&mut account).await.expect("saved");
        Locked::release(account).await.expect("it is held");
        assert_eq!(stage.accounts.find(&1).await.expect("found").expect("it is there").balance, 2);
    });
}
