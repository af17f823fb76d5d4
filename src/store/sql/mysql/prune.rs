use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Inner,
    values::{bytes, hex},
};
use crate::store::{
    StoreError,
    sql::prune::{AT_A_TIME, prune},
};

impl Inner {
    pub(super) async fn prune(&self, idle: Duration) -> Result<u64, StoreError> {
        let look = |after: String, idle: i64| async move {
            let look = || {
                sqlx::query(self.sql.look_for_idle.clone())
                    .bind(idle)
                    .bind(idle)
                    .bind(bytes(&after))
                    .bind(i64::try_from(AT_A_TIME).expect("few"))
            };
            self.database.read(look).await
        };
        let delete = |keys: Vec<String>, idle: i64| async move {
            let lines: Value = keys.iter().map(|key| json!([hex(key), "", idle])).collect();
            let lines = lines.to_string();
            let delete = || sqlx::query(self.sql.prune.clone()).bind(lines.clone());
            Ok(self.database.write(delete).await?.rows)
        };
        prune(idle, look, delete).await
    }
}
