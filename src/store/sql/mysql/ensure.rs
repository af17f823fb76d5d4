use super::{Inner, connection::misconfigured, schema::SHAPE};
use crate::store::{
    StoreError,
    sql::row::{Columns, damaged},
};

impl Inner {
    /// Makes the table if it is not there and looks whether it has the right columns. A table that is there is not asked to
    /// be made, since that needs a right of its own.
    pub(super) async fn ensure_schema(&self) -> Result<(), StoreError> {
        if !self.has_table().await? {
            self.database.write(|| sqlx::query(self.sql.schema.clone())).await?;
            self.check_schema().await?;
        }
        Ok(())
    }

    /// Looks whether the table is there and has the right columns.
    pub(super) async fn check_schema(&self) -> Result<(), StoreError> {
        match self.has_table().await? {
            true => Ok(()),
            false => Err(misconfigured(format!(
                "{}: there is no table {}; make it first: `ensure_schema()` does, and `MySqlStore::SCHEMA` is the text",
                self.database.address(),
                self.table
            ))),
        }
    }

    /// Whether there is such a table; an error if it is one of another shape, on which locks would go wrong in silence: a
    /// key that is no `VARBINARY` is the same in upper and lower case.
    async fn has_table(&self) -> Result<bool, StoreError> {
        let Some(rows) = self.database.read_if_there(|| sqlx::query(self.sql.columns.clone())).await? else {
            return Ok(false);
        };
        let mut found = Vec::new();
        for row in &rows {
            let read = || -> Result<_, sqlx::Error> { Ok((row.text("Field")?, row.text("Type")?)) };
            let (name, kind) = read().map_err(|error| damaged("?", error.into()))?;
            found.push((name.unwrap_or_default(), kind.unwrap_or_default().to_lowercase()));
        }
        let is_there = |(name, kind): &(&str, &str)| {
            found.iter().any(|(is, of)| is.eq_ignore_ascii_case(name) && of.starts_with(kind))
        };
        match SHAPE.iter().find(|column| !is_there(column)) {
            None => Ok(true),
            Some((name, kind)) => {
                let found: Vec<_> = found.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
                Err(misconfigured(format!(
                    "{}: the table {} is one of another shape: it has no column `{name} {kind}`, but {}; rename it, or \
                     give the locks a table of another name",
                    self.database.address(),
                    self.table,
                    found.join(", ")
                )))
            }
        }
    }
}
