//! A server that runs.

use std::{
    fs::{self, File},
    io,
    marker::PhantomData,
    os::unix::process::CommandExt,
    process::{Child, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{client, home::Home, kind::Kind, ports, processes, programs};

/// How long a busy machine may take to start or end a server.
const PATIENCE: Duration = Duration::from_secs(60);
const PID_FILE: &str = "server.pid";
const PAUSED_FILE: &str = "paused.pid";

/// A running server with data of its own. It ends, and its data is removed, when it is dropped and at the latest when this
/// process ends, however it does.
#[derive(Debug)]
pub struct Server<K: Kind> {
    home: Home,
    port: u16,
    settings: Vec<(String, String)>,
    /// The process while it runs.
    running: Mutex<Option<Child>>,
    databases: AtomicU32,
    kind: PhantomData<K>,
}

impl<K: Kind> Server<K> {
    /// The one server that the tests of this process have in common, started by the first that asks. It forgoes
    /// durability, which nobody can tell while the machine runs. For tests that do nothing to the server itself.
    pub fn shared() -> &'static Self {
        K::shared().get_or_init(|| Self::start_with(K::PARTS.not_durable))
    }

    /// A server of one's own, as durable as in production.
    ///
    /// # Panics
    ///
    /// If it is not installed (the message names the package) or does not start (with its log).
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// [`start`](Self::start) with settings, by their names on the command line: `("fsync", "off")`,
    /// `("innodb-lock-wait-timeout", "1")`.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let parts = K::PARTS;
        let home = Home::new(parts.name, parts.last_file);
        for command in (parts.install)(&home) {
            programs::run(&mut programs::with_pid_file(&home.file(PID_FILE), &command));
            forget(&home, PID_FILE);
        }
        let mut server = Self {
            home,
            port: 0,
            settings: settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            running: Mutex::new(None),
            databases: AtomicU32::new(0),
            kind: PhantomData,
        };
        for port in ports::free() {
            server.port = port;
            match server.launch() {
                Ok(child) => {
                    server.running = Mutex::new(Some(child));
                    return server;
                }
                // Somebody was faster.
                Err(log) if log.contains("ddress already in use") => {}
                Err(log) => panic!("{} does not start: {log}", parts.name),
            }
        }
        panic!("no port is free");
    }

    /// The URL of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("db{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        self.sql(K::PARTS.maintenance, &format!("CREATE DATABASE {name}"));
        self.url_of(&name)
    }

    /// The URL of the database that there always is.
    pub fn url(&self) -> String {
        self.url_of(K::PARTS.maintenance)
    }

    fn url_of(&self, database: &str) -> String {
        format!("{}@127.0.0.1:{}/{database}", K::PARTS.login, self.port)
    }

    /// It stays the same when the server is started again.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn pid(&self) -> u32 {
        self.running().as_ref().expect("the server does not run").id()
    }

    /// What the server has logged since it was first started: errors, warnings, starts and ends.
    pub fn log(&self) -> String {
        self.home.log()
    }

    /// What the server's own client prints for these statements, run one by one by the superuser: a line for each row,
    /// values alone. `database` is a name or a URL.
    ///
    /// # Panics
    ///
    /// If the server refuses one, with its words.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let name = database.rsplit_once('/').map_or(database, |(_, name)| name);
        let name = name.split_once('?').map_or(name, |(name, _)| name);
        client::run((K::PARTS.client)(self.port, name), sql)
    }

    /// Kills it in mid-work, and all processes that work for it, as a power failure would. Does nothing if it does not
    /// run.
    pub fn kill(&self) {
        let mut running = self.running();
        let Some(mut child) = running.take() else { return };
        // It starts no more processes while they are counted.
        processes::stop(child.id());
        let children = processes::children(child.id());
        for pid in [child.id()].iter().chain(&children) {
            processes::signal(*pid, Signal::KILL);
        }
        self.forget_processes();
        child.wait().expect("it is our child");
        children.into_iter().for_each(processes::wait_for_end);
    }

    /// Ends it as an administrator does who does not wait for its clients. Does nothing if it does not run.
    ///
    /// # Panics
    ///
    /// If it does not end in a minute.
    pub fn stop_cleanly(&self) {
        let mut running = self.running();
        let Some(mut child) = running.take() else { return };
        self.carry_on(child.id());
        processes::signal(child.id(), K::PARTS.clean);
        let begun = Instant::now();
        while child.try_wait().expect("it is our child").is_none() {
            assert!(begun.elapsed() < PATIENCE, "it does not end: {}", self.log());
            thread::sleep(Duration::from_millis(5));
        }
        self.forget_processes();
    }

    /// Starts it again after [`kill`](Self::kill) or [`stop_cleanly`](Self::stop_cleanly), with the same port, data and
    /// settings. It answers when this returns.
    ///
    /// # Panics
    ///
    /// If it runs, or does not start.
    pub fn restart(&self) {
        let mut running = self.running();
        assert!(running.is_none(), "it runs");
        let begun = Instant::now();
        *running = loop {
            match self.launch() {
                Ok(child) => break Some(child),
                // A connection of somebody else may have had it for its own end.
                Err(log) if log.contains("ddress already in use") && begun.elapsed() < PATIENCE => {
                    thread::sleep(Duration::from_millis(100));
                }
                Err(log) => panic!("{} does not start again: {log}", K::PARTS.name),
            }
        };
    }

    /// Stops all its processes, so that connections stay and nobody answers.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn pause(&self) {
        let pid = self.pid();
        processes::stop(pid);
        let children = processes::children(pid);
        let list: String = children.iter().map(|pid| format!("{pid}\n")).collect();
        // Before they stand still: they would not hear of the end of the server.
        fs::write(self.home.file(PAUSED_FILE), list).expect("the directory is ours");
        children.into_iter().for_each(processes::stop);
    }

    /// Ends a [`pause`](Self::pause).
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn resume(&self) {
        self.carry_on(self.pid());
    }

    fn carry_on(&self, pid: u32) {
        for pid in processes::children(pid).into_iter().chain([pid]) {
            processes::signal(pid, Signal::CONT);
        }
        forget(&self.home, PAUSED_FILE);
    }

    #[cfg(test)]
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    fn running(&self) -> MutexGuard<'_, Option<Child>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the process and waits until it answers. The error is what it says if it ends instead.
    fn launch(&self) -> Result<Child, String> {
        let parts = K::PARTS;
        let before = self.log().len();
        let log = File::options().create(true).append(true).open(self.home.file("log")).expect("it is ours");
        let mut command = (parts.server)(&self.home, self.port);
        for (name, value) in &self.settings {
            (parts.setting)(&mut command, name, value);
        }
        let mut command = programs::with_pid_file(&self.home.file(PID_FILE), &command);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file")).stderr(log);
        // What a terminal sends to our group is not for the server.
        command.process_group(0);
        let mut child = command.spawn().expect("there is a shell");
        let begun = Instant::now();
        loop {
            let ended = child.try_wait().expect("it is our child");
            let log = self.log().split_off(before);
            if let Some(status) = ended {
                return Err(format!("{status}: {log}"));
            }
            if (parts.ready)(self.home.path(), child.id(), &log) {
                return Ok(child);
            }
            assert!(begun.elapsed() < PATIENCE, "it does not begin to answer: {log}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn forget_processes(&self) {
        forget(&self.home, PID_FILE);
        forget(&self.home, PAUSED_FILE);
    }
}

impl<K: Kind> Drop for Server<K> {
    fn drop(&mut self) {
        self.home.end();
        if let Some(mut child) = self.running().take() {
            let ended = child.wait();
            debug_assert!(ended.is_ok(), "{ended:?}");
        }
    }
}

fn forget(home: &Home, file: &str) {
    match fs::remove_file(home.file(file)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => panic!("{file}: {error}"),
        _ => {}
    }
}
