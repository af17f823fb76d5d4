//! Tables that are made where they are not there.

use sqlx::{Connection, SqliteConnection};

use super::{
    connection::{Database, PATIENCE_AT_BOOT},
    errors,
};
use crate::store::{
    StoreError,
    sql::{making::Making, migrations::Migrations, patience::Patience},
};

impl Making for Database {
    fn place(&self) -> &str {
        self.path()
    }

    async fn found(&self, schema: &Migrations) -> Result<Vec<String>, StoreError> {
        let rows = self.read(|| sqlx::query(schema.found.clone())).await?;
        Migrations::names(&rows).map_err(|error| errors::sent(self.path(), error))
    }

    async fn make(&self, schema: &Migrations) -> Result<(), StoreError> {
        let mut patience = Patience::of(PATIENCE_AT_BOOT);
        let _turn = self.turn().await;
        loop {
            let mut connection = self.connection(&mut patience).await?;
            let error = match make(&mut connection, schema).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            drop(connection);
            patience.wait_after(error).await.map_err(|error| errors::sent(self.path(), error))?;
        }
    }
}

/// In one transaction, which keeps other writers out from its beginning.
async fn make(connection: &mut SqliteConnection, schema: &Migrations) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let rows = sqlx::query(schema.found.clone()).fetch_all(&mut *transaction).await?;
    schema.bring_up(&mut *transaction, &Migrations::names(&rows)?).await?;
    transaction.commit().await
}
