//! How a lease is renewed without being believed for longer than the store keeps it.

use std::sync::Arc;

use super::{
    hold::Hold,
    service::Service,
    tasks::{no_runtime, within},
};
use crate::{
    model::{Deadline, FencingToken, Ttl, clock::BootInstant},
    store::{Extend, ExtendReply, Outcome, Rotate, RotateReply, StoreError, StoreFuture},
};

/// Lets the lease stand for `ttl` from now. `NotHeld` if it had lapsed by the time of the answer.
pub(super) async fn extend(service: &Arc<Service>, hold: &Hold, ttl: Ttl) -> Result<ExtendReply, StoreError> {
    let request = || service.store().extend(Extend::new(hold.key.clone(), hold.owner.clone(), ttl));
    let renewal = |reply: &ExtendReply| match reply {
        ExtendReply::Extended { .. } => Renewal::FromNow,
        ExtendReply::NotHeld => Renewal::Lost,
    };
    let reply = renew(service, hold, ttl, request, renewal).await?;
    Ok(reply.unwrap_or(ExtendReply::NotHeld))
}

/// Raises the token above `above`. `NotHeld` if the lease had lapsed by the time of the answer.
pub(super) async fn raise_above(
    service: &Arc<Service>,
    hold: &Hold,
    above: FencingToken,
) -> Result<RotateReply, StoreError> {
    let Hold { key, owner, label, ttl, .. } = hold;
    let request = || {
        let (owner, label) = (owner.clone(), label.clone());
        let rotate = Rotate::new(key.clone(), owner.clone(), owner, label, *ttl, Some(above));
        service.store().rotate(rotate)
    };
    let renewal = |reply: &RotateReply| match reply {
        // One that was done before is answered with its token, and its ttl runs since then.
        RotateReply::Granted { .. } => Renewal::AsBefore,
        RotateReply::NotHeld => Renewal::Lost,
    };
    let reply = renew(service, hold, *ttl, request, renewal).await?;
    if let Some(RotateReply::Granted { token }) = reply {
        hold.set_token(token);
    }
    Ok(reply.unwrap_or(RotateReply::NotHeld))
}

/// What an answer means for the deadline.
enum Renewal {
    /// The lease runs anew since the request.
    FromNow,
    /// It runs at least as long as the earlier of the two.
    AsBefore,
    /// It is over.
    Lost,
}

/// Sends a renewal and moves the deadline; `None` if the lease ended first.
async fn renew<T>(
    service: &Arc<Service>,
    hold: &Hold,
    ttl: Ttl,
    request: impl FnOnce() -> StoreFuture<T>,
    renewal: impl FnOnce(&T) -> Renewal,
) -> Result<Option<T>, StoreError> {
    let limit = service.op_timeout();
    let renewed = async {
        let _turn = hold.renewing.lock().await;
        let sent = BootInstant::now();
        let new = Deadline::counted_from(sent, ttl);
        let Some(old) = hold.begin_renewal(new) else { return Ok(None) };
        let open = Open { service, hold, ttl };
        let answer = request().await;
        if answer.as_ref().err().is_none_or(|error| error.outcome() == Outcome::NotDone) {
            open.answered();
        }
        let running = match answer.as_ref().map(renewal) {
            Ok(Renewal::FromNow) => hold.end_renewal(Deadline::counted_from(sent, hold.sure_ttl(ttl))),
            Ok(Renewal::AsBefore) => hold.is_running(),
            Ok(Renewal::Lost) => {
                hold.end_renewal(Deadline::PASSED);
                true
            }
            Err(error) if error.outcome() == Outcome::NotDone => {
                hold.end_renewal(old);
                true
            }
            Err(_) => true,
        };
        answer.map(|answer| running.then_some(answer))
    };
    match within(limit, renewed).await {
        Ok(renewed) => renewed,
        Err(elapsed) => Err(elapsed.map_or_else(no_runtime, StoreError::no_answer)),
    }
}

/// A renewal that is not answered; dropped, it may land at any time until it is taken to be dead.
struct Open<'a> {
    service: &'a Service,
    hold: &'a Hold,
    ttl: Ttl,
}

impl Open<'_> {
    fn answered(self) {
        std::mem::forget(self);
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let until = BootInstant::now().checked_add(self.service.patience());
        self.hold.renewal_astray(self.ttl, until);
    }
}
