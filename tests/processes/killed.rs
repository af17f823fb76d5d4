//! A holder that is killed lets go of nothing, and is followed when its ttl is over.

use std::time::{Duration, Instant};

use lockproof::{Locks, Wait};

use crate::{
    databases::{Make, Server, store},
    holder, in_runtime,
};

const TTL: Duration = Duration::from_secs(3);

pub(crate) fn scenario(make: Make) {
    let server = Server::shared(make);
    let url = server.database();
    in_runtime(async {
        let (mut holder, _) = holder::start(&url, "k", TTL);
        let locks = Locks::new(store(&url).await.expect("opens"));
        let held = locks.lock("k").try_acquire().await.expect("the store answers");
        assert!(held.is_none(), "the other process holds it");
        let waiting = tokio::spawn(async move { locks.lock("k").wait(Wait::Forever).acquire().await });
        // It is renewed past its ttl, so what ends it is the end of the renewals.
        tokio::time::sleep(TTL + Duration::from_secs(1)).await;
        assert!(!waiting.is_finished());
        holder.kill();
        let killed = Instant::now();
        let lease = waiting.await.expect("no panic").expect("it expires");
        let took = killed.elapsed();
        // A second to find out, and one for a machine that has other things to do.
        assert!(took <= TTL + Duration::from_secs(2), "it took {took:?}");
        lease.release().await.expect("it is held");
    });
}
