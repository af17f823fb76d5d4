use std::time::Duration;

use lockproof::{
    Claim, Claimed, Delete, Insert, Inserted, Locks, MemoryStorage, Query, Repository, Result, Storage,
    StoreError, Stored, Transient, Update, Written, field,
};

use crate::account::{Account, account, chain, fill};

#[tokio::test(start_paused = true)]
async fn find_all_goes_by_the_order_of_insertion_or_of_its_own() -> Result<()> {
    let accounts = Locks::memory().repository(MemoryStorage::new());
    for (id, balance) in [(4, 3), (1, 1), (3, 3), (2, 2), (5, 3)] {
        accounts.insert(Transient::new(account(id, balance))).await?;
    }
    let ids = async |query: Query<Account>| -> Result<Vec<u64>> {
        Ok(accounts.find_all(query).await?.iter().map(|one| one.id).collect())
    };
    assert_eq!(ids(Query::all()).await?, [4, 1, 3, 2, 5]);
    assert_eq!(ids(Query::all().offset(1).limit(2)).await?, [1, 3]);
    let threes = || Query::from(field!(Account.balance).eq(3));
    assert_eq!(ids(threes().offset(1)).await?, [3, 5]);
    let richest = Query::all().order_by(field!(Account.balance).descending());
    assert_eq!(ids(richest.order_by(field!(Account.owner).ascending()).limit(2)).await?, [3, 4]);
    let both = field!(Account.owner).eq("owner 2").and(field!(Account.balance).eq(1));
    assert!(accounts.find_one(both).await?.is_none());
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
