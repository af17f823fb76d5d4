//! Compiles: it is.

mod bank {
    use lockproof::{LockKeyPart, Lockable};

    #[derive(Clone, PartialEq, Eq, Hash, LockKeyPart)]
    pub struct AccountId(u64);

    #[derive(Lockable)]
    pub struct Account {
        #[lock(id)]
        id: AccountId,
    }
}

fn main() {}
