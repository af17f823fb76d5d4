use std::time::Duration;

use super::Inner;
use crate::store::{
    StoreError,
    sql::prune::{AT_A_TIME, prune},
};

impl Inner {
    pub(super) async fn prune(&self, idle: Duration) -> Result<u64, StoreError> {
        /// A century, in microseconds: the server has no times that lie much further back.
        const MOST: i64 = 100 * 365 * 86_400 * 1_000_000;

        let look = |after: String, idle: i64| async move {
            let look = || {
                sqlx::query(self.sql.look_for_idle.clone())
                    .bind(after.clone().into_bytes())
                    .bind(idle.min(MOST))
                    .bind(i64::try_from(AT_A_TIME).expect("few"))
            };
            self.database.read(look).await
        };
        let delete = |keys: Vec<String>, idle: i64| async move {
            let keys: Vec<_> = keys.into_iter().map(String::into_bytes).collect();
            let delete = || sqlx::query(self.sql.prune.clone()).bind(keys.clone()).bind(idle.min(MOST));
            Ok(self.database.rows(delete).await?.len() as u64)
        };
        prune(idle, look, delete).await
    }
}
