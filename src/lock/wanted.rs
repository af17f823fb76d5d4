use std::time::Duration;

use crate::model::{Label, LockKey, Owner, Ttl};

/// What was asked for, before it was granted.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) key: LockKey,
    pub(super) owner: Owner,
    pub(super) label: Label,
    pub(super) ttl: Ttl,
    pub(super) kept_alive: Option<Duration>,
    /// The owner is the user's own.
    pub(super) seat: bool,
}
