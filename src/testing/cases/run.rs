//! `Lock::run` and its variants: what comes of the body, and of the lock.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which state")]

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;

use crate::{
    lock::{AcquireError, OnLost, RunError},
    testing::{
        calls::{LONG, force},
        faulty::{Op, REPLY_LOST},
        say::{holds, is},
        stage::Stage,
        tasks::{poll_once, start, timed},
    },
};

pub(in crate::testing) async fn run__nothing(at: Stage) {
    let locks = at.locks();
    locks.lock("k").run(async |_| ()).await.expect("it is free");
    at.is_free().await;
}

pub(in crate::testing) async fn run__a_value(at: Stage) {
    let locks = at.locks();
    let ran = locks.lock("k").run(async |lease| (lease.fence(), "done")).await;
    let (token, value) = ran.expect("it is free");
    holds("the token in the body", token, token.get() > 0, "that of the grant");
    is("what came back", value, "done");
    at.is_free().await;
}

pub(in crate::testing) async fn run__its_own_ok(at: Stage) {
    let ran = at.locks().lock("k").run(async |_| Ok::<_, String>(7)).await;
    is("what came back", ran.expect("it is free"), Ok(7));
    at.is_free().await;
}

pub(in crate::testing) async fn run__its_own_error(at: Stage) {
    let ran = at.locks().lock("k").run(async |_| Err::<(), _>("out of paper")).await;
    is("what came back", ran.expect("it is free"), Err("out of paper"));
    at.is_free().await;
}

pub(in crate::testing) async fn run__a_panic(at: Stage) {
    let locks = at.locks();
    let lock = locks.lock("k");
    let body =
        async |_: &crate::lock::Lease| -> () { std::panic::resume_unwind(Box::new("as the case has it")) };
    let ended = AssertUnwindSafe(lock.run(body)).catch_unwind().await;
    let panic = ended.expect_err("the panic goes on");
    is("the panic", panic.downcast_ref(), Some(&"as the case has it"));
    locks.drain().await;
    at.is_free().await;
}

pub(in crate::testing) async fn run__holds_the_lock(at: Stage) {
    let elsewhere = at.elsewhere();
    let tried = at.locks().lock("k").run(async |_| elsewhere.lock("k").try_acquire().await).await;
    let tried = tried.expect("it is free");
    holds("`try_acquire` by another while the body runs", &tried, matches!(tried, Ok(None)), "`Ok(None)`");
}

pub(in crate::testing) async fn run__waits(at: Stage) {
    let others = at.others().await;
    let lock = at.locks().lock("k").wait(LONG);
    let waiter = start(async move { lock.run(async |_| 7).await });
    tokio::time::sleep(at.short).await;
    others.release().await.expect("it is held");
    let ran = waiter.await.expect("a waiter does not panic");
    is("what came back", ran.expect("it is free"), 7);
}

pub(in crate::testing) async fn run__of_what_is_held(at: Stage) {
    let others = at.others().await;
    let mut has_run = false;
    let ended = at.locks().lock("k").wait(at.short).run(async |_| has_run = true).await;
    let timeout = matches!(ended, Err(RunError::Acquire(AcquireError::Timeout { .. })));
    holds("`run` of what is held", &ended, timeout, "`Err(Acquire(Timeout))`");
    is("whether the body has run", has_run, false);
    at.is_still(&others).await;
}

pub(in crate::testing) async fn run__tried_of_what_is_held(at: Stage) {
    let others = at.others().await;
    let (took, ran) = timed(at.locks().lock("k").try_run(async |_| 7)).await;
    is("what came back", ran.expect("held is no error"), None);
    holds("how long it took", took, took <= at.margin, "no time");
    at.is_still(&others).await;
}

pub(in crate::testing) async fn run__tried_of_what_is_free(at: Stage) {
    let ran = at.locks().lock("k").try_run(async |_| 7).await;
    is("what came back", ran.expect("it is free"), Some(7));
    at.is_free().await;
}

pub(in crate::testing) async fn run__nested(at: Stage) {
    let locks = at.locks();
    let lock = locks.lock("k").ttl(LONG).wait(at.short);
    let ran = lock
        .run(async |lease| {
            let nested = lock.run(async |_| ()).await;
            let timeout =
                matches!(nested, Err(RunError::Acquire(AcquireError::Timeout { held_here: true, .. })));
            holds("a nested `run`", &nested, timeout, "`Err(Acquire(Timeout))`, held by a guard here");
            at.is_still(lease).await;
            7
        })
        .await;
    is("what came back", ran.expect("the nested one has not ended the outer one's hold"), 7);
    at.is_free().await;
}

pub(in crate::testing) async fn run__cancelled(at: Stage) {
    let locks = at.locks();
    let lock = locks.lock("k").ttl(LONG);
    {
        let mut running = Box::pin(lock.run(async |_| std::future::pending::<()>().await));
        while !lock.is_locked().await.expect("the store answers") {
            holds("a body that does not end", (), poll_once(&mut running).await.is_pending(), "pending");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    locks.drain().await;
    at.is_free().await;
}

pub(in crate::testing) async fn run__lapsed_meanwhile(at: Stage) {
    let lock = at.locks().lock("k").ttl(at.short);
    let (took, ended) = timed(lock.run(async |_| tokio::time::sleep(LONG).await)).await;
    holds("`run` whose lease is lost", &ended, matches!(ended, Err(RunError::Lost { .. })), "`Err(Lost)`");
    let limit = at.short + at.margin;
    holds(
        "when the body was dropped",
        took,
        took <= limit,
        &format!("at the deadline, after {:?}", at.short),
    );
    tokio::time::sleep(at.short).await;
    at.is_free().await;
}

pub(in crate::testing) async fn run__lapsed_meanwhile_and_finished(at: Stage) {
    let lock = at.locks().lock("k").ttl(at.short).on_lost(OnLost::Finish);
    let pause = 2 * at.short;
    let ended = lock
        .run(async |lease| {
            lease.lost().await;
            tokio::time::sleep(pause).await;
            7
        })
        .await;
    let Err(RunError::LostAfter { value, .. }) = ended else {
        panic!("`run` that goes on: the answer was {ended:?}, and must be `Err(LostAfter)`")
    };
    is("what came back", value, 7);
}

pub(in crate::testing) async fn run__lapsed_and_retaken_meanwhile(at: Stage) {
    let lock = at.locks().lock("k").ttl(at.short).on_lost(OnLost::Finish);
    let ended = lock
        .run(async |_| {
            at.lapse().await;
            at.others().await
        })
        .await;
    let Err(RunError::LostAfter { value: others, .. }) = ended else {
        panic!("`run` that goes on: the answer was {ended:?}, and must be `Err(LostAfter)`")
    };
    at.is_still(&others).await;
}

pub(in crate::testing) async fn run__forced_meanwhile(at: Stage) {
    let ended = at
        .locks()
        .lock("k")
        .ttl(LONG)
        .run(async |_| {
            force(at.other(), "k").await.expect("it is held");
            Err::<(), _>("out of paper")
        })
        .await;
    let Err(RunError::LostAfter { value, .. }) = ended else {
        panic!("`run` whose release finds it lost: the answer was {ended:?}, and must be `Err(LostAfter)`")
    };
    is("the body's own error", value, Err("out of paper"));
}

pub(in crate::testing) async fn run__released_with_a_lost_reply(at: Stage) {
    let (store, locks) = at.hanging();
    store.always(Op::Release, [REPLY_LOST]);
    let ran = locks.lock("k").run(async |_| 7).await;
    is("what came back", ran.expect("the release goes on in the background"), 7);
    store.heal();
    locks.drain().await;
    at.is_free().await;
}

pub(in crate::testing) async fn run__again_and_again(at: Stage) {
    let locks = at.locks();
    let (mut times, mut tokens) = (0, Vec::new());
    let ran = locks
        .lock("k")
        .run_retrying(3, async |lease| {
            times += 1;
            tokens.push(lease.fence());
            if times < 3 { Err("paper jam") } else { Ok("printed") }
        })
        .await;
    is("what came back", ran.expect("it is free"), Ok("printed"));
    holds("the tokens of the times", &tokens, tokens.is_sorted() && tokens.len() == 3, "three, rising");
    at.is_free().await;
}

pub(in crate::testing) async fn run__again_until_it_is_enough(at: Stage) {
    let mut times = 0;
    let ran = at
        .locks()
        .lock("k")
        .run_retrying(2, async |_| {
            times += 1;
            Err::<(), _>(times)
        })
        .await;
    is("what came back of the last time", ran.expect("it is free"), Err(3));
    at.is_free().await;
}
