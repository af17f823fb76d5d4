//! What is locked can be printed and sent to a client, what is read can be cloned and compared besides.

use std::fmt::Debug;

use lockproof::{Lease, Lock, Lockable, Locked, Locks, Persistent, Transient};
use serde::{Serialize, Serializer};

#[derive(Lockable, Clone, Debug, Default, PartialEq)]
struct Account {
    #[lock(id)]
    id: u64,
    balance: i64,
}

impl Serialize for Account {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(self.balance)
    }
}

const fn locked<T: Debug + Serialize + Send + Sync>() {}

const fn read<T: Clone + Debug + PartialEq + Serialize + Send + Sync>() {}

const fn new<T: Clone + Debug + Default + PartialEq + Send + Sync>() {}

const fn handle<T: Debug + Send + Sync>() {}

const _: () = {
    locked::<Locked<Persistent<Account>>>();
    read::<Persistent<Account>>();
    new::<Transient<Account>>();
    handle::<(Locks, Lock, Lease)>();
};
