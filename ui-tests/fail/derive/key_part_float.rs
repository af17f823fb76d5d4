//! A float is no key part: equal ones would write different texts.

use lockproof::LockKeyPart;

#[derive(LockKeyPart)]
struct Celsius(f64);

fn main() {}
