//! The same job on real servers.

use std::{
    fs,
    process::{Child, Stdio},
    thread::sleep,
    time::Duration,
};

use lockproof_test_servers::{MariaDb, Postgres};

use crate::program::{Place, Ran, program};

/// Makes a test of each on each server, with the URL of an empty database.
macro_rules! on_each_server {
    ($($name:ident)*) => {
        mod postgres {
            $(
                #[test]
                fn $name() {
                    super::$name(&lockproof_test_servers::Postgres::shared().database());
                }
            )*
        }

        mod mariadb {
            $(
                #[test]
                fn $name() {
                    super::$name(&lockproof_test_servers::MariaDb::shared().database());
                }
            )*
        }
    };
}

on_each_server! {
    a_killed_holder_and_a_late_save_leave_every_balance_right
    without_the_fence_a_balance_is_wrong
    without_faults_nothing_is_refused_and_the_accounts_are_kept
}

fn run_on(url: &str, faults: &str, place: &Place) -> Ran {
    place.run(["--store", url, "--faults", faults], &place.generated())
}

fn a_killed_holder_and_a_late_save_leave_every_balance_right(url: &str) {
    let ran = run_on(url, "default", &Place::new());
    ran.assert_status(0);
    assert!(ran.row("saves refused by fence") >= 1);
    assert!(ran.row("workers replaced") >= 1);
    assert_eq!(ran.row("balances right"), 20);
    assert_eq!(ran.row("applied"), 600);
}

fn without_the_fence_a_balance_is_wrong(url: &str) {
    let ran = run_on(url, "no-fence", &Place::new());
    ran.assert_status(1);
    assert_eq!(ran.row("saves refused by fence"), 0);
    assert!(ran.row("workers replaced") >= 1);
    assert!(ran.row("balances right") < 20);
    assert!(ran.errors.contains("no save was refused by the fence"), "{}", ran.errors);
}

fn without_faults_nothing_is_refused_and_the_accounts_are_kept(url: &str) {
    let place = Place::new();
    let ran = run_on(url, "none", &place);
    ran.assert_status(0);
    assert_eq!(ran.row("saves refused by fence"), 0);
    assert_eq!(ran.row("balances right"), 20);
    let (_, name) = url.split_once('@').expect("a user");
    run_on(url, "none", &place).assert_refused(&format!("{name}: it has accounts already"));
}

/// A URL with a secret in it, which is in no error.
#[track_caller]
fn refused(url: &str, why: &str) {
    assert!(url.contains("geheim"));
    let ran = run_on(url, "none", &Place::new());
    ran.assert_refused(why);
    assert!(!ran.errors.contains("geheim"), "{}", ran.errors);
}

#[test]
fn a_url_that_is_none_is_refused() {
    refused("mongodb://clerk:geheim@127.0.0.1/shop", "there is `memory`");
    refused("postgres://clerk:geheim@127.0.0.1:port/shop", "invalid port number");
    refused("mysql://clerk:geheim@127.0.0.1:port/shop", "invalid port number");
}

#[test]
fn a_server_that_is_not_there_is_named() {
    refused("postgres://clerk:geheim@127.0.0.1:1/shop", "127.0.0.1:1");
    refused("mysql://clerk:geheim@127.0.0.1:1/shop", "127.0.0.1:1");
}

#[test]
fn a_wrong_password_is_refused() {
    let server = Postgres::start();
    let url = server.database();
    let access = server.sql(&url, "SHOW hba_file");
    let statements = format!(
        "CREATE USER clerk PASSWORD 'another'; \
         COPY (SELECT 'host all all all scram-sha-256') TO '{}'; SELECT pg_reload_conf()",
        access.trim()
    );
    server.sql(&url, &statements);
    let (_, place) = url.split_once('@').expect("a user");
    refused(&format!("postgres://clerk:geheim@{place}"), "password authentication failed");

    let server = MariaDb::shared();
    let url = server.database();
    server.sql(&url, "CREATE USER clerk@'%' IDENTIFIED BY 'another'");
    let (_, place) = url.split_once('@').expect("a user");
    refused(&format!("mysql://clerk:geheim@{place}"), "Access denied");
}

/// The password of a server that trusts everybody is not looked at, so any will do.
#[test]
fn workers_do_not_show_the_password_to_all() {
    let url = Postgres::shared().database().replace("postgres@", "postgres:geheim@");
    let place = Place::new();
    let mut command = program();
    command.args(["--store", &url, "--faults", "none"]).arg(place.generated());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program");
    let mut seen = 0;
    while child.try_wait().expect("it is our child").is_none() {
        for arguments in arguments_of_children(&child) {
            assert!(!arguments.contains("geheim"), "{arguments}");
            seen += usize::from(arguments.contains("worker"));
        }
        sleep(Duration::from_millis(10));
    }
    assert!(seen > 0, "no worker was seen");
    assert!(child.wait().expect("it has ended").success());
}

fn arguments_of_children(parent: &Child) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{}/task", parent.id())).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let children: String = children.collect();
    let arguments = |pid| fs::read_to_string(format!("/proc/{pid}/cmdline")).ok();
    children.split_whitespace().filter_map(arguments).collect()
}
