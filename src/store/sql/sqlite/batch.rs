//! Many locks in one statement: the file is written once, and no lock on it is held across an await.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::json;
use sqlx::{Row, SqlStr, sqlite::SqliteRow};

use super::{Inner, millis};
use crate::{
    model::LockKey,
    store::{
        Extend, ExtendReply, Release, ReleaseReply, StoreError,
        sql::row::{damaged, extended},
    },
};

/// One line of a batch.
trait Line {
    fn key(&self) -> &LockKey;
    fn json(&self) -> serde_json::Value;
}

impl Line for Extend {
    fn key(&self) -> &LockKey {
        &self.key
    }

    fn json(&self) -> serde_json::Value {
        json!([self.key.as_str(), self.owner.to_string(), millis(self.ttl)])
    }
}

impl Line for Release {
    fn key(&self) -> &LockKey {
        &self.key
    }

    fn json(&self) -> serde_json::Value {
        json!([self.key.as_str(), self.owner.to_string()])
    }
}

impl Inner {
    pub(super) async fn extend_all(&self, requests: &[Extend]) -> Vec<Result<ExtendReply, StoreError>> {
        let hit = self.all(&self.sql.extend_all, requests).await;
        let reply = |(row, request): (Result<Option<SqliteRow>, _>, &Extend)| {
            row?.map_or(Ok(ExtendReply::NotHeld), |row| extended(&row, &request.key))
        };
        hit.into_iter().zip(requests).map(reply).collect()
    }

    pub(super) async fn release_all(&self, requests: &[Release]) -> Vec<Result<ReleaseReply, StoreError>> {
        let hit = self.all(&self.sql.release_all, requests).await;
        let reply = |(row, request): (Result<Option<SqliteRow>, _>, &Release)| {
            if row?.is_none() {
                return Ok(ReleaseReply::NotHeld);
            }
            self.releases.announce(&request.key);
            Ok(ReleaseReply::Released)
        };
        hit.into_iter().zip(requests).map(reply).collect()
    }

    /// The row that each of the requests hit, in their order.
    async fn all(&self, sql: &SqlStr, requests: &[impl Line]) -> Vec<Result<Option<SqliteRow>, StoreError>> {
        let mut answers: Vec<_> = requests.iter().map(|_| Ok(None)).collect();
        let mut left: Vec<usize> = (0..requests.len()).collect();
        // The statement answers with keys, so one that comes twice has to wait for the next round.
        while !left.is_empty() {
            let mut keys = HashSet::new();
            let (round, later): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|&at| keys.insert(requests[at].key()));
            left = later;
            let lines: Vec<_> = round.iter().map(|&at| requests[at].json()).collect();
            match self.hit(sql, serde_json::Value::from(lines).to_string()).await {
                Ok(mut hit) => {
                    for at in round {
                        answers[at] = Ok(hit.remove(requests[at].key().as_str()));
                    }
                }
                Err(error) => {
                    let error = Arc::new(error);
                    for at in round {
                        let what = "the batch that this was part of failed";
                        answers[at] = Err(StoreError::new(error.kind(), what).caused_by(Arc::clone(&error)));
                    }
                }
            }
        }
        answers
    }

    /// What the statement returned, by key.
    async fn hit(&self, sql: &SqlStr, lines: String) -> Result<HashMap<String, SqliteRow>, StoreError> {
        let rows = self.database.write(|| sqlx::query(sql.clone()).bind(lines.as_str())).await?;
        let by_key = |row: SqliteRow| Ok((row.try_get(0)?, row));
        rows.into_iter()
            .map(by_key)
            .collect::<Result<_, sqlx::Error>>()
            .map_err(|error| damaged("?", error.into()))
    }
}
