//! A MySQL of one's own instead of MariaDB.

use std::{
    env,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{MariaDb, client, programs};

const URL: &str = "LOCKPROOF_TEST_MYSQL_URL";

/// The URL of a new, empty database: of the [`MariaDb`] of this process, or of the server that the variable
/// `LOCKPROOF_TEST_MYSQL_URL` names (`mysql://root@127.0.0.1:3306`, with the password if it has one), which is then used
/// for all that asks for nothing but a database. It stays there afterwards.
///
/// # Panics
///
/// If the variable is set and that server does not do it.
pub fn mysql_database() -> String {
    let Ok(url) = env::var(URL) else { return MariaDb::shared().database() };
    static DATABASES: AtomicU32 = AtomicU32::new(0);
    let server = url.trim_end_matches('/');
    let count = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("lockproof_test_{}_{count}", std::process::id());
    client::run(of(server), &format!("DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}"));
    format!("{server}/{name}")
}

/// A client of it.
fn of(server: &str) -> Command {
    let wrong = || panic!("{URL} is {server:?}, and should be like mysql://user:password@host:3306");
    let (login, place) =
        server.strip_prefix("mysql://").and_then(|rest| rest.rsplit_once('@')).unwrap_or_else(wrong);
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (host, port) = place.split_once(':').unwrap_or((place, "3306"));
    let mut mariadb = programs::neutral(&programs::find("mariadb", &[], "mariadb-client"));
    mariadb.args(["--no-defaults", "--batch", "--skip-column-names", "--protocol=tcp"]);
    mariadb.args([format!("--host={host}"), format!("--port={port}"), format!("--user={user}")]);
    mariadb.env("MYSQL_PWD", password);
    mariadb
}
