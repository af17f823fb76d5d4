//! Lock, then load: the only way to a `Locked` entity.

use std::time::Duration;

use super::{Claimed, Filter, LockError, Repo, Repository, Storage};
use crate::{
    error::Result,
    lock::{Lease, Lock, LockOptions},
    log::warn,
    model::{FencingToken, LockKey},
    proof::{Lockable, Locked, Persistent, Stored},
    store::{RotateReply, StoreError, StoreErrorKind},
};

/// Locks one entity by its id.
pub(super) async fn lock<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    id: &T::Id,
    options: LockOptions,
) -> Result<Locked<Persistent<T>>, LockError> {
    let lease = handle(repo, id, options)?.acquire().await?;
    load(repo, id, lease).await
}

/// Locks one entity by its id, if nobody holds it.
pub(super) async fn try_lock<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    id: &T::Id,
) -> Result<Option<Locked<Persistent<T>>>, LockError> {
    match handle(repo, id, LockOptions::new())?.try_acquire().await? {
        Some(lease) => load(repo, id, lease).await.map(Some),
        None => Ok(None),
    }
}

/// Locks one entity that passes a filter, before the load and after it.
pub(super) async fn lock_one<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    filter: Filter<T>,
) -> Result<Locked<Persistent<T>>> {
    /// The longest pause between two turns, in milliseconds.
    const PAUSE_MAX: u64 = 20;

    let mut turns = 0;
    loop {
        let Some(found) = repo.find_one(filter.clone()).await? else {
            return Err(LockError::NoneMatches { kind: T::KIND }.into());
        };
        if !filter.matches(&found) {
            return Err(wrong_find::<T>(found.id()).into());
        }
        match lock(repo, found.id(), LockOptions::new()).await {
            Ok(locked) if filter.matches(&locked) => return Ok(locked),
            // It was changed or removed in between; each turn of this loop means that somebody else got on.
            Ok(locked) => drop(locked.release_quietly().await),
            Err(LockError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        // Or it means that what is found lags behind what is locked: then there is no use in haste, and whoever asks
        // must be able to give up.
        turns = (turns + 1).min(PAUSE_MAX);
        tokio::time::sleep(Duration::from_millis(turns)).await;
    }
}

/// A storage that compares in another way than the filter does (a collation, a rounding) would be asked for ever.
fn wrong_find<T: Lockable>(id: &T::Id) -> LockError {
    let what = "`find_all` of the storage gave an entity that does not pass the filter; it has to compare as `==` does";
    match T::lock_key(id) {
        Ok(key) => LockError::Store { key, source: StoreError::new(StoreErrorKind::Rejected, what) },
        Err(error) => LockError::Acquire(error.into()),
    }
}

fn handle<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    id: &T::Id,
    options: LockOptions,
) -> Result<Lock, LockError> {
    repo.check_kind()?;
    Ok(repo.locks().lock(T::lock_key(id)).with(options))
}

async fn load<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    id: &T::Id,
    lease: Lease,
) -> Result<Locked<Persistent<T>>, LockError> {
    match claim(repo, id, &lease).await {
        Ok(stored) => Ok(lease.guarding(stored)),
        Err(error) => {
            give_up(lease).await;
            Err(error)
        }
    }
}

/// Releases the lock of an entity that is not loaded. Not left to the drop: who is told that there is no such entity
/// must not find it locked. If this fails it goes on in the background; what went wrong before is what matters.
///
/// A seat stays: its owner may have had it before, and a release would end that hold too.
pub(super) async fn give_up(lease: Lease) {
    if !lease.is_seat() {
        let _ = lease.release().await;
    }
}

/// Reads the entity under its lock, which stamps the row.
pub(super) async fn claim<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    id: &T::Id,
    lease: &Lease,
) -> Result<Stored<T>, LockError> {
    /// How often a row may be found ahead of the token that was raised above it.
    const RAISES: usize = 3;

    let key = lease.key();
    let failed = |source| LockError::Store { key: key.clone(), source };
    let storage = repo.locked_storage().map_err(failed)?;
    for _ in 0..=RAISES {
        if lease.is_lost() {
            break;
        }
        let (row, fence) = (repo.row(id, key), lease.fence());
        let claim = if lease.is_seat() { row.claim_seat(fence) } else { row.claim(fence) };
        match storage.claim(claim).await.map_err(failed)? {
            Claimed::Loaded(stored) => return check_identity(stored, id, key),
            Claimed::Gone => return Err(LockError::NotFound { key: key.clone() }),
            Claimed::Fenced { by } => raise(lease, by).await?,
        }
    }
    Err(LockError::Lost { key: key.clone() })
}

/// A row whose fence is not below a fresh grant: either the lock is somebody else's by now, or the lock store does not
/// know the row's last token (a backup was restored, its clock went back, locks were moved, another store locks the same
/// rows). The store knows which.
async fn raise(lease: &Lease, by: FencingToken) -> Result<(), LockError> {
    let key = lease.key();
    let before = lease.fence();
    if let Err(source) = FencingToken::next(by, 0) {
        return Err(LockError::TokenExhausted { key: key.clone(), source });
    }
    match lease.raise_above(by).await {
        Ok(RotateReply::Granted { token }) => {
            warn!(
                "lock store lost its state, or is not the only one: the row of {key} has the fence {by}, and its lock \
                 was granted the token {before}; raised it to {token}"
            );
            Ok(())
        }
        Ok(RotateReply::NotHeld) => Err(LockError::Lost { key: key.clone() }),
        Err(source) => Err(LockError::Store { key: key.clone(), source }),
    }
}

fn check_identity<T: Lockable>(stored: Stored<T>, id: &T::Id, key: &LockKey) -> Result<Stored<T>, LockError> {
    let found = stored.entity.id();
    if found == *id {
        return Ok(stored);
    }
    Err(LockError::WrongEntity { key: key.clone(), found: T::lock_key(&found).ok() })
}
