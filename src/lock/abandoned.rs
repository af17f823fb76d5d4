//! What becomes of an acquisition whose caller has gone away, or has got no answer.

use std::sync::Arc;

use super::{call::Finish, hold::Hold, phase::Phase, releaser::conclude, service::Service, wanted::Wanted};
use crate::{
    model::{Deadline, FencingToken},
    store::{AcquireReply, Outcome, ReleaseReply, RotateReply, StoreError},
};

/// What to do about an acquisition whose caller has gone away while the store was asked.
pub(super) struct Abandoned {
    pub(super) wanted: Wanted,
    pub(super) deadline: Deadline,
    /// From whom the lock was being taken over.
    pub(super) from: Option<Arc<Hold>>,
}

impl Abandoned {
    fn orphan(&self, service: &Arc<Service>, token: Option<FencingToken>) {
        let orphan = Hold::orphaned(&self.wanted, token, self.deadline);
        service.releaser().unsettled();
        service.registry().answered(&self.wanted.key, Some(&orphan));
        service.pass_on(&orphan);
    }

    fn end(self, service: &Arc<Service>, token: Result<Option<FencingToken>, Outcome>) {
        match token {
            // Whatever was granted to a seat stands, and ends with its ttl.
            _ if self.wanted.seat => {
                service.registry().answered(&self.wanted.key, None);
                match (self.from, token) {
                    (Some(left), Ok(Some(_))) => service.settle(&left, Ok(ReleaseReply::Released)),
                    (Some(left), Ok(None)) => lapsed(service, left),
                    (Some(left), Err(_)) => give_back(service, &left),
                    (None, _) => {}
                }
            }
            Ok(Some(token)) => {
                self.orphan(service, Some(token));
                if let Some(left) = &self.from {
                    service.settle(left, Ok(ReleaseReply::Released));
                }
            }
            Ok(None) => {
                service.registry().answered(&self.wanted.key, None);
                if let Some(left) = self.from {
                    lapsed(service, left);
                }
            }
            Err(outcome) => {
                match outcome {
                    Outcome::Unknown => self.orphan(service, None),
                    Outcome::NotDone => service.registry().answered(&self.wanted.key, None),
                }
                if let Some(left) = &self.from {
                    give_back(service, left);
                }
            }
        }
    }
}

/// The answer, as far as an abandoned acquisition cares.
pub(super) trait Grant {
    fn token(&self) -> Option<FencingToken>;
}

impl Grant for AcquireReply {
    fn token(&self) -> Option<FencingToken> {
        match self {
            Self::Granted { token } => Some(*token),
            Self::Held { .. } => None,
        }
    }
}

impl Grant for RotateReply {
    fn token(&self) -> Option<FencingToken> {
        match self {
            Self::Granted { token } => Some(*token),
            Self::NotHeld => None,
        }
    }
}

impl<T: Grant> Finish<T> for Abandoned {
    fn abandoned(&self, service: &Arc<Service>) {
        service.registry().abandon(&self.wanted.key);
    }

    fn finish(self, service: &Arc<Service>, answer: Option<Result<T, StoreError>>) {
        self.end(
            service,
            match answer {
                Some(Ok(answer)) => Ok(answer.token()),
                Some(Err(error)) => Err(error.outcome()),
                None => Err(Outcome::Unknown),
            },
        );
    }
}

/// A take-over came to nothing: the hold is there for the next one, and is released if there is none.
pub(super) fn give_back(service: &Arc<Service>, left: &Arc<Hold>) {
    if left.advance(Phase::Taken, Phase::Queued) {
        let failures = left.release_failed(Outcome::NotDone);
        service.releaser().push_again(Arc::clone(left), failures);
    }
}

/// A hold that was to be taken over is no longer ours.
pub(super) fn lapsed(service: &Arc<Service>, left: Arc<Hold>) {
    service.registry().forget(&left);
    if left.advance(Phase::Taken, Phase::Sent) {
        conclude(service, left, Ok(ReleaseReply::NotHeld));
    }
}
