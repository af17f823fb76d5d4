//! Rows whose ids come with the row and not before it.
//!
//! The id is known when the row is there, and what belongs into the row when the id is known. So the row goes in with what
//! it would hold under the id that probably comes, and gets what it holds under its own within the same transaction.
//! Where that is unique, two that guess the same id are in each other's way for a moment; so they try again.

use sqlx::{Connection, Error as SqlError};

use super::{
    column::Identity,
    dialect::SqlDatabase,
    made_id::IdTexts,
    table::{MakeId, SqlTable},
};
use crate::{
    proof::Lockable,
    repository::{InsertWith, Inserted, InsertedWith},
    store::StoreError,
};

/// How often one that others are in the way of is tried.
const TRIES: usize = 32;

/// Why a row is not in the table.
enum Failed {
    ForGood(StoreError),
    /// Somebody may have been inserting a row that is like the one under this id.
    Collided {
        guess: i64,
        error: SqlError,
    },
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::ForGood(error)
    }
}

impl<T: Lockable, D: SqlDatabase> SqlTable<T, D> {
    pub(super) async fn insert_guessed(
        &self,
        connection: &mut D::Connection,
        texts: &IdTexts,
        insert: &InsertWith<'_, T>,
        make_id: &MakeId<T>,
    ) -> Result<InsertedWith<T>, StoreError> {
        // Whoever is within a transaction of the caller's cannot begin another one.
        let mut left = if connection.is_in_transaction() { 1 } else { TRIES };
        let mut last_guess = None;
        loop {
            left -= 1;
            match self.insert_once(connection, texts, insert, make_id).await {
                Ok(inserted) => return Ok(inserted),
                Err(Failed::ForGood(error)) => return Err(error),
                Err(Failed::Collided { guess, error }) => {
                    // The same value in the way of the same guess is a row that is there to stay.
                    let stays = !is_rolled_back(&error) && last_guess == Some(guess);
                    if left == 0 || stays {
                        return Err(self.failures(None).sent(error));
                    }
                    last_guess = Some(guess);
                }
            }
        }
    }

    async fn insert_once(
        &self,
        connection: &mut D::Connection,
        texts: &IdTexts,
        insert: &InsertWith<'_, T>,
        make_id: &MakeId<T>,
    ) -> Result<InsertedWith<T>, Failed> {
        let failures = self.failures(None);
        // Dropped on the way, it is rolled back.
        let mut transaction = failures.connected(D::begin(connection).await)?;

        let mut look = self.prepared(&texts.guess);
        D::bind(&mut look.arguments, insert.version()).map_err(|error| failures.value(error))?;
        let rows = D::fetch(&mut *transaction, look).await.map_err(|error| failures.sent(error))?;
        let read = || match rows.first() {
            Some(row) => Ok((D::number_at(row, 0)?, D::number_at(row, 1)?)),
            None => Err(SqlError::RowNotFound),
        };
        let (guess, version) = read().map_err(|error| failures.row(error))?;

        let provisional = insert.make(make_id(guess))?;
        let mut new = self.prepared(&texts.insert);
        self.bind_columns(provisional.entity(), &mut new).map_err(|error| failures.value(error))?;
        D::bind(&mut new.arguments, version).map_err(|error| failures.value(error))?;
        let number = match D::insert(&mut transaction, new).await {
            Ok(number) => number.ok_or_else(|| self.makes_none())?,
            Err(error) if is_taken(&error) || is_rolled_back(&error) => {
                return Err(Failed::Collided { guess, error });
            }
            Err(error) => return Err(failures.sent(error).into()),
        };

        let made = insert.make(make_id(number))?;
        let ticket = made.ticket();
        let failures = self.failures(Some(ticket.key()));
        let prepare = || {
            let mut write = self.prepared(&texts.fill);
            self.bind_columns(made.entity(), &mut write)?;
            D::bind(&mut write.arguments, version + 1)?;
            self.bind_ids(&Identity { id: ticket.id(), key: ticket.key() }, &mut write)?;
            D::bind(&mut write.arguments, version)?;
            Ok(write)
        };
        let write = prepare().map_err(|error| failures.value(error))?;
        match D::execute(&mut transaction, write).await {
            Ok(0) => return Err(self.makes_none().into()),
            Ok(_) => {}
            Err(error) if is_rolled_back(&error) => return Err(Failed::Collided { guess, error }),
            Err(error) => return Err(failures.sent(error).into()),
        }
        transaction.commit().await.map_err(|error| failures.sent(error))?;
        Ok(made.inserted(Inserted::Done { version: version + 1 }))
    }
}

/// Whether a unique index has such a row.
fn is_taken(error: &SqlError) -> bool {
    error.as_database_error().is_some_and(|answer| answer.is_unique_violation())
}

/// Whether the server has ended the transaction, since two of them waited for each other.
fn is_rolled_back(error: &SqlError) -> bool {
    error.as_database_error().is_some_and(|answer| answer.code().as_deref() == Some("40001"))
}
