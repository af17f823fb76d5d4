//! How a hold is released: sent perhaps several times, answered perhaps never.

use std::sync::atomic::Ordering::Release;

use tokio::sync::oneshot;

use super::{
    hold::Hold,
    phase::{Phase, Settled},
};
use crate::store::{Outcome, ReleaseReply, sharded::lock};

impl Hold {
    /// Takes a ticket for the releaser's queue; those taken before are void.
    pub(super) fn queue_up(&self) -> u32 {
        let mut state = lock(&self.state);
        state.queued = state.queued.wrapping_add(1);
        state.queued
    }

    /// Whether a release is to be sent now for this ticket.
    pub(super) fn may_send(&self, ticket: u32) -> bool {
        let mut state = lock(&self.state);
        let may = state.phase == Phase::Queued && state.queued == ticket;
        if may {
            state.phase = Phase::Sent;
        }
        may
    }

    /// Tells `reply` how the release ends; drops it if the release has ended already.
    pub(super) fn reply_to(&self, reply: oneshot::Sender<Settled>) {
        let mut state = lock(&self.state);
        if state.phase != Phase::Gone {
            state.reply = Some(reply);
        }
    }

    /// How the release ended; "not held" as long as nobody has said so.
    pub(super) fn ended(&self) -> ReleaseReply {
        lock(&self.state).ended.unwrap_or(ReleaseReply::NotHeld)
    }

    /// It is over, in this way. Says whether it was not over before.
    pub(super) fn settle(&self, how: Settled) -> bool {
        let mut state = lock(&self.state);
        let before = std::mem::replace(&mut state.phase, Phase::Gone);
        if before == Phase::Gone {
            return false;
        }
        self.gone.store(true, Release);
        state.ended = how.as_ref().ok().copied();
        let reply = state.reply.take();
        drop(state);
        if let Some(reply) = reply {
            // An error means that the one who asked has gone away.
            let _ = reply.send(how);
        }
        true
    }

    /// Whether the store never said that it was granted.
    pub(super) fn is_doubtful(&self) -> bool {
        lock(&self.state).doubts > 0
    }

    /// Whether "not held" may still be overtaken by the grant itself, and a release must be sent once more.
    pub(super) fn doubt_once_more(&self) -> bool {
        const RELEASES: u8 = 4;
        let mut state = lock(&self.state);
        let again = state.doubts > 0 && state.doubts < RELEASES;
        if again {
            state.doubts += 1;
        }
        again
    }

    /// A release has failed, in this way. Says how many have.
    pub(super) fn release_failed(&self, outcome: Outcome) -> u8 {
        let mut state = lock(&self.state);
        state.failures = state.failures.saturating_add(1);
        state.maybe_released |= outcome == Outcome::Unknown;
        state.failures
    }

    /// Whether a release of it has failed.
    pub(super) fn has_failures(&self) -> bool {
        lock(&self.state).failures > 0
    }

    /// Whether "not held" is the echo of a release of our own that was not answered.
    pub(super) fn was_maybe_released(&self) -> bool {
        let state = lock(&self.state);
        state.maybe_released && !state.term.deadline().has_passed()
    }
}
