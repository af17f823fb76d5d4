use std::{sync::Mutex, time::SystemTime};

use tokio::sync::oneshot;

use crate::{
    model::{Deadline, FencingToken, Label, LockKey, Owner, Ttl, clock},
    store::{Holder, ReleaseReply, StoreError, sharded::lock},
};

/// One grant of a lock to this service, from the grant until it is known to be over.
#[derive(Debug)]
pub(crate) struct Hold {
    /// The key as the store has it, namespace included.
    pub(super) key: LockKey,
    pub(super) owner: Owner,
    pub(super) label: Label,
    pub(super) ttl: Ttl,
    pub(super) acquired_at: SystemTime,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    token: FencingToken,
    deadline: Deadline,
    phase: Phase,
    /// Who waits to be told how the release ended.
    reply: Option<oneshot::Sender<Settled>>,
    /// How many releases were answered "not held" although the grant itself was in doubt and may still land.
    doubts: u8,
}

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

/// What was asked for, before it was granted.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) key: LockKey,
    pub(super) owner: Owner,
    pub(super) label: Label,
    pub(super) ttl: Ttl,
}

impl Hold {
    /// A grant that a guard will stand for.
    pub(super) fn granted(wanted: &Wanted, token: FencingToken, deadline: Deadline) -> Self {
        Self::new(wanted, token, deadline, Phase::Held)
    }

    /// A grant, or perhaps one, whose acquirer has gone away.
    pub(super) fn orphaned(wanted: &Wanted, token: Option<FencingToken>, deadline: Deadline) -> Self {
        let hold = Self::new(wanted, token.unwrap_or(FencingToken::ZERO), deadline, Phase::Queued);
        if token.is_none() {
            lock(&hold.state).doubts = 1;
        }
        hold
    }

    fn new(wanted: &Wanted, token: FencingToken, deadline: Deadline, phase: Phase) -> Self {
        let Wanted { key, owner, label, ttl } = wanted.clone();
        let state = Mutex::new(State { token, deadline, phase, reply: None, doubts: 0 });
        Self { key, owner, label, ttl, acquired_at: clock::wall(), state }
    }

    pub(crate) fn token(&self) -> FencingToken {
        lock(&self.state).token
    }

    pub(crate) fn deadline(&self) -> Deadline {
        lock(&self.state).deadline
    }

    /// Whether a guard stands for it and its deadline lies ahead.
    pub(crate) fn is_running(&self) -> bool {
        let state = lock(&self.state);
        state.phase == Phase::Held && !state.deadline.has_passed()
    }

    pub(super) fn phase(&self) -> Phase {
        lock(&self.state).phase
    }

    /// After an extension.
    pub(super) fn set_deadline(&self, deadline: Deadline) {
        lock(&self.state).deadline = deadline;
    }

    /// After its token was raised.
    pub(super) fn set_grant(&self, token: FencingToken, deadline: Deadline) {
        let mut state = lock(&self.state);
        (state.token, state.deadline) = (token, deadline);
    }

    /// Goes on to `to` if it is at `from`.
    pub(super) fn advance(&self, from: Phase, to: Phase) -> bool {
        let mut state = lock(&self.state);
        let was = state.phase == from;
        if was {
            state.phase = to;
        }
        was
    }

    /// Tells `reply` how the release ends.
    pub(super) fn reply_to(&self, reply: oneshot::Sender<Settled>) {
        lock(&self.state).reply = Some(reply);
    }

    /// It is over, in this way. Says whether it was not over before.
    pub(super) fn settle(&self, how: Settled) -> bool {
        let (before, reply) = {
            let mut state = lock(&self.state);
            (std::mem::replace(&mut state.phase, Phase::Gone), state.reply.take())
        };
        if let Some(reply) = reply {
            // An error means that the one who asked has gone away.
            let _ = reply.send(how);
        }
        before != Phase::Gone
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

    /// This hold as the store would describe it.
    pub(super) fn as_holder(&self) -> Holder {
        let state = lock(&self.state);
        let remaining = state.deadline.remaining();
        Holder::new(self.owner.clone(), self.label.clone(), state.token, self.acquired_at, remaining)
    }
}
