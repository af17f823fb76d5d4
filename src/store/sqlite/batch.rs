//! Many locks in one statement: the file is written once, and no lock on it is held across an await.

use std::{collections::HashSet, sync::Arc};

use serde_json::json;
use sqlx::Row;

use super::{Inner, millis, row::damaged, schema};
use crate::{
    model::LockKey,
    store::{Extend, ExtendReply, Release, ReleaseReply, StoreError},
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
        let done = self.all(schema::EXTEND_ALL, requests).await;
        let reply = |done| if done { ExtendReply::Extended } else { ExtendReply::NotHeld };
        done.into_iter().map(|done| done.map(reply)).collect()
    }

    pub(super) async fn release_all(&self, requests: &[Release]) -> Vec<Result<ReleaseReply, StoreError>> {
        let done = self.all(schema::RELEASE_ALL, requests).await;
        let reply = |(done, request): (Result<bool, _>, &Release)| {
            if !done? {
                return Ok(ReleaseReply::NotHeld);
            }
            self.releases.announce(&request.key);
            Ok(ReleaseReply::Released)
        };
        done.into_iter().zip(requests).map(reply).collect()
    }

    /// Which of the requests hit a row, in their order.
    async fn all(&self, sql: &'static str, requests: &[impl Line]) -> Vec<Result<bool, StoreError>> {
        let mut answers: Vec<Result<bool, StoreError>> = requests.iter().map(|_| Ok(false)).collect();
        let mut left: Vec<usize> = (0..requests.len()).collect();
        // The statement answers with keys, so one that comes twice has to wait for the next round.
        while !left.is_empty() {
            let mut keys = HashSet::new();
            let (round, later): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|&at| keys.insert(requests[at].key()));
            left = later;
            let lines: Vec<_> = round.iter().map(|&at| requests[at].json()).collect();
            match self.hit(sql, serde_json::Value::from(lines).to_string()).await {
                Ok(hit) => {
                    for at in round {
                        answers[at] = Ok(hit.contains(requests[at].key().as_str()));
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

    async fn hit(&self, sql: &'static str, lines: String) -> Result<HashSet<String>, StoreError> {
        let rows = self.database.write(|| sqlx::query(sql).bind(lines.as_str())).await?;
        rows.iter().map(|row| row.try_get(0).map_err(|error| damaged("?", error.into()))).collect()
    }
}
