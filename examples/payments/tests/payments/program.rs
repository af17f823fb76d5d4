//! Runs the program and reads its table.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// A directory of its own for one test.
pub(crate) struct Place(TempDir);

/// What came of a run.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) table: String,
    pub(crate) errors: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a file");
        path
    }

    /// A thousand lines on twenty accounts.
    pub(crate) fn generated(&self) -> PathBuf {
        let made =
            run(program().args(["generate", "--payments", "600", "--accounts", "20", "--seed", "7"]), "");
        self.file("payments.jsonl", made.stdout)
    }

    /// Runs the program in this directory.
    pub(crate) fn run<'a>(&self, options: impl IntoIterator<Item = &'a str>, input: &Path) -> Ran {
        self.run_with_stdin(options, input, "")
    }

    pub(crate) fn run_with_stdin<'a>(
        &self,
        options: impl IntoIterator<Item = &'a str>,
        input: &Path,
        stdin: &str,
    ) -> Ran {
        let output = run(program().current_dir(self.0.path()).args(options).arg(input), stdin);
        Ran {
            status: output.status.code().expect("it ends by itself"),
            table: String::from_utf8(output.stdout).expect("text"),
            errors: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

impl Ran {
    /// The number in a row of the table.
    #[track_caller]
    pub(crate) fn row(&self, name: &str) -> usize {
        let row = self.table.lines().find_map(|line| line.strip_prefix(name));
        let row = row.unwrap_or_else(|| panic!("no row {name:?}\n{}\n{}", self.table, self.errors));
        row.split_whitespace().next().and_then(|n| n.replace(',', "").parse().ok()).expect("a number")
    }

    #[track_caller]
    pub(crate) fn assert_status(&self, status: i32) {
        assert_eq!(self.status, status, "{}\n{}", self.table, self.errors);
        assert!(!self.errors.contains("panicked"), "{}", self.errors);
    }

    #[track_caller]
    pub(crate) fn assert_refused(&self, why: &str) {
        self.assert_status(2);
        let first = self.errors.lines().next().unwrap_or_default();
        assert!(first.starts_with("error: ") && first.contains(why), "{why:?} is not in\n{}", self.errors);
        assert_eq!(self.table, "");
    }
}

pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_payments"))
}

pub(crate) fn run(command: &mut Command, stdin: &str) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program");
    // One that ends without reading closes the pipe.
    let _ = child.stdin.take().expect("a pipe").write_all(stdin.as_bytes());
    child.wait_with_output().expect("an end")
}
