//! An id is as visible as its entity.

mod bank {
    use lockproof::{LockKeyPart, Lockable};

    #[derive(Clone, PartialEq, Eq, Hash, LockKeyPart)]
    struct AccountId(u64);

    #[derive(Lockable)]
    pub struct Account {
        #[lock(id)]
        id: AccountId,
    }
}

fn main() {}
