//! The two faults of a run: which payments they strike, and how far they have come.

use std::collections::HashMap;

use crate::{
    domain::{AccountId, Payment, PaymentId},
    protocol::Fault,
};

pub(crate) struct Drill {
    plan: Plan,
    /// A worker was killed, and the lock was still the dead one's.
    pub(crate) holder_killed: bool,
    stop: Stop,
}

/// Payments by their place in the input. All of them arrive once only: no later delivery repairs what a fault breaks.
#[derive(Clone, Copy)]
struct Plan {
    /// Its worker is killed.
    kill: usize,
    /// Its worker is stopped.
    stop: usize,
    /// One for the same account, which is kept back until then.
    rival: usize,
}

/// How far the stop has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Planned,
    /// This worker is stopped, and the rival is on its way.
    Stopped(usize),
    /// Another worker has saved the account, and this one was continued.
    Continued,
}

impl Drill {
    /// Picks payments, the first ones after a tenth of the input, in the middle of the work.
    pub(crate) fn plan(payments: &[Payment]) -> Option<Self> {
        let mut deliveries: HashMap<&PaymentId, usize> = HashMap::new();
        for payment in payments {
            *deliveries.entry(&payment.id).or_default() += 1;
        }
        let once = |(_, payment): &(usize, &Payment)| deliveries[&payment.id] == 1;
        let mut candidates = payments.iter().enumerate().skip(payments.len() / 10).filter(once);
        let (kill, killed) = candidates.next()?;
        let mut first_of: HashMap<AccountId, usize> = HashMap::new();
        // On another account, so that the faults do not wait for each other.
        candidates.filter(|(_, payment)| payment.account != killed.account).find_map(|(nth, payment)| {
            let stop = first_of.insert(payment.account, nth)?;
            let plan = Plan { kill, stop, rival: nth };
            Some(Self { plan, holder_killed: false, stop: Stop::Planned })
        })
    }

    /// What shall go wrong with a payment.
    pub(crate) fn fault_of(&self, nth: usize) -> Option<Fault> {
        if nth == self.plan.kill && !self.holder_killed {
            Some(Fault::AwaitKill)
        } else if nth == self.plan.stop && self.stop == Stop::Planned {
            Some(Fault::Stop)
        } else {
            None
        }
    }

    /// The payment that is kept back until a worker is stopped.
    pub(crate) fn rival(&self) -> usize {
        self.plan.rival
    }

    pub(crate) fn stopped(&mut self, worker: usize) {
        self.stop = Stop::Stopped(worker);
    }

    /// A payment was answered. Says which worker to continue, if it is time.
    pub(crate) fn answered(&mut self, nth: usize) -> Option<usize> {
        match self.stop {
            Stop::Stopped(worker) if nth == self.plan.rival => {
                self.stop = Stop::Continued;
                Some(worker)
            }
            _ => None,
        }
    }

    /// A worker is gone: if it was the stopped one, there is nobody left to continue.
    pub(crate) fn gone(&mut self, worker: usize) {
        if self.stop == Stop::Stopped(worker) {
            self.stop = Stop::Continued;
        }
    }
}
