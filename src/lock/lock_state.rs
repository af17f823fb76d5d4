use std::time::{Duration, SystemTime};

use crate::{
    model::{FencingToken, Label, Owner},
    store::Holder,
};

/// How a lock stood when the store was asked: it may have changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockState {
    /// Nobody holds it.
    Free,
    /// Somebody holds it.
    #[non_exhaustive]
    Held {
        /// The owner as the store compares it.
        owner: Owner,
        /// Who that is, for people.
        label: Label,
        /// The token of the grant.
        token: FencingToken,
        /// When it was granted, by the store's clock.
        since: SystemTime,
        /// The time until it expires; `None` for a lock that never does.
        remaining: Option<Duration>,
        /// The reason, if the holder was asked to let go.
        asked: Option<Label>,
        /// Whether a guard of this very service holds it or has just let go of it, or the holder is the owner that was
        /// given to the [`Lock`](crate::Lock) that was asked.
        ours: bool,
    },
}

impl LockState {
    pub(super) fn held(holder: Holder, ours: bool) -> Self {
        let Holder { owner, label, token, since, remaining, asked } = holder;
        Self::Held { owner, label, token, since, remaining, asked, ours }
    }

    /// Whether somebody holds it.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Held { .. })
    }
}
