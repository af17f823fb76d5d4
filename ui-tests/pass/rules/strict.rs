//! A strict entity is read as any other, and changed through its view.

use lockproof::{LockProof, Lockable, Locks, MemoryStorage, Repository, Result, Transient};

#[derive(Lockable, Clone)]
#[lock(strict)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut dyn LockProof<Account>) {
    *account.edit().balance += 1;
}

#[test]
fn its_fields_change_and_are_saved() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let accounts = Locks::memory().repository(MemoryStorage::new());
        accounts.insert(Transient::new(Account { id: 1, balance: 0 })).await?;
        let mut account = accounts.lock(&1).await?;
        *account.edit().balance += 1;
        refund(&mut account);
        accounts.save(&mut account).await?;
        assert_eq!(accounts.find(&1).await?.map(|account| account.balance), Some(2));
        assert_eq!(account.id, 1);
        Ok(())
    })
}
