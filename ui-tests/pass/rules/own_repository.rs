//! A domain has a repository trait of its own, and shares it as `Arc<dyn AccountRepository>`.

use std::{pin::Pin, sync::Arc};

use lockproof::{
    Lockable, Locked, Locks, MemoryStorage, Persistent, Query, Repo, Repository, RepositoryExt, Result,
    Transient, field,
};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    owner: String,
    balance: i64,
}

type Accounts<'a> = Pin<Box<dyn Future<Output = Result<Vec<Persistent<Account>>>> + Send + 'a>>;

trait AccountRepository: Repository<Account> {
    fn of_owner<'a>(&'a self, owner: &'a str) -> Accounts<'a>;
}

impl AccountRepository for Repo<Account, MemoryStorage<Account>> {
    fn of_owner<'a>(&'a self, owner: &'a str) -> Accounts<'a> {
        let query = Query::from(field!(Account.owner).eq(owner)).order_by(field!(Account.id).ascending());
        self.find_all(query)
    }
}

async fn refund(
    accounts: &dyn Repository<Account>,
    account: &mut Locked<Persistent<Account>>,
    cents: i64,
) -> Result<()> {
    account.balance += cents;
    accounts.save(account).await
}

async fn refund_all(accounts: Arc<dyn AccountRepository>, owner: &str) -> Result<()> {
    for account in accounts.of_owner(owner).await? {
        let mut account = accounts.lock(account.id()).await?;
        refund(&*accounts, &mut account, 5).await?;
    }
    Ok(())
}

#[test]
fn it_is_a_repository() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let accounts: Arc<dyn AccountRepository> = Arc::new(Locks::memory().repository(MemoryStorage::new()));
        for id in 1..=2 {
            accounts.insert(Transient::new(Account { id, owner: "ada".into(), balance: 0 })).await?;
        }
        refund_all(Arc::clone(&accounts), "ada").await?;
        let sum: i64 = accounts.of_owner("ada").await?.iter().map(|account| account.balance).sum();
        assert_eq!(sum, 10);
        let balance =
            accounts.with_lock(&1, async |account, _| Ok::<_, lockproof::Error>(account.balance)).await?;
        assert_eq!(balance, 5);
        Ok(())
    })
}
