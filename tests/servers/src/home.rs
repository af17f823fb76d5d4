//! The directory of one server, and the process that sees to it that neither outlives us.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
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
        let mut watcher = Command::new("sh");
        watcher.args(["-c", include_str!("watcher.sh"), "lockproof-watcher"]);
        watcher.arg(env::temp_dir()).arg(format!("lockproof-{name}")).arg(last_file);
        watcher.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Whoever ends our group of processes, as a terminal does on Ctrl-C, does not end the watcher.
        watcher.process_group(0);
        let mut watcher = watcher.spawn().expect("there is a shell");
        let alive = watcher.stdin.take();
        let mut path = String::new();
        let mut told = BufReader::new(watcher.stdout.take().expect("a pipe"));
        told.read_line(&mut path).expect("the watcher says where it is");
        assert!(path.ends_with('\n'), "there is no room for a directory in {:?}", env::temp_dir());
        Self { path: path.trim_end_matches('\n').into(), watcher, alive }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A directory that belongs to `user`, or to us if we cannot become another.
    pub(crate) fn directory(&self, name: impl AsRef<Path>, user: &str) -> PathBuf {
        let path = self.path.join(name);
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
