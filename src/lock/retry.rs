use std::{fmt, ops::Range, sync::Arc, time::Duration};

use super::AcquireError;

/// Whether and when an acquisition that has failed is tried again, within the time that it may wait.
///
/// The pauses grow exponentially with full jitter: the n-th is a random part of the shortest times 2^n, and never more
/// than the longest.
///
/// ```
/// use std::time::Duration;
/// use lockproof::Retry;
///
/// let patient = Retry::times(4).backoff(Duration::from_millis(100)..Duration::from_secs(5));
/// let any = Retry::times(2).when(|_| true);
/// ```
#[derive(Clone)]
#[must_use = "a policy does nothing until it is given to a lock"]
pub struct Retry {
    times: u32,
    backoff: Range<Duration>,
    when: Option<Arc<When>>,
}

type When = dyn Fn(&AcquireError) -> bool + Send + Sync;

impl Retry {
    /// This often after the first failure, if the store could not be asked or did not answer
    /// ([`AcquireError::is_retryable`]).
    pub const fn times(times: u32) -> Self {
        let backoff = Duration::from_millis(100)..Duration::from_secs(5);
        Self { times, backoff, when: None }
    }

    /// The shortest pause and the longest; 100 ms and 5 s unless it is said here.
    pub fn backoff(mut self, pauses: Range<Duration>) -> Self {
        self.backoff = pauses;
        self
    }

    /// Only after errors that pass this.
    pub fn when(mut self, retryable: impl Fn(&AcquireError) -> bool + Send + Sync + 'static) -> Self {
        self.when = Some(Arc::new(retryable));
        self
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
