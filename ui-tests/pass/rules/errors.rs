//! `?` takes every error into `lockproof::Error`, into an enum of one's own, and into `Box<dyn Error + Send + Sync>`.

use std::{error::Error as StdError, fmt};

use lockproof::{
    AcquireError, BuildError, Error, ExtendError, FindError, InsertError, InvalidDuration, InvalidKey,
    InvalidOwner, LockError, Lockable, Locked, Locks, MemoryStorage, Persistent, Rejected, ReleaseError,
    Repository, SaveError, ShutdownError, StoreError, TokenExhausted, Transient,
};

#[derive(Lockable, Clone, Debug)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

type Boxed = Box<dyn StdError + Send + Sync>;

macro_rules! each {
    ($($error:ty),* $(,)?) => {$(
        const _: fn(Result<(), $error>) -> Result<(), Error> = |result| {
            result?;
            Ok(())
        };
        const _: fn(Result<(), $error>) -> Result<(), Boxed> = |result| {
            result?;
            Ok(())
        };
    )*};
}

each!(
    AcquireError,
    BuildError,
    Error,
    ExtendError,
    FindError,
    InsertError,
    InvalidDuration,
    InvalidKey,
    InvalidOwner,
    LockError,
    Rejected<Transient<Account>>,
    Rejected<Locked<Persistent<Account>>>,
    ReleaseError,
    SaveError,
    ShutdownError,
    StoreError,
    TokenExhausted,
);

/// What an application has; `thiserror` writes the same.
#[derive(Debug)]
enum Failure {
    Broke,
    Lockproof(Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broke => f.write_str("no money"),
            Self::Lockproof(error) => error.fmt(f),
        }
    }
}

impl StdError for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Lockproof(error)
    }
}

async fn withdraw(accounts: &dyn Repository<Account>, id: u64, cents: i64) -> Result<(), Failure> {
    let mut account = accounts.lock(&id).await?;
    if account.balance < cents {
        return Err(Failure::Broke);
    }
    account.balance -= cents;
    accounts.save(&mut account).await?;
    accounts.save_and_release(account).await?;
    if let Some(other) = accounts.try_lock(&2).await? {
        accounts.delete(other).await?;
    }
    accounts.insert(Transient::new(Account { id: 3, balance: cents })).await?;
    accounts.delete_by_id(&id).await?;
    Ok(())
}

async fn by_box(accounts: &dyn Repository<Account>, id: u64) -> Result<(), Boxed> {
    let account = accounts.lock(&id).await?;
    Locked::release(account).await?;
    withdraw(accounts, id, 5).await?;
    Ok(())
}

#[test]
fn the_error_arrives() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let accounts = Locks::memory().repository(MemoryStorage::new());
        let failure = withdraw(&accounts, 1, 5).await.expect_err("there is no account");
        assert!(
            matches!(failure, Failure::Lockproof(Error::Lock(LockError::NotFound { .. }))),
            "{failure:?}"
        );
        let boxed = by_box(&accounts, 1).await.expect_err("there is no account");
        assert!(boxed.downcast_ref::<Error>().is_some(), "{boxed}");
    });
}
