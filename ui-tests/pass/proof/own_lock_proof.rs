//! Compiles: it can have a guard.

use lockproof::{LockProof, Lockable};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

struct Forged(Account);

impl Forged {
    fn edit(&mut self) -> &mut Account {
        &mut self.0
    }
}

fn main() {}
