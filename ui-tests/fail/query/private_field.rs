//! A filter does not reach a field that is private.

use lockproof::{Filter, field};

mod bank {
    #[derive(lockproof::Lockable)]
    pub struct Account {
        #[lock(id)]
        pub id: u64,
        email: String,
    }
}

use bank::Account;

fn by() -> Filter<Account> {
    field!(Account.email).eq("a@b")
}

fn main() {}
