//! How a guard is let go of and told how that went.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{
    ReleaseError,
    call::{Call, Finish},
    hold::{Hold, Phase, Settled},
    releaser::conclude,
    service::Service,
};
use crate::{
    model::LockKey,
    store::{Outcome, Release, ReleaseReply, StoreError},
};

/// Releases a hold and waits to be told.
pub(super) async fn release(
    service: &Arc<Service>,
    hold: &Arc<Hold>,
    name: &LockKey,
) -> Result<(), ReleaseError> {
    let settled = if service.registry().is_wanted(hold) {
        hand_over(service, hold).await
    } else {
        send(service, hold).await
    };
    match settled {
        Ok(ReleaseReply::Released) => Ok(()),
        Ok(ReleaseReply::NotHeld) => Err(ReleaseError::Lost { key: name.clone() }),
        Err(source) => Err(ReleaseError::Store { key: name.clone(), source }),
    }
}

/// Lets the next in line take it over.
async fn hand_over(service: &Arc<Service>, hold: &Arc<Hold>) -> Settled {
    let (reply, settled) = oneshot::channel();
    hold.reply_to(reply);
    service.let_go(hold);
    let limit = service.op_timeout();
    match tokio::time::timeout(limit, settled).await {
        Ok(Ok(settled)) => settled,
        // Nobody is left who could say: it was over before, because the service was shut down.
        Ok(Err(_)) => Ok(ReleaseReply::NotHeld),
        Err(_) => Err(StoreError::no_answer(limit)),
    }
}

/// Speaks to the store at once.
async fn send(service: &Arc<Service>, hold: &Arc<Hold>) -> Settled {
    if !hold.advance(Phase::Held, Phase::Sent) {
        return Ok(ReleaseReply::NotHeld);
    }
    service.releaser().unsettled();
    let call = service.store().release(Release::new(hold.key.clone(), hold.owner.clone()));
    let answer = Call::new(service, call, Sent(Arc::clone(hold))).within(service.op_timeout()).await;
    match answer {
        Ok(reply) => {
            service.settle(hold, Ok(reply));
            Ok(reply)
        }
        Err(error) => {
            if error.outcome() == Outcome::NotDone {
                service.try_release_again(hold);
            }
            Err(error)
        }
    }
}

/// A release whose caller has gone away.
struct Sent(Arc<Hold>);

impl Finish<ReleaseReply> for Sent {
    fn abandoned(&self, _: &Arc<Service>) {}

    fn finish(self, service: &Arc<Service>, answer: Option<Result<ReleaseReply, StoreError>>) {
        conclude(service, self.0, answer.unwrap_or_else(|| Err(StoreError::no_answer(service.patience()))));
    }
}
