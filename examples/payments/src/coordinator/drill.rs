//! The two faults of a run: which payments they strike, and how far they have come.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::{
    domain::{AccountId, Payment, PaymentId},
    protocol::Fault,
};

pub(crate) struct Drill {
    plan: Plan,
    /// The payments that arrive once: no later delivery repairs what a fault breaks. Only they are picked.
    once: HashSet<usize>,
    /// A worker was killed, and the lock was still the dead one's.
    pub(crate) holder_killed: bool,
    stop: Stop,
}

/// Payments by their place in the input.
#[derive(Clone, Copy)]
struct Plan {
    /// Its worker is killed.
    kill: usize,
    /// Its worker is stopped.
    stop: usize,
    /// One for the same account, which is kept back until that worker is stopped.
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
        let all = payments.iter().enumerate();
        let once: HashSet<usize> =
            all.clone().filter(|(_, payment)| deliveries[&payment.id] == 1).map(|(nth, _)| nth).collect();
        let mut candidates = all.skip(payments.len() / 10).filter(|(nth, _)| once.contains(nth));
        let (kill, killed) = candidates.next()?;
        let mut first_of: HashMap<AccountId, usize> = HashMap::new();
        // On another account, so that the faults do not wait for each other.
        let mut others = candidates.filter(|(_, payment)| payment.account != killed.account);
        let (stop, rival) =
            others.find_map(|(nth, payment)| Some((first_of.insert(payment.account, nth)?, nth)))?;
        Some(Self { plan: Plan { kill, stop, rival }, once, holder_killed: false, stop: Stop::Planned })
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

    /// A worker is gone. If it was the stopped one, its payment, which is not saved, is to stop another worker; that
    /// needs another rival, out of those that nobody has yet.
    pub(crate) fn gone(&mut self, worker: usize, payments: &[Payment], queue: &mut VecDeque<usize>) {
        if self.stop != Stop::Stopped(worker) {
            return;
        }
        let account = payments[self.plan.stop].account;
        let is_rival = |nth: &usize| self.once.contains(nth) && payments[*nth].account == account;
        self.stop = match queue.iter().position(is_rival).and_then(|place| queue.remove(place)) {
            Some(rival) => {
                self.plan.rival = rival;
                Stop::Planned
            }
            None => Stop::Continued,
        };
    }
}
