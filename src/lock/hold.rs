use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, SeqCst},
        },
    },
    time::{Duration, SystemTime},
};

use tokio::sync::{Notify, futures::Notified, oneshot};

use super::{
    phase::{Phase, Settled},
    term::{Need, Term},
    wanted::Wanted,
};
use crate::{
    model::{Deadline, FencingToken, Label, LockKey, Owner, Ttl, clock, clock::BootInstant},
    store::{ExtendReply, Holder, ReleaseReply, sharded::lock},
};

/// One grant of a lock to this service, from the grant until it is known to be over.
#[derive(Debug)]
pub(crate) struct Hold {
    /// The key as the store has it, namespace included.
    pub(super) key: LockKey,
    pub(super) owner: Owner,
    pub(super) label: Label,
    pub(super) ttl: Ttl,
    /// How long it is renewed while its guard lives; `None` for one that is not.
    kept_alive: Option<Duration>,
    /// Its owner is the user's own: it outlives its guards.
    pub(super) seat: bool,
    /// In microseconds since 1970.
    acquired_at: u64,
    /// Who has acquired it, for the one who waits for itself.
    #[cfg(debug_assertions)]
    task: Option<tokio::task::Id>,
    /// The deadline has moved, or the guard has lost its lock in another way. Made for the first who wants to know.
    changed: OnceLock<Box<Notify>>,
    /// Somebody has lined up for the lock since it was granted, or had before.
    waited_for: AtomicBool,
    /// Its phase is `Gone`.
    pub(super) gone: AtomicBool,
    pub(super) state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    token: FencingToken,
    pub(super) term: Term,
    pub(super) phase: Phase,
    /// How often it was put into the releaser's queue: only the last time counts.
    pub(super) queued: u32,
    /// Who waits to be told how the release ended.
    pub(super) reply: Option<oneshot::Sender<Settled>>,
    /// How it ended, if the store has said so.
    pub(super) ended: Option<ReleaseReply>,
    /// How many releases were answered "not held" although the grant itself was in doubt and may still land.
    pub(super) doubts: u8,
    /// How many releases have failed.
    pub(super) failures: u8,
    /// One of them may have been done all the same.
    pub(super) maybe_released: bool,
    /// Why somebody has asked for it, if somebody has. Boxed: few are asked for.
    asked: Option<Box<Label>>,
}

impl Hold {
    /// A grant that a guard will stand for.
    pub(super) fn granted(
        wanted: &Wanted,
        token: FencingToken,
        deadline: Deadline,
        acquired_at: u64,
    ) -> Arc<Self> {
        Self::new(wanted, token, deadline, acquired_at, Phase::Held)
    }

    /// A grant, or perhaps one, whose acquirer has gone away.
    pub(super) fn orphaned(wanted: &Wanted, token: Option<FencingToken>, deadline: Deadline) -> Arc<Self> {
        let now = BootInstant::now().wall_micros();
        let hold = Self::new(wanted, token.unwrap_or(FencingToken::ZERO), deadline, now, Phase::Queued);
        // It may come when somebody stands in line already.
        hold.somebody_waits();
        if token.is_none() {
            lock(&hold.state).doubts = 1;
        }
        hold
    }

    fn new(
        wanted: &Wanted,
        token: FencingToken,
        deadline: Deadline,
        acquired_at: u64,
        phase: Phase,
    ) -> Arc<Self> {
        let Wanted { key, owner, label, ttl, kept_alive, seat } = wanted.clone();
        let state = State {
            token,
            term: Term::new(ttl, kept_alive, deadline),
            phase,
            queued: 0,
            reply: None,
            ended: None,
            doubts: 0,
            failures: 0,
            maybe_released: false,
            asked: None,
        };
        Arc::new(Self {
            key,
            owner,
            label,
            ttl,
            kept_alive,
            seat,
            acquired_at,
            #[cfg(debug_assertions)]
            task: tokio::task::try_id(),
            changed: OnceLock::new(),
            waited_for: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            state: Mutex::new(state),
        })
    }

    pub(super) fn acquired_at(&self) -> SystemTime {
        clock::at_micros(self.acquired_at)
    }

    /// Whether it was acquired by the task that asks. Only known in debug builds.
    pub(super) fn is_of_this_task(&self) -> bool {
        #[cfg(debug_assertions)]
        return self.task.is_some() && self.task == tokio::task::try_id();
        #[cfg(not(debug_assertions))]
        false
    }

    pub(crate) fn token(&self) -> FencingToken {
        lock(&self.state).token
    }

    pub(crate) fn deadline(&self) -> Deadline {
        lock(&self.state).term.deadline()
    }

    /// Whether a guard stands for it and its deadline lies ahead.
    pub(crate) fn is_running(&self) -> bool {
        lock(&self.state).is_running()
    }

    pub(super) fn phase(&self) -> Phase {
        lock(&self.state).phase
    }

    /// Whether nothing is left to be done for it: a guard that was released looks once more when it is dropped.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.load(Acquire)
    }

    /// Somebody in line waits for it.
    pub(super) fn somebody_waits(&self) {
        self.waited_for.store(true, SeqCst);
    }

    /// Whether the registry is worth a look before it is released.
    pub(super) fn may_be_wanted(&self) -> bool {
        self.waited_for.load(SeqCst)
    }

    /// Completes when there is a reason to look at the deadline and the phase again.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.get_or_init(Box::default).notified()
    }

    /// Tells those who wait for its end that it may have come.
    pub(super) fn tell(&self) {
        if let Some(changed) = self.changed.get() {
            changed.notify_waiters();
        }
    }

    /// Completes when no other renewal is under way; from there on this one is.
    pub(super) async fn take_turn(&self) {
        loop {
            let changed = self.changed();
            if lock(&self.state).term.take_turn() {
                return;
            }
            changed.await;
        }
    }

    /// The renewal is no longer under way.
    pub(super) fn end_turn(&self) {
        lock(&self.state).term.end_turn();
        self.tell();
    }

    /// Before a renewal is sent: it may land without an answer, so from here on the earlier deadline holds. Gives the
    /// old one, or `None` if the lease is over already.
    pub(super) fn begin_renewal(&self, new: Deadline) -> Option<Deadline> {
        let mut state = lock(&self.state);
        if !state.is_running() {
            return None;
        }
        let old = state.term.deadline();
        state.term.set_deadline(old.earlier(new));
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
            state.term.set_deadline(deadline);
        }
        drop(state);
        self.tell();
        running
    }

    /// Reads and changes its time, if a guard stands for it.
    pub(super) fn with_term<T>(&self, change: impl FnOnce(&mut Term) -> T) -> Option<T> {
        let mut state = lock(&self.state);
        (state.phase == Phase::Held).then(|| change(&mut state.term))
    }

    pub(super) fn is_kept_alive(&self) -> bool {
        self.kept_alive.is_some()
    }

    /// When it is to be renewed next, and how much earlier it may go along with others; `None` if it is not.
    pub(super) fn due(&self, now: BootInstant) -> Option<(BootInstant, Duration)> {
        self.with_term(|term| term.due(self.ttl, now)).flatten()
    }

    /// What it needs in order to be kept alive.
    pub(super) fn need(&self, now: BootInstant) -> Need {
        self.with_term(|term| term.need(self.ttl, now)).unwrap_or(Need::Nothing)
    }

    /// The user has extended it by this ttl, which would make this its deadline.
    pub(super) fn extended(&self, ttl: Ttl, deadline: Deadline) -> Option<()> {
        self.with_term(|term| term.extended(self.ttl, ttl, self.kept_alive, deadline))
    }

    /// Somebody asks for it.
    pub(super) fn ask(&self, reason: Label) {
        lock(&self.state).asked = Some(Box::new(reason));
        self.tell();
    }

    /// Takes the word that came with the answer to a renewal.
    pub(super) fn heard(&self, reply: &ExtendReply) {
        if let ExtendReply::Extended { asked: Some(reason) } = reply {
            self.ask(reason.clone());
        }
    }

    /// Why somebody has asked for it, if somebody has.
    pub(super) fn asked(&self) -> Option<Label> {
        lock(&self.state).asked.as_deref().cloned()
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

    /// This hold as the store would describe it.
    pub(super) fn as_holder(&self) -> Holder {
        let state = lock(&self.state);
        let remaining = state.term.deadline().remaining();
        Holder::new(self.owner.clone(), self.label.clone(), state.token, self.acquired_at(), remaining)
    }
}

impl State {
    fn is_running(&self) -> bool {
        self.phase == Phase::Held && !self.term.deadline().has_passed()
    }
}
