//! Compiles all that stands in `pass/`: the twins of the failing cases, and the rules, which have tests in them.
//!
//! They are modules of one binary. As passing cases of trybuild they would be built, linked and run one after another.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    unused_mut,
    unused_variables,
    reason = "a twin has what the failing case needs"
)]

include!(concat!(env!("OUT_DIR"), "/passing.rs"));
