//! What is there for PostgreSQL only.

use std::time::Duration;

use lockproof::{
    Acquire, ForceRelease, Label, LockKey, LockStore, Owner, PostgresStore, SqlOptions, TableName, Ttl,
};
use lockproof_test_servers::Postgres;
use sqlx::{PgPool, postgres::PgPoolOptions};

use crate::{
    drive::{Case, case},
    world::World,
};

const HOUR: Duration = Duration::from_secs(3600);

pub(crate) fn cases() -> Vec<Case> {
    let cases = vec![
        case(&["PostgresStore::open"], "of a new database", async |world: &World| {
            let url = database();
            drop(world.dropped(PostgresStore::open(&url)).await);
            works(&PostgresStore::open(&url).await.expect("opens")).await;
        }),
        case(&["PostgresStore::from_pool"], "with a new database", async |world: &World| {
            let pool = pool();
            drop(world.dropped(PostgresStore::from_pool(pool.clone())).await);
            works(&PostgresStore::from_pool(pool).await.expect("opens")).await;
        }),
        case(
            &["PostgresStore::open_with"],
            "of a new database, with a table of another name",
            async |world: &World| {
                let url = database();
                drop(world.dropped(PostgresStore::open_with(&url, other_table())).await);
                works(&PostgresStore::open_with(&url, other_table()).await.expect("opens")).await;
            },
        ),
        case(
            &["PostgresStore::from_pool_with"],
            "with a new database and a table of another name",
            async |world: &World| {
                let pool = pool();
                drop(world.dropped(PostgresStore::from_pool_with(pool.clone(), other_table())).await);
                works(&PostgresStore::from_pool_with(pool, other_table()).await.expect("opens")).await;
            },
        ),
        case(&["PostgresStore::prune"], "of a store that works", async |world: &World| {
            let store = PostgresStore::from_pool(pool()).await.expect("opens");
            drop(world.dropped(store.prune(HOUR)).await);
            assert_eq!(store.prune(HOUR).await.expect("answers"), 0);
            works(&store).await;
        }),
        case(&["PostgresStore::ensure_schema"], "of a store that works", async |world: &World| {
            let store = PostgresStore::from_pool(pool()).await.expect("opens");
            drop(world.dropped(store.ensure_schema()).await);
            store.ensure_schema().await.expect("it is there");
            works(&store).await;
        }),
    ];
    cases.into_iter().map(Case::alone).collect()
}

pub(crate) fn other_table() -> SqlOptions {
    SqlOptions::new().table(TableName::new("other").expect("a name"))
}

fn database() -> String {
    Postgres::shared().database()
}

/// One connection, so that one that was not given back is missed.
pub(crate) fn pool() -> PgPool {
    PgPoolOptions::new().max_connections(1).connect_lazy(&database()).expect("a URL")
}

async fn works(store: &PostgresStore) {
    let key = LockKey::new("k").expect("a valid key");
    let request = Acquire::new(key.clone(), Owner::unique(), Label::new("somebody"), Ttl::DEFAULT);
    store.acquire(request).await.expect("answers");
    store.force_release(ForceRelease::new(key)).await.expect("answers");
}
