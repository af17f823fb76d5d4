//! An entity has fields.

use lockproof::Lockable;

#[derive(Lockable)]
struct Order;

fn main() {}
