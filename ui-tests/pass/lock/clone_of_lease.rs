//! Compiles: borrowed.

use lockproof::Lease;

fn report(lease: &Lease) {
    let other: &Lease = lease;
    println!("{:?}", other);
}

fn main() {}
