//! No type of one's own can pass for a proof that an entity is locked against writers.

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

impl ReadProof<Account> for Forged {}

fn main() {}
