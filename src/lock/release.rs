//! How a guard is let go of and told how that went.

use std::{pin::pin, sync::Arc};

use tokio::sync::oneshot;

use super::{
    ReleaseError,
    call::{Call, Finish},
    hold::Hold,
    phase::{Phase, Settled},
    releaser::{conclude, give_up, try_again},
    seat,
    service::Service,
    tasks::{no_runtime, within},
};
use crate::{
    model::LockKey,
    store::{Release, ReleaseReply, StoreError},
};

/// Releases a hold and waits to be told.
pub(super) async fn release(
    service: &Arc<Service>,
    hold: &Arc<Hold>,
    name: &LockKey,
) -> Result<(), ReleaseError> {
    let mut failure = None;
    let told = {
        // Pinned where it is made, which saves a copy.
        let telling = pin!(told(service, hold, &mut failure));
        within(service.op_timeout(), telling).await
    };
    let settled = match told {
        Ok(settled) => settled,
        Err(elapsed) => {
            Err(failure.unwrap_or_else(|| elapsed.map_or_else(no_runtime, StoreError::no_answer)))
        }
    };
    match settled {
        Ok(ReleaseReply::Released) => Ok(()),
        Ok(ReleaseReply::NotHeld) => Err(ReleaseError::Lost { key: name.clone() }),
        Err(source) => Err(ReleaseError::Store { key: name.clone(), source }),
    }
}

/// Hands the hold over to the next in line, or speaks to the store at once; waits for the releaser if that fails.
async fn told(service: &Arc<Service>, hold: &Arc<Hold>, failure: &mut Option<StoreError>) -> Settled {
    let may_be_wanted = hold.may_be_wanted();
    let settled = may_be_wanted.then(|| listen(hold));
    if !hold.advance(Phase::Held, if may_be_wanted { Phase::Queued } else { Phase::Sent }) {
        // The service was shut down.
        return Ok(ReleaseReply::NotHeld);
    }
    service.releaser().unsettled();
    if let Some(settled) = settled {
        let is_offered = service.offer(hold);
        if is_offered || !hold.advance(Phase::Queued, Phase::Sent) {
            return heard(hold, settled).await;
        }
    }
    let call = match hold.seat {
        true => seat::release(service, hold),
        false => service.store().release(Release::new(hold.key.clone(), hold.owner.clone())),
    };
    match Call::new(service, call, || Sent(Arc::clone(hold))).await {
        Ok(reply) => {
            service.settle(hold, Ok(reply));
            Ok(reply)
        }
        Err(error) => {
            let settled = listen(hold);
            if try_again(service, hold, &error) {
                *failure = Some(error);
            } else {
                give_up(service, hold, error);
            }
            heard(hold, settled).await
        }
    }
}

fn listen(hold: &Hold) -> oneshot::Receiver<Settled> {
    let (reply, settled) = oneshot::channel();
    hold.reply_to(reply);
    settled
}

async fn heard(hold: &Hold, settled: oneshot::Receiver<Settled>) -> Settled {
    settled.await.unwrap_or_else(|_| Ok(hold.ended()))
}

/// A release whose caller has gone away.
struct Sent(Arc<Hold>);

impl Finish<ReleaseReply> for Sent {
    fn abandoned(&self, _: &Arc<Service>) {}

    fn finish(self, service: &Arc<Service>, answer: Option<Result<ReleaseReply, StoreError>>) {
        conclude(service, self.0, answer.unwrap_or_else(|| Err(StoreError::no_answer(service.patience()))));
    }
}
