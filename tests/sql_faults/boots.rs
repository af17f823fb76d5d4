//! A service that is rolled out for the first time, everywhere at once.

use futures::future::join_all;
use lockproof::{Locks, Repository, Transient};

use crate::{
    databases::{Account, Kept, Make, Server, Writing, accounts, store},
    in_runtime,
};

pub(crate) fn fifty_at_once(make: Make) {
    let server = Server::shared(make);
    let url = server.database();
    in_runtime(async {
        let boots = (0..50).map(|id| tokio::spawn(boot(url.clone(), id)));
        let booted = join_all(boots).await;
        booted.into_iter().for_each(|it| it.expect("no panic"));
    });
}

async fn boot(url: String, id: i64) {
    let locks = Locks::new(store(&url).await.expect("opens"));
    let writing = Writing { kept: Kept::AsDocuments, ..Writing::default() };
    let accounts = accounts(&locks, &url, writing).await.expect("opens");
    accounts.insert(Transient::new(Account { id, balance: 0 })).await.expect("inserted");
    let mut account = accounts.lock(&id).await.expect("free");
    account.balance += 1;
    accounts.save_and_release(account).await.expect("saved");
}
