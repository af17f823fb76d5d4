//! SQL by a server's own client.

use std::{
    io::Write,
    process::{Command, Stdio},
    thread,
};

/// What the client prints for `sql`.
///
/// # Panics
///
/// With what it complains of if the server refuses a statement; those after it are not run.
pub(crate) fn run(mut client: Command, sql: &str) -> String {
    let mut child = client
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{client:?}: {error}"));
    let mut input = child.stdin.take().expect("a pipe");
    let output = thread::scope(|scope| {
        // Beside reading: with much of both, each would wait for the other.
        // A client that has given up does not read on; what it then says is below.
        scope.spawn(move || input.write_all(sql.as_bytes()));
        child.wait_with_output().expect("its output can be read")
    });
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sql}: {}: {complaint}", output.status);
    let mut told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.truncate(told.trim_end_matches('\n').len());
    told
}
