//! A process that holds a lock until it is killed.

use std::time::Duration;

use lockproof::{FencingToken, Locks};

use crate::{
    child::{Child, say},
    databases::store,
};

pub(crate) const PART: &str = "holder";

/// A process that keeps the lease of this ttl alive, and the token of the lease.
pub(crate) fn start(url: &str, key: &str, ttl: Duration) -> (Child, FencingToken) {
    let mut holder = Child::start(PART, &[url, key, &ttl.as_millis().to_string()]);
    let token: i64 = holder.answer().parse().expect("a number");
    (holder, FencingToken::try_from(token).expect("in range"))
}

pub(crate) async fn part(given: &[&str]) {
    let [url, key, ttl] = given else { panic!("{given:?}") };
    let ttl = Duration::from_millis(ttl.parse().expect("a number"));
    let locks = Locks::new(store(url).await.expect("opens"));
    let lease = locks.lock(*key).ttl(ttl).keep_alive().wait("30s").acquire().await.expect("it becomes free");
    say(&lease.fence().to_string());
    // It is killed long before.
    tokio::time::sleep(Duration::from_secs(60)).await;
}
