//! The directory of one server, and the process that sees to it that neither outlives us.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use crate::programs;

#[derive(Debug)]
pub(crate) struct Home {
    path: PathBuf,
    watcher: Child,
    // Its other end is the watcher's stdin. The kernel closes it whenever this process ends; no other child has it,
    // since it is opened with O_CLOEXEC.
    alive: Option<ChildStdin>,
}

impl Home {
    /// `last_file`: what the server removes as its last act, see watcher.sh.
    pub(crate) fn new(name: &str, last_file: &str) -> Self {
        let directory = tempfile::Builder::new().prefix(&format!("lockproof-{name}-")).tempdir();
        let path = directory.expect("a directory for temporary files").keep();
        // The server may be another user's, and only its own directories in here are.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
        let mut watcher = Command::new("sh");
        watcher.args(["-c", include_str!("watcher.sh"), "lockproof-watcher"]).arg(&path).arg(last_file);
        watcher.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Whoever ends our group of processes, as a terminal does on Ctrl-C, does not end the watcher.
        watcher.process_group(0);
        let mut watcher = watcher.spawn().expect("there is a shell");
        let alive = watcher.stdin.take();
        Self { path, watcher, alive }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A directory that belongs to `user`, or to us if we cannot become another.
    pub(crate) fn directory(&self, name: &str, user: &str) -> PathBuf {
        let path = self.file(name);
        let mut install = Command::new("install");
        install.args(["-d", "-m", "700"]);
        if programs::are_root() {
            install.args(["-o", user, "-g", user]);
        }
        programs::run(install.arg(&path));
        path
    }

    /// What the server has written so far.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(self.file("log")).unwrap_or_default(); // it has not started yet
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Ends the server, if it runs, and removes all that it had.
    pub(crate) fn end(&mut self) {
        drop(self.alive.take());
        let ended = self.watcher.wait();
        debug_assert!(ended.is_ok(), "{ended:?}");
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.end();
    }
}
