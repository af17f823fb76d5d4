//! Runs code under a lock.

use std::{error::Error, fmt, pin::pin};

use futures::future::{Either, select};

use super::{AcquireError, Lease, Lock, OnLost, ReleaseError, Retry};
use crate::model::LockKey;

/// Code under a lock: taken before, released after, and given up when the lock is lost.
impl Lock {
    /// Takes the lock, waiting for it as the options say, runs `body` with the lease, releases the lock, and gives back
    /// what `body` gave.
    ///
    /// If the lease is lost meanwhile, the body is dropped at its next await. With [`OnLost::Finish`] it goes on, and can
    /// see that at [`Lease::lost`]; its value comes back in [`RunError::LostAfter`]. A panic of the body goes on, and the
    /// lock is released.
    ///
    /// The body may give nothing, a value, or a `Result` of its own: what it gives comes back as it is.
    ///
    /// ```
    /// # #[derive(Debug)] struct OutOfPaper;
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// # let locks = lockproof::Locks::memory();
    /// let report = locks.lock("nightly-report");
    /// # let lock = report.clone();
    /// tokio::spawn(async move {
    ///     // Nothing:
    ///     report.run(async |_| println!("printing")).await?;
    ///
    ///     // A value, with the lease at hand:
    ///     let page = report.run(async |lease| format!("page 1 under token {}", lease.fence())).await?;
    ///     assert!(page.starts_with("page 1"));
    ///
    ///     // Its own `Result`:
    ///     let printed: Result<u32, OutOfPaper> = report.run(async |_| Err(OutOfPaper)).await?;
    ///     assert!(matches!(printed, Err(OutOfPaper)));
    ///     Ok::<(), lockproof::Error>(())
    /// })
    /// # .await.unwrap().unwrap();
    /// # assert!(!lock.is_locked().await.unwrap());
    /// # });
    /// ```
    ///
    /// With an [`owner`](Self::owner) of one's own, a seat: one that its owner has already is not released afterwards. One
    /// that was taken for this is released when the body ends, if no other lease of it is here, but not when the body is
    /// broken off.
    ///
    /// A lock is not re-entrant: a `run` inside the body waits for its own caller, and times out like anybody. Pass the
    /// lease on instead.
    ///
    /// # Errors
    /// [`RunError::Acquire`] if the lock was not taken: nothing has run. [`RunError::Lost`] if it was lost and the body was
    /// dropped; [`RunError::LostAfter`] if the body has ended, and the lock was lost before. That the release is not
    /// answered is no error: it goes on in the background.
    ///
    /// # Cancel safety
    /// The body is dropped, and the lock is released in the background.
    pub async fn run<T>(&self, body: impl AsyncFnOnce(&Lease) -> T) -> Result<T, RunError<T>> {
        match self.occupied().await? {
            Some(seat) => self.under(seat, body, false).await,
            None => self.under(self.acquire().await?, body, true).await,
        }
    }

    /// As [`run`](Self::run), if the lock is free now; `None`, and nothing has run, if somebody else holds it.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// # let locks = lockproof::Locks::memory();
    /// let report = locks.lock("nightly-report");
    /// match report.try_run(async |_| 12).await? {
    ///     Some(pages) => println!("{pages} pages"),
    ///     None => println!("somebody else prints it"),
    /// }
    /// # Ok::<(), lockproof::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run), but never [`AcquireError::Timeout`].
    ///
    /// # Cancel safety
    /// As for [`run`](Self::run).
    pub async fn try_run<T>(&self, body: impl AsyncFnOnce(&Lease) -> T) -> Result<Option<T>, RunError<T>> {
        if let Some(seat) = self.occupied().await? {
            return self.under(seat, body, false).await.map(Some);
        }
        match self.try_acquire().await? {
            Some(lease) => self.under(lease, body, true).await.map(Some),
            None => Ok(None),
        }
    }

    /// As [`run`](Self::run), and again if that fails: the lock is taken anew for each time, under a new token, and it is
    /// not held during the pauses.
    ///
    /// Tried again, as often as `retry` says and with its pauses, is
    /// - a body that gives `Err`; what is final, it gives as `Ok`, be it `Ok(Err(..))`,
    /// - a body that was dropped because the lock was lost,
    /// - an acquisition that has failed in a way that `retry` is for, after what the lock's own
    ///   [`retry`](Self::retry) has tried.
    ///
    /// After the last time its outcome comes back, as from `run`. A body may have done half of its work when it is begun
    /// again, so do in it only what can be done twice.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
    /// # let locks = lockproof::Locks::memory();
    /// let mut attempts = 0;
    /// let printed: Result<&str, &str> = locks
    ///     .lock("nightly-report")
    ///     .run_retrying(3, async |_| {
    ///         attempts += 1;
    ///         if attempts < 3 { Err("paper jam") } else { Ok("printed") }
    ///     })
    ///     .await?;
    /// assert_eq!((printed, attempts), (Ok("printed"), 3));
    /// # Ok::<(), lockproof::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run), of the last time.
    ///
    /// # Cancel safety
    /// As for [`run`](Self::run).
    pub async fn run_retrying<T, E>(
        &self,
        retry: impl Into<Retry>,
        mut body: impl AsyncFnMut(&Lease) -> Result<T, E>,
    ) -> Result<Result<T, E>, RunError<Result<T, E>>> {
        let retry = retry.into();
        let (key, _) = self.resolve()?;
        retry.check().map_err(|source| AcquireError::InvalidOption {
            key: key.clone(),
            option: "retry",
            source,
        })?;
        let mut n = 0;
        loop {
            n += 1;
            let ended = self.run(&mut body).await;
            let again = match &ended {
                Ok(Err(_)) | Err(RunError::Lost { .. } | RunError::LostAfter { value: Err(_), .. }) => true,
                Err(RunError::Acquire(error)) => retry.is_for(error),
                Ok(Ok(_)) | Err(RunError::LostAfter { value: Ok(_), .. }) => false,
            };
            if !again || n > retry.most() {
                return ended;
            }
            tokio::time::sleep(retry.pause(n)).await;
        }
    }

    /// The seat, if its owner has it already: then it is not for us to release.
    async fn occupied(&self) -> Result<Option<Lease>, AcquireError> {
        match self.resolve()?.1.seat {
            Some(_) => self.adopt().await,
            None => Ok(None),
        }
    }

    async fn under<T>(
        &self,
        lease: Lease,
        body: impl AsyncFnOnce(&Lease) -> T,
        release: bool,
    ) -> Result<T, RunError<T>> {
        let key = lease.key().clone();
        let value = {
            let body = pin!(body(&lease));
            match self.resolve()?.1.on_lost {
                OnLost::Finish => body.await,
                // The body first: what it has ready counts.
                OnLost::Cancel => match select(body, pin!(lease.lost())).await {
                    Either::Left((value, _)) => value,
                    Either::Right(_) => return Err(RunError::Lost { key }),
                },
            }
        };
        if lease.is_lost() {
            return Err(RunError::LostAfter { key, value });
        }
        if !release || lease.is_shared_here() {
            return Ok(value);
        }
        match lease.release().await {
            Err(ReleaseError::Lost { .. }) => Err(RunError::LostAfter { key, value }),
            // What the store has not answered goes on in the background, and hides no value.
            Ok(()) | Err(ReleaseError::Store { .. }) => Ok(value),
        }
    }
}

/// Why code under a lock did not run to its end under it.
#[non_exhaustive]
pub enum RunError<T> {
    /// The lock was not taken, and nothing has run.
    Acquire(AcquireError),
    /// The lock was lost, and the body was dropped at an await: what it had done until then is done.
    Lost {
        /// Which lock.
        key: LockKey,
    },
    /// The body has run to its end, but the lock was lost before that, or before it was released.
    LostAfter {
        /// Which lock.
        key: LockKey,
        /// What the body gave.
        value: T,
    },
}

impl<T> RunError<T> {
    /// The same without the value.
    pub(crate) fn without_value(self) -> RunError<()> {
        match self {
            Self::Acquire(error) => RunError::Acquire(error),
            Self::Lost { key } => RunError::Lost { key },
            Self::LostAfter { key, .. } => RunError::LostAfter { key, value: () },
        }
    }
}

impl<T> From<AcquireError> for RunError<T> {
    fn from(error: AcquireError) -> Self {
        Self::Acquire(error)
    }
}

impl<T> fmt::Display for RunError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acquire(error) => error.fmt(f),
            Self::Lost { key } => write!(
                f,
                "the lock {key} was lost and its work was broken off; take it with a longer ttl, or keep it alive, and look \
                 at what was done"
            ),
            Self::LostAfter { key, .. } => write!(
                f,
                "the lock {key} was lost before its work was over; somebody else may have worked under it meanwhile"
            ),
        }
    }
}

// Not derived: the value need not be `Debug`.
impl<T> fmt::Debug for RunError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acquire(error) => f.debug_tuple("Acquire").field(error).finish(),
            Self::Lost { key } => f.debug_struct("Lost").field("key", key).finish(),
            Self::LostAfter { key, .. } => {
                f.debug_struct("LostAfter").field("key", key).finish_non_exhaustive()
            }
        }
    }
}

impl<T> Error for RunError<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Acquire(error) => error.source(),
            Self::Lost { .. } | Self::LostAfter { .. } => None,
        }
    }
}
