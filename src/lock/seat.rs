//! A lock with an owner of the user's own: held over many requests, by as many leases as come for it.

use std::{sync::Arc, time::Duration};

use super::{
    AcquireError, InvalidOption,
    hold::Hold,
    options::Resolved,
    service::Service,
    tasks::{has_runtime, within},
    wanted::Wanted,
};
use crate::{
    model::{Deadline, LockKey, Ttl, clock, clock::BootInstant},
    store::{Extend, ExtendReply, Inspect, StoreError, StoreFuture},
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
    if !has_runtime() {
        return Err(AcquireError::NoRuntime { key: name.clone() });
    }
    let sent = BootInstant::now();
    let limit = service.op_timeout();
    let answer = within(limit, service.store().inspect(Inspect::new(key.clone()))).await;
    let failed = |source| AcquireError::Store { key: name.clone(), source };
    let holder = answer.unwrap_or_else(|_| Err(StoreError::no_answer(limit))).map_err(failed)?;
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
    let (key, owner, token) = (hold.key.clone(), hold.owner.clone(), hold.token());
    Box::pin(async move {
        match store.inspect(Inspect::new(key.clone())).await? {
            // A higher token is another grant, to the same owner: this one had lapsed.
            Some(holder) if holder.owner == owner && holder.token == token => {
                let ends_before = match (holder.remaining, ttl.as_duration()) {
                    (Some(left), Some(ttl)) => left < ttl,
                    (Some(_), None) => true,
                    (None, _) => false,
                };
                if ends_before {
                    store.extend(Extend::new(key, owner, ttl)).await
                } else {
                    Ok(ExtendReply::Extended { asked: holder.asked })
                }
            }
            _ => Ok(ExtendReply::NotHeld),
        }
    })
}

/// What is left as a ttl, rounded down; `None` if nothing is.
fn whole_millis(left: Option<Duration>) -> Option<Ttl> {
    let Some(left) = left else { return Some(Ttl::Never) };
    let millis = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
    Ttl::new(Duration::from_millis(millis).min(Ttl::MAX.as_duration().unwrap_or(left))).ok()
}
