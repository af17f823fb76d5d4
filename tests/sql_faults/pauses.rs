//! The server is there and says nothing.

use std::time::{Duration, Instant};

use lockproof::{AcquireError, Error, LockOptions, Locked, Locks, Outcome, Repository, SaveError};
use tokio::{task::block_in_place, time::timeout};

use crate::{
    databases::{Kept, Make, Server, new_accounts, store},
    in_runtime,
};

const OP_TIMEOUT: Duration = Duration::from_millis(300);
/// What a busy machine may add.
const MARGIN: Duration = Duration::from_secs(2);

async fn service(url: &str) -> Locks {
    let store = store(url).await.expect("opens");
    Locks::builder().store(store).op_timeout(OP_TIMEOUT).build().expect("valid")
}

pub(crate) fn within_the_ttl(make: Make) {
    const TTL: Duration = Duration::from_secs(8);

    let server = Server::start(make);
    let url = server.database();
    in_runtime(async {
        let locks = service(&url).await;
        let lease = locks.lock("held").ttl(TTL).keep_alive().acquire().await.expect("free");
        block_in_place(|| server.pause());
        let begun = Instant::now();
        let other = locks.lock("other").ttl(TTL);
        let error = other.try_acquire().await.expect_err("nobody answers");
        assert!(matches!(error, AcquireError::Store { .. }) && error.is_retryable(), "{error}");
        assert_eq!(Error::from(error).outcome(), Outcome::Unknown);
        assert!(begun.elapsed() < OP_TIMEOUT + MARGIN, "{:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(!lease.is_lost());
        block_in_place(|| server.resume());

        // What the server did of it afterwards is undone, and stands in nobody's way for a ttl.
        let again = timeout(TTL / 2, other.acquire_within("1m")).await.expect("it is soon free");
        again.expect("it is free").release().await.expect("it is held");
        tokio::time::sleep(TTL).await;
        assert!(!lease.is_lost(), "it is renewed again");
        lease.release().await.expect("it is held");
    });
}

pub(crate) fn past_the_ttl(make: Make) {
    const TTL: Duration = Duration::from_secs(3);

    let server = Server::start(make);
    let url = server.database();
    in_runtime(async {
        let locks = service(&url).await;
        let accounts = new_accounts(&locks, &url, Kept::InATable, 0).await;
        let options = LockOptions::new().ttl(TTL).keep_alive();
        let mut account = accounts.lock_with(&1, options).await.expect("free");
        let token = Locked::fence(&account);
        block_in_place(|| server.pause());
        let begun = Instant::now();
        timeout(TTL + MARGIN, Locked::lost(&account)).await.expect("told at the deadline");
        assert!(begun.elapsed() > TTL / 3, "told before the deadline: {:?}", begun.elapsed());
        account.balance += 1;
        let begun = Instant::now();
        let error = accounts.save(&mut account).await.expect_err("it is lost");
        assert!(matches!(error, Error::Save(SaveError::Lost { .. })), "{error}");
        assert!(begun.elapsed() < MARGIN, "nobody has to be asked for that");
        block_in_place(|| server.resume());

        let others = service(&url).await;
        let next =
            others.lock(Locked::key(&account).clone()).wait("30s").acquire().await.expect("it has lapsed");
        assert!(next.fence() > token);
        next.release().await.expect("it is held");
        drop(account);
        assert_eq!(accounts.find(&1).await.expect("found").expect("it is there").balance, 0);
    });
}
