//! Frees an entity by force, and keeps its former holder out of the row.

use super::{Claimed, ForceError, Repo, Storage};
use crate::{lock::AdminError, proof::Lockable, store::ForceReply};

/// Frees the lock, then stamps the row with a token above that of the evicted holder.
pub(super) async fn force_release<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    id: &T::Id,
) -> Result<ForceReply, ForceError> {
    repo.check_kind()?;
    let key = T::lock_key(id).map_err(AdminError::from)?;
    let reply = repo.locks().lock(key.clone()).force_release().await?;
    let ForceReply::Forced { token } = reply else { return Ok(reply) };
    let stamped = match repo.locked_storage() {
        Ok(storage) => storage.claim(repo.row(id, &key).claim(token)).await,
        Err(error) => Err(error),
    };
    match stamped {
        Ok(Claimed::Loaded(_)) => Ok(reply),
        // A fence that is not below this token is above the evicted holder's: somebody has locked the row since, or it
        // lay ahead of the lock store. Its writes are refused already, and if it has not loaded the row, the store does
        // not raise its token. What is not there cannot be written.
        Ok(Claimed::Fenced { .. } | Claimed::Gone) => Ok(reply),
        Err(source) => Err(ForceError::NotStamped { key, token, source }),
    }
}
