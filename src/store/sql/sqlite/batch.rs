//! Many locks in one statement: the file is written once, and no lock on it is held across an await.

use serde_json::{Value, json};
use sqlx::{SqlStr, sqlite::SqliteRow};

use super::{Inner, millis};
use crate::store::{
    Extend, ExtendReply, Release, ReleaseReply, StoreError,
    sql::batch::{self, Hits},
};

impl Inner {
    pub(super) async fn extend_all(&self, requests: &[Extend]) -> Vec<Result<ExtendReply, StoreError>> {
        let line = |it: &Extend| json!([it.key.as_str(), it.owner.to_string(), millis(it.ttl)]);
        let round =
            |lines: Vec<&Extend>| self.hit(&self.sql.extend_all, lines.into_iter().map(line).collect());
        batch::extend_all(requests, round).await
    }

    pub(super) async fn release_all(&self, requests: &[Release]) -> Vec<Result<ReleaseReply, StoreError>> {
        let line = |it: &Release| json!([it.key.as_str(), it.owner.to_string()]);
        let round =
            |lines: Vec<&Release>| self.hit(&self.sql.release_all, lines.into_iter().map(line).collect());
        batch::release_all(requests, round, |key| self.releases.announce(key)).await
    }

    async fn hit(&self, sql: &SqlStr, lines: Value) -> Result<Hits<SqliteRow>, StoreError> {
        let lines = lines.to_string();
        Hits::of(self.database.write(|| sqlx::query(sql.clone()).bind(lines.as_str())).await?)
    }
}
