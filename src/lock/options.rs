use std::{num::NonZeroU32, time::Duration};

use super::{IntoWait, InvalidOption, OnLost, OnStoreError, Retry, Wait};
use crate::model::{IntoOwner, IntoTtl, InvalidDuration, InvalidOwner, Label, Owner, Ttl};

/// How to take a lock, and how to hold it; what is not said here is as the service has it.
///
/// ```
/// use std::time::Duration;
/// use lockproof::{LockOptions, Wait};
///
/// let options = LockOptions::new().ttl("1m").wait(Duration::from_millis(250)).label("nightly import");
/// let patient = LockOptions::new().wait(Wait::Forever);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing until a lock is taken with them"]
pub struct LockOptions {
    ttl: Option<Result<Ttl, InvalidDuration>>,
    keep_alive: bool,
    max_hold: Option<Result<Ttl, InvalidDuration>>,
    owner: Option<Result<Owner, InvalidOwner>>,
    label: Option<Label>,
    wait: Option<Result<Wait, InvalidDuration>>,
    attempts: Option<u32>,
    delay: Option<Result<Ttl, InvalidDuration>>,
    on_store_error: Option<OnStoreError>,
    on_lost: Option<OnLost>,
    retry: Option<Retry>,
}

/// Options in which everything is said and nothing is wrong.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) ttl: Ttl,
    /// How long a lease is renewed while its guard lives; `None` for one that is not.
    pub(super) kept_alive: Option<Duration>,
    /// The default of the above, for leases that name no ttl.
    pub(super) max_hold: Duration,
    /// The user's own owner, which makes the lock a seat.
    pub(super) seat: Option<Owner>,
    pub(super) label: Label,
    pub(super) wait: Wait,
    pub(super) attempts: Option<NonZeroU32>,
    pub(super) delay: Option<Duration>,
    pub(super) on_store_error: Option<OnStoreError>,
    pub(super) on_lost: OnLost,
    pub(super) retry: Option<Retry>,
}

impl LockOptions {
    /// Everything as the service has it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lease ends after this, unless it is extended: a `Duration`, text like `"30s"`, or [`Ttl::Never`].
    ///
    /// A lease whose ttl is named is not renewed by itself, unless [`keep_alive`](Self::keep_alive) says so.
    pub fn ttl(mut self, ttl: impl IntoTtl) -> Self {
        self.ttl = Some(ttl.into_ttl());
        self
    }

    /// The lock stands until it is released or forced: a ttl of [`Ttl::Never`].
    pub fn never_expires(self) -> Self {
        self.ttl(Ttl::Never)
    }

    /// The lease is renewed in the background for as long as its guard lives, at most for
    /// [`max_hold`](Self::max_hold); its ttl decides how soon others get the lock if this process dies.
    ///
    /// That is so anyway where no ttl is named.
    pub fn keep_alive(mut self) -> Self {
        self.keep_alive = true;
        self
    }

    /// How long a lease is kept alive at most, counted from the grant or the last `extend`; 10 minutes unless the
    /// service says otherwise. A guard that is never dropped does not hold the lock for ever.
    pub fn max_hold(mut self, limit: impl IntoTtl) -> Self {
        self.max_hold = Some(limit.into_ttl());
        self
    }

    /// Makes the lock a seat: held by a person or a machine over many requests and processes, by a name of their own.
    ///
    /// Whoever comes with the same owner has the lock at once, under the same token. Dropping the lease of a seat does
    /// not release it, only `release`, `force_release` and the end of its ttl do. It is never kept alive.
    pub fn owner(mut self, owner: impl IntoOwner) -> Self {
        self.owner = Some(owner.into_owner());
        self
    }

    /// Who this is, for those who wait for it; `host/pid/program` unless it is said here or in the service.
    pub fn label(mut self, label: impl Into<Label>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// How long to wait if somebody else holds it: a `Duration`, text like `"250ms"`, or a [`Wait`].
    pub fn wait(mut self, wait: impl IntoWait) -> Self {
        self.wait = Some(wait.into_wait());
        self
    }

    /// How often to look at most: at once, and then once each [`delay`](Self::delay), 250 ms if that is not said. Looks
    /// that the store or another waiter gives a hint for are free. The [`wait`](Self::wait) is a limit besides.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// The longest time between two looks at a lock that somebody else holds: a `Duration` or text like `"250ms"`.
    pub fn delay(mut self, delay: impl IntoTtl) -> Self {
        self.delay = Some(delay.into_ttl());
        self
    }

    /// What to do about a store that fails while this waits.
    pub fn on_store_error(mut self, what: OnStoreError) -> Self {
        self.on_store_error = Some(what);
        self
    }

    /// What becomes of the body of `run` when the lease is lost.
    pub fn on_lost(mut self, what: OnLost) -> Self {
        self.on_lost = Some(what);
        self
    }

    /// Tries the acquisition again when it fails in certain ways: a number of times, or a [`Retry`].
    pub fn retry(mut self, retry: impl Into<Retry>) -> Self {
        self.retry = Some(retry.into());
        self
    }

    /// The user's own owner, if a valid one was given.
    pub(super) fn seat(&self) -> Option<&Owner> {
        self.owner.as_ref()?.as_ref().ok()
    }

    /// Fills in what is not said; gives the name of the option that is not valid, and what is wrong with it.
    pub(super) fn resolve(&self, defaults: &Resolved) -> Result<Resolved, (&'static str, InvalidOption)> {
        let ttl = match &self.ttl {
            Some(ttl) => ttl.clone().map_err(|source| ("ttl", source.into()))?,
            None => defaults.ttl,
        };
        let wait = match &self.wait {
            Some(wait) => wait.clone().map_err(|source| ("wait", source.into()))?,
            None => defaults.wait,
        };
        let seat = match &self.owner {
            Some(owner) => Some(owner.clone().map_err(|source| ("owner", source.into()))?),
            None => None,
        };
        let attempts = match self.attempts.map(NonZeroU32::new) {
            Some(None) => return Err(("attempts", InvalidOption::NoAttempts)),
            Some(attempts) => attempts,
            None => defaults.attempts,
        };
        let max_hold = duration("max_hold", self.max_hold.as_ref())?.unwrap_or(defaults.max_hold);
        Ok(Resolved {
            ttl,
            kept_alive: self.kept_alive(ttl, max_hold, seat.as_ref())?,
            max_hold,
            seat,
            label: self.label.clone().unwrap_or_else(|| defaults.label.clone()),
            wait,
            attempts,
            delay: duration("delay", self.delay.as_ref())?.or(defaults.delay),
            on_store_error: self.on_store_error.or(defaults.on_store_error),
            on_lost: self.on_lost.unwrap_or(defaults.on_lost),
            retry: match &self.retry {
                Some(retry) => {
                    retry.check().map_err(|source| ("retry", source))?;
                    Some(retry.clone())
                }
                None => defaults.retry.clone(),
            },
        })
    }

    /// What holds for a service whose builder says this: a ttl that it names is kept alive all the same.
    pub(super) fn as_defaults(&self) -> Result<Resolved, (&'static str, InvalidOption)> {
        let ends = !matches!(self.ttl, Some(Ok(Ttl::Never)));
        Self { keep_alive: ends, ..self.clone() }.resolve(&Resolved::defaults())
    }

    /// How long a lease with these options is renewed.
    fn kept_alive(
        &self,
        ttl: Ttl,
        max_hold: Duration,
        seat: Option<&Owner>,
    ) -> Result<Option<Duration>, (&'static str, InvalidOption)> {
        match ttl.as_duration() {
            _ if seat.is_some() && self.keep_alive => Err(("keep_alive", InvalidOption::SeatKeptAlive)),
            None if self.keep_alive => Err(("keep_alive", InvalidOption::NeverKeptAlive)),
            Some(_) if seat.is_none() && (self.keep_alive || self.ttl.is_none()) => {
                match ttl.as_duration().filter(|ttl| *ttl > max_hold) {
                    Some(ttl) => Err(("max_hold", InvalidOption::HoldTooShort { max_hold, ttl })),
                    None => Ok(Some(max_hold)),
                }
            }
            _ => Ok(None),
        }
    }
}

/// What was given for an option that has to end.
pub(super) fn duration(
    option: &'static str,
    given: Option<&Result<Ttl, InvalidDuration>>,
) -> Result<Option<Duration>, (&'static str, InvalidOption)> {
    match given {
        None => Ok(None),
        Some(Err(source)) => Err((option, source.clone().into())),
        Some(Ok(ttl)) => ttl.as_duration().map(Some).ok_or((option, InvalidOption::Never)),
    }
}

impl Resolved {
    /// What holds where nothing is said.
    pub(super) fn defaults() -> Self {
        const MAX_HOLD: Duration = Duration::from_secs(600);
        Self {
            ttl: Ttl::DEFAULT,
            kept_alive: Some(MAX_HOLD),
            max_hold: MAX_HOLD,
            seat: None,
            label: Label::of_this_process(),
            wait: Wait::DEFAULT,
            attempts: None,
            delay: None,
            on_store_error: None,
            on_lost: OnLost::Cancel,
            retry: None,
        }
    }
}
