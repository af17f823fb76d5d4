use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use super::{
    hold::Hold,
    looks::Looks,
    registry::{Opening, Stand},
    service::Service,
    wanted::Wanted,
};
use crate::model::{Deadline, LockKey, Owner, clock::BootInstant};

/// A place in the line for a key: given up when dropped, which lets the next one look.
pub(super) struct Place<'a> {
    service: &'a Arc<Service>,
    key: LockKey,
    seat: Option<Owner>,
    stand: Stand,
}

impl<'a> Place<'a> {
    pub(super) fn take(service: &'a Arc<Service>, wanted: &Wanted) -> Self {
        let key = wanted.key.clone();
        let seat = wanted.seat.then(|| wanted.owner.clone());
        let stand = service.registry().enter(&key, seat.as_ref());
        Self { service, key, seat, stand }
    }

    /// Whether it is this one's turn to speak to the store.
    pub(super) fn is_first(&self) -> bool {
        self.service.registry().is_first(&self.key, &self.stand)
    }

    /// What there is to do for the first in line.
    pub(super) fn open(&mut self) -> Opening {
        if let Stand::Trying { unknown } = &mut self.stand
            && std::mem::take(unknown)
        {
            return Opening::Ask;
        }
        self.service.registry().open(&self.key, self.service.chain())
    }

    /// Completes when there is a reason to look again.
    pub(super) async fn woken(&mut self) {
        if self.line_up() {
            // What happened until now woke nobody: look once more before sleeping.
            return;
        }
        if let Stand::InLine { waiter, .. } = &self.stand {
            waiter.woken.notified().await;
        }
    }

    /// Gets in line if it stands in front of an empty one, so that it is woken. Says whether it did.
    pub(super) fn line_up(&mut self) -> bool {
        let tried = matches!(self.stand, Stand::Trying { .. });
        if tried {
            self.stand = self.service.registry().stay(&self.key, self.seat.as_ref());
        }
        tried
    }

    /// Registers the grant that it was taken for, and gives it up unless the grant has come too late.
    /// Says until when it is to be believed.
    pub(super) fn granted(&mut self, hold: &Arc<Hold>, taken_over: bool, at: BootInstant) -> Deadline {
        let deadline = self.service.registry().granted(hold, &self.stand, taken_over, at);
        if !deadline.had_passed(at) {
            self.stand = Stand::Left;
        }
        deadline
    }

    /// Whether the store has had a hint since the last look.
    pub(super) fn was_hinted(&self) -> bool {
        match &self.stand {
            Stand::Trying { .. } | Stand::Left => false,
            Stand::InLine { waiter, .. } => waiter.hinted.swap(false, SeqCst),
        }
    }

    /// The looks at the store by those in line.
    pub(super) fn looks(&self) -> Option<&Arc<Looks>> {
        match &self.stand {
            Stand::Trying { .. } | Stand::Left => None,
            Stand::InLine { waiter, .. } => Some(&waiter.looks),
        }
    }

    /// Whether somebody in line has looked at the store within this time; if not, the first is asked to.
    pub(super) fn is_looked_at(&self, within: Duration) -> bool {
        self.service.registry().is_looked_at(&self.key, within)
    }

    /// Whether anybody stands in line besides the first.
    pub(super) fn others_wait(&self) -> bool {
        self.service.registry().others_wait(&self.key)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Stand::Left = self.stand {
            return;
        }
        if let Some(left) = self.service.registry().leave_line(&self.key, &self.stand) {
            self.service.pass_on(&left);
        }
    }
}
