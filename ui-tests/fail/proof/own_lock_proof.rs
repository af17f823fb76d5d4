//! No type of one's own can pass for a proof of a lock.

use lockproof::{LockProof, Lockable};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

struct Forged(Account);

impl LockProof<Account> for Forged {
    fn edit(&mut self) -> &mut Account {
        &mut self.0
    }
}

fn main() {}
