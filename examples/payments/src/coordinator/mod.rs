//! Hands the payments out, listens, and lets things go wrong.

mod drill;
mod tally;
mod team;

use std::{collections::VecDeque, os::unix::process::ExitStatusExt, process::ExitStatus, time::Duration};

use anyhow::{Result, bail, ensure};
use indicatif::ProgressBar;
use rustix::process::Signal;
use tokio::{
    signal::unix::{Signal as Signals, SignalKind, signal},
    time::timeout,
};

use self::team::{Event, Team};
pub(crate) use self::{drill::Drill, tally::Tally, team::Workforce};
use crate::{
    domain::Payment,
    home::{Home, label},
    protocol::{Fault, Order, Report},
};

/// How many payments a worker has before it, so that it need not wait for the next one.
const AHEAD: usize = 8;

/// Longer than a worker can wait for a lock.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Coordinator<'a> {
    payments: &'a [Payment],
    home: &'a Home,
    team: Team,
    /// Payments that nobody has now.
    queue: VecDeque<usize>,
    drill: Option<Drill>,
    tally: Tally,
    bar: &'a ProgressBar,
    interrupts: Signals,
}

impl<'a> Coordinator<'a> {
    pub(crate) fn start(
        payments: &'a [Payment],
        home: &'a Home,
        workforce: Workforce,
        workers: u8,
        drill: Option<Drill>,
        bar: &'a ProgressBar,
    ) -> Result<Self> {
        let rival = drill.as_ref().map(Drill::rival);
        let queue = (0..payments.len()).filter(|nth| Some(*nth) != rival).collect();
        let team = Team::start(workforce, workers.into())?;
        let interrupts = signal(SignalKind::interrupt())?;
        Ok(Self { payments, home, team, queue, drill, tally: Tally::default(), bar, interrupts })
    }

    /// Runs until every payment is answered and every worker has gone home.
    pub(crate) async fn run(mut self) -> Result<Tally> {
        while self.tally.applied + self.tally.duplicates < self.payments.len() {
            self.hand_out();
            let (worker, event) = self.next().await?;
            match event {
                Event::Said(report) => self.said(worker, report)?,
                Event::Stopped => self.stopped(worker),
                Event::Ended(status) => self.ended(worker, status).await?,
            }
        }
        self.team.dismiss();
        let mut at_work = self.team.members.len();
        while at_work > 0 {
            match self.next().await? {
                (_, Event::Ended(_)) => at_work -= 1,
                (worker, Event::Said(report)) => self.said(worker, report)?,
                (_, Event::Stopped) => {}
            }
        }
        self.tally.holder_killed = self.drill.is_some_and(|drill| drill.holder_killed);
        Ok(self.tally)
    }

    async fn next(&mut self) -> Result<(usize, Event)> {
        tokio::select! {
            event = timeout(PATIENCE, self.team.next()) => match event {
                Ok(event) => Ok(event),
                Err(_) => bail!("no worker has said anything for {PATIENCE:?}"),
            },
            _ = self.interrupts.recv() => bail!("interrupted"),
        }
    }

    /// One payment for each worker in turn, so that those for one account meet.
    fn hand_out(&mut self) {
        for place in 0..AHEAD {
            for worker in 0..self.team.members.len() {
                let member = &self.team.members[worker];
                if member.is_faulting || member.unanswered.len() > place {
                    continue;
                }
                let Some(nth) = self.queue.pop_front() else { return };
                let order = self.order(nth);
                self.team.give(worker, order);
            }
        }
    }

    fn order(&self, nth: usize) -> Order {
        let fault = self.drill.as_ref().and_then(|drill| drill.fault_of(nth));
        Order { nth, payment: self.payments[nth].clone(), fault }
    }

    fn said(&mut self, worker: usize, report: Report) -> Result<()> {
        match report {
            Report::Done { nth, outcome } => {
                self.team.members[worker].unanswered.remove(&nth);
                self.tally.done(outcome);
                self.bar.inc(1);
                if let Some(stopped) = self.drill.as_mut().and_then(|drill| drill.answered(nth)) {
                    self.tell(format!(
                        "worker {worker} has saved the same account; worker {stopped} goes on"
                    ));
                    self.team.members[stopped].is_faulting = false;
                    self.team.continue_(stopped)?;
                }
            }
            Report::Refused { nth, by } => {
                self.tell(format!(
                    "worker {worker}: a save of {} was refused ({by:?})",
                    self.payments[nth].id
                ));
                self.tally.refused(by);
            }
            Report::Faulting { nth, fault } => {
                self.team.members[worker].is_faulting = true;
                let id = self.payments[nth].account.0;
                match fault {
                    Fault::AwaitKill => {
                        self.tell(format!("worker {worker} holds the lock of account {id}; SIGKILL"));
                        self.team.kill(worker)?;
                    }
                    Fault::Stop => {
                        self.tell(format!("worker {worker} stops itself before its write of account {id}"));
                        self.team.watch_for_stop(worker);
                    }
                }
            }
            Report::Failed { why } => bail!("worker {worker}: {why}"),
        }
        Ok(())
    }

    /// The process stands still, so its write comes later than whatever is sent from here on.
    fn stopped(&mut self, worker: usize) {
        if let Some(drill) = &mut self.drill {
            drill.stopped(worker);
            self.queue.push_front(drill.rival());
        }
    }

    /// A worker is gone before its work is done. What it has not answered is delivered again, as a queue does.
    async fn ended(&mut self, worker: usize, status: Option<ExitStatus>) -> Result<()> {
        /// More than that is somebody else's doing.
        const REPLACEMENTS: usize = 100;

        let signal = status.and_then(|status| status.signal());
        ensure!(signal.is_some(), "worker {worker} ended too early ({status:?})");
        ensure!(self.tally.replaced < REPLACEMENTS, "{REPLACEMENTS} workers were killed");
        self.check_lock_of_dead(worker, signal).await?;
        let unanswered = self.team.replace(worker)?;
        self.tally.replaced += 1;
        self.tell(format!("worker {worker} was replaced; {} payments are delivered again", unanswered.len()));
        for order in unanswered {
            let again = self.order(order.nth);
            self.team.give(worker, again);
        }
        Ok(())
    }

    /// The fault has happened if the store says that the lock is the dead worker's still. If its lease has run out by
    /// now, which takes a very busy machine, the next delivery of the payment is to be killed too.
    async fn check_lock_of_dead(&mut self, worker: usize, signal: Option<i32>) -> Result<()> {
        let member = &self.team.members[worker];
        let Some(drill) = &mut self.drill else { return Ok(()) };
        drill.gone(worker, self.payments, &mut self.queue);
        let struck = member.unanswered.values().find(|order| order.fault == Some(Fault::AwaitKill));
        if let (Some(order), Some(pid), true) = (struck, member.pid, signal == Some(Signal::KILL.as_raw())) {
            let holder = self.home.holder(order.payment.account).await?;
            let label = label(pid.as_raw_nonzero().get().unsigned_abs());
            drill.holder_killed |= holder.is_some_and(|holder| holder.label.as_str() == label);
        }
        Ok(())
    }

    /// Above the progress bar; nothing where there is none.
    fn tell(&self, what: String) {
        self.bar.println(what);
    }
}
