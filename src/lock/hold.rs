use std::{sync::Mutex, time::SystemTime};

use tokio::{
    sync::{Notify, futures::Notified, oneshot},
    task,
};

use crate::{
    model::{Deadline, FencingToken, Label, LockKey, Owner, Ttl, clock, clock::BootInstant},
    store::{Holder, Outcome, ReleaseReply, StoreError, sharded::lock},
};

/// One grant of a lock to this service, from the grant until it is known to be over.
#[derive(Debug)]
pub(crate) struct Hold {
    /// The key as the store has it, namespace included.
    pub(super) key: LockKey,
    pub(super) owner: Owner,
    pub(super) label: Label,
    pub(super) ttl: Ttl,
    /// Its owner is the user's own: it outlives its guards.
    pub(super) seat: bool,
    pub(super) acquired_at: SystemTime,
    /// Who has acquired it, for the one who waits for itself; only in debug builds.
    pub(super) task: Option<task::Id>,
    /// One renewal at a time: of two at once nobody could say which one the store has heard last.
    pub(super) renewing: tokio::sync::Mutex<()>,
    /// The deadline has moved, or the guard has lost its lock in another way.
    changed: Notify,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    token: FencingToken,
    deadline: Deadline,
    phase: Phase,
    /// How often it was put into the releaser's queue: only the last time counts.
    queued: u32,
    /// Who waits to be told how the release ended.
    reply: Option<oneshot::Sender<Settled>>,
    /// How it ended, if the store has said so.
    ended: Option<ReleaseReply>,
    /// How many releases were answered "not held" although the grant itself was in doubt and may still land.
    doubts: u8,
    /// How many releases have failed.
    failures: u8,
    /// One of them may have been done all the same.
    maybe_released: bool,
    /// A renewal that was not answered may land until then, and the lease then ends this long after.
    stray: Option<(Ttl, BootInstant)>,
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
    /// The owner is the user's own.
    pub(super) seat: bool,
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
        let Wanted { key, owner, label, ttl, seat } = wanted.clone();
        let state = State {
            token,
            deadline,
            phase,
            queued: 0,
            reply: None,
            ended: None,
            doubts: 0,
            failures: 0,
            maybe_released: false,
            stray: None,
        };
        Self {
            key,
            owner,
            label,
            ttl,
            seat,
            acquired_at: clock::wall(),
            task: if cfg!(debug_assertions) { task::try_id() } else { None },
            renewing: tokio::sync::Mutex::default(),
            changed: Notify::new(),
            state: Mutex::new(state),
        }
    }

    pub(crate) fn token(&self) -> FencingToken {
        lock(&self.state).token
    }

    pub(crate) fn deadline(&self) -> Deadline {
        lock(&self.state).deadline
    }

    /// Whether a guard stands for it and its deadline lies ahead.
    pub(crate) fn is_running(&self) -> bool {
        lock(&self.state).is_running()
    }

    pub(super) fn phase(&self) -> Phase {
        lock(&self.state).phase
    }

    /// Completes when there is a reason to look at the deadline and the phase again.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Tells those who wait for its end that it may have come.
    pub(super) fn tell(&self) {
        self.changed.notify_waiters();
    }

    /// Before a renewal is sent: it may land without an answer, so from here on the earlier deadline holds. Gives the
    /// old one, or `None` if the lease is over already.
    pub(super) fn begin_renewal(&self, new: Deadline) -> Option<Deadline> {
        let mut state = lock(&self.state);
        if !state.is_running() {
            return None;
        }
        let old = state.deadline;
        state.deadline = earlier(old, new);
        drop(state);
        self.tell();
        Some(old)
    }

    /// A renewal is over, and the store has said what holds from now on. `false` if the lease ended meanwhile: it is
    /// not revived.
    pub(super) fn end_renewal(&self, deadline: Deadline) -> bool {
        let mut state = lock(&self.state);
        let running = state.is_running();
        if running {
            state.deadline = deadline;
        }
        drop(state);
        self.tell();
        running
    }

    /// The ttl to count on after a renewal: an earlier one that was not answered may land after it.
    pub(super) fn sure_ttl(&self, renewed: Ttl) -> Ttl {
        match lock(&self.state).stray {
            Some((stray, until)) if !until.since(BootInstant::now()).is_zero() => shorter(stray, renewed),
            _ => renewed,
        }
    }

    /// A renewal was not answered, and may land until then.
    pub(super) fn renewal_astray(&self, ttl: Ttl, until: Option<BootInstant>) {
        let ttl = self.sure_ttl(ttl);
        if let Some(until) = until {
            lock(&self.state).stray = Some((ttl, until));
        }
    }

    /// After its token was raised.
    pub(super) fn set_token(&self, token: FencingToken) {
        lock(&self.state).token = token;
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
        state.ended = how.as_ref().ok().copied();
        let reply = state.reply.take();
        drop(state);
        if let Some(reply) = reply {
            // An error means that the one who asked has gone away.
            let _ = reply.send(how);
        }
        true
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

    /// Whether "not held" is the echo of a release of our own that was not answered.
    pub(super) fn was_maybe_released(&self) -> bool {
        let state = lock(&self.state);
        state.maybe_released && !state.deadline.has_passed()
    }

    /// This hold as the store would describe it.
    pub(super) fn as_holder(&self) -> Holder {
        let state = lock(&self.state);
        let remaining = state.deadline.remaining();
        Holder::new(self.owner.clone(), self.label.clone(), state.token, self.acquired_at, remaining)
    }
}

impl State {
    fn is_running(&self) -> bool {
        self.phase == Phase::Held && !self.deadline.has_passed()
    }
}

fn earlier(one: Deadline, other: Deadline) -> Deadline {
    match (one.remaining(), other.remaining()) {
        (Some(left), Some(right)) if right < left => other,
        (None, _) => other,
        _ => one,
    }
}

fn shorter(one: Ttl, other: Ttl) -> Ttl {
    match (one.as_duration(), other.as_duration()) {
        (Some(left), Some(right)) if right < left => other,
        (None, _) => other,
        _ => one,
    }
}
