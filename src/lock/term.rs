//! For how long a lease is believed, and for how long it is renewed.

use std::time::Duration;

use crate::model::{Deadline, Ttl, clock::BootInstant};

/// The time of a lease. It knows no clock: the time is told.
#[derive(Debug)]
pub(super) struct Term {
    deadline: Deadline,
    /// The latest deadline that renewing may bring; `None` for a fixed lease.
    until: Option<BootInstant>,
    /// A renewal is under way. One at a time: of two at once nobody could say which one the store has heard last.
    renewing: bool,
    /// It was said that it is renewed for the last time.
    last: bool,
    /// There is no more keeping alive.
    over: bool,
    rare: Option<Box<Rare>>,
}

/// What few leases ever need.
#[derive(Debug, Default)]
struct Rare {
    /// What it was last extended by, if that is not its own ttl.
    ttl: Option<Ttl>,
    /// A renewal that was not answered may land until then, and the lease then ends this long after.
    stray: Option<(Ttl, BootInstant)>,
    /// How many renewals in a row have failed, and when to try again.
    failures: u32,
    retry_at: Option<BootInstant>,
}

/// What a lease that is kept alive needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// A renewal, which is under way from here on.
    Renewal {
        ttl: Ttl,
        /// How long to wait for the answer.
        limit: Duration,
        /// It goes no further; told the first time.
        ends_in: Option<Duration>,
    },
    /// It goes no further than it does; told once.
    End { ends_in: Duration },
    /// It has lapsed; told once.
    Lapsed,
    /// Nothing.
    Nothing,
}

impl Term {
    /// The term of a lease that was granted with this deadline, and is kept alive for `kept_alive` at most.
    pub(super) fn new(ttl: Ttl, kept_alive: Option<Duration>, deadline: Deadline) -> Self {
        let until = kept_alive.and_then(|limit| latest(ttl, limit, deadline));
        Self { deadline, until, renewing: false, last: false, over: false, rare: None }
    }

    pub(super) fn deadline(&self) -> Deadline {
        self.deadline
    }

    pub(super) fn set_deadline(&mut self, deadline: Deadline) {
        self.deadline = deadline;
    }

    /// Begins a renewal unless one is under way.
    pub(super) fn take_turn(&mut self) -> bool {
        !std::mem::replace(&mut self.renewing, true)
    }

    pub(super) fn end_turn(&mut self) {
        self.renewing = false;
    }

    /// The user has extended it: by this ttl it is kept alive from now on, if it is. `deadline` is what that would make
    /// it if nothing else was under way.
    pub(super) fn extended(
        &mut self,
        original: Ttl,
        ttl: Ttl,
        kept_alive: Option<Duration>,
        deadline: Deadline,
    ) {
        let Some(limit) = kept_alive else { return };
        self.until = latest(ttl, limit, deadline);
        (self.last, self.over) = (false, false);
        if ttl != original || self.rare.is_some() {
            self.rare().ttl = Some(ttl);
        }
    }

    /// The ttl to count on after a renewal: an earlier one that was not answered may land after it.
    pub(super) fn sure_ttl(&self, renewed: Ttl, now: BootInstant) -> Ttl {
        match self.rare.as_ref().and_then(|rare| rare.stray) {
            Some((stray, until)) if until > now => shorter(stray, renewed),
            _ => renewed,
        }
    }

    /// A renewal was not answered, and may land until then.
    pub(super) fn astray(&mut self, ttl: Ttl, now: BootInstant, until: Option<BootInstant>) {
        let ttl = self.sure_ttl(ttl, now);
        if let Some(until) = until {
            self.rare().stray = Some((ttl, until));
        }
    }

    /// A renewal in the background was answered.
    pub(super) fn kept(&mut self) {
        if let Some(rare) = &mut self.rare {
            (rare.failures, rare.retry_at) = (0, None);
        }
    }

    /// A renewal in the background has failed: it is tried again, less and less often, until the deadline.
    pub(super) fn not_kept(&mut self, original: Ttl, now: BootInstant) {
        const MIN: Duration = Duration::from_millis(1);
        let Some(ttl) = self.ttl(original).as_duration() else { return };
        let half = self.deadline.instant().map_or(Duration::ZERO, |at| at.since(now)) / 2;
        let rare = self.rare();
        let pause = (ttl / 60).saturating_mul(1 << rare.failures.min(8)).min(ttl / 6);
        rare.failures += 1;
        rare.retry_at = now.checked_add(pause.min(half).max(MIN));
    }

    /// When the lease is to be renewed next, and how much earlier it may go along with others.
    pub(super) fn due(&self, original: Ttl, now: BootInstant) -> Option<(BootInstant, Duration)> {
        if self.renewing || self.over || self.until.is_none() {
            return None;
        }
        let ttl = self.sure_ttl(self.ttl(original), now).as_duration()?;
        let due = due(ttl, self.deadline)?;
        match self.rare.as_ref().and_then(|rare| rare.retry_at) {
            Some(retry_at) if retry_at > due => Some((retry_at, Duration::ZERO)),
            _ => Some((due, ttl / 12)),
        }
    }

    /// What a lease that is due needs.
    pub(super) fn need(&mut self, original: Ttl, now: BootInstant) -> Need {
        let ttl = self.ttl(original).as_duration();
        let (Some(at), Some(until), Some(ttl), false) =
            (self.deadline.instant(), self.until, ttl, self.renewing)
        else {
            return Need::Nothing;
        };
        let left = at.since(now);
        if left.is_zero() {
            return if std::mem::replace(&mut self.over, true) { Need::Nothing } else { Need::Lapsed };
        }
        // The lease ends at the store where its longest hold does; here that is earlier by the margin.
        let most = until.since(now) + Deadline::margin(ttl);
        let said = self.last;
        if at >= until {
            self.over = true;
            return if said { Need::Nothing } else { Need::End { ends_in: left } };
        }
        self.last = most < ttl;
        self.renewing = true;
        Need::Renewal {
            ttl: Ttl::new(most.min(ttl)).unwrap_or(Ttl::MIN),
            limit: (ttl / 6).min(left / 2).max(Duration::from_millis(1)),
            ends_in: (self.last && !said).then_some(most),
        }
    }

    fn ttl(&self, original: Ttl) -> Ttl {
        self.rare.as_ref().and_then(|rare| rare.ttl).unwrap_or(original)
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}

/// When a lease of this ttl is to be renewed: when a third of it has gone.
pub(super) fn due(ttl: Duration, deadline: Deadline) -> Option<BootInstant> {
    Some(deadline.instant()?.saturating_sub(ttl / 3 * 2))
}

/// The latest deadline of a lease that is kept alive for `limit`.
fn latest(ttl: Ttl, limit: Duration, deadline: Deadline) -> Option<BootInstant> {
    deadline.instant()?.checked_add(limit.saturating_sub(ttl.as_duration()?))
}

fn shorter(one: Ttl, other: Ttl) -> Ttl {
    match (one.as_duration(), other.as_duration()) {
        (Some(left), Some(right)) if right < left => other,
        (None, _) => other,
        _ => one,
    }
}
