//! What is checked before a write is sent, and what its answer means.

use super::{Repo, SaveError, Storage, Written, tickets::Expected};
use crate::{
    model::LockKey,
    proof::{Lockable, Locked, Persistent},
    store::{Outcome, StoreError, StoreErrorKind},
};

/// Saves a locked entity.
///
/// A save whose answer never came may have landed, and may still land. The guard counts such saves: the next one
/// accepts the versions that they may have left in the row, and writes a higher one than any of them. Under a token of
/// its own nobody else can have written these. The guards of a seat share a token: there only the version that was read
/// is accepted, and a save that is refused after an unanswered one stays in doubt.
pub(super) async fn save<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    locked: &mut Locked<Persistent<T>>,
) -> Result<(), SaveError> {
    let in_doubt = locked.is_in_doubt();
    send_save(repo, locked).await.map_err(|error| with_doubt(in_doubt, locked, error))
}

/// Deletes a locked entity.
pub(super) async fn delete<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    locked: &mut Locked<Persistent<T>>,
) -> Result<(), SaveError> {
    let in_doubt = locked.is_in_doubt();
    send_delete(repo, locked).await.map_err(|error| with_doubt(in_doubt, locked, error))
}

async fn send_save<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    locked: &mut Locked<Persistent<T>>,
) -> Result<(), SaveError> {
    let storage = check(repo, locked)?;
    let expected = expected(locked);
    let Some(version) = expected.versions.end().checked_add(1) else {
        let what =
            "the row has the highest version there is, so it cannot be written; lower it while nobody works";
        return Err(failed(Locked::key(locked), StoreError::new(StoreErrorKind::Rejected, what)));
    };
    locked.sending_save();
    let row = repo.row(Locked::id(locked), Locked::key(locked));
    match storage.update(row.update(locked.entity(), expected)).await {
        Ok(Written::Done) => {
            locked.saved(version);
            Ok(())
        }
        Ok(refusal) => {
            locked.save_not_done();
            Err(refused(locked, refusal))
        }
        Err(source) => {
            if surely_not_sent(&source) {
                locked.save_not_done();
            }
            Err(failed(Locked::key(locked), source))
        }
    }
}

async fn send_delete<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    locked: &mut Locked<Persistent<T>>,
) -> Result<(), SaveError> {
    let storage = check(repo, locked)?;
    let expected = expected(locked);
    let in_doubt = locked.sending_delete();
    let row = repo.row(Locked::id(locked), Locked::key(locked));
    match storage.delete(row.delete(expected)).await {
        Ok(Written::Done) => {}
        // An earlier delete of this guard, whose answer never came, has landed.
        Ok(Written::Gone) if in_doubt => {}
        Ok(refusal) => {
            locked.delete_not_done();
            return Err(refused(locked, refusal));
        }
        Err(source) => {
            if surely_not_sent(&source) {
                locked.delete_not_done();
            }
            return Err(failed(Locked::key(locked), source));
        }
    }
    locked.discard_edits();
    Ok(())
}

/// "Not written" is said only if no earlier write of this guard may have landed: whoever takes it at its word makes the
/// change once more.
fn with_doubt<T: Lockable>(in_doubt: bool, locked: &Locked<Persistent<T>>, error: SaveError) -> SaveError {
    match error {
        SaveError::Store { ref source, .. } if source.outcome() == Outcome::Unknown => error,
        error if in_doubt => SaveError::InDoubt { key: Locked::key(locked).clone(), source: Box::new(error) },
        error => error,
    }
}

/// What can be known without asking the database.
fn check<'a, T: Lockable, S: Storage<T>>(
    repo: &'a Repo<T, S>,
    locked: &Locked<Persistent<T>>,
) -> Result<&'a S, SaveError> {
    repo.check_kind()?;
    let key = || Locked::key(locked).clone();
    if locked.lease().domain() != repo.locks().handle().service().domain() {
        Err(SaveError::ForeignGuard { key: key() })
    } else if locked.entity().id() != *Locked::id(locked) {
        Err(SaveError::IdentityChanged { key: key() })
    } else if Locked::is_lost(locked) {
        Err(SaveError::Lost { key: key() })
    } else {
        repo.locked_storage().map_err(|source| failed(Locked::key(locked), source))
    }
}

fn expected<T: Lockable>(locked: &Locked<Persistent<T>>) -> Expected {
    Expected { fence: Locked::fence(locked), versions: locked.versions() }
}

fn refused<T: Lockable>(locked: &Locked<Persistent<T>>, refusal: Written) -> SaveError {
    let key = Locked::key(locked).clone();
    match refusal {
        Written::Fenced { by } => SaveError::Fenced { key, held_by_token: by, token: Locked::fence(locked) },
        Written::Stale { found } => SaveError::StaleVersion { key, expected: Locked::version(locked), found },
        Written::Lost => SaveError::Lost { key },
        Written::Done | Written::Gone => SaveError::Gone { key },
    }
}

fn failed(key: &LockKey, source: StoreError) -> SaveError {
    SaveError::Store { key: key.clone(), source }
}

/// Whether this write cannot have landed. A storage that says `Rejected` may have failed on reading the answer: doubt
/// costs nothing, and a wrong certainty would refuse our own write as somebody else's.
fn surely_not_sent(error: &StoreError) -> bool {
    matches!(error.kind(), StoreErrorKind::Unavailable | StoreErrorKind::Misconfigured)
}
