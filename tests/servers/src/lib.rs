//! Real servers for tests: started by themselves, on free ports of 127.0.0.1, with data that is thrown away.
//!
//! [`Postgres`] and [`MariaDb`] have the same methods, those of [`Server`]. `shared()` is one server per test process, to
//! run many tests on at once, each in a database of its own; `start()` is one of one's own, to kill, pause and restart.
//!
//! ```no_run
//! use lockproof_test_servers::Postgres;
//!
//! let url = Postgres::shared().database(); // postgres://postgres@127.0.0.1:17432/db1
//!
//! let server = Postgres::start();
//! server.sql(&server.database(), "CREATE TABLE t (id bigint PRIMARY KEY)");
//! server.kill();
//! server.restart();
//! ```
//!
//! A [`Proxy`] is a network to such a server that fails as it is told, a [`small_disk`] one that is soon full.
//!
//! Nothing outlives the process that started it, however that ends. What is missing on this machine is a panic that says
//! which package to install. A server is a direct child: nobody else can keep it a zombie, whose lock file would be in
//! the way of the next start.

#![cfg(unix)]

mod client;
#[cfg(test)]
mod ends;
mod home;
mod kind;
mod link;
mod mariadb;
mod own_mysql;
mod ports;
mod postgres;
mod processes;
mod programs;
mod proxy;
mod server;
mod small_disk;

pub use self::{
    kind::Kind,
    mariadb::{MariaDb, MariaDbKind},
    own_mysql::mysql_database,
    postgres::{Postgres, PostgresKind},
    proxy::{Mode, Proxy},
    server::Server,
    small_disk::{SmallDisk, small_disk},
};
