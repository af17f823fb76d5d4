//! Services that share a database and nothing else.

use std::time::Duration;

use lockproof::{Lock, Locks, SqlOptions, TableName};

use crate::{
    databases::{Make, Server, store, store_with},
    in_runtime,
};

pub(crate) fn two_namespaces(make: Make) {
    let server = Server::shared(make);
    let url = server.database();
    in_runtime(async {
        let store = store(&url).await.expect("opens");
        let service = |name: &str| {
            let locks = Locks::builder().store(store.clone()).namespace(name).build();
            locks.expect("valid")
        };
        // One name begins like the other, and holds what means something in a pattern.
        do_not_meet(&service("a_").lock("k"), &service("a__").lock("k")).await;
        do_not_meet(&service("a").lock("b:k"), &service("a:b").lock("k")).await;
        let listed = service("a_").lock("k").acquire().await.expect("free");
        assert_eq!(service("a_").list("", None, 9).await.expect("listed").len(), 1);
        assert_eq!(service("a__").list("", None, 9).await.expect("listed").len(), 0);
        drop(listed);
    });
}

pub(crate) fn two_tables(make: Make) {
    let server = Server::shared(make);
    let url = server.database();
    in_runtime(async {
        let service = async |table: &str| {
            let options = SqlOptions::new().table(TableName::new(table).expect("valid"));
            Locks::new(store_with(&url, options).await.expect("opens"))
        };
        let (one, other) = (service("one").await, service("other").await);
        do_not_meet(&one.lock("k"), &other.lock("k")).await;
        // A word of SQL's own, which is a name all the same.
        do_not_meet(&one.lock("k"), &service("select").await.lock("k")).await;
    });
}

/// One that is impatient beyond measure, and one that is patient.
pub(crate) fn any_patience(make: Make) {
    let server = Server::shared(make);
    let url = server.database();
    in_runtime(async {
        for (limit, name) in [(Duration::ZERO, "one"), (Duration::MAX, "other")] {
            let options = SqlOptions::new().statement_timeout(limit);
            // To make a table takes longer than nothing.
            let table = TableName::new(name).expect("valid");
            store_with(&url, SqlOptions::new().table(table.clone())).await.expect("opens");
            match store_with(&url, options.table(table)).await {
                Ok(store) if limit == Duration::MAX => {
                    let lease = Locks::new(store).lock("k").acquire().await.expect("free");
                    lease.release().await.expect("it is held");
                }
                Ok(_) => {}
                Err(error) => assert!(limit.is_zero() && error.is_retryable(), "{error}"),
            }
        }
    });
}

/// Both are held at once, and the release of one frees nothing of the other.
async fn do_not_meet(one: &Lock, other: &Lock) {
    let held = one.acquire().await.expect("free");
    let beside = other.try_acquire().await.expect("answers").expect("the other is free too");
    held.release().await.expect("it is held");
    assert!(other.try_acquire().await.expect("answers").is_none(), "it is held still");
    one.acquire().await.expect("free again").release().await.expect("it is held");
    beside.release().await.expect("it is held");
}
