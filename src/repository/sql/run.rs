//! The statements as they run, on a connection that may be in a transaction.

use sqlx::Error as SqlError;

use sqlx::Connection;

use super::dialect::{Prepared, SqlDatabase};

/// What [`Dialect::COMMITS`](super::dialect::Dialect::COMMITS) is called in a row.
pub(super) const COMMITS: &str = "lockproof_commits";

/// Whether a claim has hit its row.
pub(super) enum Hit<D: SqlDatabase> {
    /// The row.
    Row(D::Row),
    /// Fence and version of the row, if there is one.
    Missed(Option<D::Row>),
}

/// Stamps a row and reads it, in one statement or in two: from the first one on nobody with a lower token can write the
/// row, and one with a higher token leaves nothing for the second to read.
pub(super) async fn claim<D: SqlDatabase>(
    connection: &mut D::Connection,
    stamp: Prepared<D>,
    claimed: Prepared<D>,
    why: Prepared<D>,
) -> Result<Hit<D>, SqlError> {
    let row = if D::RETURNING {
        only_one(D::fetch(connection, stamp).await?)?
    } else if D::execute(connection, stamp).await? > 0 {
        only_one(D::fetch(connection, claimed).await?)?
    } else {
        None
    };
    if let Some(row) = &row {
        committing::<D>(connection, row).await?;
    }
    match row {
        Some(row) => Ok(Hit::Row(row)),
        None => Ok(Hit::Missed(D::fetch(connection, why).await?.pop())),
    }
}

/// The row that has the id. If several have it, a save would write what is in one of them to all.
pub(super) fn only_one<R>(mut rows: Vec<R>) -> Result<Option<R>, SqlError> {
    if rows.len() < 2 {
        return Ok(rows.pop());
    }
    let what = format!(
        "{} rows have this id; name each column of the primary key by `.id(..)`, and give the table one if it has none",
        rows.len()
    );
    Err(SqlError::Configuration(what.into()))
}

/// Whether what is written on this connection is ever committed, by a row that tells.
pub(super) async fn committing<D: SqlDatabase>(
    connection: &mut D::Connection,
    row: &D::Row,
) -> Result<(), SqlError> {
    if D::COMMITS.is_none() || connection.is_in_transaction() {
        return Ok(());
    }
    if D::maybe_number(row, COMMITS)? != Some(0) {
        return Ok(());
    }
    // It would take the locks of its rows along into the pool.
    D::begin(connection).await?.rollback().await?;
    let what = "the connections of this pool have `autocommit` off, so what they write would not be committed; switch it on \
                in `after_connect`";
    Err(SqlError::Configuration(what.into()))
}

/// Writes a new row; gives its version, or nothing if there is a row with this id.
pub(super) async fn insert<D: SqlDatabase>(
    connection: &mut D::Connection,
    mut new: Prepared<D>,
    first: Prepared<D>,
    version: i64,
    why: Prepared<D>,
) -> Result<Option<i64>, SqlError> {
    if D::RETURNING {
        D::bind(&mut new.arguments, version).map_err(SqlError::Encode)?;
        let rows = D::fetch(connection, new).await?;
        return rows.first().map(|row| D::number_at(row, 0)).transpose();
    }
    let rows = D::fetch(connection, first).await?;
    let row = rows.first().ok_or(SqlError::RowNotFound)?;
    let version = D::number_at(row, 0)?;
    committing::<D>(connection, row).await?;
    D::bind(&mut new.arguments, version).map_err(SqlError::Encode)?;
    match D::execute(connection, new).await {
        Ok(_) => Ok(Some(version)),
        // Which of the table's unique indexes it was is not said.
        Err(SqlError::Database(answer)) if answer.is_unique_violation() => {
            if D::fetch(connection, why).await?.is_empty() {
                Err(SqlError::Database(answer))
            } else {
                Ok(None)
            }
        }
        Err(error) => Err(error),
    }
}

/// Writes or removes a row; if none was hit, gives fence and version of the row, if there is one.
pub(super) async fn write<D: SqlDatabase>(
    connection: &mut D::Connection,
    pin: Option<Prepared<D>>,
    write: Prepared<D>,
    why: Prepared<D>,
) -> Result<Option<Option<D::Row>>, SqlError> {
    let hit = match pin {
        None => D::execute(connection, write).await?,
        Some(pin) => {
            let mut transaction = D::begin(connection).await?;
            D::fetch(&mut transaction, pin).await?;
            let hit = D::execute(&mut transaction, write).await?;
            transaction.commit().await?;
            hit
        }
    };
    match hit {
        0 => Ok(Some(D::fetch(connection, why).await?.pop())),
        _ => Ok(None),
    }
}
