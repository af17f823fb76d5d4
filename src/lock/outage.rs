//! Says once that the store does not work, and once that it works again.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use crate::{
    log::{info, warn},
    model::clock::BootInstant,
    store::{StoreError, StoreErrorKind, sharded::lock},
};

/// How long ago an outage must have ended for the next one to be news; one that lasts for `LASTING` is in any case.
const NEWS: Duration = Duration::from_secs(10);
/// See there.
const LASTING: Duration = Duration::from_secs(1);

/// How the calls to a store go. A call that is answered costs one look at `down`.
#[derive(Debug, Default)]
pub(super) struct Outage {
    down: AtomicBool,
    state: Mutex<State>,
    /// Releases that were given up, ever.
    given_up: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// When the first call has failed, if the last one has.
    since: Option<BootInstant>,
    failed: u64,
    given_up_before: u64,
    /// It was logged.
    told: bool,
    /// When the last one ended that was logged.
    ended: Option<BootInstant>,
}

impl Outage {
    /// Takes note of an answer, or of an error.
    pub(super) fn heard<T>(&self, answer: &Result<T, StoreError>) {
        match answer {
            Ok(_) => self.answered(),
            Err(error) => self.failed(error),
        }
    }

    /// The same for a call about many locks, of which `Err` was not answered in time: it works if one answer is none of
    /// its errors.
    pub(super) fn heard_all<T>(&self, answers: Result<&[Result<T, StoreError>], &Option<Duration>>) {
        match answers {
            Ok(answers) if answers.iter().any(Result::is_ok) => self.answered(),
            Ok(answers) => answers.first().into_iter().for_each(|answer| self.heard(answer)),
            // Without a runtime nothing was asked.
            Err(None) => {}
            Err(Some(limit)) => drop(self.no_answer(*limit)),
        }
    }

    /// A call was not answered within this time; gives the error for it.
    pub(super) fn no_answer(&self, limit: Duration) -> StoreError {
        let error = StoreError::no_answer(limit);
        let sent = BootInstant::now().saturating_sub(limit);
        let state = lock(&self.state);
        // One that was sent during an outage and hangs on until after its end is no new outage.
        let is_old = state.since.is_none() && state.ended.is_some_and(|ended| sent < ended);
        drop(state);
        if !is_old {
            self.failed(&error);
        }
        error
    }

    /// A call was not done, or not answered.
    pub(super) fn failed(&self, error: &StoreError) {
        if error.kind() == StoreErrorKind::Unsupported {
            return;
        }
        let now = BootInstant::now();
        let mut state = lock(&self.state);
        state.failed += 1;
        let since = match state.since {
            Some(since) => since,
            None => {
                (state.since, state.failed, state.told) = (Some(now), 1, false);
                state.given_up_before = self.given_up();
                self.down.store(true, SeqCst);
                now
            }
        };
        let is_news = state.ended.is_none_or(|ended| now.since(ended) >= NEWS) || now.since(since) >= LASTING;
        let tell = is_news && !state.told;
        state.told |= is_news;
        drop(state);
        if tell {
            warn!("the lock store fails, which is not said again until it works: {error}");
        }
    }

    fn answered(&self) {
        if !self.down.load(SeqCst) {
            return;
        }
        let now = BootInstant::now();
        let mut state = lock(&self.state);
        let Some(since) = state.since.take() else { return };
        self.down.store(false, SeqCst);
        let (failed, given_up) = (state.failed, self.given_up() - state.given_up_before);
        if state.told {
            state.ended = Some(now);
            drop(state);
            let lasted = now.since(since);
            info!(
                "the lock store works again after {lasted:?}: {failed} calls failed, {given_up} releases were given up"
            );
        }
    }

    /// A release is not sent any more; the lock ends, or has ended, with its ttl.
    pub(super) fn gave_up(&self) {
        self.given_up.fetch_add(1, SeqCst);
    }

    pub(super) fn given_up(&self) -> u64 {
        self.given_up.load(SeqCst)
    }
}
