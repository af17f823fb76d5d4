//! Tables that are made where they are not there.

use sqlx::{Connection, PgConnection};

use super::{connection::Database, errors};
use crate::store::{
    StoreError,
    sql::{making::Making, migrations::Migrations},
};

impl Making for Database {
    fn place(&self) -> &str {
        &self.place
    }

    async fn found(&self, schema: &Migrations) -> Result<Vec<String>, StoreError> {
        let rows = self.read(|| sqlx::query(schema.found.clone())).await?;
        Migrations::names(&rows).map_err(|error| errors::sent(&self.place, error))
    }

    async fn make(&self, schema: &Migrations) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        make(&mut connection, schema).await.map_err(|error| errors::sent(&self.place, error))
    }
}

/// In one transaction. `IF NOT EXISTS` is no help against others who do the same at the same time: they stand in line.
async fn make(connection: &mut PgConnection, schema: &Migrations) -> Result<(), sqlx::Error> {
    /// Any number that nobody else would think of.
    const LINE: i64 = 0x6c6f_636b_7072_6f6f;
    /// For the line too, in which many may stand.
    const PATIENCE: &str =
        "SELECT set_config('statement_timeout', '30s', true), set_config('lock_timeout', '30s', true)";

    let mut transaction = connection.begin().await?;
    sqlx::query(PATIENCE).execute(&mut *transaction).await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LINE).execute(&mut *transaction).await?;
    let rows = sqlx::query(schema.found.clone()).fetch_all(&mut *transaction).await?;
    schema.bring_up(&mut *transaction, &Migrations::names(&rows)?).await?;
    transaction.commit().await
}
