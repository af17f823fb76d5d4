use std::sync::Arc;

use sqlx::{Database, FromRow};

use super::{
    column::{Column, IdColumn, SqlValue},
    dialect::SqlDatabase,
    table::{Inner, MakeId, SqlTable},
    text::{Names, Texts},
};
use crate::{
    proof::Lockable,
    repository::query::Field,
    store::{InvalidTableName, TableName},
};

/// A table that is being described. Made by [`SqlTable::builder`].
#[must_use = "`build()` makes the table of it"]
pub struct SqlTableBuilder<T: Lockable, D: SqlDatabase> {
    table: String,
    ids: Vec<IdColumn<T, D>>,
    columns: Vec<Column<T, D>>,
    read: Vec<String>,
    fence: String,
    version: String,
    make_id: Option<Arc<MakeId<T>>>,
}

/// What cannot be a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTable {
    /// A column's name is none.
    #[error(
        "{column:?} cannot be the name of a column of {table}: a name has 1 to {max} letters, digits and `_` of ASCII and \
         does not begin with a digit",
        max = TableName::MAX_LEN
    )]
    Column {
        /// The table.
        table: String,
        /// What was given as a name.
        column: String,
    },
    /// The table's name is none.
    #[error(transparent)]
    Name(#[from] InvalidTableName),
    /// There is nothing to find a row by.
    #[error("the table {table} has no id; name the column of the id, or each of them, by `.id(..)`")]
    NoId {
        /// The table.
        table: String,
    },
    /// Ids that the database makes are of one column.
    #[error("the database makes one number for an id, and the table {table} has {ids} columns for it")]
    ManyIds {
        /// The table.
        table: String,
        /// How many columns the id has.
        ids: usize,
    },
    /// A column is named twice. `fence` and `version` are columns of the library's own.
    #[error(
        "the table {table} has the column {column} twice; a table of which `fence` or `version` means something else gives \
         the lock other columns by `.fence(..)` and `.version(..)`"
    )]
    Twice {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
}

impl<T: Lockable, D: SqlDatabase> SqlTableBuilder<T, D> {
    pub(super) fn new(table: &str) -> Self {
        Self {
            table: table.into(),
            ids: Vec::new(),
            columns: Vec::new(),
            read: Vec::new(),
            fence: "fence".into(),
            version: "version".into(),
            make_id: None,
        }
    }

    /// A field of the id, in a column of its name: `.id(field!(Account.id), |id| id)`. For an id of several fields once
    /// for each: `.id(field!(Order.tenant), |id| &id.0).id(field!(Order.number), |id| &id.1)`.
    ///
    /// The columns together must be the table's primary key, or have a unique index.
    pub fn id<V: SqlValue<D>>(self, field: Field<T, V>, of: fn(&T::Id) -> &V) -> Self {
        self.id_named(column_of(field.name()), field, of)
    }

    /// A field of the id, in a column with another name.
    pub fn id_named<V: SqlValue<D>>(
        mut self,
        column: &str,
        field: Field<T, V>,
        of: fn(&T::Id) -> &V,
    ) -> Self {
        self.ids.push(IdColumn::of_field(column, field, of));
        self
    }

    /// A column of the id that is written as something else than the entity has:
    /// `.id_with("id", |id| id.to_string())`.
    pub fn id_with<V: SqlValue<D>>(
        mut self,
        column: &str,
        of: impl Fn(&T::Id) -> V + Send + Sync + 'static,
    ) -> Self {
        self.ids.push(IdColumn::made(column, of));
        self
    }

    /// A field, in a column of its name: `.column(field!(Account.balance))`.
    pub fn column<V: SqlValue<D>>(self, field: Field<T, V>) -> Self {
        self.column_named(column_of(field.name()), field)
    }

    /// A field, in a column with another name.
    pub fn column_named<V: SqlValue<D>>(mut self, column: &str, field: Field<T, V>) -> Self {
        self.columns.push(Column::of_field(column, field));
        self
    }

    /// A column that is written as something else than the entity has: `.column_with("tags", |it| Json(it.tags.clone()))`.
    /// A query that asks for it is answered in memory.
    pub fn column_with<V: SqlValue<D>>(
        mut self,
        column: &str,
        of: impl Fn(&T) -> V + Send + Sync + 'static,
    ) -> Self {
        self.columns.push(Column::made(column, move |entity| Ok(of(entity))));
        self
    }

    /// A field of a type that the database orders as its `Ord` does, in a column of its name; so a time, or a number with
    /// a type of its own. An order by it is left to the database then, as it is for numbers, texts and truth values
    /// anyway.
    pub fn ordered_column<V: SqlValue<D> + Ord>(mut self, field: Field<T, V>) -> Self {
        let mut column = Column::of_field(column_of(field.name()), field);
        column.queried.iter_mut().for_each(|queried| queried.ordered = true);
        self.columns.push(column);
        self
    }

    /// A column that is read and never written, since the database fills it.
    pub fn read_only(mut self, column: &str) -> Self {
        self.read.push(column.into());
        self
    }

    /// The column of the lock's token, if it is not called `fence`: a 64-bit number, not NULL.
    pub fn fence(self, column: &str) -> Self {
        Self { fence: column.into(), ..self }
    }

    /// The column of the row's version, if it is not called `version`: a 64-bit number, not NULL.
    pub fn version(self, column: &str) -> Self {
        Self { version: column.into(), ..self }
    }

    /// The database makes the ids, and this makes a `T::Id` of its number:
    /// [`insert_with`](crate::RepositoryExt::insert_with) asks for them. The column is `BIGSERIAL` or an identity column
    /// in PostgreSQL, `AUTO_INCREMENT` in MySQL and MariaDB, `INTEGER PRIMARY KEY` in SQLite.
    pub fn makes_ids(self, id: impl Fn(i64) -> T::Id + Send + Sync + 'static) -> Self {
        Self { make_id: Some(Arc::new(id)), ..self }
    }

    /// The table, of which a row is read by `#[derive(sqlx::FromRow)]` on the entity.
    ///
    /// # Errors
    /// [`InvalidTable`].
    pub fn build(self) -> Result<SqlTable<T, D>, InvalidTable>
    where
        T: for<'r> FromRow<'r, D::Row>,
    {
        self.build_with(|row| T::from_row(row))
    }

    /// The table, of which a row is read by a function: `|row| Ok(Account { id: row.try_get("id")?, .. })`.
    ///
    /// # Errors
    /// [`InvalidTable`].
    pub fn build_with(
        self,
        read: impl Fn(&<D as Database>::Row) -> sqlx::Result<T> + Send + Sync + 'static,
    ) -> Result<SqlTable<T, D>, InvalidTable> {
        let names = self.names()?;
        let texts = Texts::of::<D>(&names);
        let Self { ids, columns, make_id, .. } = self;
        Ok(SqlTable(Arc::new(Inner {
            names,
            texts,
            ids,
            columns,
            make_id,
            read: Arc::new(read),
            pinned_to: None,
        })))
    }

    fn names(&self) -> Result<Names, InvalidTable> {
        let table = TableName::new(&self.table)?;
        let ids: Vec<_> = self.ids.iter().map(|id| id.name.clone()).collect();
        let columns: Vec<_> = self.columns.iter().map(|column| column.name.clone()).collect();
        let mut seen = Vec::new();
        for name in ids.iter().chain(&columns).chain(&self.read).chain([&self.fence, &self.version]) {
            if !TableName::is_identifier(name) {
                return Err(InvalidTable::Column { table: self.table.clone(), column: name.clone() });
            }
            // To SQL, `Id` and `id` are one column unless they are quoted, and in two of three databases even then.
            let folded = name.to_ascii_lowercase();
            if seen.contains(&folded) {
                return Err(InvalidTable::Twice { table: self.table.clone(), column: name.clone() });
            }
            seen.push(folded);
        }
        if ids.is_empty() {
            return Err(InvalidTable::NoId { table: self.table.clone() });
        }
        if self.make_id.is_some() && ids.len() > 1 {
            return Err(InvalidTable::ManyIds { table: self.table.clone(), ids: ids.len() });
        }
        Ok(Names {
            table,
            ids,
            columns,
            read: self.read.clone(),
            fence: self.fence.clone(),
            version: self.version.clone(),
            locks: None,
            makes_ids: self.make_id.is_some(),
        })
    }
}

/// The column of a field: its name, without what lets a word of Rust be a name.
fn column_of(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}
