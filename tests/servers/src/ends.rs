//! Nothing outlives the process that started it, however that ends.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{Kind, MariaDbKind, PostgresKind, Server, processes};

const KIND: &str = "LOCKPROOF_TEST_KIND";
const END: &str = "LOCKPROOF_TEST_END";
/// Before the process ids of its servers.
const RUNS: &str = "they run: ";

macro_rules! tests {
    ($($case:ident)*) => {
        mod postgres {
            $(#[test] fn $case() { super::$case::<crate::PostgresKind>(); })*
        }
        mod mariadb {
            $(#[test] fn $case() { super::$case::<crate::MariaDbKind>(); })*
        }
    };
}

tests! {
    nothing_outlives_a_process_that_is_killed
    nothing_outlives_a_process_that_is_killed_during_a_pause
    nothing_outlives_a_process_that_exits
    nothing_outlives_a_process_that_panics
    nothing_outlives_a_process_that_is_killed_in_mid_start
}

fn nothing_outlives_a_process_that_is_killed<K: Kind>() {
    Owner::start::<K>("waits").kill_when_it_runs();
}

fn nothing_outlives_a_process_that_is_killed_during_a_pause<K: Kind>() {
    Owner::start::<K>("pauses").kill_when_it_runs();
}

fn nothing_outlives_a_process_that_exits<K: Kind>() {
    Owner::start::<K>("exits").ends_by_itself();
}

fn nothing_outlives_a_process_that_panics<K: Kind>() {
    Owner::start::<K>("panics").ends_by_itself();
}

fn nothing_outlives_a_process_that_is_killed_in_mid_start<K: Kind>() {
    for millis in (0..800).step_by(80) {
        let mut owner = Owner::start::<K>("waits");
        thread::sleep(Duration::from_millis(millis));
        owner.child.kill().expect("killed");
        owner.child.wait().expect("ended");
        owner.nothing_is_left(&[]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_shared_memory_of_a_killed_server_is_left() {
    let server = crate::Postgres::start();
    let segments = || fs::read_to_string("/proc/sysvipc/shm").expect("Linux has it");
    // `key id size ...`
    let has = |id: &str| segments().lines().any(|line| line.split_whitespace().nth(1) == Some(id));
    let lock_file = server.home().file("data/postmaster.pid");
    let lock_file = fs::read_to_string(lock_file).expect("it runs");
    let id = lock_file.lines().nth(6).and_then(|line| line.split_whitespace().nth(1)).expect("an id");
    assert!(has(id));
    server.kill();
    assert!(has(id), "this test proves nothing");
    drop(server);
    assert!(!has(id));
}

/// A process with servers, which keeps its files where nobody else does.
struct Owner {
    child: Child,
    files: TempDir,
}

impl Owner {
    fn start<K: Kind>(end: &str) -> Self {
        let files = tempfile::tempdir().expect("a directory");
        // For the servers' users to come through.
        fs::set_permissions(files.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        let mut this = Command::new(env::current_exe().expect("this program"));
        this.args(["--exact", "ends::a_process_with_servers", "--ignored", "--nocapture"]);
        this.env(KIND, K::PARTS.name).env(END, end).env("TMPDIR", files.path());
        this.stdout(Stdio::piped());
        Self { child: this.spawn().expect("starts"), files }
    }

    fn kill_when_it_runs(mut self) {
        let pids = self.pids();
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
        self.nothing_is_left(&pids);
    }

    fn ends_by_itself(mut self) {
        let pids = self.pids();
        self.child.wait().expect("ended");
        self.nothing_is_left(&pids);
    }

    fn pids(&mut self) -> Vec<u32> {
        let mut lines = BufReader::new(self.child.stdout.as_mut().expect("a pipe")).lines();
        let line = lines.find_map(|line| Some(line.ok()?.split_once(RUNS)?.1.to_owned()));
        let line = line.expect("it started its servers");
        line.split(' ').map(|pid| pid.parse().expect("a process id")).collect()
    }

    fn nothing_is_left(self, pids: &[u32]) {
        let begun = Instant::now();
        let left = || fs::read_dir(self.files.path()).expect("it is there").count();
        while left() > 0 || pids.iter().any(|pid| processes::is_alive(*pid)) {
            assert!(begun.elapsed() < Duration::from_secs(30), "{} directories of {pids:?} are left", left());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
#[ignore = "runs as the process of the tests above"]
fn a_process_with_servers() {
    let end = env::var(END).expect("the other test sets it");
    match env::var(KIND).expect("the other test sets it").as_str() {
        "postgres" => own::<PostgresKind>(&end),
        _ => own::<MariaDbKind>(&end),
    }
}

fn own<K: Kind>(end: &str) {
    let server = Server::<K>::start();
    let pids: Vec<u32> = [&server, Server::shared()]
        .into_iter()
        .flat_map(|server| {
            if end == "pauses" {
                server.pause();
            }
            processes::children(server.pid()).into_iter().chain([server.pid()])
        })
        .collect();
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    println!("{RUNS}{}", pids.join(" "));
    match end {
        "exits" => std::process::exit(0),
        "panics" => panic!("as told"),
        _ => thread::sleep(Duration::from_secs(60)), // it is killed long before
    }
}
