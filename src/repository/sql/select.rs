//! What only reads: a row, and a query as SQL, as far as SQL means by it what Rust does.

use sqlx::{Acquire, error::BoxDynError};

use super::{
    column::{Compared, Identity, Queried},
    dialect::{Prepared, SqlDatabase},
    run,
    table::{SqlFuture, SqlTable, bind_all},
    text::Text,
};
use crate::{
    proof::{Lockable, Stored},
    repository::query::{Direction, Query},
    store::{StoreError, StoreErrorKind},
};

/// What is left to do in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// Nothing, unless the database takes for equal what Rust does not.
    Nothing,
    /// All.
    Select,
}

impl<T: Lockable, D: SqlDatabase> SqlTable<T, D> {
    /// Reads one entity, as [`Storage::find`](crate::Storage::find).
    ///
    /// # Errors
    /// [`StoreError`], with the table and the key.
    ///
    /// # Cancel safety
    /// Reads only.
    pub fn find<'a>(
        &'a self,
        on: impl Acquire<'a, Database = D> + 'a,
        id: &'a T::Id,
    ) -> SqlFuture<'a, Option<Stored<T>>> {
        let acquiring = on.acquire();
        Box::pin(async move {
            let key = T::lock_key(id)
                .map_err(|error| StoreError::new(StoreErrorKind::Rejected, "no such id").caused_by(error))?;
            let failures = self.failures(Some(&key));
            let (mut find, row) = (self.prepared(&self.0.texts.find), Identity { id, key: &key });
            self.bind_ids(&row, &mut find).map_err(|error| failures.value(error))?;
            let mut connection = failures.connected(acquiring.await)?;
            let rows = D::fetch(&mut connection, find).await.map_err(|error| failures.sent(error))?;
            let row = run::only_one(rows).map_err(|error| failures.sent(error))?;
            row.map(|row| self.stored(&row, failures)).transpose()
        })
    }

    /// Reads the entities that a query asks for, as [`Storage::find_all`](crate::Storage::find_all).
    ///
    /// The database does what it can: the conditions on columns that hold a field, the orders by such of them whose values
    /// it orders as Rust does (see [`ordered_column`](crate::SqlTableBuilder::ordered_column)), and with these the page. MySQL and
    /// MariaDB order texts by their first 1024 bytes alone, unless `max_sort_length` says otherwise.
    /// The rest is done in memory, over all rows that are left; so a page of a query that asks for more than columns
    /// reads them all.
    ///
    /// # Errors
    /// [`StoreError`], with the table.
    ///
    /// # Cancel safety
    /// Reads only.
    pub fn find_all<'a>(
        &'a self,
        on: impl Acquire<'a, Database = D> + 'a,
        query: &'a Query<T>,
    ) -> SqlFuture<'a, Vec<Stored<T>>> {
        let acquiring = on.acquire();
        Box::pin(async move {
            let failures = self.failures(None);
            let (select, left) = self.select(query, true).map_err(|error| failures.value(error))?;
            let mut connection = failures.connected(acquiring.await)?;
            let found = self.read_all(&mut connection, select).await?;
            if left == Left::Select {
                return Ok(query.select(found));
            }
            if found.iter().all(|stored| query.matches(&stored.entity)) {
                return Ok(found);
            }
            // A collation takes upper case for lower, say: then the page is not the one that was asked for.
            let (select, _) = self.select(query, false).map_err(|error| failures.value(error))?;
            Ok(query.select(self.read_all(&mut connection, select).await?))
        })
    }

    async fn read_all(
        &self,
        connection: &mut D::Connection,
        select: Prepared<D>,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let failures = self.failures(None);
        let rows = D::fetch(connection, select).await.map_err(|error| failures.sent(error))?;
        rows.iter().map(|row| self.stored(row, failures)).collect()
    }

    fn select(&self, query: &Query<T>, with_page: bool) -> Result<(Prepared<D>, Left), BoxDynError> {
        let names = &self.0.names;
        let mut arguments = D::Arguments::default();
        let mut left = if with_page { Left::Nothing } else { Left::Select };
        let mut text = Text::<D>::begin(&format!("SELECT {} FROM {}", names.row::<D>(), names.table::<D>()));
        let mut before = " WHERE ";
        for condition in query.filter_ref().conditions() {
            let compared = match self.queried(condition.field()) {
                Some((column, queried)) => {
                    (queried.bind)(condition, &mut arguments)?.map(|compared| (column, compared))
                }
                None => None,
            };
            let Some((column, compared)) = compared else {
                left = Left::Select;
                continue;
            };
            text = text.and(before).and(&D::quoted(column));
            text = match compared {
                Compared::ToNull => text.and(" IS NULL"),
                Compared::ToValue => text.and(" = ").value(),
            };
            before = " AND ";
        }

        let (offset, limit) = query.page();
        let is_page = offset > 0 || limit.is_some();
        let mut orders = Vec::new();
        for order in query.orders() {
            match self.queried(order.field()).filter(|(_, queried)| queried.ordered) {
                Some((column, queried)) => {
                    let descending = order.direction() == Direction::Descending;
                    orders.push(D::ordered(&D::quoted(column), &(queried.kind)(), descending));
                }
                None => left = Left::Select,
            }
        }
        // So that the pages of one query have each row once.
        if is_page {
            orders.extend(names.ids.iter().map(|id| D::quoted(id)));
        }
        if left == Left::Nothing && !orders.is_empty() || left == Left::Select && is_page {
            text = text.and(" ORDER BY ").and(&orders.join(", "));
        }
        let mut select = Prepared { sql: sqlx::SqlStr::from_static(""), arguments };
        if left == Left::Nothing && is_page {
            text = text.and(" LIMIT ").value().and(" OFFSET ").value();
            // Two of three databases have no offset without a limit.
            let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            bind_all(&mut select, [limit.map_or(i64::MAX, number), number(offset)])?;
        }
        select.sql = text.done();
        Ok((select, left))
    }

    /// The column that holds a field.
    fn queried(&self, field: &str) -> Option<(&str, &Queried<T, D>)> {
        let ids = self.0.ids.iter().map(|id| (id.name.as_str(), &id.queried));
        let columns = self.0.columns.iter().map(|column| (column.name.as_str(), &column.queried));
        let mut all = ids.chain(columns).filter_map(|(name, queried)| Some((name, queried.as_ref()?)));
        all.find(|(_, queried)| queried.field == field)
    }
}
