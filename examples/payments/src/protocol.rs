//! What the coordinator and its workers tell each other, one JSON line each.

use serde::{Deserialize, Serialize};

use crate::domain::{Outcome, Payment};

/// From the coordinator: a payment to apply.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// Which payment of the input; an answer refers to it.
    pub(crate) nth: usize,
    pub(crate) payment: Payment,
    /// What shall go wrong just before the account is written.
    pub(crate) fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fault {
    /// Report, and wait with the lock held for SIGKILL.
    AwaitKill,
    /// Report, and stop this process until somebody continues it.
    Stop,
}

/// From a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Report {
    /// The payment was dealt with.
    Done { nth: usize, outcome: Outcome },
    /// A save was refused; the payment is tried again under a fresh lock.
    Refused { nth: usize, by: Refusal },
    /// The lock is held, the deadline was checked, nothing is written yet: the fault happens now.
    Faulting { nth: usize, fault: Fault },
    /// The worker cannot go on.
    Failed { why: String },
}

/// What stood in the way of a save.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Refusal {
    /// The worker's own clock: the lease had run out before the write was sent.
    Deadline,
    /// The row: a later holder of the lock had loaded it.
    Fence,
    /// The row: it was written, or removed, without the lock.
    Version,
}
