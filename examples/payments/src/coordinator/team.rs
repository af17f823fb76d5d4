//! The workers as the coordinator sees them: who has which payments, and what they say.

use std::{
    collections::BTreeMap,
    process::{ExitStatus, Stdio},
    sync::Arc,
};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::{
    home::{Home, Workplace},
    protocol::{Order, Report},
    worker::{Reporter, work},
};

/// What to make workers from.
pub(crate) enum Workforce {
    Processes(Workplace),
    Tasks(Home),
}

pub(crate) struct Team {
    workforce: Workforce,
    pub(crate) members: Vec<Member>,
    events: UnboundedSender<(usize, Event)>,
    heard: UnboundedReceiver<(usize, Event)>,
}

/// A worker, and what it has not answered yet.
pub(crate) struct Member {
    orders: Option<UnboundedSender<Order>>,
    pub(crate) pid: Option<Pid>,
    pub(crate) unanswered: BTreeMap<usize, Order>,
    /// It is, or is about to be, stopped or killed.
    pub(crate) is_faulting: bool,
}

/// What happens to a worker.
pub(crate) enum Event {
    Said(Report),
    /// The system says that the process is stopped, all of it.
    Stopped,
    /// It is gone; a task has no status.
    Ended(Option<ExitStatus>),
}

impl Team {
    pub(crate) fn start(workforce: Workforce, workers: usize) -> Result<Self> {
        let (events, heard) = unbounded_channel();
        let mut team = Self { workforce, members: Vec::new(), events, heard };
        for nth in 0..workers {
            let member = team.hire(nth)?;
            team.members.push(member);
        }
        Ok(team)
    }

    /// The next thing that happens.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub(crate) async fn next(&mut self) -> (usize, Event) {
        self.heard.recv().await.expect("we have a sender ourselves")
    }

    /// Gives a payment to a worker. If it is gone by now, that will be heard of, and the payment given to another one.
    pub(crate) fn give(&mut self, nth: usize, order: Order) {
        let member = &mut self.members[nth];
        member.unanswered.insert(order.nth, order.clone());
        if let Some(orders) = &member.orders {
            let _ = orders.send(order);
        }
    }

    /// Puts another worker in the place of one that is gone. What that one had not answered is returned.
    pub(crate) fn replace(&mut self, nth: usize) -> Result<Vec<Order>> {
        let member = self.hire(nth)?;
        let gone = std::mem::replace(&mut self.members[nth], member);
        Ok(gone.unanswered.into_values().collect())
    }

    /// Tells all that there is no more to come; their end will be heard of.
    pub(crate) fn dismiss(&mut self) {
        for member in &mut self.members {
            member.orders = None;
        }
    }

    pub(crate) fn kill(&self, nth: usize) -> Result<()> {
        self.signal(nth, Signal::KILL)
    }

    pub(crate) fn continue_(&self, nth: usize) -> Result<()> {
        self.signal(nth, Signal::CONT)
    }

    fn signal(&self, nth: usize, signal: Signal) -> Result<()> {
        match self.members[nth].pid {
            Some(pid) => kill_process(pid, signal).with_context(|| format!("{signal:?} for worker {nth}")),
            None => Ok(()),
        }
    }

    /// Has the system tell when a process is stopped.
    pub(crate) fn watch_for_stop(&self, nth: usize) {
        let Some(pid) = self.members[nth].pid else { return };
        let events = self.events.clone();
        // Ends with an error if the process ends.
        std::thread::spawn(move || {
            if waitid(WaitId::Pid(pid), WaitIdOptions::STOPPED).is_ok() {
                let _ = events.send((nth, Event::Stopped));
            }
        });
    }

    fn hire(&self, nth: usize) -> Result<Member> {
        let (orders, given) = unbounded_channel();
        let pid = match &self.workforce {
            Workforce::Tasks(home) => {
                let (home, events) = (home.clone(), self.events.clone());
                let said = events.clone();
                let report: Reporter = Arc::new(move |report| drop(said.send((nth, Event::Said(report)))));
                tokio::spawn(async move {
                    work(home, given, report).await;
                    let _ = events.send((nth, Event::Ended(None)));
                });
                None
            }
            Workforce::Processes(workplace) => {
                let workplace = serde_json::to_string(workplace).context("a path that is not UTF-8")?;
                let mut command = Command::new(std::env::current_exe().context("the path of this program")?);
                command.arg("worker");
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
                let mut child = command.spawn().context("a worker process")?;
                let pid = child.id().and_then(|pid| Pid::from_raw(pid.try_into().ok()?));
                let stdin = child.stdin.take().context("the input of a worker process")?;
                let stdout = child.stdout.take().context("the output of a worker process")?;
                tokio::spawn(write(stdin, workplace, given));
                tokio::spawn(read(nth, child, stdout, self.events.clone()));
                pid
            }
        };
        Ok(Member { orders: Some(orders), pid, unanswered: BTreeMap::new(), is_faulting: false })
    }
}

/// Sends a first line and then orders, until there are no more, and closes the pipe. A worker that is gone is noticed by
/// who reads.
async fn write(mut stdin: ChildStdin, first: String, mut orders: UnboundedReceiver<Order>) {
    let mut line = first;
    loop {
        line.push('\n');
        if stdin.write_all(line.as_bytes()).await.is_err() {
            return;
        }
        let Some(order) = orders.recv().await else { return };
        let Ok(next) = serde_json::to_string(&order) else { return };
        line = next;
    }
}

/// Reads reports to the end of the pipe, then waits for the end of the process.
async fn read(nth: usize, mut child: Child, stdout: ChildStdout, events: UnboundedSender<(usize, Event)>) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // The last line of a process that was killed may be half a line.
        if let Ok(report) = serde_json::from_str(&line) {
            let _ = events.send((nth, Event::Said(report)));
        }
    }
    let status = child.wait().await.ok();
    let _ = events.send((nth, Event::Ended(status)));
}
