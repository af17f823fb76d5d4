//! A holder that is killed lets go of nothing, and is followed when its ttl is over.

use std::time::{Duration, Instant};

use lockproof::{Locks, Wait};

use crate::{
    child::{Child, say},
    databases::{Make, Server, store},
    in_runtime,
};

pub(crate) const PART: &str = "holder";

const TTL: Duration = Duration::from_secs(3);
const HOLDS: &str = "it holds the lock";

pub(crate) fn scenario(make: Make) {
    let server = Server::shared(make);
    let url = server.database();
    in_runtime(async {
        let mut holder = Child::start(PART, &[&url]);
        assert_eq!(holder.answer(), HOLDS);
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

/// Holds the lock until it is killed.
pub(crate) async fn part(given: &[&str]) {
    let [url] = given else { panic!("{given:?}") };
    let locks = Locks::new(store(url).await.expect("opens"));
    let _lease = locks.lock("k").ttl(TTL).keep_alive().acquire().await.expect("free");
    say(HOLDS);
    // It is killed long before.
    tokio::time::sleep(Duration::from_secs(60)).await;
}
