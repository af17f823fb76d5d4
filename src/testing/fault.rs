//! What may go wrong with a call to a store.

use std::time::Duration;

use crate::store::{StoreError, StoreErrorKind};

/// Which call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Op {
    /// [`LockStore::acquire`](crate::LockStore::acquire).
    Acquire,
    /// [`LockStore::ask_release`](crate::LockStore::ask_release).
    Ask,
    /// [`LockStore::extend`](crate::LockStore::extend), also each one of a batch.
    Extend,
    /// [`LockStore::extend_all`](crate::LockStore::extend_all).
    ExtendAll,
    /// [`LockStore::force_release`](crate::LockStore::force_release).
    Force,
    /// [`LockStore::inspect`](crate::LockStore::inspect).
    Inspect,
    /// [`LockStore::list`](crate::LockStore::list).
    List,
    /// [`LockStore::release`](crate::LockStore::release), also each one of a batch.
    Release,
    /// [`LockStore::release_all`](crate::LockStore::release_all).
    ReleaseAll,
    /// [`LockStore::rotate`](crate::LockStore::rotate).
    Rotate,
}

impl Op {
    /// All but the batches, whose parts are among them.
    pub(super) const SINGLE: [Self; 8] = [
        Self::Acquire,
        Self::Ask,
        Self::Extend,
        Self::Force,
        Self::Inspect,
        Self::List,
        Self::Release,
        Self::Rotate,
    ];
}

/// What goes wrong, and how.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Step {
    /// It takes this many polls longer.
    Yields(u32),
    /// It takes this long.
    Sleep(Duration),
    /// It never ends.
    Hang,
    /// It ends here.
    Fail(StoreErrorKind),
    /// It panics.
    Panic,
}

impl Step {
    /// Takes this step: for a storage, or another thing of one's own, that fails as it is told.
    ///
    /// # Errors
    /// That of [`Step::Fail`].
    ///
    /// # Cancel safety
    /// It does nothing but wait and fail.
    pub async fn take(self) -> Result<(), StoreError> {
        match self {
            Self::Yields(polls) => {
                for _ in 0..polls {
                    tokio::task::yield_now().await;
                }
                Ok(())
            }
            Self::Sleep(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
            Self::Hang => std::future::pending().await,
            Self::Fail(kind) => Err(StoreError::new(kind, "as the test has it")),
            Self::Panic => panic!("the store panics as the test has it"),
        }
    }
}

/// A step before the store has done what it was asked, or after it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Before the store does it; with [`Step::Fail`] it is not done.
    Before(Step),
    /// When the store has done it; with [`Step::Fail`] the answer is lost.
    After(Step),
    /// From here on the call goes on although its caller has gone away.
    Detached,
    /// It is answered as unknown at once, and done this much later.
    Straggles(Duration),
}

/// The store could not be reached, nothing was done.
pub const UNAVAILABLE: Fault = Fault::Before(Step::Fail(StoreErrorKind::Unavailable));
/// It was done, and the answer was lost.
pub const REPLY_LOST: Fault = Fault::After(Step::Fail(StoreErrorKind::OutcomeUnknown));
/// Nothing is done and no answer comes.
pub const HANGS: Fault = Fault::Before(Step::Hang);
/// It is done and no answer comes.
pub const REPLY_HANGS: Fault = Fault::After(Step::Hang);

/// Done this many milliseconds later.
pub fn slow(millis: u64) -> Fault {
    Fault::Before(Step::Sleep(Duration::from_millis(millis)))
}

/// Answered this many milliseconds later.
pub fn slow_reply(millis: u64) -> Fault {
    Fault::After(Step::Sleep(Duration::from_millis(millis)))
}
