//! Rows whose ids the database makes.

use std::ops::ControlFlow;

use sqlx::Acquire;

use super::{
    column::Identity,
    dialect::SqlDatabase,
    failures::Failures,
    table::{MakeId, SqlFuture, SqlTable, bind_all},
};
use crate::{
    proof::Lockable,
    repository::{InsertWith, Inserted, InsertedWith},
    store::{StoreError, StoreErrorKind},
};

/// How often an id is guessed anew, while others insert at the same time.
const GUESSES: usize = 16;

impl<T: Lockable, D: SqlDatabase> SqlTable<T, D> {
    /// Writes a new entity with an id that the database makes, as [`Storage::insert_with`](crate::Storage::insert_with).
    ///
    /// # Errors
    /// [`StoreError`]; [`Unsupported`](StoreErrorKind::Unsupported) without
    /// [`makes_ids`](crate::SqlTableBuilder::makes_ids).
    ///
    /// # Cancel safety
    /// It may have been written.
    pub fn insert_with<'a>(
        &'a self,
        on: impl Acquire<'a, Database = D> + 'a,
        insert: &'a InsertWith<'_, T>,
    ) -> SqlFuture<'a, InsertedWith<T>> {
        let acquiring = on.acquire();
        Box::pin(async move {
            let Some(make_id) = &self.0.make_id else { return Err(insert.unsupported()) };
            let mut connection = self.failures(None).connected(acquiring.await)?;
            if D::HAS_SEQUENCES {
                return self.insert_numbered(&mut connection, insert, &**make_id).await;
            }
            let mut last = None;
            for _ in 0..GUESSES {
                match self.insert_guessed(&mut connection, insert, &**make_id, last).await? {
                    ControlFlow::Break(inserted) => return Ok(inserted),
                    ControlFlow::Continue(guess) => last = Some(guess),
                }
            }
            let what = format!("table {}: too many insert at once; insert it again", self.0.names.table);
            Err(StoreError::new(StoreErrorKind::Unavailable, what))
        })
    }

    /// With the next number of the column's sequence.
    async fn insert_numbered(
        &self,
        connection: &mut D::Connection,
        insert: &InsertWith<'_, T>,
        make_id: &MakeId<T>,
    ) -> Result<InsertedWith<T>, StoreError> {
        let failures = self.failures(None);
        let next = self.prepared(&self.0.texts.next_id);
        let rows = D::fetch(connection, next).await.map_err(|error| failures.sent(error))?;
        // NULL, if the column has none.
        let number =
            rows.first().and_then(|row| D::number_at(row, 0).ok()).ok_or_else(|| self.makes_none())?;
        let made = insert.make(make_id(number))?;
        let ticket = made.ticket();
        let inserted = self.insert_row(connection, &ticket, self.failures(Some(ticket.key()))).await?;
        Ok(made.inserted(inserted))
    }

    /// The id is known when the row is there, and what belongs into the row when the id is known. So the row goes in with
    /// what it would hold under the id that probably comes, and gets what it holds under its own within the same
    /// transaction. Gives the guess if somebody else was about to insert a row like that.
    async fn insert_guessed(
        &self,
        connection: &mut D::Connection,
        insert: &InsertWith<'_, T>,
        make_id: &MakeId<T>,
        last_guess: Option<i64>,
    ) -> Result<ControlFlow<InsertedWith<T>, i64>, StoreError> {
        let failures = self.failures(None);
        let mut transaction = failures.connected(D::begin(connection).await)?;

        let mut look = self.prepared(&self.0.texts.guess);
        D::bind(&mut look.arguments, insert.version()).map_err(|error| failures.value(error))?;
        let rows = D::fetch(&mut *transaction, look).await.map_err(|error| failures.sent(error))?;
        let row = rows.first().ok_or_else(|| failures.row(sqlx::Error::RowNotFound))?;
        let read = || Ok((D::number_at(row, 0)?, D::number_at(row, 1)?));
        let (guess, version) = read().map_err(|error| failures.row(error))?;

        let provisional = insert.make(make_id(guess))?;
        let mut new = self.prepared(&self.0.texts.insert_without_id);
        self.bind_columns(provisional.entity(), &mut new).map_err(|error| failures.value(error))?;
        D::bind(&mut new.arguments, version).map_err(|error| failures.value(error))?;
        let number = match D::insert(&mut transaction, new).await {
            Ok(number) => number.ok_or_else(|| self.makes_none())?,
            Err(sqlx::Error::Database(answer))
                if answer.is_unique_violation() && last_guess != Some(guess) =>
            {
                transaction.rollback().await.map_err(|error| failures.sent(error))?;
                return Ok(ControlFlow::Continue(guess));
            }
            Err(error) => return Err(failures.sent(error)),
        };

        let made = insert.make(make_id(number))?;
        let ticket = made.ticket();
        let failures = self.failures(Some(ticket.key()));
        let prepare = || {
            let mut write = self.prepared(&self.0.texts.update);
            self.bind_columns(made.entity(), &mut write)?;
            D::bind(&mut write.arguments, version + 1)?;
            self.bind_ids(&Identity { id: ticket.id(), key: ticket.key() }, &mut write)?;
            bind_all::<D>(&mut write, [0, version, version])?;
            Ok(write)
        };
        let write = prepare().map_err(|error| failures.value(error))?;
        if D::execute(&mut transaction, write).await.map_err(|error| failures.sent(error))? == 0 {
            return Err(self.makes_none());
        }
        transaction.commit().await.map_err(|error| failures.sent(error))?;
        Ok(ControlFlow::Break(made.inserted(Inserted::Done { version: version + 1 })))
    }

    fn makes_none(&self) -> StoreError {
        let names = &self.0.names;
        let (table, id) = (&names.table, names.ids.join(", "));
        let what = format!(
            "table {table}: the database makes no ids in the column {id}; it has to be {}, or the id is made elsewhere and \
             the entity goes in by `insert`",
            D::MAKES_IDS
        );
        StoreError::new(StoreErrorKind::Misconfigured, what)
    }
}
