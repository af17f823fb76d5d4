//! Several entities at once: all the locks, and only then the rows.

use std::time::Duration;

use futures::{
    FutureExt, StreamExt,
    future::{Either, join_all, pending, select},
    pin_mut,
    stream::FuturesUnordered,
};

use super::{LockError, Repo, Storage, load};
use crate::{
    lock::{AcquireError, Lease, LockOptions, Wait},
    model::{LockKey, clock::BootInstant},
    proof::{Lockable, Locked, Persistent, Stored},
};

/// Locks entities by their ids, all or none, and gives them in the order of the ids.
pub(super) async fn lock_all<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    ids: &[T::Id],
    options: LockOptions,
) -> Result<Vec<Locked<Persistent<T>>>, LockError> {
    repo.check_kind()?;
    let wanted = in_order_of_keys::<T>(ids)?;
    let mut leases = Vec::with_capacity(wanted.len());
    match lock_and_load(repo, ids, &wanted, options, &mut leases).await {
        Ok(stored) => {
            let guards = leases.into_iter().zip(stored).map(|(lease, stored)| lease.guarding(stored));
            let mut all: Vec<_> = wanted.iter().zip(guards).collect();
            all.sort_unstable_by_key(|((_, place), _)| *place);
            Ok(all.into_iter().map(|(_, guard)| guard).collect())
        }
        Err(error) => {
            join_all(leases.into_iter().map(load::give_up)).await;
            Err(error)
        }
    }
}

/// The keys, each with its place among the ids. Whoever locks several does so in the order of the keys: two that want
/// the same ones never wait for each other in a circle.
fn in_order_of_keys<T: Lockable>(ids: &[T::Id]) -> Result<Vec<(LockKey, usize)>, LockError> {
    let keys = ids.iter().map(T::lock_key).enumerate();
    let keys = keys.map(|(place, key)| key.map(|key| (key, place)));
    let mut keys = keys.collect::<Result<Vec<_>, _>>().map_err(AcquireError::from)?;
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(LockError::Duplicate { key: pair[0].0.clone() }),
        None => Ok(keys),
    }
}

/// Whatever becomes of it, `leases` has what was acquired.
async fn lock_and_load<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    ids: &[T::Id],
    wanted: &[(LockKey, usize)],
    options: LockOptions,
    leases: &mut Vec<Lease>,
) -> Result<Vec<Stored<T>>, LockError> {
    let begun = BootInstant::now();
    for (key, _) in wanted {
        let lease = acquire_next(repo, key, &options, begun, leases).await?;
        leases.push(lease);
    }
    let mut stored = Vec::with_capacity(leases.len());
    for (lease, (_, place)) in leases.iter().zip(wanted) {
        stored.push(load::claim(repo, &ids[*place], lease).await?);
    }
    // A row that was read first may be another's by the time the last one was.
    match leases.iter().find(|lease| lease.is_lost()) {
        Some(lease) => Err(LockError::Lost { key: lease.key().clone() }),
        None => Ok(stored),
    }
}

/// One more lock, in what is left of the time for all; or `Lost`, as soon as one of those before is.
async fn acquire_next<T: Lockable, S: Storage<T>>(
    repo: &Repo<T, S>,
    key: &LockKey,
    options: &LockOptions,
    begun: BootInstant,
    leases: &[Lease],
) -> Result<Lease, LockError> {
    let lock = repo.locks().lock(key.clone()).with(options.clone());
    let wait = lock.longest_wait()?;
    let left = match wait {
        Wait::Within(limit) => match limit.saturating_sub(BootInstant::now().since(begun)) {
            Duration::ZERO => Wait::Never,
            left => Wait::Within(left),
        },
        Wait::Forever | Wait::Never => wait,
    };
    let lock = lock.wait(left);
    let (acquired, lost) = (lock.acquire(), first_lost(leases));
    pin_mut!(acquired, lost);
    match select(acquired, lost).await {
        Either::Left((Ok(lease), _)) => Ok(lease),
        Either::Left((Err(mut error), _)) => {
            if let (AcquireError::Timeout { waited, .. }, Wait::Within(_)) = (&mut error, wait) {
                *waited = BootInstant::now().since(begun);
            }
            Err(error.into())
        }
        Either::Right((lost, _)) => Err(LockError::Lost { key: lost.key().clone() }),
    }
}

/// The first of them that is lost; pending where there is none.
async fn first_lost(leases: &[Lease]) -> &Lease {
    let each = leases.iter().map(|lease| lease.lost().map(move |()| lease));
    match each.collect::<FuturesUnordered<_>>().next().await {
        Some(lease) => lease,
        None => pending().await,
    }
}
