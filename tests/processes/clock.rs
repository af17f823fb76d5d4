//! A process whose clock is wrong: with libfaketime in front of libc's.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant, SystemTime},
};

use lockproof::{Lock, Locks};

use crate::{
    child::{Child, hear, say},
    databases::{Make, Server, store},
    in_runtime,
};

pub(crate) const PART: &str = "visitor";

const TTL: Duration = Duration::from_secs(2);
const HOUR: i64 = 3600;

/// By how much the clock of a process is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    Ahead,
    Behind,
    Right,
}

impl Clock {
    /// A child with this clock.
    pub(crate) fn child(self, part: &str, given: &[&str]) -> Child {
        let offset = match self {
            Self::Ahead => "+3600",
            Self::Behind => "-3600",
            Self::Right => return Child::start(part, given),
        };
        let library = library();
        let environment = [
            ("LD_PRELOAD", library.to_str().expect("UTF-8")),
            ("FAKETIME", offset),
            // What time-outs and deadlines are measured with is right on any machine.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
        Child::start_in(part, given, &environment)
    }
}

fn library() -> PathBuf {
    let homes = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    homes
        .map(|home| home.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.exists())
        .expect("libfaketimeMT.so.1 is missing under /usr/lib: install the package `faketime`")
}

pub(crate) fn scenario(make: Make) {
    let server = Server::shared(make);
    let url = server.database();
    in_runtime(async {
        let one = tokio::spawn(visit(url.clone(), Clock::Ahead, HOUR));
        let other = tokio::spawn(visit(url, Clock::Behind, -HOUR));
        one.await.expect("no panic");
        other.await.expect("no panic");
    });
}

/// Two hold one lock in turn, each for longer than its ttl, and each tries to rob the other.
async fn visit(url: String, clock: Clock, offset: i64) {
    let locks = Locks::new(store(&url).await.expect("opens"));
    let key = format!("{clock:?}");
    let lock = locks.lock(key.as_str()).ttl(TTL).keep_alive();
    let lease = lock.acquire().await.expect("free");
    let mut visitor = clock.child(PART, &[&url, &key]);
    let off = visitor.answer().parse::<i64>().expect("seconds") - seconds();
    assert!((off - offset).abs() < 60, "the clock should be {offset} s off, and is {off}");
    assert_eq!(visitor.answer(), "it is held");
    assert!(!lease.is_lost());
    lease.release().await.expect("it is held");

    assert_eq!(visitor.answer(), "it is ours");
    cannot_be_robbed(&lock).await;
    visitor.tell();
    assert_eq!(visitor.answer(), "it was ours to the end");
}

/// The lock of another process.
async fn cannot_be_robbed(lock: &Lock) {
    let begun = Instant::now();
    while begun.elapsed() < TTL * 2 {
        assert!(lock.try_acquire().await.expect("the store answers").is_none(), "the other holds it");
        tokio::time::sleep(TTL / 5).await;
    }
}

pub(crate) async fn part(given: &[&str]) {
    let [url, key] = given else { panic!("{given:?}") };
    say(&seconds().to_string());
    let locks = Locks::new(store(url).await.expect("opens"));
    let lock = locks.lock(*key).ttl(TTL).keep_alive();
    cannot_be_robbed(&lock).await;
    say("it is held");
    let lease = lock.acquire_within("30s").await.expect("it is released");
    say("it is ours");
    hear();
    assert!(!lease.is_lost());
    lease.release().await.expect("it is held");
    say("it was ours to the end");
}

fn seconds() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_secs()).expect("in range")
}
