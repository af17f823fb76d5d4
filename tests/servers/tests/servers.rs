//! The servers do what the tests that use them rely on.

#![cfg(unix)]

use std::{fs, panic, sync::mpsc, thread, time::Duration};

use lockproof_test_servers::{Kind, MariaDb, Postgres, Server, small_disk};

const FILL: &str = "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2);";
const COUNT: &str = "SELECT count(*) FROM t";

macro_rules! tests {
    ($($case:ident)*) => {
        mod postgres {
            $(#[test] fn $case() { super::$case::<lockproof_test_servers::PostgresKind>(); })*
        }
        mod mariadb {
            $(#[test] fn $case() { super::$case::<lockproof_test_servers::MariaDbKind>(); })*
        }
    };
}

tests! {
    each_database_is_new_and_empty
    what_is_committed_survives_kills_and_stops
    nobody_answers_during_a_pause
    a_paused_server_can_be_killed
    it_starts_without_an_error_and_says_what_it_refuses
    settings_reach_the_server
    several_run_beside_each_other
}

fn each_database_is_new_and_empty<K: Kind>() {
    let server = Server::<K>::shared();
    let urls: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| server.database())).collect();
        threads.into_iter().map(|thread| thread.join().expect("it makes one")).collect()
    });
    for url in &urls {
        // There would be an error if the table was there already.
        server.sql(url, FILL);
        assert_eq!(server.sql(url, COUNT), "2", "{url}");
    }
    assert!(urls[0].contains(&format!("@127.0.0.1:{}/db", server.port())), "{}", urls[0]);
    assert_eq!(server.sql(&server.url(), "SELECT 1; SELECT 2, 3").lines().count(), 2);
}

fn what_is_committed_survives_kills_and_stops<K: Kind>() {
    let server = Server::<K>::start();
    let (url, pid) = (server.database(), server.pid());
    server.sql(&url, FILL);
    for stop in [Server::<K>::kill, Server::<K>::stop_cleanly, Server::<K>::kill] {
        stop(&server);
        stop(&server); // nothing is left to stop
        server.restart();
        assert_eq!(server.sql(&url, COUNT), "2");
        assert_ne!(server.pid(), pid);
    }
    assert!(server.url().contains(&server.port().to_string()));
}

fn nobody_answers_during_a_pause<K: Kind>() {
    let server = Server::<K>::start();
    let url = server.database();
    server.pause();
    thread::scope(|scope| {
        let (answer, answered) = mpsc::channel();
        let (server, url) = (&server, &url);
        scope.spawn(move || answer.send(server.sql(url, "SELECT 42")).expect("somebody listens"));
        answered.recv_timeout(Duration::from_secs(1)).expect_err("it is paused");
        server.resume();
        assert_eq!(answered.recv_timeout(Duration::from_secs(60)).expect("it goes on"), "42");
    });
}

fn a_paused_server_can_be_killed<K: Kind>() {
    let server = Server::<K>::start();
    server.pause();
    server.kill();
    server.restart();
    server.pause();
    server.stop_cleanly();
    server.restart();
    assert_eq!(server.sql(&server.url(), "SELECT 42"), "42");
}

fn it_starts_without_an_error_and_says_what_it_refuses<K: Kind>() {
    let server = Server::<K>::start();
    let url = server.database();
    server.sql(&url, FILL);
    assert!(!server.log().contains("ERROR"), "{}", server.log());
    assert!(!server.log().contains("FATAL"), "{}", server.log());
    assert!(server.log().contains("ready"), "{}", server.log());
    let refused = panic::catch_unwind(|| Server::<K>::shared().sql("nosuchdb", "SELECT 1"));
    let words = *refused.expect_err("it is refused").downcast::<String>().expect("words");
    assert!(words.contains("nosuchdb"), "{words}");
}

fn settings_reach_the_server<K: Kind>() {
    let (name, query) = match K::PARTS.name {
        "postgres" => ("work_mem", "SHOW work_mem"),
        _ => ("sort-buffer-size", "SELECT @@sort_buffer_size"),
    };
    let server = Server::<K>::start_with(&[(name, "1048576")]);
    let value = server.sql(&server.url(), query);
    assert!(["1GB", "1048576"].contains(&value.as_str()), "{value}");
}

fn several_run_beside_each_other<K: Kind>() {
    let servers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(Server::<K>::start)).collect();
        threads.into_iter().map(|thread| thread.join().expect("it starts")).collect()
    });
    for server in &servers {
        server.sql(&server.database(), FILL);
    }
}

#[test]
fn postgres_logs_its_errors() {
    let server = Postgres::start();
    let refused = panic::catch_unwind(|| server.sql(&server.url(), "SELECT nonsense"));
    refused.expect_err("it is refused");
    assert!(server.log().contains("ERROR"), "{}", server.log());
}

#[test]
fn a_small_disk_is_full_soon_and_empty_again() {
    let Some(disk) = small_disk(1024) else {
        eprintln!("not tested: this process may not mount a disk");
        return;
    };
    let fits = |name| fs::write(disk.path().join(name), [0; 100_000]).is_ok();
    assert!(fits("a"));
    disk.fill();
    assert!(!fits("b"));
    disk.free();
    assert!(fits("b"));

    let server = Postgres::shared();
    let (url, place) = (server.database(), disk.directory_of(server));
    server.sql(&url, &format!("CREATE TABLESPACE small LOCATION '{}'", place.display()));
    server.sql(&url, "CREATE TABLE t (id int) TABLESPACE small");
    disk.fill();
    let full = panic::catch_unwind(|| server.sql(&url, "INSERT INTO t SELECT generate_series(1, 100000)"));
    let words = *full.expect_err("there is no room").downcast::<String>().expect("words");
    assert!(words.contains("No space left on device"), "{words}");

    let server = MariaDb::shared();
    let (url, place) = (server.database(), disk.directory_of(server));
    disk.free();
    server.sql(&url, &format!("CREATE TABLE t (id int) DATA DIRECTORY='{}'", place.display()));
    disk.fill();
    let full = panic::catch_unwind(|| server.sql(&url, "INSERT INTO t SELECT seq FROM seq_1_to_100000"));
    let words = *full.expect_err("there is no room").downcast::<String>().expect("words");
    assert!(words.contains("is full"), "{words}");
}

#[test]
fn mariadb_keeps_its_default_isolation() {
    let server = MariaDb::shared();
    assert_eq!(server.sql(&server.url(), "SELECT @@tx_isolation"), "REPEATABLE-READ");
}
