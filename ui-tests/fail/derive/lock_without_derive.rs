//! `#[lock(id)]` does nothing without the derive, and the compiler says so.

#[derive(Debug)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

fn main() {}
