//! Locks in a directory: what a lock store of one's own takes.
//!
//! [`FileStore`] keeps all locks in one small file and is for the processes of one machine. It is as short as it can be
//! and right: it passes every case that the library's own stores pass (`cargo test -p custom-store`). It is not fast,
//! since every call reads the file, and every change writes it anew.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use custom_store::FileStore;
//! use lockproof::Locks;
//!
//! # let directory = tempfile::tempdir().unwrap();
//! let locks = Locks::new(FileStore::open(directory.path())?);
//! let lease = locks.lock("order:42").acquire().await?;
//! assert!(locks.lock("order:42").try_acquire().await?.is_none());
//! lease.release().await?;
//! # Ok::<(), lockproof::Error>(()) }).unwrap();
//! ```
//!
//! # How to write one
//!
//! 1. **One step each.** Every call of [`LockStore`] is one atomic step of the place where the locks live: a statement,
//!    a script, a transaction; here, whatever happens between taking a lock of the operating system on a file and letting
//!    it go. Look and then take in two steps, and two of them take.
//! 2. **One clock.** Whether a lock has lapsed is judged by a clock that all processes share, and it is read inside the
//!    step: here the machine's clock, read under the file's lock.
//! 3. **A token never falls.** It is `max(last token + 1, clock in microseconds)`, and the last one must outlive the lock:
//!    in a row that stays, or as here in one number for all keys. [`FencingToken::next`] has the arithmetic.
//! 4. **Say the same again.** Answers get lost, and the library asks again with the same owner. So a second `acquire` of
//!    an owner, and a second `rotate` to an owner, give the token that it has.
//! 5. **Yes, no, unknown.** "Held" and "not held" are replies. An error says what is known: `Unavailable` if nothing was
//!    changed, `OutcomeUnknown` if nobody can say.
//! 6. **Claim what is true.** [`capabilities`](LockStore::capabilities) says what it can do: this one announces nothing,
//!    so waiters poll. What is not claimed is not tested.
//! 7. **Run the cases.** `lockproof` with the feature `testing` has them; `tests/conformance.rs` is all that is to be
//!    written, and each case becomes a test.

mod files;
mod table;

use std::{path::PathBuf, sync::Arc};

use lockproof::{
    Acquire, AcquireReply, AskRelease, AskReply, Extend, ExtendReply, FencingToken, ForceRelease, ForceReply,
    HeldKey, Holder, Inspect, List, LockKey, LockStore, Release, ReleaseReply, Rotate, RotateReply,
    StoreCapabilities, StoreError, StoreErrorKind, StoreFuture, StoreId, WakeupStream,
};

use self::{files::Files, table::Table};

/// Locks in a directory, for the processes of one machine.
///
/// The directory must be on a disk of this machine: the locks of network file systems are not to be relied on, and
/// machines do not share a clock. After a power failure the last changes may be missing; tokens rise all the same, since
/// the clock has gone on.
#[derive(Clone, Debug)]
pub struct FileStore {
    id: StoreId,
    files: Arc<Files>,
}

impl FileStore {
    /// Uses a directory, making it if it is not there; any number of processes may do so at once.
    ///
    /// # Errors
    /// [`Misconfigured`](StoreErrorKind::Misconfigured) if the directory cannot be made.
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Ok(Self { id: StoreId::unique(), files: Arc::new(Files::open(directory.into())?) })
    }

    /// A step over the locks that are held now. It is done when the call is first polled, and to its end even if the call
    /// is dropped.
    fn step<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Table, u64) -> Result<T, StoreError> + Send + 'static,
    ) -> StoreFuture<T> {
        let files = Arc::clone(&self.files);
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || files.step(step)).await;
            done.unwrap_or_else(|error| {
                let what = "the call ended before its answer";
                Err(StoreError::new(StoreErrorKind::OutcomeUnknown, what).caused_by(error))
            })
        })
    }
}

impl LockStore for FileStore {
    fn id(&self) -> StoreId {
        self.id
    }

    fn name(&self) -> &str {
        "files"
    }

    fn capabilities(&self) -> StoreCapabilities {
        let mut capabilities = StoreCapabilities::default();
        capabilities.wakeups = false;
        capabilities
    }

    fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
        self.step(move |table, now| {
            let Acquire { key, owner, label, ttl, .. } = request;
            match table.get(&key) {
                Some(row) if row.is_of(&owner) => {
                    row.extend_at_least(ttl, now);
                    Ok(AcquireReply::Granted { token: row.token()? })
                }
                Some(row) => {
                    Ok(AcquireReply::Held { remaining: row.remaining(now), holder: Some(row.holder(now)?) })
                }
                None => {
                    let token = table.grant(&key, &owner, &label, ttl, FencingToken::ZERO, now)?;
                    Ok(AcquireReply::Granted { token })
                }
            }
        })
    }

    fn extend(&self, request: Extend) -> StoreFuture<ExtendReply> {
        self.step(move |table, now| {
            let Some(row) = table.owned_by(&request.key, &request.owner) else {
                return Ok(ExtendReply::NotHeld);
            };
            row.extend(request.ttl, now);
            Ok(ExtendReply::Extended { asked: row.asked() })
        })
    }

    fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
        self.step(move |table, _| {
            if table.owned_by(&request.key, &request.owner).is_none() {
                return Ok(ReleaseReply::NotHeld);
            }
            table.locks.remove(request.key.as_str());
            Ok(ReleaseReply::Released)
        })
    }

    fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply> {
        self.step(move |table, now| {
            let Rotate { key, from, to, label, ttl, above, .. } = request;
            let above = above.unwrap_or(FencingToken::ZERO);
            let Some(row) = table.get(&key).filter(|row| row.is_of(&from) || row.is_of(&to)) else {
                return Ok(RotateReply::NotHeld);
            };
            let token = row.token()?;
            if row.is_of(&to) && token > above {
                return Ok(RotateReply::Granted { token });
            }
            let token = table.grant(&key, &to, &label, ttl, above, now)?;
            Ok(RotateReply::Granted { token })
        })
    }

    fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
        self.step(move |table, now| match table.locks.remove(request.key.as_str()) {
            Some(_) => Ok(ForceReply::Forced { token: table.next_token(FencingToken::ZERO, now)? }),
            None => Ok(ForceReply::NotHeld),
        })
    }

    fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>> {
        self.step(move |table, now| table.get(&request.key).map(|row| row.holder(now)).transpose())
    }

    fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
        self.step(move |table, now| {
            let after = request.after.as_ref().map_or("", LockKey::as_str);
            let wanted = table
                .locks
                .iter()
                .filter(|(key, _)| key.starts_with(&request.prefix) && key.as_str() > after);
            let line = |(key, row): (&String, &table::Row)| {
                let key = LockKey::new(key.clone()).map_err(|error| {
                    StoreError::new(StoreErrorKind::Rejected, "a lock in the table has no legal key")
                        .caused_by(error)
                })?;
                Ok(HeldKey::new(key, row.holder(now)?))
            };
            wanted.take(request.limit).map(line).collect()
        })
    }

    fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
        self.step(move |table, _| {
            let Some(row) = table.get(&request.key) else { return Ok(AskReply::NotHeld) };
            row.ask(&request.reason);
            Ok(AskReply::Asked)
        })
    }

    fn wakeups(&self) -> Option<WakeupStream> {
        None
    }
}
