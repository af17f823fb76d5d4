//! A row whose fence no token can exceed: it was tampered with.

use lockproof::{Error, LockError, Locks, Repository, Result};

use crate::{
    account::{chain, fill},
    table::Table,
};

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
