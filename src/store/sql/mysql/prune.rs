use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Inner,
    batch::{LINES, hex},
    values::bytes,
};
use crate::store::{
    StoreError,
    sql::row::{Columns, damaged},
};

impl Inner {
    /// Deletes what is idle, some rows at a time, each batch a transaction of its own.
    pub(super) async fn prune(&self, idle: Duration) -> Result<u64, StoreError> {
        // Far beyond the time that a request may be under way which was sent under an old token.
        const LEAST: Duration = Duration::from_secs(3600);
        // That of `Ttl::MAX`.
        const MOST: Duration = Duration::from_secs(100 * 365 * 86_400);

        let idle = i64::try_from(idle.clamp(LEAST, MOST).as_micros()).expect("a hundred years fit");
        let mut pruned = 0;
        let mut after = String::new();
        loop {
            let page =
                || sqlx::query(self.sql.idle.clone()).bind(idle).bind(bytes(&after)).bind(LINES as i64);
            let rows = self.database.read(page).await?;
            let (mut lines, mut last) = (Vec::new(), None);
            for row in &rows {
                let read = || -> Result<_, sqlx::Error> { Ok((row.text("key")?, row.number("idle")?)) };
                let (key, is_idle) = read().map_err(|error| damaged("?", error.into()))?;
                let key = key.unwrap_or_default();
                if is_idle == Some(1) {
                    lines.push(json!([hex(&key), "", idle]));
                }
                last = Some(key);
            }
            if !lines.is_empty() {
                let lines = Value::from(lines).to_string();
                let prune = || sqlx::query(self.sql.prune.clone()).bind(lines.clone());
                pruned += self.database.write(prune).await?.rows;
            }
            match last {
                Some(last) if rows.len() == LINES => after = last,
                _ => return Ok(pruned),
            }
        }
    }
}
