use std::time::Duration;

use serde_json::Value;

use super::Inner;
use crate::store::{
    StoreError,
    sql::prune::{AT_A_TIME, prune},
};

impl Inner {
    pub(super) async fn prune(&self, idle: Duration) -> Result<u64, StoreError> {
        let look = |after: String, idle: i64| async move {
            let look = || {
                sqlx::query(self.sql.look_for_idle.clone())
                    .bind(after.clone())
                    .bind(idle / 1000)
                    .bind(i64::try_from(AT_A_TIME).expect("few"))
            };
            self.database.read(look).await
        };
        let delete = |keys: Vec<String>, idle: i64| async move {
            let keys = Value::from(keys).to_string();
            let delete = || sqlx::query(self.sql.prune.clone()).bind(keys.clone()).bind(idle / 1000);
            Ok(self.database.write(delete).await?.len() as u64)
        };
        prune(idle, look, delete).await
    }
}
