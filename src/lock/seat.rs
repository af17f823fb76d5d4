//! A lock with an owner of the user's own: held over many requests, by as many leases as come for it.

use std::{sync::Arc, time::Duration};

use super::{AcquireError, InvalidOption, hold::Hold, options::Resolved, service::Service, wanted::Wanted};
use crate::{
    model::{Deadline, FencingToken, LockKey, Owner, Ttl, clock, clock::BootInstant},
    store::{
        Acquire, AcquireReply, ExtendReply, Holder, Inspect, LockStore, Release, ReleaseReply, StoreError,
        StoreFuture,
    },
};

/// The lock as its owner holds it already; `None` if that is not so.
pub(super) async fn adopt(
    service: &Arc<Service>,
    name: &LockKey,
    options: &Resolved,
) -> Result<Option<Arc<Hold>>, AcquireError> {
    let Resolved { ttl, label, seat, .. } = options.clone();
    let no_seat =
        || AcquireError::InvalidOption { key: name.clone(), option: "owner", source: InvalidOption::NoSeat };
    let owner = seat.ok_or_else(no_seat)?;
    let key = service.namespace().qualify(name)?;
    if service.is_closed() {
        return Err(AcquireError::Closed { key: name.clone() });
    }
    let sent = BootInstant::now();
    let call = service.store().inspect(Inspect::new(key.clone()));
    let answer = service.in_time(service.op_timeout(), call).await;
    let answer = answer.ok_or_else(|| AcquireError::NoRuntime { key: name.clone() })?;
    if service.is_closed() {
        return Err(AcquireError::Closed { key: name.clone() });
    }
    let holder = answer.map_err(|source| AcquireError::Store { key: name.clone(), source })?;
    let Some(holder) = holder.filter(|holder| holder.owner == owner) else { return Ok(None) };
    let Some(left) = whole_millis(holder.remaining) else { return Ok(None) };
    let deadline = Deadline::counted_from(sent, left);
    if deadline.has_passed() {
        return Ok(None);
    }
    let wanted = Wanted { key, owner, label, ttl, kept_alive: None, seat: true };
    let since = clock::micros_at(holder.since);
    Ok(Some(Hold::granted(&wanted, holder.token, deadline, since)))
}

/// Has a seat stand for `ttl` from now if it does not stand longer anyway: other leases of it may rely on that.
pub(super) fn lengthen(service: &Service, hold: &Hold, ttl: Ttl) -> StoreFuture<ExtendReply> {
    let store = Arc::clone(service.store());
    let (key, owner, label) = (hold.key.clone(), hold.owner.clone(), hold.label.clone());
    let token = hold.token();
    Box::pin(async move {
        let Some(holder) = standing(&*store, &key, &owner, token).await? else {
            return Ok(ExtendReply::NotHeld);
        };
        let ends_before = match (holder.remaining, ttl.as_duration()) {
            (Some(left), Some(ttl)) => left < ttl,
            (Some(_), None) => true,
            (None, _) => false,
        };
        let extended = ExtendReply::Extended { asked: holder.asked };
        if !ends_before {
            return Ok(extended);
        }
        // Not `extend`, which would shorten what another lease has lengthened since the look.
        match store.acquire(Acquire::new(key, owner, label, ttl)).await? {
            AcquireReply::Granted { token: granted } if granted == token => Ok(extended),
            // It has lapsed since the look.
            AcquireReply::Granted { .. } | AcquireReply::Held { .. } => Ok(ExtendReply::NotHeld),
        }
    })
}

/// Releases a seat, with all the leases of its grant.
pub(super) fn release(service: &Service, hold: &Hold) -> StoreFuture<ReleaseReply> {
    let store = Arc::clone(service.store());
    let (key, owner, token) = (hold.key.clone(), hold.owner.clone(), hold.token());
    Box::pin(async move {
        match standing(&*store, &key, &owner, token).await? {
            Some(_) => store.release(Release::new(key, owner)).await,
            None => Ok(ReleaseReply::NotHeld),
        }
    })
}

/// This very grant, if it stands. A higher token is another one, to the same owner: this one has ended before.
async fn standing(
    store: &dyn LockStore,
    key: &LockKey,
    owner: &Owner,
    token: FencingToken,
) -> Result<Option<Holder>, StoreError> {
    let holder = store.inspect(Inspect::new(key.clone())).await?;
    Ok(holder.filter(|holder| holder.owner == *owner && holder.token == token))
}

/// What is left as a ttl, rounded down; `None` if nothing is.
fn whole_millis(left: Option<Duration>) -> Option<Ttl> {
    let Some(left) = left else { return Some(Ttl::Never) };
    let millis = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
    Ttl::new(Duration::from_millis(millis).min(Ttl::MAX.as_duration().unwrap_or(left))).ok()
}
