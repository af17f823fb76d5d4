//! How a case says what is wrong.

use std::{any::Any, fmt::Debug};

/// The answer must be this one.
#[track_caller]
pub(super) fn is<T: PartialEq + Debug>(what: &str, did: T, must: T) {
    assert!(did == must, "{what}: the answer was {did:?}, and must be {must:?}");
}

/// This must hold for what was answered.
#[track_caller]
pub(super) fn holds(what: &str, did: impl Debug, holds: bool, must: &str) {
    assert!(holds, "{what}: the answer was {did:?}, and must be {must}");
}

/// What a panic said.
pub(super) fn told(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref().copied()).unwrap_or("it panicked").to_owned()
}
