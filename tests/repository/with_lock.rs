use std::sync::Arc;

use lockproof::{Error, Repository, RepositoryExt, Result};

use crate::{account::Account, memory::home::bank};

/// Whatever the repository stands behind, and whatever the body uses.
#[tokio::test]
async fn it_runs_in_a_spawned_task() {
    async fn by_reference(accounts: &dyn Repository<Account>, bonus: &i64) -> Result<i64> {
        accounts
            .with_lock(&1, async |one, accounts| {
                one.balance += accounts.find(&2).await?.map_or(0, |two| two.balance) + bonus;
                Ok(one.balance)
            })
            .await
    }
    let (_locks, accounts, _home) = bank().await;
    let accounts = Arc::new(accounts);
    let dynamic: Arc<dyn Repository<Account>> = accounts.clone();

    let concrete = tokio::spawn(async move {
        let bonus = 3;
        accounts
            .with_lock(&1, async |one, accounts| {
                let two = accounts.find(&2).await?.map_or(0, |two| two.balance);
                one.balance += two + bonus;
                Ok::<_, Error>(one.balance)
            })
            .await
    });
    assert_eq!(concrete.await.expect("no panic").expect("saved"), 33);

    let shared = Arc::clone(&dynamic);
    let behind_an_arc = tokio::spawn(async move {
        let bonus = 3;
        shared
            .with_lock(&1, async |one, accounts| {
                let two = accounts.find(&2).await?.map_or(0, |two| two.balance);
                one.balance += two + bonus;
                Ok::<_, Error>(one.balance)
            })
            .await
    });
    assert_eq!(behind_an_arc.await.expect("no panic").expect("saved"), 56);

    let behind_a_reference = tokio::spawn(async move {
        let bonus = 3;
        by_reference(&*dynamic, &bonus).await
    });
    assert_eq!(behind_a_reference.await.expect("no panic").expect("saved"), 79);
}
