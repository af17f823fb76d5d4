//! Compiles: what is not the id can.

use lockproof::{LockProof, Lockable, Locked, Persistent};

#[derive(Lockable)]
#[lock(strict)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn rename(account: &mut Locked<Persistent<Account>>) {
    *account.edit().balance = 2;
}

fn main() {}
