use std::{sync::Arc, time::Duration};

use lockproof::{
    AcquireError, Error, LockError, LockOptions, Locked, Query, Repository, Result, Transient, Wait,
};

use super::home::bank;
use crate::account::{Account, account};

async fn transfer(accounts: &dyn Repository<Account>, from: u64, to: u64, amount: i64) -> Result<()> {
    let patient = LockOptions::new().wait("2m");
    let [mut from, mut to] = accounts.lock_all_with(&[from, to], patient).array().await?;
    from.balance -= amount;
    to.balance += amount;
    accounts.save(&mut from).await?;
    accounts.save(&mut to).await?;
    Locked::release(from).await?;
    Ok(Locked::release(to).await?)
}

/// Each takes the two in its own order.
#[tokio::test(flavor = "multi_thread")]
async fn transfers_in_both_directions_neither_stop_nor_lose_money() {
    let (_locks, accounts, _home) = bank().await;
    let accounts: Arc<dyn Repository<Account>> = Arc::new(accounts);
    let tasks: Vec<_> = (0..64)
        .map(|nth| {
            let accounts = Arc::clone(&accounts);
            let (from, to) = if nth % 2 == 0 { (1, 2) } else { (2, 1) };
            tokio::spawn(async move { transfer(&*accounts, from, to, nth).await })
        })
        .collect();
    let all = tokio::time::timeout(Duration::from_secs(120), futures::future::join_all(tasks));
    for done in all.await.expect("no dead stop") {
        done.expect("no panic").expect("transferred");
    }
    let found = accounts.find_all(Query::all()).await.expect("readable");
    let mut balances: Vec<_> = found.iter().map(|account| (account.id, account.balance)).collect();
    balances.sort();
    // The even ones went out of account 1 and the odd ones into it: 32 times one more.
    assert_eq!(balances, [(1, 10 + 32), (2, 20 - 32)]);
}

#[tokio::test]
async fn guards_stand_in_the_order_of_the_ids() -> Result<()> {
    let (locks, accounts, _home) = bank().await;
    accounts.insert(Transient::new(account(10, 30))).await?;
    let ids = [2, 10, 1];
    let mut all = accounts.lock_all(&ids).await?;
    assert_eq!(all.iter().map(|account| account.id).collect::<Vec<_>>(), ids);
    assert_eq!(all.iter().map(|account| account.balance).collect::<Vec<_>>(), [20, 30, 10]);
    for guard in &mut all {
        assert!(locks.lock(Locked::key(guard).clone()).try_acquire().await?.is_none(), "it is locked");
        guard.balance += 1;
        accounts.save(guard).await?;
    }
    drop(all);
    let [two, ten, one] = accounts.lock_all(&ids).array().await?;
    assert_eq!((one.balance, two.balance, ten.balance), (11, 21, 31));
    Ok(())
}

#[tokio::test]
async fn what_is_held_leaves_nothing_of_the_rest_locked() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let holder = accounts.lock_with(&2, LockOptions::new().label("teller 4")).await?;
    let impatient = LockOptions::new().wait("1s");
    for options in [impatient, LockOptions::new().wait(Wait::Never)] {
        let refused = accounts.lock_all_with(&[1, 2], options).await.expect_err("held");
        assert!(accounts.try_lock(&1).await?.is_some());
        assert!(refused.is_retryable() && refused.retry_after().is_some());
        let Error::Lock(LockError::Acquire(AcquireError::Timeout { key, holder, .. })) = refused else {
            panic!("{refused:?}")
        };
        let holder = holder.map(|holder| holder.label.to_string());
        assert_eq!((key.as_str(), holder.as_deref()), ("account:2", Some("teller 4")));
    }
    drop(holder);
    assert_eq!(accounts.lock_all(&[1, 2]).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn what_is_missing_leaves_nothing_of_the_rest_locked() -> Result<()> {
    let (locks, accounts, _home) = bank().await;
    let missing = accounts.lock_all(&[9, 2, 1]).await.expect_err("there is no 9");
    assert!(
        matches!(&missing, Error::Lock(LockError::NotFound { key }) if key.as_str() == "account:9"),
        "{missing:?}"
    );
    for key in ["account:1", "account:2", "account:9"] {
        assert!(locks.lock(key).try_acquire().await?.is_some(), "{key}");
    }
    Ok(())
}

#[tokio::test]
async fn an_id_that_is_given_twice_is_refused() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let twice = accounts.lock_all(&[1, 2, 1]).await.expect_err("twice");
    assert!(
        matches!(&twice, Error::Lock(LockError::Duplicate { key }) if key.as_str() == "account:1"),
        "{twice:?}"
    );
    assert!(!twice.is_retryable() && twice.to_string().contains("once"), "{twice}");
    assert!(accounts.try_lock(&1).await?.is_some());
    Ok(())
}

#[tokio::test]
async fn none_and_one_are_several_too() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    assert!(accounts.lock_all(&[]).await?.is_empty());
    let [] = accounts.lock_all(&[]).array().await?;
    let [one] = accounts.lock_all(&[1]).array().await?;
    assert_eq!(one.balance, 10);
    Ok(())
}

#[tokio::test]
async fn an_array_of_another_length_locks_nothing() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let wrong = accounts.lock_all(&[1, 2]).array::<3>().await.map(drop).expect_err("two are not three");
    assert!(matches!(wrong, Error::Lock(LockError::WrongLength { entities: 2, places: 3, .. })), "{wrong:?}");
    assert_eq!(accounts.lock_all(&[1, 2]).await?.len(), 2);
    Ok(())
}
