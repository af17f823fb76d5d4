//! Compiles: derived.

#[derive(Debug, lockproof::Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
