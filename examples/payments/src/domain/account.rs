use std::collections::BTreeSet;

use lockproof::{LockKeyPart, Lockable};
use serde::{Deserialize, Serialize};

use super::{Payment, PaymentId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, LockKeyPart, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct AccountId(pub(crate) u32);

/// An account, and which payments it has had: an id that is in the set was applied, whatever became of the answer.
#[derive(Clone, Debug, Lockable, Serialize, Deserialize)]
pub(crate) struct Account {
    #[lock(id)]
    id: AccountId,
    balance: i64,
    applied: BTreeSet<PaymentId>,
}

impl Account {
    pub(crate) fn new(id: AccountId) -> Self {
        Self { id, balance: 0, applied: BTreeSet::new() }
    }

    /// In cents.
    pub(crate) fn balance(&self) -> i64 {
        self.balance
    }

    pub(crate) fn payments(&self) -> usize {
        self.applied.len()
    }

    pub(super) fn has(&self, payment: &PaymentId) -> bool {
        self.applied.contains(payment)
    }

    pub(super) fn book(&mut self, payment: &Payment) {
        self.balance += payment.amount();
        self.applied.insert(payment.id.clone());
    }
}
