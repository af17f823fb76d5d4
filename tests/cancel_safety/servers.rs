//! What is there for the stores on servers only.

use std::time::Duration;

use lockproof::{Acquire, ForceRelease, Label, LockKey, LockStore, Owner, SqlOptions, TableName, Ttl};
use sqlx::{Pool, pool::PoolOptions};

use crate::{
    drive::{Case, case},
    world::World,
};

const HOUR: Duration = Duration::from_secs(3600);

macro_rules! on_a_server {
    ($name:ident, $store:ident, $database:ty, $url:expr) => {
        pub(crate) mod $name {
            use lockproof::$store;

            use super::*;

            pub(crate) fn cases() -> Vec<Case> {
                let cases = vec![
                    case(
                        &[concat!(stringify!($store), "::open")],
                        "of a new database",
                        async |world: &World| {
                            let url = database();
                            drop(world.dropped($store::open(&url)).await);
                            works(&$store::open(&url).await.expect("opens")).await;
                        },
                    ),
                    case(
                        &[concat!(stringify!($store), "::from_pool")],
                        "with a new database",
                        async |world: &World| {
                            let pool = pool();
                            drop(world.dropped($store::from_pool(pool.clone())).await);
                            works(&$store::from_pool(pool).await.expect("opens")).await;
                        },
                    ),
                    case(
                        &[concat!(stringify!($store), "::open_with")],
                        "of a new database, with a table of another name",
                        async |world: &World| {
                            let url = database();
                            drop(world.dropped($store::open_with(&url, other_table())).await);
                            works(&$store::open_with(&url, other_table()).await.expect("opens")).await;
                        },
                    ),
                    case(
                        &[concat!(stringify!($store), "::from_pool_with")],
                        "with a new database and a table of another name",
                        async |world: &World| {
                            let pool = pool();
                            drop(world.dropped($store::from_pool_with(pool.clone(), other_table())).await);
                            works(&$store::from_pool_with(pool, other_table()).await.expect("opens")).await;
                        },
                    ),
                    case(
                        &[concat!(stringify!($store), "::prune")],
                        "of a store that works",
                        async |world: &World| {
                            let store = $store::from_pool(pool()).await.expect("opens");
                            drop(world.dropped(store.prune(HOUR)).await);
                            assert_eq!(store.prune(HOUR).await.expect("answers"), 0);
                            works(&store).await;
                        },
                    ),
                    case(
                        &[concat!(stringify!($store), "::ensure_schema")],
                        "of a store that works",
                        async |world: &World| {
                            let store = $store::from_pool(pool()).await.expect("opens");
                            drop(world.dropped(store.ensure_schema()).await);
                            store.ensure_schema().await.expect("it is there");
                            works(&store).await;
                        },
                    ),
                ];
                cases.into_iter().map(Case::alone).collect()
            }

            fn database() -> String {
                $url
            }

            /// One connection, so that one that was not given back is missed.
            pub(crate) fn pool() -> Pool<$database> {
                PoolOptions::new().max_connections(1).connect_lazy(&database()).expect("a URL")
            }
        }
    };
}

#[cfg(feature = "mysql")]
on_a_server!(mysql, MySqlStore, sqlx::MySql, lockproof_test_servers::mysql_database());
#[cfg(feature = "postgres")]
on_a_server!(postgres, PostgresStore, sqlx::Postgres, lockproof_test_servers::Postgres::shared().database());

pub(crate) fn other_table() -> SqlOptions {
    SqlOptions::new().table(TableName::new("other").expect("a name"))
}

async fn works(store: &impl LockStore) {
    let key = LockKey::new("k").expect("a valid key");
    let request = Acquire::new(key.clone(), Owner::unique(), Label::new("somebody"), Ttl::DEFAULT);
    store.acquire(request).await.expect("answers");
    store.force_release(ForceRelease::new(key)).await.expect("answers");
}
