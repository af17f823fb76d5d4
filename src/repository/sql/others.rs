//! What a table needs that has rows and other writers already.

use super::{
    dialect::SqlDatabase,
    existing::{self, Existing, Lacking},
    pooled::Pooled,
    table::{SqlFuture, SqlTable},
};
use crate::proof::Lockable;

impl<T: Lockable, D: SqlDatabase> SqlTable<T, D> {
    /// The columns for locks that the table lacks, as SQL text for a migration: `fence` and `version`, with defaults, so
    /// that rows that are there can be read and the first lock stamps them, and so that programs which know nothing of
    /// these columns go on inserting. A table that is [`pinned`](Self::pinned) needs the version alone.
    ///
    /// Rows that are there keep their place: nothing is copied. Rows that are inserted later begin with the database's clock
    /// for a version, as they do here, so that a row that is deleted and made again has another one.
    ///
    /// [`Pooled::add_columns`] does it by itself.
    pub fn columns_sql(&self) -> String {
        existing::text(&self.lacking().0)
    }

    /// A trigger for a table that other programs write to without a lock, as SQL text for a migration.
    ///
    /// It raises the version whenever somebody changes a column of the entity and leaves fence and version as they are,
    /// so that a holder who has read before that is told [`StaleVersion`](crate::SaveError::StaleVersion), where he would
    /// have overwritten it. By a million: a save in doubt takes the next versions for its own. Columns that the entity
    /// does not have may be written by anybody, since a save does not touch them.
    ///
    /// Without it a write beside the lock is noticed only if it raises the version itself; with it no program has to know.
    /// [`Pooled::add_trigger`] makes it. Its name begins with `zz_lp_` and goes with the columns: when the entity gets
    /// another one, there is another trigger to make, beside the one that is there.
    pub fn trigger_sql(&self) -> String {
        existing::text(&self.trigger())
    }

    /// None for an entity that is its id alone: there is nothing in it to overwrite.
    fn trigger(&self) -> Vec<Lacking> {
        if self.0.names.columns.is_empty() { Vec::new() } else { vec![self.lacking().1] }
    }

    fn lacking(&self) -> (Vec<Lacking>, Lacking) {
        let names = &self.0.names;
        D::lacking(&Existing {
            table: &names.table,
            id: &names.ids,
            columns: &names.columns,
            fence: names.locks.is_none().then_some(&names.fence),
            version: &names.version,
        })
    }
}

impl<T: Lockable, D: SqlDatabase> Pooled<T, D> {
    /// Adds the columns for locks that the table lacks (see [`SqlTable::columns_sql`]); does nothing to those that it has.
    /// Any number of processes may do so at once. Each column waits until no transaction has the table in use, and who comes
    /// to the table meanwhile waits behind it, in PostgreSQL, MySQL and MariaDB.
    ///
    /// # Errors
    /// [`Misconfigured`](crate::StoreErrorKind::Misconfigured) if there is no such table, the role must not change it, or
    /// a column of this name is of another type than a 64-bit number.
    ///
    /// # Cancel safety
    /// Some of it may have been done; the next call does the rest.
    pub fn add_columns(&self) -> SqlFuture<'_, ()> {
        self.ensure(self.table().lacking().0)
    }

    /// Makes the trigger that raises the version on a write without the lock (see [`SqlTable::trigger_sql`]), if it is
    /// not there.
    ///
    /// # Errors
    /// As for [`add_columns`](Self::add_columns). MySQL with a binary log asks for more rights than those on the table, or
    /// for `log_bin_trust_function_creators`.
    ///
    /// # Cancel safety
    /// It may have been made.
    pub fn add_trigger(&self) -> SqlFuture<'_, ()> {
        self.ensure(self.table().trigger())
    }

    fn ensure(&self, wanted: Vec<Lacking>) -> SqlFuture<'_, ()> {
        Box::pin(async move { D::ensure(self.pool(), &self.table().0.names.table, &wanted).await })
    }
}
