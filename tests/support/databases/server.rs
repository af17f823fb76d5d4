//! Where databases are, and what can be done to them.

use std::{
    collections::BTreeSet,
    ops::Deref,
    sync::atomic::{AtomicU32, Ordering},
};

use lockproof_test_servers::{MariaDb, Postgres, Proxy, SmallDisk};
use tempfile::TempDir;

use super::Make;

macro_rules! on_server {
    ($self:ident, $server:ident => $what:expr) => {
        match $self {
            Self::Files { .. } => panic!("a file has no server"),
            Self::MariaDb($server) => $what,
            Self::Postgres($server) => $what,
        }
    };
}

/// A place for databases of one make.
pub(crate) enum Server {
    Files { home: TempDir, count: AtomicU32 },
    MariaDb(Running<MariaDb>),
    Postgres(Running<Postgres>),
}

pub(crate) enum Running<S: 'static> {
    Own(Box<S>),
    Shared(&'static S),
}

impl<S> Deref for Running<S> {
    type Target = S;

    fn deref(&self) -> &S {
        match self {
            Self::Own(server) => server,
            Self::Shared(server) => server,
        }
    }
}

impl Server {
    /// One that the tests of this process share, for those that do nothing to it.
    pub(crate) fn shared(make: Make) -> Self {
        match make {
            Make::MariaDb => Self::MariaDb(Running::Shared(MariaDb::shared())),
            Make::Postgres => Self::Postgres(Running::Shared(Postgres::shared())),
            Make::Sqlite => {
                Self::Files { home: TempDir::new().expect("a directory"), count: AtomicU32::new(0) }
            }
        }
    }

    /// A server of one's own, to break it. It loses nothing that it was told when it is killed, which is not the same as
    /// surviving a power failure, and quicker.
    pub(crate) fn start(make: Make) -> Self {
        Self::start_with(make, &[])
    }

    /// The same with settings.
    pub(crate) fn start_with(make: Make, settings: &[(&str, &str)]) -> Self {
        let quick = match make {
            Make::MariaDb => [("innodb-flush-log-at-trx-commit", "2"), ("innodb-doublewrite", "0")],
            Make::Postgres => [("fsync", "off"), ("autovacuum", "off")],
            Make::Sqlite => return Self::shared(make),
        };
        let settings = [&quick, settings].concat();
        match make {
            Make::MariaDb => Self::MariaDb(Running::Own(Box::new(MariaDb::start_with(&settings)))),
            _ => Self::Postgres(Running::Own(Box::new(Postgres::start_with(&settings)))),
        }
    }

    /// The URL of an empty database, or a path where there is no file yet.
    pub(crate) fn database(&self) -> String {
        match self {
            Self::Files { home, count } => {
                let file = format!("{}.db", count.fetch_add(1, Ordering::Relaxed));
                home.path().join(file).into_os_string().into_string().expect("UTF-8")
            }
            Self::MariaDb(server) => server.database(),
            Self::Postgres(server) => server.database(),
        }
    }

    /// What it has complained of since it was started: errors, and deadlocks that it had to end.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let lines = |log: String, words: &[&str]| -> Vec<String> {
            let bad = |line: &&str| words.iter().any(|word| line.contains(word));
            log.lines().filter(bad).map(str::to_owned).collect()
        };
        match self {
            Self::Files { .. } => Vec::new(),
            Self::MariaDb(server) => {
                let mut complaints = lines(server.log(), &["[ERROR]"]);
                complaints.push(server.sql("mysql", "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"));
                complaints
            }
            Self::Postgres(server) => lines(server.log(), &["ERROR:", "FATAL:", "PANIC:"]),
        }
    }

    /// What the server's own client prints for it. A file has no server.
    pub(crate) fn sql(&self, url: &str, sql: &str) -> String {
        on_server!(self, server => server.sql(url, sql))
    }

    /// Ends it by SIGKILL.
    pub(crate) fn kill(&self) {
        on_server!(self, server => server.kill());
    }

    /// Ends it as an administrator does.
    pub(crate) fn stop_cleanly(&self) {
        on_server!(self, server => server.stop_cleanly());
    }

    pub(crate) fn restart(&self) {
        on_server!(self, server => server.restart());
    }

    pub(crate) fn pause(&self) {
        on_server!(self, server => server.pause());
    }

    pub(crate) fn resume(&self) {
        on_server!(self, server => server.resume());
    }

    /// Who is connected to a database, by the ids that the server has for connections.
    pub(crate) fn connections(&self, url: &str) -> BTreeSet<String> {
        let ids = match self {
            Self::Files { .. } => return BTreeSet::new(),
            Self::MariaDb(server) => server.sql(
                url,
                "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()",
            ),
            Self::Postgres(server) => server.sql(
                url,
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            ),
        };
        ids.lines().map(str::to_owned).collect()
    }

    /// Ends one of them, if it is still there.
    pub(crate) fn disconnect(&self, url: &str, id: &str) {
        match self {
            Self::Files { .. } => panic!("a file has no connections"),
            Self::MariaDb(server) => {
                let gone = "DECLARE CONTINUE HANDLER FOR 1094 BEGIN END";
                server.sql(url, &format!("DELIMITER //\nBEGIN NOT ATOMIC {gone}; KILL {id}; END //"))
            }
            Self::Postgres(server) => server.sql(url, &format!("SELECT pg_terminate_backend({id}, 5000)")),
        };
    }

    /// The same database for somebody who is not its administrator, where that makes a difference.
    pub(crate) fn plain_user(&self, url: &str) -> String {
        let Self::MariaDb(server) = self else { return url.to_owned() };
        let name = url.rsplit_once('/').expect("it names its database").1;
        server
            .sql(url, &format!("CREATE USER plain@'127.0.0.1'; GRANT ALL ON {name}.* TO plain@'127.0.0.1'"));
        url.replace("//root@", "//plain@")
    }

    /// Whether those who are not administrators may write.
    pub(crate) fn set_read_only(&self, url: &str, read_only: bool) {
        let flag = u8::from(read_only);
        match self {
            Self::Files { .. } => panic!("a file has no server"),
            Self::MariaDb(server) => drop(server.sql("mysql", &format!("SET GLOBAL read_only = {flag}"))),
            Self::Postgres(server) => {
                let name = url.rsplit_once('/').expect("it names its database").1;
                let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {flag}");
                server.sql("postgres", &sql);
                // It holds for new connections.
                for id in self.connections(url) {
                    self.disconnect("postgres", &id);
                }
            }
        }
    }

    /// A way to it that can be disturbed.
    pub(crate) fn proxy(&self) -> Proxy {
        on_server!(self, server => Proxy::to(("127.0.0.1", server.port())))
    }

    /// A directory on a disk that it can write to.
    pub(crate) fn directory_on(&self, disk: &SmallDisk) -> String {
        on_server!(self, server => disk.directory_of(server)).display().to_string()
    }
}
