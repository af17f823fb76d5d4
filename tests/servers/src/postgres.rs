//! PostgreSQL.

use std::{fs, path::Path, process::Command, sync::OnceLock};

use rustix::process::Signal;

use crate::{
    home::Home,
    kind::{Kind, Parts},
    programs::{as_user, find, neutral, of_postgres},
    server::Server,
};

/// A running PostgreSQL, see [`Server`]. It is not for root: that runs it as the user `postgres`.
pub type Postgres = Server<PostgresKind>;

/// What is special about [`Postgres`].
#[derive(Debug)]
#[non_exhaustive]
pub struct PostgresKind;

const USER: &str = "postgres";

impl Kind for PostgresKind {
    const PARTS: Parts = Parts {
        name: "postgres",
        user: USER,
        last_file: "data/postmaster.pid",
        clean: Signal::INT,
        not_durable: &[
            ("fsync", "off"),
            ("synchronous_commit", "off"),
            ("full_page_writes", "off"),
            // Each new database is 8 MB of it.
            ("max_wal_size", "256MB"),
            ("checkpoint_warning", "0"),
            ("log_checkpoints", "off"),
            // It would be in the way of tests that count what the server did.
            ("autovacuum", "off"),
        ],
        install,
        server,
        setting: |command, name, value| {
            command.args(["-c", &format!("{name}={value}")]);
        },
        ready,
        client,
        login: "postgres://postgres",
        maintenance: "postgres",
    };

    fn shared() -> &'static OnceLock<Server<Self>> {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        &SHARED
    }
}

fn program(name: &str) -> std::path::PathBuf {
    find(name, &of_postgres(), "postgresql")
}

fn install(home: &Home) -> Vec<Command> {
    let mut initdb = as_user(USER, &program("initdb"));
    initdb.arg("-D").arg(home.directory("data", USER));
    initdb.args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"]);
    vec![initdb]
}

fn server(home: &Home, port: u16) -> Command {
    let mut postgres = as_user(USER, &program("postgres"));
    postgres.arg("-D").arg(home.file("data"));
    postgres.args(["-p", &port.to_string()]);
    for setting in [
        "listen_addresses=127.0.0.1",
        // No sockets in the file system, and no files in /dev/shm, which would outlive a killed server.
        "unix_socket_directories=",
        "dynamic_shared_memory_type=mmap",
        "max_connections=500",
    ] {
        postgres.args(["-c", setting]);
    }
    postgres
}

/// As `pg_ctl` finds out: asking by a connection would leave errors in the log.
fn ready(home: &Path, pid: u32, _log: &str) -> bool {
    let Ok(lock_file) = fs::read_to_string(home.join("data/postmaster.pid")) else { return false };
    let lines: Vec<_> = lock_file.lines().map(str::trim).collect();
    lines.first() == Some(&pid.to_string().as_str()) && lines.get(7) == Some(&"ready")
}

fn client(port: u16, database: &str) -> Command {
    let mut psql = neutral(&program("psql"));
    psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
    psql.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "postgres", "-d", database]);
    psql
}
