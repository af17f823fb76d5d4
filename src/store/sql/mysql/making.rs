//! Tables that are made where they are not there.

use sqlx::MySqlConnection;

use super::{connection::Database, errors};
use crate::store::{
    StoreError, StoreErrorKind,
    sql::{making::Making, migrations::Migrations, row::Columns},
};

/// How long one process may take to make a table, in seconds.
const PATIENCE: i64 = 30;

impl Making for Database {
    fn place(&self) -> &str {
        self.address()
    }

    async fn found(&self, schema: &Migrations) -> Result<Vec<String>, StoreError> {
        let rows = self.read(|| sqlx::query(schema.found.clone())).await?;
        Migrations::names(&rows).map_err(|error| errors::sent(self.address(), error))
    }

    async fn make(&self, schema: &Migrations) -> Result<(), StoreError> {
        let mut lent = self.lend().await?;
        match make(lent.connection(), schema).await {
            Ok(true) => {
                lent.give_back();
                Ok(())
            }
            Ok(false) => {
                let what = format!("{}: another process makes tables for too long", self.address());
                Err(StoreError::new(StoreErrorKind::Unavailable, what))
            }
            // With the connection goes its place in the line.
            Err(error) => Err(errors::sent(self.address(), error)),
        }
    }
}

/// Says `false` if it was not its turn in time. Each statement that changes a table is a transaction of its own here, so
/// there is a line beside them.
async fn make(connection: &mut MySqlConnection, schema: &Migrations) -> Result<bool, sqlx::Error> {
    let turn = "SELECT GET_LOCK('lockproof_schema', ?) AS turn";
    let turn = sqlx::query(turn).bind(PATIENCE).fetch_one(&mut *connection).await?.number("turn")?;
    if turn != Some(1) {
        return Ok(false);
    }
    let rows = sqlx::query(schema.found.clone()).fetch_all(&mut *connection).await?;
    schema.bring_up(connection, &Migrations::names(&rows)?).await?;
    sqlx::query("SELECT RELEASE_LOCK('lockproof_schema')").fetch_all(connection).await?;
    Ok(true)
}
