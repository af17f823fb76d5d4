//! The server goes and comes back in mid-hold and in mid-wait.

use std::time::Duration;

use lockproof::{LockOptions, Locked, Locks, OnStoreError, Repository};
use tokio::{task::block_in_place, time::timeout};

use crate::{
    databases::{Kept, Make, Server, new_accounts, store},
    in_runtime,
};

/// Much longer than a restart takes on a busy machine.
const TTL: Duration = Duration::from_secs(8);

pub(crate) fn clean(make: Make) {
    run(make, Server::stop_cleanly);
}

pub(crate) fn crash(make: Make) {
    run(make, Server::kill);
}

fn run(make: Make, stop: fn(&Server)) {
    let server = Server::start(make);
    let url = server.database();
    in_runtime(async {
        let locks = Locks::new(store(&url).await.expect("opens"));
        let accounts = new_accounts(&locks, &url, Kept::InATable, 0).await;
        let options = LockOptions::new().ttl(TTL).keep_alive();
        let mut account = accounts.lock_with(&1, options).await.expect("free");
        let key = Locked::key(&account).clone();

        let others = Locks::new(store(&url).await.expect("opens"));
        let patient = others.lock(key).wait("60s").on_store_error(OnStoreError::RetryUntilDeadline);
        let waiting = tokio::spawn(async move { patient.acquire().await });
        tokio::time::sleep(Duration::from_millis(500)).await;

        block_in_place(|| stop(&server));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!Locked::is_lost(&account), "there is time left");
        block_in_place(|| server.restart());

        // From here on it is held by what is renewed now.
        tokio::time::sleep(TTL + Duration::from_secs(1)).await;
        assert!(!Locked::is_lost(&account), "it is renewed again");
        assert!(!waiting.is_finished(), "it is held");
        account.balance += 1;
        accounts.save(&mut account).await.expect("saved");
        let token = Locked::fence(&account);
        Locked::release(account).await.expect("it is held");
        let next = timeout(Duration::from_secs(30), waiting).await.expect("it is its turn");
        let next = next.expect("no panic").expect("the lock");
        assert!(next.fence() > token);
        next.release().await.expect("it is held");
        assert_eq!(accounts.find(&1).await.expect("found").expect("it is there").balance, 1);
    });
}
