use std::time::Duration;

use futures::poll;
use lockproof::{
    Claim, Claimed, Delete, Error, Filter, Insert, Inserted, LockError, Locks, MemoryStorage, Query,
    Repository, Result, Storage, StoreError, Stored, Transient, Update, Written, field,
};

use crate::{
    account::{Account, account, chain, fill},
    memory::home::bank,
    table::Table,
};

#[tokio::test(start_paused = true)]
async fn find_one_and_find_all() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    for id in 3..=6 {
        accounts.insert(Transient::new(account(id, 100 - id as i64))).await?;
    }
    let one = accounts.find_one(field!(Account.owner).eq("owner 2")).await?;
    assert_eq!(one.map(|one| one.id), Some(2));
    assert!(accounts.find_one(field!(Account.owner).eq("nobody")).await?.is_none());
    let query = Query::all().order_by(field!(Account.balance).descending()).offset(1).limit(3);
    let ids: Vec<_> = accounts.find_all(query).await?.iter().map(|one| one.id).collect();
    assert_eq!(ids, [4, 5, 6]);
    let both = field!(Account.owner).eq("owner 2").and(field!(Account.balance).eq(1));
    assert!(accounts.find_one(both).await?.is_none());
    assert_eq!(accounts.find_all(Query::all()).await?.len(), 6);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn lock_one_locks_what_matches() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let locked = accounts.lock_one(field!(Account.balance).eq(20)).await?;
    assert_eq!(locked.id, 2);
    let none = accounts.lock_one(field!(Account.balance).eq(21)).await;
    assert!(matches!(none, Err(Error::Lock(LockError::NoneMatches { .. }))));
    assert!(accounts.lock_one(field!(Account.balance).eq(21)).optional().await?.is_none());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn lock_one_checks_again_under_the_lock() -> Result<()> {
    let accounts = Locks::memory().repository(Table::default());
    fill(&accounts).await;
    accounts.insert(Transient::new(account(3, 10))).await?;
    let mut holder = accounts.lock(&1).await?;
    // It finds account 1, and waits for the lock.
    let filter: Filter<Account> = field!(Account.balance).eq(10);
    let mut waiting = Box::pin(accounts.lock_one(filter));
    for _ in 0..10 {
        assert!(poll!(&mut waiting).is_pending());
        tokio::task::yield_now().await;
    }
    holder.balance = 0;
    accounts.save(&mut holder).await?;
    drop(holder);
    let locked = tokio::time::timeout(Duration::from_secs(1), waiting).await.expect("in time")?;
    assert_eq!(locked.id, 3, "account 1 does not match any more");
    drop(locked);
    assert!(accounts.try_lock(&1).await?.is_some(), "and was not left locked");
    Ok(())
}

/// Finds other entities than it was asked for, as a collation may that does not know upper case from lower.
struct Lenient {
    rows: MemoryStorage<Account>,
    /// What it says of the owner in a read without the lock.
    owner: Option<&'static str>,
}

impl Storage<Account> for Lenient {
    async fn find(&self, id: &u64) -> Result<Option<Stored<Account>>, StoreError> {
        self.rows.find(id).await
    }

    async fn find_all(&self, _: &Query<Account>) -> Result<Vec<Stored<Account>>, StoreError> {
        let mut found = self.rows.find_all(&Query::all().limit(1)).await?;
        for (row, owner) in found.iter_mut().zip(self.owner) {
            row.entity.owner = owner.into();
        }
        Ok(found)
    }

    async fn claim(&self, claim: Claim<'_, Account>) -> Result<Claimed<Account>, StoreError> {
        self.rows.claim(claim).await
    }

    async fn insert(&self, insert: Insert<'_, Account>) -> Result<Inserted, StoreError> {
        self.rows.insert(insert).await
    }

    async fn update(&self, update: Update<'_, Account>) -> Result<Written, StoreError> {
        self.rows.update(update).await
    }

    async fn delete(&self, delete: Delete<'_, Account>) -> Result<Written, StoreError> {
        self.rows.delete(delete).await
    }
}

#[tokio::test(start_paused = true)]
async fn lock_one_does_not_turn_in_circles() -> Result<()> {
    let lenient = |owner| Locks::memory().repository(Lenient { rows: MemoryStorage::new(), owner });
    let accounts = lenient(None);
    fill(&accounts).await;
    let error = accounts.lock_one(field!(Account.owner).eq("OWNER 1")).await.expect_err("a wrong answer");
    let text = chain(&error);
    assert!(text.contains("account:1") && text.contains("does not pass the filter"), "{text}");

    // A read without the lock that is out of date for good: whoever asks can give up.
    let accounts = lenient(Some("OWNER 1"));
    fill(&accounts).await;
    let asking = accounts.lock_one(field!(Account.owner).eq("OWNER 1"));
    assert!(tokio::time::timeout(Duration::from_secs(1), asking).await.is_err());
    assert!(accounts.try_lock(&1).await?.is_some());
    Ok(())
}
