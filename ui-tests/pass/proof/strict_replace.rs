//! Compiles: field by field.

use std::mem::replace;

use lockproof::{LockProof, Lockable, Locked, Persistent};

#[derive(Lockable)]
#[lock(strict)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn exchange(account: &mut Locked<Persistent<Account>>, other: Account) {
    let _ = account.edit();
    let _ = replace(account.edit().balance, other.balance);
}

fn main() {}
