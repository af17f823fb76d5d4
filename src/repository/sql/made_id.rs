//! Rows whose ids the database makes.

use sqlx::Acquire;

use super::{
    dialect::SqlDatabase,
    table::{MakeId, SqlFuture, SqlTable},
};
use crate::{
    proof::Lockable,
    repository::{InsertWith, InsertedWith},
    store::{StoreError, StoreErrorKind},
};

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
            self.insert_guessed(&mut connection, insert, &**make_id).await
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

    pub(super) fn makes_none(&self) -> StoreError {
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
