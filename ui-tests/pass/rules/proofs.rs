//! A signature demands a proof by type, by `impl` or by `dyn`.

use lockproof::{
    LockProof, Lockable, Locked, Locks, MemoryStorage, Persistent, ReadProof, Repository, Result, Transient,
};

#[derive(Lockable, Clone)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn by_type(account: &mut Locked<Persistent<Account>>) {
    account.balance += 1;
}

fn by_impl(account: &mut impl LockProof<Account>) {
    account.edit().balance += 10;
}

fn by_dyn(account: &mut dyn LockProof<Account>) {
    account.edit().balance += 100;
}

fn of_any<T: Lockable>(entity: &impl ReadProof<T>) -> T::Id {
    entity.id()
}

#[test]
fn one_guard_serves_them_all() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let accounts = Locks::memory().repository(MemoryStorage::new());
        accounts.insert(Transient::new(Account { id: 1, balance: 0 })).await?;
        let mut account = accounts.lock(&1).await?;
        by_type(&mut account);
        by_impl(&mut account);
        by_dyn(&mut account);
        assert_eq!((of_any(&account), account.balance), (1, 111));
        Ok(())
    })
}
