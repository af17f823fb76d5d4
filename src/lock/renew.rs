//! How a lease is renewed without being believed for longer than the store keeps it.

use std::sync::Arc;

use super::{
    hold::Hold,
    seat::lengthen,
    service::Service,
    tasks::{no_runtime, within},
    term::Term,
};
use crate::{
    model::{Deadline, FencingToken, Ttl, clock::BootInstant},
    store::{Extend, ExtendReply, Outcome, Rotate, RotateReply, StoreError, StoreFuture},
};

/// Lets the lease stand for `ttl` from now, and keeps it alive by that from now on if it is kept alive. `NotHeld` if it
/// had lapsed by the time of the answer, or never ends when its turn comes.
pub(super) async fn extend(
    service: &Arc<Service>,
    hold: &Arc<Hold>,
    ttl: Ttl,
) -> Result<ExtendReply, StoreError> {
    let request = || match hold.seat {
        true => lengthen(service, hold, ttl),
        false => service.store().extend(Extend::new(hold.key.clone(), hold.owner.clone(), ttl)),
    };
    let by = if hold.seat { By::Seat } else { By::User };
    let reply = renew(service, hold, ttl, by, request, Meaning::of_reply).await?;
    if let Some(reply) = &reply {
        hold.heard(reply);
    }
    Ok(reply.unwrap_or(ExtendReply::NotHeld))
}

/// Raises the token above `above`. `NotHeld` if the lease had lapsed by the time of the answer.
pub(super) async fn raise_above(
    service: &Arc<Service>,
    hold: &Arc<Hold>,
    above: FencingToken,
) -> Result<RotateReply, StoreError> {
    let Hold { key, owner, label, ttl, .. } = &**hold;
    let request = || {
        let (owner, label) = (owner.clone(), label.clone());
        let rotate = Rotate::new(key.clone(), owner.clone(), owner, label, *ttl, Some(above));
        service.store().rotate(rotate)
    };
    let meaning = |reply: &RotateReply| match reply {
        // One that was done before is answered with its token, and its ttl runs since then.
        RotateReply::Granted { .. } => Meaning::AsBefore,
        RotateReply::NotHeld => Meaning::Lost,
    };
    let reply = renew(service, hold, *ttl, By::Token, request, meaning).await?;
    if let Some(RotateReply::Granted { token }) = reply {
        hold.set_token(token);
    }
    Ok(reply.unwrap_or(RotateReply::NotHeld))
}

impl Hold {
    /// Whether it stands until it is released or forced.
    pub(super) fn never_ends(&self) -> bool {
        self.is_running() && self.deadline() == Deadline::NEVER
    }
}

/// What an answer means for the deadline.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    /// The lease runs anew since the request.
    FromNow,
    /// It runs at least as long as the earlier of the two.
    AsBefore,
    /// It is over.
    Lost,
    /// It runs as before: nothing was done.
    NotDone,
    /// Nobody knows.
    Unknown,
}

impl Meaning {
    pub(super) fn of_extension(answer: &Result<ExtendReply, StoreError>) -> Self {
        answer.as_ref().map_or_else(Self::of_error, Self::of_reply)
    }

    fn of_reply(reply: &ExtendReply) -> Self {
        match reply {
            ExtendReply::Extended { .. } => Self::FromNow,
            ExtendReply::NotHeld => Self::Lost,
        }
    }

    fn of_error(error: &StoreError) -> Self {
        match error.outcome() {
            Outcome::NotDone => Self::NotDone,
            Outcome::Unknown => Self::Unknown,
        }
    }
}

/// Sends a renewal and moves the deadline; `None` if the lease ended first.
async fn renew<T>(
    service: &Arc<Service>,
    hold: &Arc<Hold>,
    ttl: Ttl,
    by: By,
    request: impl FnOnce() -> StoreFuture<T>,
    meaning: impl FnOnce(&T) -> Meaning,
) -> Result<Option<T>, StoreError> {
    let limit = service.op_timeout();
    let renewed = async {
        hold.take_turn().await;
        if by != By::Token && hold.never_ends() {
            hold.end_turn();
            return Ok(None);
        }
        let sent = BootInstant::now();
        let Some(renewal) = Renewal::begin(service, hold, ttl, sent, by) else { return Ok(None) };
        let answer = request().await;
        service.outage().heard(&answer);
        let running = renewal.end(answer.as_ref().map_or_else(Meaning::of_error, meaning));
        answer.map(|answer| running.then_some(answer))
    };
    match within(limit, renewed).await {
        Ok(renewed) => renewed,
        Err(None) => Err(no_runtime()),
        Err(Some(limit)) => Err(service.outage().no_answer(limit)),
    }
}

/// Who wants a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Keeper,
    /// The user, who may shorten the lease by it.
    User,
    /// The user, for a seat: it is never shortened.
    Seat,
    /// The token is to be raised.
    Token,
}

/// A renewal under way; dropped without an answer, it may land at any time until it is taken to be dead.
pub(super) struct Renewal {
    service: Arc<Service>,
    hold: Arc<Hold>,
    ttl: Ttl,
    sent: BootInstant,
    by: By,
    /// The deadline before; `None` once it is answered.
    old: Option<Deadline>,
}

impl Renewal {
    /// Begins it, for one whose turn it is; `None` if the lease is over.
    pub(super) fn begin(
        service: &Arc<Service>,
        hold: &Arc<Hold>,
        ttl: Ttl,
        sent: BootInstant,
        by: By,
    ) -> Option<Self> {
        let new = if by == By::Seat { Deadline::NEVER } else { Deadline::counted_from(sent, ttl) };
        let Some(old) = hold.begin_renewal(new) else {
            hold.end_turn();
            return None;
        };
        let (service, hold) = (Arc::clone(service), Arc::clone(hold));
        Some(Self { service, hold, ttl, sent, by, old: Some(old) })
    }

    pub(super) fn hold(&self) -> &Arc<Hold> {
        &self.hold
    }

    /// What the store is asked.
    pub(super) fn request(&self) -> Extend {
        Extend::new(self.hold.key.clone(), self.hold.owner.clone(), self.ttl)
    }

    /// Takes the answer. `false` if the lease had ended before it came: it is not revived.
    pub(super) fn end(mut self, meaning: Meaning) -> bool {
        let Some(old) = self.old.take_if(|_| !matches!(meaning, Meaning::Unknown)) else { return true };
        let hold = &self.hold;
        match meaning {
            Meaning::FromNow => {
                let now = BootInstant::now();
                let sure = hold.with_term(|term| term.sure_ttl(self.ttl, now)).unwrap_or(self.ttl);
                let new = Deadline::counted_from(self.sent, sure);
                let running = hold.end_renewal(if hold.seat { old.later(new) } else { new });
                match self.by {
                    By::Keeper => hold.with_term(Term::kept),
                    By::User if running => {
                        hold.extended(self.ttl, Deadline::counted_from(self.sent, self.ttl))
                    }
                    By::User | By::Seat | By::Token => None,
                };
                running
            }
            Meaning::AsBefore => hold.is_running(),
            Meaning::Lost => hold.end_renewal(Deadline::PASSED),
            Meaning::NotDone | Meaning::Unknown => {
                let running = hold.end_renewal(old);
                self.failed(BootInstant::now());
                running
            }
        }
    }

    fn failed(&self, now: BootInstant) {
        if self.by == By::Keeper {
            self.hold.with_term(|term| term.not_kept(self.hold.ttl, now));
        }
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        if self.old.is_some() {
            let now = BootInstant::now();
            let until = now.checked_add(self.service.patience());
            self.hold.with_term(|term| term.astray(self.ttl, now, until));
            self.failed(now);
        }
        self.hold.end_turn();
        self.service.keeper().watch(&self.service, &self.hold);
    }
}
