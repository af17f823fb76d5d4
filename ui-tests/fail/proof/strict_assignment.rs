//! A strict entity is not changed as a whole: its fields are reached through `edit()`.

use lockproof::{LockProof, Lockable, Locked, Persistent};

#[derive(Lockable)]
#[lock(strict)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut Locked<Persistent<Account>>) {
    let balance = *account.edit().balance;
    account.balance = balance + 500;
}

fn main() {}
