use std::time::Duration;

use sqlx::Row;

use super::PostgresStore;
use crate::store::{StoreError, sql::row::damaged};

impl PostgresStore {
    /// Deletes the rows of keys that nobody has held for `idle`, or for an hour if that is less, and tells how many.
    ///
    /// No token falls by it: the next one of a deleted key is the server's clock in microseconds, and only rows are
    /// deleted whose tokens are below that by as much as `idle`. Nobody is held up meanwhile; rows that somebody works
    /// on stay.
    ///
    /// ```no_run
    /// # async fn example(store: lockproof::PostgresStore) -> Result<(), lockproof::StoreError> {
    /// let week = std::time::Duration::from_secs(7 * 86_400);
    /// let deleted = store.prune(week).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be asked; some rows may have been deleted.
    ///
    /// # Cancel safety
    /// Can be dropped at any time; some rows may have been deleted.
    pub async fn prune(&self, idle: Duration) -> Result<u64, StoreError> {
        const LEAST: Duration = Duration::from_secs(3600);
        /// A century: what is longer would not fit into a time of the server's.
        const MOST: Duration = Duration::from_secs(100 * 365 * 86_400);

        let idle = i64::try_from(idle.clamp(LEAST, MOST).as_millis()).expect("a century fits");
        let (mut after, mut deleted) = (Vec::new(), 0);
        loop {
            let rows = self
                .0
                .database
                .rows(|| sqlx::query(self.0.sql.prune.clone()).bind(after.clone()).bind(idle))
                .await?;
            let page = |row: &sqlx::postgres::PgRow| -> Result<(Option<Vec<u8>>, i64), sqlx::Error> {
                Ok((row.try_get("last")?, row.try_get("gone")?))
            };
            let (last, gone) = match rows.first().map(page) {
                Some(page) => page.map_err(|error| damaged("?", error.into()))?,
                None => (None, 0),
            };
            deleted += gone.unsigned_abs();
            match last {
                Some(last) => after = last,
                None => return Ok(deleted),
            }
        }
    }
}
