//! `Lease::remaining`, which is told by this process's own clock, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::time::Duration;

use crate::testing::{
    calls::{LONG, force},
    say::{holds, is},
    stage::{Stage, State},
};

pub(in crate::testing) async fn remaining__mine_running(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    let before = lease.remaining();
    let about = before.is_some_and(|left| left <= LONG && left > LONG * 9 / 10);
    holds("`remaining`", before, about, &format!("a little less than {LONG:?}"));
    tokio::time::sleep(at.short).await;
    let after = lease.remaining();
    let gone = before.zip(after).and_then(|(before, after)| before.checked_sub(after));
    let counts_down = gone.is_some_and(|gone| gone >= at.short);
    holds("how much less is left after a while", gone, counts_down, &format!("at least {:?}", at.short));
}

pub(in crate::testing) async fn remaining__mine_never(at: Stage) {
    let lease = at.mine(&at.locks(), State::Never).await;
    is("`remaining`", lease.remaining(), None);
    at.lapse().await;
    is("`remaining`", lease.remaining(), None);
}

pub(in crate::testing) async fn remaining__mine_lapsed(at: Stage) {
    let lease = at.mine(&at.locks(), State::Lapsed).await;
    is("`remaining`", lease.remaining(), Some(Duration::ZERO));
}

pub(in crate::testing) async fn remaining__mine_lapsed_retaken(at: Stage) {
    let lease = at.mine(&at.locks(), State::Lapsed).await;
    let _others = at.others().await;
    is("`remaining`", lease.remaining(), Some(Duration::ZERO));
}

pub(in crate::testing) async fn remaining__mine_forced(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    force(at.other(), "k").await.expect("it is held");
    lease.extend(None).await.expect_err("it was forced");
    is("`remaining`, when that is known", lease.remaining(), Some(Duration::ZERO));
}
