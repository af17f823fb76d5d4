//! Compiles: it is derived.

use lockproof::{LockKeyPart, Lockable};

#[derive(Clone, PartialEq, Eq, LockKeyPart)]
struct AccountId(u64);

impl std::hash::Hash for AccountId {
    fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: AccountId,
    balance: i64,
}

fn main() {}
