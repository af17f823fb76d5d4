//! MariaDB.

use std::{process::Command, sync::OnceLock};

use rustix::process::Signal;

use crate::{
    home::Home,
    kind::{Kind, Parts},
    programs::{are_root, find, neutral},
    server::Server,
};

/// A running MariaDB, see [`Server`]. Root runs it as the user `mysql`.
pub type MariaDb = Server<MariaDbKind>;

/// What is special about [`MariaDb`].
#[derive(Debug)]
#[non_exhaustive]
pub struct MariaDbKind;

const USER: &str = "mysql";

impl Kind for MariaDbKind {
    const PARTS: Parts = Parts {
        name: "mariadb",
        user: USER,
        last_file: "",
        clean: Signal::TERM,
        not_durable: &[
            ("innodb-flush-log-at-trx-commit", "0"),
            ("innodb-flush-method", "nosync"),
            ("innodb-doublewrite", "0"),
        ],
        install,
        server,
        setting: |command, name, value| {
            command.arg(format!("--{name}={value}"));
        },
        ready: |_, _, log| log.contains("ready for connections"),
        client,
        login: "mysql://root",
        maintenance: "mysql",
    };

    fn shared() -> &'static OnceLock<Server<Self>> {
        static SHARED: OnceLock<MariaDb> = OnceLock::new();
        &SHARED
    }
}

fn program(name: &str) -> Command {
    let mut command = neutral(&find(name, &[], "mariadb-server"));
    command.arg("--no-defaults");
    command
}

fn install(home: &Home) -> Vec<Command> {
    let mut install = program("mariadb-install-db");
    // Ours may be closed to others.
    install.env("TMPDIR", home.directory("tmp", USER));
    install.arg(format!("--datadir={}", home.directory("data", USER).display()));
    install.args(["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]);
    as_user(&mut install);
    vec![install]
}

fn server(home: &Home, port: u16) -> Command {
    let mut mariadbd = program("mariadbd");
    for (name, path) in
        [("datadir", "data"), ("socket", "data/socket"), ("pid-file", "data/pid"), ("tmpdir", "tmp")]
    {
        mariadbd.arg(format!("--{name}={}", home.file(path).display()));
    }
    mariadbd.arg(format!("--port={port}"));
    mariadbd.args(["--skip-networking=0", "--bind-address=127.0.0.1", "--skip-name-resolve"]);
    mariadbd.args(["--max-connections=500", "--innodb-buffer-pool-size=64M", "--performance-schema=0"]);
    as_user(&mut mariadbd);
    mariadbd
}

fn as_user(command: &mut Command) {
    if are_root() {
        command.arg(format!("--user={USER}"));
    }
}

fn client(port: u16, database: &str) -> Command {
    let mut mariadb = program("mariadb");
    mariadb.args(["--batch", "--raw", "--skip-column-names", "--protocol=tcp", "--host=127.0.0.1"]);
    mariadb.arg(format!("--port={port}")).args(["--user=root", database]);
    mariadb
}
