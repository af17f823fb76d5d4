use std::sync::{Arc, atomic::Ordering::SeqCst};

use super::{
    registry::{Opening, Stand},
    service::Service,
};
use crate::model::LockKey;

/// A place in the line for a key: given up when dropped, which lets the next one look.
pub(super) struct Place {
    service: Arc<Service>,
    key: LockKey,
    stand: Stand,
}

impl Place {
    pub(super) fn take(service: &Arc<Service>, key: &LockKey) -> Self {
        let stand = service.registry().enter(key);
        Self { service: Arc::clone(service), key: key.clone(), stand }
    }

    /// Whether it is this one's turn to speak to the store.
    pub(super) fn is_first(&self) -> bool {
        self.service.registry().is_first(&self.key, &self.stand)
    }

    /// Completes when it is this one's turn.
    pub(super) async fn turn(&mut self) {
        while !self.is_first() {
            self.woken().await;
        }
    }

    /// What there is to do for the first in line.
    pub(super) fn open(&mut self) -> Opening {
        if let Stand::Trying { unknown } = &mut self.stand
            && std::mem::take(unknown)
        {
            return Opening::Ask;
        }
        self.service.registry().open(&self.key)
    }

    /// Completes when there is a reason to look again.
    pub(super) async fn woken(&mut self) {
        if let Stand::Trying { .. } = self.stand {
            self.stand = self.service.registry().stay(&self.key);
            // What happened until now woke nobody: look once more before sleeping.
            return;
        }
        if let Stand::InLine { waiter, .. } = &self.stand {
            waiter.woken.notified().await;
        }
    }

    /// Whether the store has had a hint since the last look.
    pub(super) fn was_hinted(&self) -> bool {
        match &self.stand {
            Stand::Trying { .. } => false,
            Stand::InLine { waiter, .. } => waiter.hinted.swap(false, SeqCst),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(left) = self.service.registry().leave_line(&self.key, &self.stand) {
            self.service.pass_on(&left);
        }
    }
}
