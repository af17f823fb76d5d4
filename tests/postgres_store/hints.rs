//! Who is told of a release.

use std::time::Duration;

use futures::StreamExt;
use lockproof::{LockStore, Owner, PostgresStore, ReleaseReply, TableName, Wakeup};
use sqlx::{PgPool, postgres::PgListener};
use tokio::time::timeout;

use super::calls::{PATIENCE, acquire, database, few, is_held, key, number, pool, release, run, soon, store};

const LISTENING: &str = "SELECT count(*) FROM pg_stat_activity \
     WHERE datname = current_database() AND query LIKE '%LISTEN%' AND pid <> pg_backend_pid()";

/// Somebody who hears all that is told of a table.
async fn listener(pool: &PgPool, table: &'static str) -> PgListener {
    let channel = "SELECT 'lockproof_' || $1::regclass::oid";
    let channel: String =
        sqlx::query_scalar(channel).bind(table).fetch_one(pool).await.expect("the table is there");
    let mut listener = PgListener::connect_with(pool).await.expect("connects");
    listener.listen_all([channel.as_str(), "end"]).await.expect("listens");
    listener
}

/// How much was told until now.
async fn told(listener: &mut PgListener, pool: &PgPool) -> usize {
    run(pool, "NOTIFY \"end\"").await;
    let mut told = 0;
    loop {
        let heard = timeout(PATIENCE, listener.recv()).await.expect("in time").expect("connected");
        if heard.channel() == "end" {
            return told;
        }
        assert_eq!(heard.payload().len(), 64, "a hash, since everybody can listen: {heard:?}");
        told += 1;
    }
}

async fn taken_and_released(store: &PostgresStore, text: &str) {
    let me = Owner::unique();
    acquire(store, text, &me).await;
    assert_eq!(release(store, text, &me).await, ReleaseReply::Released);
}

#[tokio::test(flavor = "multi_thread")]
async fn is_told_only_of_what_somebody_waits_for() {
    let url = database();
    let (one, other, pool) = (store(&url).await, store(&url).await, pool(&url, 4));
    let mut listener = listener(&pool, "lockproof_locks").await;
    for _ in 0..10 {
        taken_and_released(&one, "k").await;
    }
    assert_eq!(told(&mut listener, &pool).await, 0, "nobody waits");

    let me = Owner::unique();
    acquire(&one, "k", &me).await;
    for _ in 0..10 {
        is_held(&other, "k").await;
    }
    assert_eq!(release(&one, "k", &me).await, ReleaseReply::Released);
    assert_eq!(told(&mut listener, &pool).await, 0, "a try is no wait");

    acquire(&one, "k", &me).await;
    let mut hints = other.wakeups().expect("some");
    assert_eq!(hints.next().await, Some(Wakeup::All));
    is_held(&other, "k").await;
    let wanted = "SELECT count(*) FROM lockproof_locks WHERE wanted_until > clock_timestamp()";
    soon("the row says that somebody waits", async || {
        // The stream does its work when it is polled.
        let _ = timeout(Duration::from_millis(20), hints.next()).await;
        number(&pool, wanted).await == 1
    })
    .await;
    taken_and_released(&one, "another").await;
    assert_eq!(release(&one, "k", &me).await, ReleaseReply::Released);
    assert_eq!(told(&mut listener, &pool).await, 1);
    let hint = timeout(PATIENCE, hints.next()).await.expect("in time");
    assert_eq!(hint, Some(Wakeup::Key(key("k"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tables_do_not_disturb_each_other() {
    let url = database();
    let pool = pool(&url, 4);
    run(&pool, "CREATE SCHEMA app").await;
    // Under names with and without the schema it is one table.
    let path = "?options=-c%20search_path%3Dapp";
    let table = |name: &str| few().table(TableName::new(name).expect("a name"));
    let qualified = PostgresStore::open_with(&url, table("app.locks")).await.expect("opens");
    let by_path = PostgresStore::open_with(&(url.clone() + path), table("locks")).await.expect("opens");
    let public = PostgresStore::open_with(&url, table("public.locks")).await.expect("opens");

    let (me, they) = (Owner::unique(), Owner::unique());
    acquire(&qualified, "k", &me).await;
    acquire(&public, "k", &they).await;
    let mut hints = by_path.wakeups().expect("some");
    assert_eq!(hints.next().await, Some(Wakeup::All));
    let mut listener = listener(&pool, "app.locks").await;
    is_held(&by_path, "k").await;
    let wanted = "SELECT count(*) FROM app.locks WHERE wanted_until > clock_timestamp()";
    soon("the row says that somebody waits", async || {
        let _ = timeout(Duration::from_millis(20), hints.next()).await;
        number(&pool, wanted).await == 1
    })
    .await;
    assert_eq!(release(&public, "k", &they).await, ReleaseReply::Released);
    assert_eq!(told(&mut listener, &pool).await, 0, "that was the other table's");
    assert_eq!(release(&qualified, "k", &me).await, ReleaseReply::Released);
    assert_eq!(told(&mut listener, &pool).await, 1);
    let hint = timeout(PATIENCE, hints.next()).await.expect("in time");
    assert_eq!(hint, Some(Wakeup::Key(key("k"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_listens_for_all_streams_and_ends_with_the_last() {
    let url = database();
    let (store, pool) = (store(&url).await, pool(&url, 1));
    assert_eq!(number(&pool, LISTENING).await, 0, "nobody waits");
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut hints = store.wakeups().expect("some");
        assert_eq!(timeout(PATIENCE, hints.next()).await.expect("in time"), Some(Wakeup::All));
        streams.push(hints);
    }
    assert_eq!(number(&pool, LISTENING).await, 1);
    // The one that drives the connection goes away: the next one does so, and says that there was a gap.
    drop(streams.remove(0));
    for hints in &mut streams {
        assert_eq!(timeout(PATIENCE, hints.next()).await.expect("in time"), Some(Wakeup::All));
    }
    drop(streams);
    soon("the connection ends", async || number(&pool, LISTENING).await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_released_before_it_could_be_announced_is_a_hint() {
    let url = database();
    let (one, other) = (store(&url).await, store(&url).await);
    let me = Owner::unique();
    acquire(&one, "k", &me).await;
    let mut hints = other.wakeups().expect("some");
    assert_eq!(hints.next().await, Some(Wakeup::All));
    is_held(&other, "k").await;
    // Nobody has polled the stream in between.
    assert_eq!(release(&one, "k", &me).await, ReleaseReply::Released);
    let hint = timeout(PATIENCE, hints.next()).await.expect("in time");
    assert_eq!(hint, Some(Wakeup::Key(key("k"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_was_made_again_is_listened_to() {
    let url = database();
    let (one, other, pool) = (store(&url).await, store(&url).await, pool(&url, 1));
    let mut hints = other.wakeups().expect("some");
    assert_eq!(hints.next().await, Some(Wakeup::All));
    run(&pool, "DROP TABLE lockproof_locks").await;
    one.ensure_schema().await.expect("made");
    let me = Owner::unique();
    acquire(&one, "k", &me).await;
    is_held(&other, "k").await;
    let again = timeout(PATIENCE, hints.next()).await.expect("in time");
    assert_eq!(again, Some(Wakeup::All), "from here on it is the other table's");
    is_held(&other, "k").await;
    assert_eq!(release(&one, "k", &me).await, ReleaseReply::Released);
    let hint = timeout(PATIENCE, hints.next()).await.expect("in time");
    assert_eq!(hint, Some(Wakeup::Key(key("k"))));
}
