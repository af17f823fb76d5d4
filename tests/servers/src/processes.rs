//! The processes of a server.

use std::{fs, process::Command, thread, time::Duration};

use rustix::process::{Pid, Signal, kill_process};

#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    parent: u32,
    state: char,
}

/// The processes that `pid` has started and that have not ended.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    all()
        .into_iter()
        .filter(|child| child.parent == pid && !child.has_ended())
        .map(|child| child.pid)
        .collect()
}

/// Sends a signal; that the process is gone already is fine.
pub(crate) fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("the kernel gave it");
    match kill_process(pid, signal) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => {}
        Err(error) => panic!("cannot send {signal:?} to {pid:?}: {error}"),
    }
}

/// Stops it, and waits until it stands still.
pub(crate) fn stop(pid: u32) {
    signal(pid, Signal::STOP);
    wait_until(pid, |process| process.state == 'T');
}

/// Waits until it has ended, if it is not our child.
pub(crate) fn wait_for_end(pid: u32) {
    wait_until(pid, |_| false);
}

/// Whether it runs or stands still.
#[cfg(test)]
pub(crate) fn is_alive(pid: u32) -> bool {
    all().iter().any(|process| process.pid == pid && !process.has_ended())
}

fn wait_until(pid: u32, is_so: impl Fn(&Process) -> bool) {
    while all().iter().any(|process| process.pid == pid && !process.has_ended() && !is_so(process)) {
        thread::sleep(Duration::from_millis(2));
    }
}

impl Process {
    /// Whoever started it may not have heard of its end.
    fn has_ended(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }
}

fn all() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else {
        let output =
            Command::new("ps").args(["-A", "-o", "pid=,state=,ppid="]).output().expect("there is ps");
        return String::from_utf8_lossy(&output.stdout).lines().filter_map(parse).collect();
    };
    let stats = entries.flatten().filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    // `1 (name) S 0 ...`, and the name may be anything.
    let lines = stats.filter_map(|stat| {
        let (before, after) = stat.rsplit_once(')')?;
        Some(format!("{} {after}", before.split_once(' ')?.0))
    });
    lines.filter_map(|line| parse(&line)).collect()
}

/// `pid state parent`
fn parse(line: &str) -> Option<Process> {
    let mut words = line.split_whitespace();
    let pid = words.next()?.parse().ok()?;
    let state = words.next()?.chars().next()?;
    Some(Process { pid, state, parent: words.next()?.parse().ok()? })
}
