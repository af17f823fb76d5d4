//! `Lease::is_lost` and `Lease::lost`, in each state of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::time::Duration;

use futures::{FutureExt, future::join};
use tokio::time::timeout;

use crate::{
    lock::Lease,
    testing::{
        calls::{LONG, force, holder},
        faulty::HANGS,
        say::{holds, is},
        stage::{Stage, State, taken_for_a_while},
        tasks::timed,
    },
};

pub(in crate::testing) async fn lost__mine_running(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    is_pending(&at, &lease).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn lost__mine_never(at: Stage) {
    let lease = at.mine(&at.locks(), State::Never).await;
    is_pending(&at, &lease).await;
    at.is_still(&lease).await;
}

pub(in crate::testing) async fn lost__mine_lapsed(at: Stage) {
    let lease = at.mine(&at.locks(), State::Lapsed).await;
    is_ready(&lease);
}

pub(in crate::testing) async fn lost__mine_lapsed_retaken(at: Stage) {
    let lease = at.mine(&at.locks(), State::Lapsed).await;
    let others = at.others().await;
    is_ready(&lease);
    is_pending(&at, &others).await;
}

pub(in crate::testing) async fn lost__at_the_deadline(at: Stage) {
    comes_on_time(&at, &taken_for_a_while(&at.locks().lock("k").ttl(4 * at.short)).await).await;
}

pub(in crate::testing) async fn lost__at_the_deadline_while_the_store_hangs(at: Stage) {
    let (store, locks) = at.faulty();
    let lease = taken_for_a_while(&locks.lock("k").ttl(4 * at.short)).await;
    store.all(HANGS);
    comes_on_time(&at, &lease).await;
}

pub(in crate::testing) async fn lost__before_others_get_it(at: Stage) {
    let lease = taken_for_a_while(&at.locks().lock("k").ttl(2 * at.short)).await;
    let others = at.elsewhere().lock("k").ttl(LONG).wait(LONG).acquire().await.expect("it expires");
    is_ready(&lease);
    at.is_still(&others).await;
}

pub(in crate::testing) async fn lost__when_a_renewal_finds_it_forced(at: Stage) {
    let lease = at.mine(&at.locks(), State::Running).await;
    force(at.other(), "k").await.expect("it is held");
    let (ended, ()) = join(lease.extend(None), lease.lost()).await;
    holds("`extend` of what was forced", &ended, ended.is_err(), "`Err(Lost)`");
    is_ready(&lease);
}

async fn comes_on_time(at: &Stage, lease: &Lease) {
    let left = lease.remaining().expect("it ends");
    let (took, ended) = timed(timeout(left + at.margin, lease.lost())).await;
    holds("`lost`", &ended, ended.is_ok(), &format!("ready after {left:?}"));
    holds(
        "when `lost` was ready",
        took,
        took + Duration::from_millis(50) >= left,
        "not long before the deadline",
    );
    is_ready(lease);
}

async fn is_pending(at: &Stage, lease: &Lease) {
    is("`is_lost`", lease.is_lost(), false);
    let ended = timeout(at.short, lease.lost()).await;
    holds("`lost`", &ended, ended.is_err(), "pending");
    let left = holder(at.store(), "k").await;
    holds("who holds it", &left, left.is_some(), "still the guard's owner");
}

fn is_ready(lease: &Lease) {
    is("`is_lost`", lease.is_lost(), true);
    is("`lost`", lease.lost().now_or_never(), Some(()));
}
