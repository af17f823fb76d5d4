//! Many locks in one statement. The answer to it says only how many rows were hit, so the rows are read first, and read
//! again if some were not.

use std::collections::HashMap;

use serde_json::{Value, json};
use sqlx::{SqlStr, mysql::MySqlRow};

use super::{
    Inner,
    values::{hex, micros},
};
use crate::{
    model::{LockKey, Owner},
    store::{
        Extend, ExtendReply, Release, ReleaseReply, StoreError,
        sql::{
            batch::{self, Hits},
            patience::Patience,
            row::{Columns, LockRow, damaged},
        },
    },
};

/// How many lines a statement has at most, so that it is far below what a server takes.
const LINES: usize = 1_000;

/// One line of a batch.
trait Line {
    fn key(&self) -> &LockKey;
    fn owner(&self) -> &Owner;
    fn micros(&self) -> Option<i64>;
    /// Whether the row of a lock that was ours before the statement was hit by it.
    fn was_hit(&self, before: &Found, after: Option<&Found>) -> bool;
}

impl Line for Extend {
    fn key(&self) -> &LockKey {
        &self.key
    }

    fn owner(&self) -> &Owner {
        &self.owner
    }

    fn micros(&self) -> Option<i64> {
        micros(self.ttl)
    }

    fn was_hit(&self, before: &Found, after: Option<&Found>) -> bool {
        after.is_some_and(|after| after.until != before.until)
    }
}

impl Line for Release {
    fn key(&self) -> &LockKey {
        &self.key
    }

    fn owner(&self) -> &Owner {
        &self.owner
    }

    fn micros(&self) -> Option<i64> {
        None
    }

    fn was_hit(&self, _: &Found, after: Option<&Found>) -> bool {
        after.is_none()
    }
}

/// A row of a lock that is the line's.
struct Found {
    raw: MySqlRow,
    /// Its expiry, by the store's clock.
    until: Option<i64>,
}

impl Inner {
    pub(super) async fn extend_all(&self, requests: &[Extend]) -> Vec<Result<ExtendReply, StoreError>> {
        batch::extend_all(requests, |lines| self.hit(&self.sql.extend_all, lines)).await
    }

    pub(super) async fn release_all(&self, requests: &[Release]) -> Vec<Result<ReleaseReply, StoreError>> {
        // Nobody listens: this store has no wake-ups.
        batch::release_all(requests, |lines| self.hit(&self.sql.release_all, lines), |_| ()).await
    }

    async fn hit<L: Line>(&self, sql: &SqlStr, lines: Vec<&L>) -> Result<Hits<MySqlRow>, StoreError> {
        let (mut rows, mut skipped) = (Vec::new(), Vec::new());
        for lines in lines.chunks(LINES) {
            self.hit_some(sql, lines, &mut rows, &mut skipped).await?;
        }
        Ok(Hits::of(rows)?.skipped(skipped))
    }

    async fn hit_some<L: Line>(
        &self,
        sql: &SqlStr,
        lines: &[&L],
        rows: &mut Vec<MySqlRow>,
        skipped: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let mut patience = Patience::short();
        let mut found = self.ours(lines).await?;
        loop {
            let left: Vec<&L> =
                lines.iter().copied().filter(|line| found.contains_key(line.key().as_str())).collect();
            if left.is_empty() {
                return Ok(());
            }
            let json = json(&left, |line| line.micros());
            let done = self.database.write(|| sqlx::query(sql.clone()).bind(json.clone())).await?;
            if done.rows == left.len() as u64 {
                rows.extend(found.into_values().map(|found| found.raw));
                return Ok(());
            }
            let mut after = self.ours(&left).await?;
            let mut still = HashMap::new();
            for line in left {
                let key = line.key().as_str();
                let Some(before) = found.remove(key) else { continue };
                let now = after.remove(key);
                match now {
                    now if line.was_hit(&before, now.as_ref()) => rows.push(before.raw),
                    Some(now) => drop(still.insert(key.to_owned(), now)),
                    // It was ours, and then was not.
                    None => {}
                }
            }
            found = still;
            if !found.is_empty() && !patience.pause().await {
                skipped.extend(found.into_keys());
                return Ok(());
            }
        }
    }

    /// The rows of the locks that are the lines', by key.
    async fn ours<L: Line>(&self, lines: &[&L]) -> Result<HashMap<String, Found>, StoreError> {
        let json = json(lines, |_| None);
        let rows = self.database.read(|| sqlx::query(self.sql.find_all.clone()).bind(json.clone())).await?;
        let owners: HashMap<&str, &Owner> =
            lines.iter().map(|line| (line.key().as_str(), line.owner())).collect();
        let mut ours = HashMap::new();
        for raw in rows {
            let row = LockRow::of(&raw)?;
            let key = row.key()?;
            let is_ours = owners.get(key.as_str()).is_some_and(|owner| row.is_held_by(&owner.to_string()));
            if is_ours {
                let until = raw.number("until").map_err(|error| damaged(key.as_str(), error.into()))?;
                ours.insert(key.as_str().to_owned(), Found { raw, until });
            }
        }
        Ok(ours)
    }
}

fn json<L: Line>(lines: &[&L], number: impl Fn(&L) -> Option<i64>) -> String {
    let line = |line: &&L| json!([hex(line.key().as_str()), hex(&line.owner().to_string()), number(line)]);
    lines.iter().map(line).collect::<Value>().to_string()
}
