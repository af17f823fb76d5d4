//! Rows whose ids the database makes.

use sqlx::{Acquire, SqlStr};

use super::{
    dialect::{Dialect, SqlDatabase},
    table::{MakeId, SqlFuture, SqlTable},
    text::{Names, Text},
};
use crate::{
    proof::Lockable,
    repository::{InsertWith, InsertedWith},
    store::{StoreError, StoreErrorKind},
};

/// The statements for it. What is bound to each, in its order, stands beside it.
#[derive(Clone, Debug)]
pub(super) struct IdTexts {
    /// The next number of the column's sequence.
    next: SqlStr,
    /// version: the id that probably comes, and the first version of a new row.
    pub(super) guess: SqlStr,
    /// columns, version.
    pub(super) insert: SqlStr,
    /// columns, version, id, version before: what belongs under the id that it has got.
    pub(super) fill: SqlStr,
}

impl IdTexts {
    pub(super) fn of<D: Dialect>(names: &Names) -> Self {
        let table = names.table::<D>();
        let id = &names.ids[0];
        let next = format!("SELECT nextval(pg_get_serial_sequence('{table}', '{id}'))");
        let guess = format!("SELECT CAST(COALESCE(MAX({}), 0) AS {}) + 1, ", D::quoted(id), D::INTEGER);
        let version = format!(" AND {} = ", D::quoted(&names.version));
        Self {
            next: Text::<D>::begin(&next).done(),
            guess: Text::<D>::begin(&guess).first_version().and(&format!(" FROM {table}")).done(),
            insert: names.insert_into::<D>(&names.columns).value().and(")").done(),
            fill: names.set::<D>().equal(&names.ids, "").and(&version).value().done(),
        }
    }
}

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
            let (Some(make_id), Some(texts)) = (&self.0.make_id, &self.0.texts.makes_ids) else {
                return Err(insert.unsupported());
            };
            let mut connection = self.failures(None).connected(acquiring.await)?;
            if D::HAS_SEQUENCES {
                return self.insert_numbered(&mut connection, texts, insert, &**make_id).await;
            }
            self.insert_guessed(&mut connection, texts, insert, &**make_id).await
        })
    }

    /// With the next number of the column's sequence.
    async fn insert_numbered(
        &self,
        connection: &mut D::Connection,
        texts: &IdTexts,
        insert: &InsertWith<'_, T>,
        make_id: &MakeId<T>,
    ) -> Result<InsertedWith<T>, StoreError> {
        let failures = self.failures(None);
        let next = self.prepared(&texts.next);
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
