//! A row whose fence lies above the grants of its lock store: the store was restored from a backup, its clock went
//! back, or the locks have moved. Nobody may be locked out, and nobody may write who was superseded.

use lockproof::{Error, LockError, Locked, Locks, MemoryStore, Repository, Result, SaveError};

use crate::{
    account::{chain, fill},
    table::{Fault, Table},
};

const HOUR: i64 = 3_600_000_000;

#[tokio::test(start_paused = true)]
async fn it_can_be_locked_and_saved_and_the_former_holder_is_refused() -> Result<()> {
    let table = Table::default();
    let old = Locks::memory().repository(table.clone());
    fill(&old).await;
    let now = Locked::fence(&old.lock(&1).await?).as_i64();
    table.rows().get_mut(&1).expect("there").fence = now + HOUR;
    let mut former = old.lock(&1).await?;
    assert!(Locked::fence(&former).as_i64() > now + HOUR);

    let new = Locks::memory().repository(table.clone());
    let mut one = new.lock(&1).await?;
    assert!(Locked::fence(&one) > Locked::fence(&former));
    one.balance = 11;
    new.save(&mut one).await?;

    former.balance = 99;
    let error = old.save(&mut former).await.expect_err("superseded");
    assert!(matches!(error, Error::Save(SaveError::Fenced { .. })), "{error:?}");
    assert_eq!(new.find(&1).await?.map(|one| one.balance), Some(11));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn later_grants_stay_above_a_raised_token() -> Result<()> {
    let table = Table::default();
    let accounts = Locks::memory().repository(table.clone());
    fill(&accounts).await;
    table.rows().get_mut(&1).expect("there").fence = 1 << 52;
    let mut last = 1 << 52;
    for _ in 0..3 {
        let one = accounts.lock(&1).await?;
        assert!(Locked::fence(&one).get() > last);
        last = Locked::fence(&one).get();
        accounts.save_and_release(one).await?;
    }
    Ok(())
}

/// Two namespaces (or two lock stores) over one table exclude nobody, and tokens of one moment are equal. A save in
/// doubt may take what was written under its token for its own: so no two holders write a row under one token.
#[tokio::test(start_paused = true)]
async fn holders_with_equal_tokens_are_told_apart() -> Result<()> {
    let store = MemoryStore::new();
    for nth in 0..8 {
        let table = Table::default();
        let service = |name: &str| {
            let locks = Locks::builder().store(store.clone()).namespace(format!("{name}{nth}")).build();
            locks.map(|locks| locks.repository(table.clone()))
        };
        let (red, blue) = (service("red")?, service("blue")?);
        fill(&red).await;
        let mut first = red.lock(&1).await?;
        let mut second = blue.lock(&1).await?;
        assert!(Locked::fence(&second) > Locked::fence(&first));

        table.next_faults([Fault::LoseRequest]);
        first.balance += 1;
        assert!(red.save(&mut first).await.is_err());
        second.balance += 100;
        blue.save(&mut second).await?;
        let late = red.save(&mut first).await;
        assert!(matches!(late, Err(Error::Save(SaveError::InDoubt { .. }))), "{late:?}");
        assert_eq!(blue.find(&1).await?.map(|one| one.balance), Some(110));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_row_that_cannot_be_exceeded_says_so() -> Result<()> {
    let (locks, table) = (Locks::memory(), Table::default());
    let accounts = locks.repository(table.clone());
    fill(&accounts).await;
    for fence in [1 << 53, i64::MAX, -1] {
        table.rows().get_mut(&1).expect("there").fence = fence;
        let error = accounts.lock(&1).await.map(drop);
        if fence == 1 << 53 {
            assert!(matches!(error, Err(Error::Lock(LockError::TokenExhausted { .. }))), "{error:?}");
        }
        if fence > 0 {
            let error = chain(&error.expect_err("no token is above it"));
            assert!(error.contains("account:1") && error.contains("out of range"), "{error}");
        }
        assert!(accounts.find(&1).await?.is_some(), "it can be read");
    }
    locks.drain().await;
    assert!(accounts.try_lock(&2).await?.is_some());
    Ok(())
}
