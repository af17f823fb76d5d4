//! Compiles: it can be read.

use std::ops::Deref;

use lockproof::{Lockable, ReadProof};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

struct Forged(Account);

impl Deref for Forged {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0
    }
}

fn main() {}
