use std::{fmt, ops::Range, pin::pin, sync::Arc, time::Duration};

use futures::future::select;

use super::{
    AcquireError, InvalidOption, Wait, acquire::acquire, hold::Hold, nap::doubled, options::Resolved,
    service::Service,
};
use crate::model::{IntoTtl, LockKey, clock::BootInstant};

/// Whether and when an acquisition that has failed is tried again, within the time that it may wait.
///
/// The pauses grow exponentially with full jitter: the first is a random part of the shortest, each further one of twice
/// as much as before, up to the longest. A pause that would go on past the end of the wait is not made: the error comes
/// at once. So nothing is tried again with [`Wait::Never`]; `try_acquire` may be, within the wait that was set.
///
/// ```
/// use lockproof::Retry;
///
/// let patient = Retry::times(4).backoff("100ms".."5s");
/// let any = Retry::times(2).when(|_| true);
/// ```
#[derive(Clone)]
#[must_use = "a policy does nothing until it is given to a lock"]
pub struct Retry {
    times: u32,
    backoff: Result<Range<Duration>, InvalidOption>,
    when: Option<Arc<When>>,
}

type When = dyn Fn(&AcquireError) -> bool + Send + Sync;

impl Retry {
    /// This often after the first failure, if the store could not be asked or did not answer
    /// ([`AcquireError::is_retryable`]).
    pub const fn times(times: u32) -> Self {
        let backoff = Duration::from_millis(100)..Duration::from_secs(5);
        Self { times, backoff: Ok(backoff), when: None }
    }

    /// The shortest pause and the longest, as `Duration`s or text like `"250ms"`; 100 ms and 5 s unless it is said here.
    pub fn backoff<T: IntoTtl>(mut self, pauses: Range<T>) -> Self {
        self.backoff = length(pauses.start).and_then(|first| Ok(first..length(pauses.end)?));
        self
    }

    /// Only after errors that pass this.
    pub fn when(mut self, retryable: impl Fn(&AcquireError) -> bool + Send + Sync + 'static) -> Self {
        self.when = Some(Arc::new(retryable));
        self
    }

    /// What is wrong with it, if anything is.
    pub(super) fn check(&self) -> Result<(), InvalidOption> {
        self.backoff.as_ref().map(drop).map_err(Clone::clone)
    }

    /// How often it is tried again.
    pub(super) fn most(&self) -> u32 {
        self.times
    }

    /// Whether this is to be tried again. What is wrong with the caller stays wrong.
    pub(super) fn is_for(&self, error: &AcquireError) -> bool {
        let may = matches!(error, AcquireError::Store { .. } | AcquireError::Timeout { .. });
        may && self.when.as_ref().map_or_else(|| error.is_retryable(), |when| when(error))
    }

    /// How long to pause before the `n`-th time, from 1.
    pub(super) fn pause(&self, n: u32) -> Duration {
        let longest =
            self.backoff.as_ref().map_or(Duration::ZERO, |pauses| doubled(pauses.start, n, pauses.end));
        longest.mul_f64(fastrand::f64())
    }
}

fn length(pause: impl IntoTtl) -> Result<Duration, InvalidOption> {
    pause.into_ttl()?.as_duration().ok_or(InvalidOption::Never)
}

/// Acquires the lock, again and again if that is wished for; `None` if it is held and `tries`, which does not wait.
pub(super) async fn take(
    service: &Arc<Service>,
    name: &LockKey,
    options: &Resolved,
    tries: bool,
) -> Result<Option<Arc<Hold>>, AcquireError> {
    match &options.retry {
        None => acquire(service, name, options, tries, None).await,
        Some(retry) => Box::pin(retrying(service, name, options, tries, retry)).await,
    }
}

async fn retrying(
    service: &Arc<Service>,
    name: &LockKey,
    options: &Resolved,
    tries: bool,
    retry: &Retry,
) -> Result<Option<Arc<Hold>>, AcquireError> {
    let begun = BootInstant::now();
    let limit = match options.wait {
        Wait::Forever => None,
        Wait::Never => Some(Duration::ZERO),
        Wait::Within(limit) => Some(limit),
    };
    let mut n = 0;
    loop {
        n += 1;
        let error = match acquire(service, name, options, tries, Some(begun)).await {
            Err(error) if n <= retry.times && retry.is_for(&error) => error,
            ended => return ended,
        };
        let pause = retry.pause(n);
        let left = limit.map(|limit| limit.saturating_sub(BootInstant::now().since(begun)));
        if left.is_some_and(|left| left <= pause) {
            return Err(error);
        }
        if !service.is_closed() {
            select(pin!(tokio::time::sleep(pause)), pin!(service.closing())).await;
        }
    }
}

impl From<u32> for Retry {
    fn from(times: u32) -> Self {
        Self::times(times)
    }
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("times", &self.times)
            .field("backoff", &self.backoff)
            .finish_non_exhaustive()
    }
}
