//! A lease is no proof that an account is locked: its name is only a name.

use lockproof::{Lease, LockProof, Lockable};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn refund(account: &mut impl LockProof<Account>, cents: i64) {
    account.edit().balance += cents;
}

fn run(account: &mut Lease) {
    refund(account, 500);
}

fn main() {}
