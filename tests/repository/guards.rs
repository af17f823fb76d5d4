use std::time::Duration;

use lockproof::{
    Error, LockError, LockOptions, LockProof, Lockable, Locked, Locks, MemoryStorage, Repository, Result,
    Transient, Ttl,
};

use crate::{
    account::{Account, account, fill},
    memory::home::bank,
    table::Table,
};

#[tokio::test(start_paused = true)]
async fn what_a_guard_says_of_its_lock() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let one = accounts.lock_with(&1, LockOptions::new().ttl("10s").label("teller 4")).await?;
    assert_eq!((Locked::key(&one).as_str(), *Locked::id(&one)), ("account:1", 1));
    let left = Locked::remaining(&one).expect("it ends");
    assert!(left > Duration::from_secs(9) && left < Duration::from_secs(10), "{left:?}");
    Locked::extend(&one, Some(Ttl::new(Duration::from_secs(60))?)).await?;
    assert!(Locked::remaining(&one) > Some(Duration::from_secs(58)));
    let text = format!("{one:?}");
    assert!(text.contains("balance: 10") && !text.contains(&Locked::owner(&one).to_string()), "{text}");

    let error = accounts.lock(&1).await.expect_err("held");
    let text = error.to_string();
    assert!(text.contains("account:1") && text.contains("teller 4") && text.contains("5s"), "{text}");
    assert!(error.is_retryable() && error.retry_after() > Some(Duration::from_secs(50)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn lost_comes_at_the_deadline() -> Result<()> {
    let (_locks, accounts, _home) = bank().await;
    let one = accounts.lock_with(&1, LockOptions::new().ttl("10s")).await?;
    let before = tokio::time::Instant::now();
    Locked::lost(&one).await;
    let waited = before.elapsed();
    assert!(waited > Duration::from_millis(9_890) && waited < Duration::from_millis(9_905), "{waited:?}");
    assert!(Locked::is_lost(&one) && Locked::remaining(&one) == Some(Duration::ZERO));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_proof_is_enough_to_change() -> Result<()> {
    fn refund(account: &mut impl LockProof<Account>, cents: i64) {
        account.edit().balance += cents;
    }
    fn refund_dyn(account: &mut dyn LockProof<Account>, cents: i64) {
        account.edit().balance += cents;
    }
    let (_locks, accounts, _home) = bank().await;
    let mut one = accounts.lock(&1).await?;
    refund(&mut one, 1);
    refund_dyn(&mut one, 1);
    accounts.save(&mut one).await?;
    assert_eq!(accounts.find(&1).await?.map(|one| one.balance), Some(12));
    Ok(())
}

#[derive(Lockable, Clone, Debug)]
#[lock(kind = "account")]
struct Impostor {
    #[lock(id)]
    id: u64,
}

#[tokio::test(start_paused = true)]
async fn two_types_of_one_kind_are_refused() -> Result<()> {
    let (locks, accounts, _home) = bank().await;
    let impostors = locks.repository(MemoryStorage::<Impostor>::new());
    let refused = impostors.insert(Transient::new(Impostor { id: 1 })).await.expect_err("taken");
    let text = refused.to_string();
    assert!(text.contains("Impostor") && text.contains("Account") && text.contains("kind"), "{text}");
    assert!(impostors.lock(&1).await.is_err() && impostors.find(&1).await.is_err());
    assert!(accounts.lock(&1).await.is_ok());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn errors_work_into_other_errors() {
    #[derive(Debug)]
    enum Mine {
        Lockproof(Error),
    }
    impl From<Error> for Mine {
        fn from(error: Error) -> Self {
            Self::Lockproof(error)
        }
    }
    async fn mine() -> std::result::Result<(), Mine> {
        let (_locks, accounts, _home) = bank().await;
        accounts.delete(accounts.lock(&1).await?).await?;
        drop(accounts.lock(&1).await?);
        Ok(())
    }
    async fn boxed() -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let (_locks, accounts, _home) = bank().await;
        let rejected = accounts.delete(accounts.lock(&1).await?).keep_guard().await;
        assert!(rejected.is_ok());
        drop(accounts.lock(&1).await?);
        Ok(())
    }
    let Err(Mine::Lockproof(error)) = mine().await else { panic!("not found") };
    assert!(matches!(error, Error::Lock(_)) && !error.is_retryable());
    assert!(boxed().await.expect_err("not found").to_string().contains("account:1"));
}

#[tokio::test(start_paused = true)]
async fn a_row_of_another_entity_is_not_loaded() -> Result<()> {
    let (locks, table) = (Locks::memory(), Table::default());
    let accounts = locks.repository(table.clone());
    fill(&accounts).await;
    table.rows().get_mut(&1).expect("there").account = account(7, 10);
    let error = accounts.lock(&1).await.expect_err("another one");
    assert!(matches!(error, Error::Lock(LockError::WrongEntity { .. })), "{error:?}");
    assert!(error.to_string().contains("account:1 says that it is account:7;"), "{error}");
    assert!(locks.lock("account:1").try_acquire().await?.is_some(), "and was not left locked");
    Ok(())
}
