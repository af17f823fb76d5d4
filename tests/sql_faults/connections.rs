//! An administrator, a proxy or a fail-over cuts connections.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::join_all;
use lockproof::{Error, LockOptions, Locks, Outcome, Repository};
use tokio::{task::block_in_place, time::timeout};

use crate::{
    databases::{Account, Kept, Make, Server, Writing, accounts, new_accounts, store},
    in_runtime,
};

const TTL: Duration = Duration::from_secs(5);

/// Each of them once while it is idle, that of the waiter and the one that listens included.
pub(crate) fn in_turn(make: Make) {
    let server = Server::shared(make);
    let url = server.database();
    in_runtime(async {
        let locks = Locks::new(store(&url).await.expect("opens"));
        let accounts = new_accounts(&locks, &url, Kept::InATable, 0).await;
        let lease = locks.lock("held").ttl(TTL).keep_alive().acquire().await.expect("free");
        let others = Locks::new(store(&url).await.expect("opens"));
        let waiting = tokio::spawn(async move { others.lock("held").wait("2m").acquire().await });
        tokio::time::sleep(Duration::from_millis(300)).await;

        let mut steps = 0;
        for _ in 0..2 {
            let before = block_in_place(|| server.connections(&url));
            assert!(before.len() >= 3, "the two stores and the home: {before:?}");
            for id in &before {
                block_in_place(|| server.disconnect(&url, id));
                let other = locks.lock("other").acquire().await.expect("a cut connection is not noticed");
                other.release().await.expect("it is held");
                let mut account = accounts.lock(&1).await.expect("a cut connection is not noticed");
                account.balance += 1;
                accounts.save_and_release(account).await.expect("a cut connection is not noticed");
                steps += 1;
            }
            let after = block_in_place(|| server.connections(&url));
            assert!(after.is_disjoint(&before), "the fault did not hit: {before:?} {after:?}");
        }
        assert_eq!(accounts.find(&1).await.expect("found").expect("it is there").balance, steps);
        tokio::time::sleep(TTL).await;
        assert!(!lease.is_lost() && !waiting.is_finished());
        lease.release().await.expect("it is held");
        let next = timeout(Duration::from_secs(30), waiting).await.expect("it is its turn");
        next.expect("no panic").expect("the lock").release().await.expect("it is held");
    });
}

/// At any moment of acquire, claim, save and release.
pub(crate) fn at_work(make: Make) {
    let server = Server::shared(make);
    let url = server.database();
    in_runtime(async {
        let locks = Locks::new(store(&url).await.expect("opens"));
        let counter = new_accounts(&locks, &url, Kept::InATable, 0).await;
        let end = Instant::now() + Duration::from_secs(5);
        let work = (0..4).map(|_| tokio::spawn(add_until(end, url.clone())));
        let work = tokio::spawn(join_all(work));
        let mut cut = 0;
        while Instant::now() < end {
            for id in block_in_place(|| server.connections(&url)) {
                block_in_place(|| server.disconnect(&url, &id));
                cut += 1;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let told: Vec<_> =
            work.await.expect("no panic").into_iter().map(|it| it.expect("no panic")).collect();
        let saved: i64 = told.iter().map(|it| it.saved).sum();
        let unknown: i64 = told.iter().map(|it| it.unknown).sum();
        let balance = counter.find(&1).await.expect("found").expect("it is there").balance;
        assert!((saved..=saved + unknown).contains(&balance), "{balance} of {told:?}");
        assert!(saved > 20 && cut > 20, "the fault and the work should have met: {cut} cut, {told:?}");
    });
}

/// What came of the saves of one worker.
#[derive(Debug, Default)]
struct Told {
    saved: i64,
    unknown: i64,
}

async fn add_until(end: Instant, url: String) -> Told {
    // Where the first connection of a store is cut, it is not open.
    let locks = loop {
        match store(&url).await {
            Ok(store) => break Locks::new(store),
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
    };
    let accounts: Arc<dyn Repository<Account>> = loop {
        match accounts(&locks, &url, Writing::default()).await {
            Ok(accounts) => break accounts,
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
    };
    let mut told = Told::default();
    while Instant::now() < end {
        let mut account = match accounts.lock_with(&1, LockOptions::new().ttl(TTL)).await {
            Ok(account) => account,
            Err(error) => {
                assert!(error.is_retryable(), "{error}");
                continue;
            }
        };
        account.balance += 1;
        // With the guard, as one does who wants to know: a save in doubt is settled by another one.
        let mut left = 5;
        let error = loop {
            left -= 1;
            match accounts.save(&mut account).await {
                Ok(()) => break None,
                Err(error) if error.is_retryable() && left > 0 => {}
                Err(error) => break Some(error),
            }
        };
        match error {
            None => told.saved += 1,
            Some(error) => {
                assert!(error.is_retryable(), "{error}");
                told.unknown += i64::from(Error::outcome(&error) == Outcome::Unknown);
            }
        }
    }
    told
}
