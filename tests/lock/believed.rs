//! No lease is believed for longer than the store keeps it, whatever is done to it and whatever goes wrong.

use std::time::Duration;

use fastrand::Rng;
use lockproof::{Inspect, Lease, LockKey, LockStore, Locks, MemoryStore, OnStoreError, Ttl, Wait};

use crate::{
    faulty::{Fault, FaultyStore, HANGS, Op, REPLY_HANGS, REPLY_LOST, UNAVAILABLE, slow, slow_reply},
    helpers::{ms, polled},
};

/// The store keeps at least what the lease believes to have.
#[track_caller]
fn is_kept(lease: &Lease, holder: Option<&lockproof::Holder>, what: &str) {
    if lease.is_lost() {
        return;
    }
    let holder = holder.unwrap_or_else(|| panic!("{what}: {lease:?} is believed and free"));
    assert_eq!(&holder.owner, lease.owner(), "{what}");
    match (lease.remaining(), holder.remaining) {
        (_, None) => {}
        (None, Some(left)) => panic!("{what}: believed for ever, {left:?} are left"),
        (Some(believed), Some(left)) => assert!(believed <= left, "{what}: {believed:?} of {left:?}"),
    }
}

async fn is_believed_rightly(memory: &MemoryStore, leases: &[Lease], what: &str) {
    let key = LockKey::new("k").expect("valid");
    let holder = memory.inspect(Inspect::new(key)).await.expect("an answer");
    leases.iter().for_each(|lease| is_kept(lease, holder.as_ref(), what));
}

async fn look_on(memory: &MemoryStore, leases: &[Lease], time: Duration, what: &str) {
    for _ in 0..time.as_millis() / 7 {
        is_believed_rightly(memory, leases, what).await;
        tokio::time::sleep(ms(7)).await;
    }
}

fn disturb(rng: &mut Rng, store: &FaultyStore, ops: &[Op]) {
    let late = rng.u64(1..1_500);
    let faults = [
        UNAVAILABLE,
        REPLY_LOST,
        HANGS,
        REPLY_HANGS,
        slow(late),
        slow_reply(late),
        Fault::Straggles(ms(late)),
    ];
    if rng.bool() {
        let fault = faults[rng.usize(..faults.len())];
        let fault = if rng.bool() { vec![Fault::Detached, fault] } else { vec![fault] };
        store.once(ops[rng.usize(..ops.len())], fault);
    }
}

fn ttl(rng: &mut Rng) -> Ttl {
    match rng.u8(..20) {
        0 => Ttl::Never,
        _ => Ttl::new(ms(rng.u64(100..6_000))).expect("legal"),
    }
}

async fn extend(rng: &mut Rng, lease: &Lease) {
    let extension = lease.extend(ttl(rng));
    match rng.u8(..3) {
        0 => drop(extension.await),
        1 => drop(polled(extension, rng.usize(1..4)).await),
        _ => drop(futures::join!(extension, lease.extend(ttl(rng)))),
    }
}

#[tokio::test(start_paused = true)]
async fn leases_that_are_extended_and_kept_alive() {
    let mut lived = Duration::ZERO;
    for seed in 0..150 {
        fastrand::seed(seed);
        let mut rng = Rng::with_seed(seed);
        let memory = MemoryStore::new();
        let store = FaultyStore::over(memory.clone());
        let locks = Locks::builder().store(store.clone()).op_timeout(ms(300)).build().expect("valid");
        let lock = locks.lock("k").ttl(Duration::from_millis(rng.u64(300..4_000))).max_hold("20s");
        let lock = if rng.bool() { lock.keep_alive() } else { lock };
        let leases = [lock.acquire().await.expect("free")];
        for step in 0..30 {
            let what = format!("seed {seed}, step {step}");
            disturb(&mut rng, &store, &[Op::Extend]);
            let time = ms(rng.u64(1..400));
            futures::join!(look_on(&memory, &leases, time, &what), async {
                if rng.u8(..3) == 0 {
                    extend(&mut rng, &leases[0]).await;
                }
            });
            if leases[0].is_lost() {
                break;
            }
            lived += time;
        }
    }
    assert!(lived > Duration::from_secs(150), "{lived:?}");
}

#[tokio::test(start_paused = true)]
async fn leases_of_seats_that_are_taken_over_and_extended() {
    for seed in 0..100 {
        fastrand::seed(seed);
        let mut rng = Rng::with_seed(seed);
        let memory = MemoryStore::new();
        let store = FaultyStore::over(memory.clone());
        let ops = [Op::Acquire, Op::Extend, Op::Inspect, Op::Rotate];
        let services = [(); 2]
            .map(|()| Locks::builder().store(store.clone()).op_timeout(ms(300)).build().expect("valid"));
        let mut leases = Vec::new();
        let mut held = services[0].lock("k").try_acquire().await.expect("an answer");
        for step in 0..30 {
            let what = format!("seed {seed}, step {step}");
            disturb(&mut rng, &store, &ops);
            let locks = &services[rng.usize(..2)];
            let seat = locks.lock("k").owner("user-7").ttl(ttl(&mut rng)).wait(Wait::within(ms(900)));
            let seat = seat.on_store_error(OnStoreError::RetryUntilDeadline);
            let (_, taken) = futures::join!(look_on(&memory, &leases, ms(300), &what), async {
                match rng.u8(..4) {
                    0 => futures::join!(seat.acquire(), async { drop(held.take()) }).0.ok(),
                    1 => seat.acquire_within(ms(rng.u64(1..500))).await.ok(),
                    2 => seat.adopt().await.ok().flatten(),
                    _ => {
                        if let Some(lease) = leases.get(rng.usize(..leases.len().max(1))) {
                            extend(&mut rng, lease).await;
                        }
                        None
                    }
                }
            });
            leases.extend(taken);
            is_believed_rightly(&memory, &leases, &what).await;
        }
    }
}
