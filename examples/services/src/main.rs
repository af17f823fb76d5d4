//! Two domain services that hand one lock to each other.
//!
//! `Teller` takes the library's `Repository<Account>`, `Overdrafts` a trait of the domain's own that extends it. Both
//! get the same `&mut Locked<Persistent<Account>>`: who holds the lock is in the signatures, nobody locks twice.

mod account;
mod overdrafts;
mod teller;

use std::sync::Arc;

use lockproof::{Locked, Locks, MemoryStorage, Query, Repository, Result, Transient, field};

use account::{Account, AccountRepository, Cents, shown};
use overdrafts::Overdrafts;
use teller::Teller;

struct Bank {
    locks: Locks,
    accounts: Arc<dyn AccountRepository>,
    teller: Teller,
    overdrafts: Overdrafts,
}

impl Bank {
    fn open() -> Self {
        let locks = Locks::memory();
        let accounts = Arc::new(locks.repository(MemoryStorage::<Account>::new()));
        Self {
            teller: Teller::new(accounts.clone()),
            overdrafts: Overdrafts::new(accounts.clone()),
            accounts,
            locks,
        }
    }

    async fn open_account(&self, id: u64, balance: Cents) -> Result<()> {
        self.accounts.insert(Transient::new(Account { id, balance })).await.map(drop)
    }

    /// The outermost caller locks, and passes the lock down.
    async fn withdraw(&self, id: u64, cents: Cents) -> Result<Cents> {
        let mut account = self.accounts.lock(&id).await?;
        self.teller.withdraw(&mut account, cents, &self.overdrafts).await?;
        let balance = account.balance;
        Locked::release(account).await?;
        Ok(balance)
    }

    /// Both locks or none. Whoever transfers the other way at the same time waits, and not in a circle.
    async fn transfer(&self, from: u64, to: u64, cents: Cents) -> Result<()> {
        let [mut from, mut to] = self.accounts.lock_all(&[from, to]).array().await?;
        self.teller.withdraw(&mut from, cents, &self.overdrafts).await?;
        // Two writes: if this one fails, the first stands.
        self.teller.book(&mut to, cents).await?;
        Locked::release(from).await?;
        Ok(Locked::release(to).await?)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let bank = Bank::open();
    bank.open_account(1, 10_000).await?;
    bank.open_account(2, 10_000).await?;
    println!("account 1 had 100.00, less 80.00: {}", shown(bank.withdraw(1, 8_000).await?));
    println!("account 2 had 100.00, less 120.00 and the fee: {}", shown(bank.withdraw(2, 12_000).await?));
    bank.transfer(1, 2, 1_000).await?;
    println!("account 1 gave 10.00 to account 2");
    println!(
        "accounts overdrawn, and charged the fee again: {}",
        bank.overdrafts.charge_all(&bank.teller).await?
    );
    let by_id = Query::all().order_by(field!(Account.id).ascending());
    for account in bank.accounts.find_all(by_id).await? {
        println!("account {} in the end: {}", account.id, shown(account.balance));
    }
    bank.locks.drain().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use overdrafts::FEE;

    #[tokio::test]
    async fn a_covered_withdrawal_costs_nothing() -> Result<()> {
        let bank = Bank::open();
        bank.open_account(1, 100).await?;
        assert_eq!(bank.withdraw(1, 100).await?, 0);
        assert_eq!(bank.overdrafts.charge_all(&bank.teller).await?, 0);
        Ok(())
    }

    #[tokio::test]
    async fn both_services_write_under_one_lock() -> Result<()> {
        let bank = Bank::open();
        bank.open_account(1, 100).await?;
        let mut account = bank.accounts.lock(&1).await?;
        bank.teller.withdraw(&mut account, 150, &bank.overdrafts).await?;
        assert!(bank.accounts.try_lock(&1).await?.is_none(), "still the caller's");
        Locked::release(account).await?;
        assert_eq!(bank.accounts.find(&1).await?.map(|account| account.balance), Some(-50 - FEE));
        Ok(())
    }

    #[tokio::test]
    async fn transfers_go_both_ways_at_once() -> Result<()> {
        let bank = Bank::open();
        bank.open_account(1, 100).await?;
        bank.open_account(2, 100).await?;
        let often = async |from, to, cents| -> Result<()> {
            for _ in 0..20 {
                bank.transfer(from, to, cents).await?;
            }
            Ok(())
        };
        let (there, back) = tokio::join!(often(1, 2, 3), often(2, 1, 1));
        there.and(back)?;
        let balances = [bank.accounts.find(&1).await?, bank.accounts.find(&2).await?];
        assert_eq!(balances.map(|account| account.map(|it| it.balance)), [Some(60), Some(140)]);
        Ok(())
    }

    #[tokio::test]
    async fn the_query_finds_the_deepest_first() -> Result<()> {
        let bank = Bank::open();
        for (id, balance) in [(1, -5), (2, 5), (3, -50)] {
            bank.open_account(id, balance).await?;
        }
        let found = bank.accounts.overdrawn().await?;
        assert_eq!(found.iter().map(|account| *account.id()).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(bank.overdrafts.charge_all(&bank.teller).await?, 2);
        assert_eq!(bank.accounts.find(&3).await?.map(|account| account.balance), Some(-50 - FEE));
        assert!(bank.accounts.try_lock(&3).await?.is_some(), "released");
        Ok(())
    }

    #[tokio::test]
    async fn withdrawals_at_once_do_not_lose_each_other() -> Result<()> {
        let bank = Bank::open();
        bank.open_account(1, 100).await?;
        let (a, b) = tokio::join!(bank.withdraw(1, 30), bank.withdraw(1, 30));
        assert_eq!(a?.min(b?), 40);
        Ok(())
    }
}
