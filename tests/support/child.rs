//! This very program, started once more to play a part.
#![allow(dead_code, reason = "not every binary uses all of it")]

use std::{
    io::{BufRead, BufReader, Lines, Write},
    process::{ChildStdin, ChildStdout, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::task::block_in_place;

/// A process that does not outlive the test.
pub(crate) struct Child {
    process: std::process::Child,
    answers: Lines<BufReader<ChildStdout>>,
    ear: ChildStdin,
}

impl Child {
    /// Starts it with a part, and what it has to know for it.
    pub(crate) fn start(part: &str, given: &[&str]) -> Self {
        Self::start_in(part, given, &[])
    }

    /// The same in an environment of its own.
    pub(crate) fn start_in(part: &str, given: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .arg(part)
            .args(given)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let ear = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        Self { process, answers, ear }
    }

    /// The next line that it says. Tasks beside this one go on.
    ///
    /// # Panics
    /// If it has ended. It says on stderr why.
    pub(crate) fn answer(&mut self) -> String {
        block_in_place(|| self.answers.next().expect("the child has gone").expect("UTF-8"))
    }

    /// Ends its [`hear`].
    pub(crate) fn tell(&mut self) {
        writeln!(self.ear, "go on").expect("it listens");
    }

    pub(crate) fn carry_on(&self) {
        let pid = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process"), Signal::CONT).expect("it is there");
    }

    /// Ends it by SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("it is ours");
        self.process.wait().expect("it ends");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may be gone already, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until the parent [tells](Child::tell) this child to go on, or has gone. Tasks beside this one go on.
pub(crate) fn hear() {
    block_in_place(|| std::io::stdin().read_line(&mut String::new()).expect("UTF-8"));
}

/// What a child tells its parent.
pub(crate) fn say(what: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{what}").and_then(|()| out.flush()).expect("a reader");
}
