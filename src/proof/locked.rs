use std::{
    fmt,
    ops::{Deref, DerefMut, RangeInclusive},
    time::{Duration, SystemTime},
};

use super::{LockProof, Lockable, OpenMut, Persistent, ReadProof, Stored, proof::sealed::Sealed};
use crate::{
    lock::{Extending, IntoExtension, Lease, ReleaseError},
    log::{debug, warn},
    model::{FencingToken, Label, LockKey, Owner},
};

/// An entity that is locked and was read under the lock: the proof that [`save`](crate::Repository::save) and
/// [`delete`](crate::Repository::delete) demand, and the only way to change a stored entity.
///
/// It is a guard: dropping it releases the lock in the background, unless that is a seat, and unsaved changes are lost
/// (and logged). What it says of its lock are associated functions, `Locked::remaining(&account)`, so that they hide no
/// method of the entity.
///
/// Made by [`Repository::lock`](crate::Repository::lock) and its like alone: not `Clone`, no constructor, no
/// `Deserialize`.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// # use lockproof::{Lockable, Locked, Locks, MemoryStorage, Repository, Transient};
/// # #[derive(Lockable, Clone)] struct Account { #[lock(id)] id: u64, balance: i64 }
/// # let accounts = Locks::memory().repository(MemoryStorage::<Account>::new());
/// # accounts.insert(Transient::new(Account { id: 1, balance: 5 })).await?;
/// let mut account = accounts.lock(&1).await?;
/// account.balance += 10; // the entity's own fields and methods
/// if Locked::remaining(&account).is_some_and(|left| left.as_secs() < 10) {
///     Locked::extend(&account, "1m").await?;
/// }
/// accounts.save(&mut account).await?;
/// Locked::release(account).await?;
/// # Ok::<(), lockproof::Error>(()) }).unwrap();
/// ```
#[must_use = "the lock is released when the guard is dropped"]
pub struct Locked<P> {
    row: P,
    lease: Lease,
    edits: Edits,
    doubt: Doubt,
}

/// Changes that are not saved.
struct Edits {
    unsaved: bool,
    key: LockKey,
}

/// Writes that were sent and not answered: each may have landed, and may still land.
#[derive(Debug, Default)]
struct Doubt {
    saves: u32,
    deletes: u32,
}

impl Lease {
    /// The guard of an entity that was read under this lease. Not a function of `Locked`: the compiler would offer it to
    /// a user who tries to make one by hand.
    pub(crate) fn guarding<T: Lockable>(self, stored: Stored<T>) -> Locked<Persistent<T>> {
        let edits = Edits { unsaved: false, key: self.key().clone() };
        Locked { row: Persistent::from_stored(stored), lease: self, edits, doubt: Doubt::default() }
    }
}

impl<T: Lockable> Locked<Persistent<T>> {
    /// The id under which the entity was locked, whatever the entity says by now.
    pub fn id(this: &Self) -> &T::Id {
        this.row.id()
    }

    /// The version of the row as it was read, or as this guard last saved it.
    pub fn version(this: &Self) -> i64 {
        this.row.version()
    }

    /// The name of the lock.
    pub fn key(this: &Self) -> &LockKey {
        this.lease.key()
    }

    /// The owner of the lock, as the store has it.
    pub fn owner(this: &Self) -> &Owner {
        this.lease.owner()
    }

    /// The fencing token of the lock, which the row was stamped with.
    pub fn fence(this: &Self) -> FencingToken {
        this.lease.fence()
    }

    /// When the lock was granted.
    pub fn acquired_at(this: &Self) -> SystemTime {
        this.lease.acquired_at()
    }

    /// The time left: zero once the lock is lost, `None` if it never expires.
    pub fn remaining(this: &Self) -> Option<Duration> {
        this.lease.remaining()
    }

    /// Whether the lock's deadline has passed, or it turned out to be no longer ours.
    pub fn is_lost(this: &Self) -> bool {
        this.lease.is_lost()
    }

    /// Completes when the lock is lost.
    ///
    /// # Cancel safety
    /// Waits only; can be dropped at any time.
    pub async fn lost(this: &Self) {
        this.lease.lost().await;
    }

    /// Restarts the lease: it stands for this long from now, or for its original ttl.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// # use lockproof::{Lockable, LockOptions, Locked, Locks, MemoryStorage, Repository, Transient};
    /// # #[derive(Lockable, Clone)] struct Import { #[lock(id)] id: u64, done: usize }
    /// # let imports = Locks::memory().repository(MemoryStorage::<Import>::new());
    /// # imports.insert(Transient::new(Import { id: 1, done: 0 })).await?;
    /// let pages = ["a", "b", "c"];
    /// let mut import = imports.lock_with(&1, LockOptions::new().ttl("20s")).await?;
    /// while import.done < pages.len() {
    ///     // .. what takes its time: a page, here
    ///     import.done += 1;
    ///     imports.save(&mut import).await?;
    ///     // 20 s for the next page, or an error if the lock is lost.
    ///     Locked::extend(&import, None).await?;
    /// }
    /// # assert!(Locked::remaining(&import).unwrap().as_secs() >= 19);
    /// Locked::release(import).await?;
    /// # Ok::<(), lockproof::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As for [`Lease::extend`].
    ///
    /// # Cancel safety
    /// As for [`Lease::extend`].
    pub fn extend(this: &Self, ttl: impl IntoExtension) -> Extending<'_> {
        this.lease.extend(ttl)
    }

    /// Why somebody has asked for the lock, if somebody has; see [`Lease::asked`].
    pub fn asked(this: &Self) -> Option<Label> {
        this.lease.asked()
    }

    /// Completes when somebody has asked for the lock, and says why; see [`Lease::until_asked`].
    ///
    /// # Cancel safety
    /// Waits only; can be dropped at any time.
    pub async fn until_asked(this: &Self) -> Label {
        this.lease.until_asked().await
    }

    /// Releases the lock and tells how that went. It gives nothing back: changes that were not saved must not come
    /// back as if they had been ([`save_and_release`](crate::Repository::save_and_release) gives the entity back).
    ///
    /// # Errors
    /// As for [`Lease::release`].
    ///
    /// # Cancel safety
    /// The release goes on in the background.
    pub async fn release(this: Self) -> Result<(), ReleaseError> {
        this.lease.release().await
    }

    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    pub(crate) fn entity(&self) -> &T {
        self.row.entity()
    }

    /// Whether there is anything to save.
    pub(crate) fn is_edited(&self) -> bool {
        self.edits.unsaved || self.doubt.saves > 0
    }

    /// Whether a write was sent and not answered: it may have landed.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.doubt.saves > 0 || self.doubt.deletes > 0
    }

    /// The versions that the row may have, if nobody else has written it: the one that was read, and those that
    /// unanswered saves of this guard may have left in it. Those of a seat may be another guard's, under the same token.
    pub(crate) fn versions(&self) -> RangeInclusive<i64> {
        let read = self.row.version();
        let own = if self.lease.is_seat() { 0 } else { i64::from(self.doubt.saves) };
        read..=read.saturating_add(own)
    }

    /// A save is about to be sent: from here on it is in doubt.
    pub(crate) fn sending_save(&mut self) {
        self.doubt.saves += 1;
    }

    /// The last save was provably not done.
    pub(crate) fn save_not_done(&mut self) {
        self.doubt.saves -= 1;
    }

    /// The last save was done: what was in doubt before it has landed or never will.
    pub(crate) fn saved(&mut self, version: i64) {
        self.row.set_version(version);
        self.doubt = Doubt::default();
        self.edits.unsaved = false;
    }

    /// A delete is about to be sent. Says whether one before it was not answered.
    pub(crate) fn sending_delete(&mut self) -> bool {
        self.doubt.deletes += 1;
        self.doubt.deletes > 1
    }

    /// The last delete was provably not done.
    pub(crate) fn delete_not_done(&mut self) {
        self.doubt.deletes -= 1;
    }

    /// What was changed and not saved is given up on purpose.
    pub(crate) fn discard_edits(&mut self) {
        self.edits.unsaved = false;
    }

    /// Releases the lock when all that matters is done, and gives the entity back as it is in the database. A lock that
    /// had lapsed by now, or could not be released at once, takes nothing away from that.
    pub(crate) async fn release_quietly(self) -> Persistent<T> {
        let key = self.lease.key().clone();
        if let Err(error) = self.lease.release().await {
            debug!("after all was done with {key}: {error}");
        }
        self.row
    }
}

impl<T: Lockable> Deref for Locked<Persistent<T>> {
    type Target = T;

    fn deref(&self) -> &T {
        self.row.entity()
    }
}

impl<T: Lockable + OpenMut> DerefMut for Locked<Persistent<T>> {
    fn deref_mut(&mut self) -> &mut T {
        self.edits.unsaved = true;
        self.row.entity_mut()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Lockable> Sealed for Locked<Persistent<T>> {}

#[diagnostic::do_not_recommend]
impl<T: Lockable> ReadProof<T> for Locked<Persistent<T>> {}

#[diagnostic::do_not_recommend]
impl<T: Lockable> LockProof<T> for Locked<Persistent<T>> {
    fn edit(&mut self) -> T::Mut<'_> {
        self.edits.unsaved = true;
        self.row.entity_mut().view_mut()
    }
}

impl<T: Lockable + fmt::Debug> fmt::Debug for Locked<Persistent<T>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Locked")
            .field("entity", self.row.entity())
            .field("lease", &self.lease)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "serde")]
impl<T: Lockable + serde::Serialize> serde::Serialize for Locked<Persistent<T>> {
    /// Writes what the entity itself would write.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.row.serialize(serializer)
    }
}

impl Drop for Edits {
    fn drop(&mut self) {
        if self.unsaved {
            warn!("the guard of {} was dropped with changes that were not saved", self.key);
        }
    }
}
