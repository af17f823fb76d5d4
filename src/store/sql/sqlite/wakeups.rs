//! How waiters learn that it is worth another try.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, Stream, StreamExt, stream};
use sqlx::{Row, SqliteConnection};
use tokio::time::sleep;

use super::connection::Database;
use crate::store::{TableName, Wakeup, WakeupStream};

/// Releases of this process at once, all other commits within two milliseconds.
///
/// It does its work when polled: nothing goes on while nobody waits, and its connection ends with it.
pub(super) fn stream(
    database: Arc<Database>,
    table: TableName,
    here: impl Stream<Item = Wakeup> + Send + 'static,
) -> WakeupStream {
    let everywhere = stream::unfold(Listener { database, table, listening: None }, |mut listener| async {
        listener.changed().await;
        Some((Wakeup::All, listener))
    });
    // The first hint says that somebody listens now, so it has to be the listener's.
    let first = everywhere.boxed().into_future();
    first.map(|(first, rest)| stream::iter(first).chain(stream::select(here, rest))).flatten_stream().boxed()
}

/// Watches the file's version, which is cheap: no page is read.
struct Listener {
    database: Arc<Database>,
    table: TableName,
    /// `PRAGMA data_version` counts the commits of all other connections, so the listener has one of its own that
    /// never commits. With it goes the version that it saw last.
    listening: Option<(SqliteConnection, i64)>,
}

impl Listener {
    /// Completes when it begins to listen, after each gap, and after each commit.
    async fn changed(&mut self) {
        /// The timer ticks in milliseconds and rounds up, so it is one of them.
        const LOOK: Duration = Duration::from_micros(500);
        const TRY_AGAIN: Duration = Duration::from_millis(100);

        loop {
            // Taken out for the time of the query: one that is dropped half-way leaves no connection behind.
            let now = match self.listening.take() {
                Some((mut connection, before)) => {
                    sleep(LOOK).await;
                    version(&mut connection).await.map(|now| (connection, now, now != before))
                }
                None => self.listen().await.map(|(connection, now)| (connection, now, true)),
            };
            match now {
                Ok((connection, now, changed)) => {
                    self.listening = Some((connection, now));
                    if changed {
                        return;
                    }
                }
                Err(_) => sleep(TRY_AGAIN).await,
            }
        }
    }

    async fn listen(&self) -> Result<(SqliteConnection, i64), sqlx::Error> {
        let mut connection = self.database.extra_connection(&self.table).await?;
        let now = version(&mut connection).await?;
        Ok((connection, now))
    }
}

async fn version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query("PRAGMA data_version").fetch_one(connection).await?.try_get(0)
}
