//! One counter, and processes that add to it in turns.

use std::time::Duration;

use futures::future::join_all;
use lockproof::{LockOptions, Locks, Repository};

use crate::{
    child::{Child, say},
    clock::Clock,
    databases::{Kept, Make, Server, Writing, accounts, new_accounts, store},
    in_runtime,
};

pub(crate) const PART: &str = "worker";

const WORKERS: usize = 4;
const STORES: usize = 4;
const ROUNDS: usize = 10;

pub(crate) fn scenario(make: Make) {
    run(make, &[Clock::Right; WORKERS]);
}

pub(crate) fn scenario_with_clocks_off(make: Make) {
    run(make, &[Clock::Right, Clock::Ahead, Clock::Behind, Clock::Right]);
}

fn run(make: Make, clocks: &[Clock]) {
    let server = Server::shared(make);
    let url = server.database();
    let before = server.complaints();
    let balance = in_runtime(async {
        let locks = Locks::new(store(&url).await.expect("opens"));
        let accounts = new_accounts(&locks, &url, Kept::InATable, 0).await;
        let workers: Vec<_> = clocks.iter().map(|clock| clock.child(PART, &[&url])).collect();
        let told: Vec<_> = workers.into_iter().map(|mut worker: Child| worker.answer()).collect();
        assert_eq!(told, vec![format!("added {}", STORES * ROUNDS); clocks.len()]);
        accounts.find(&1).await.expect("found").expect("it is there").balance
    });
    assert_eq!(
        usize::try_from(balance),
        Ok(clocks.len() * STORES * ROUNDS),
        "a step was lost, or made twice"
    );
    assert_eq!(server.complaints(), before, "contention is nothing to complain of");
}

/// Adds as often as it has to with each of its stores, all at once.
pub(crate) async fn part(given: &[&str]) {
    let [url] = given else { panic!("{given:?}") };
    join_all((0..STORES).map(|_| add(url))).await;
    say(&format!("added {}", STORES * ROUNDS));
}

async fn add(url: &str) {
    let locks = Locks::new(store(url).await.expect("opens"));
    let accounts = accounts(&locks, url, Writing::default()).await.expect("opens");
    for _ in 0..ROUNDS {
        // Whoever has to wait for this long is starved.
        let options = LockOptions::new().wait(Duration::from_secs(60));
        let mut account = accounts.lock_with(&1, options).await.expect("its turn comes");
        let before = account.balance;
        tokio::time::sleep(Duration::from_millis(2)).await;
        account.balance = before + 1;
        accounts.save_and_release(account).await.expect("saved");
    }
    locks.shutdown("10s").await.expect("all is released");
}
