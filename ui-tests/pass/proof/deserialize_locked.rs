//! Compiles: the entity can.

use lockproof::{Lockable, Locked, Persistent};
use serde::{Deserialize, Deserializer};

#[derive(Lockable)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self { id: Deserialize::deserialize(from)?, balance: 0 })
    }
}

fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Account, D::Error> {
    Deserialize::deserialize(from)
}

fn main() {}
