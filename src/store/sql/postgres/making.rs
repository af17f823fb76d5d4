//! Tables that are made where they are not there.

use sqlx::{Connection, PgConnection};

use super::{connection::Database, errors, schema::PLACE};
use crate::store::{
    StoreError, TableName,
    sql::{
        making::Making,
        migrations::Migrations,
        row::Columns,
        statements::{Quote, render},
    },
};

impl Database {
    /// The same table with its schema, so that what becomes of a session's `search_path` does not matter any more: another
    /// table would have other locks.
    pub(super) async fn with_schema(&self, table: TableName) -> Result<TableName, StoreError> {
        let place = render(PLACE, &table, Quote::DOUBLE);
        let rows = self.rows(|| sqlx::query(place.clone())).await?;
        let schema = rows.first().map(|row| row.text("schema")).transpose();
        let schema = schema.map_err(|error| errors::sent(&self.place, error))?.flatten();
        // One whose name is none to us is found by the path, as before.
        let named = schema.and_then(|schema| TableName::new(&format!("{schema}.{}", table.parts().1)).ok());
        Ok(named.unwrap_or(table))
    }
}

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
