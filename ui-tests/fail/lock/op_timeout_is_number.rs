//! The time that a call to the store may take has a unit.

use lockproof::{Locks, LocksBuilder};

fn patient() -> LocksBuilder {
    Locks::builder().op_timeout(5)
}

fn main() {}
