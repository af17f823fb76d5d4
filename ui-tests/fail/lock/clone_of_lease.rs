//! A lease cannot be cloned: two would not know who releases it.

use lockproof::Lease;

fn report(lease: &Lease) {
    let other: Lease = lease.clone();
    println!("{:?}", other);
}

fn main() {}
