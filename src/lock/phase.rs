use crate::store::{ReleaseReply, StoreError};

/// Held, then leaving in one of three ways, then gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// A guard stands for it.
    Held,
    /// The guard is gone and nothing has been sent: the next acquirer may take it over.
    Queued,
    /// An acquirer is taking it over.
    Taken,
    /// A release was sent.
    Sent,
    /// Nothing is left to be done for it.
    Gone,
}

/// How a release ended.
pub(super) type Settled = Result<ReleaseReply, StoreError>;
