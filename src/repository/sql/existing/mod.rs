//! A table that has rows and other writers already: what it lacks, as SQL text, and how that is run.
//!
//! A write of somebody who knows nothing of locks leaves fence and version as they are, so a holder who has read before it
//! would overwrite it. The trigger raises the version on such a write, and by so much that no save in doubt takes the
//! row for its own: that one accepts the versions that its own earlier attempts may have left.

#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use crate::store::{StoreError, StoreErrorKind, TableName, sql::statements::Quote};

/// By how much the version rises with a foreign write: by more than there are ever saves in doubt.
const FOREIGN_STEP: u32 = 1_000_000;

/// The version of a row that was there before the column, until it is first saved.
const FIRST_VERSION: u32 = 1;

/// A table of the user's, by the names that the text needs. Each was checked to be a name.
#[derive(Clone, Copy, Debug)]
pub struct Existing<'a> {
    pub(crate) table: &'a TableName,
    /// The columns of the id.
    pub(crate) id: &'a [String],
    /// The columns of the entity that a save writes.
    pub(crate) columns: &'a [String],
    /// None where the row of the lock is pinned.
    pub(crate) fence: Option<&'a String>,
    pub(crate) version: &'a String,
}

/// One thing that a table may lack, and what makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    pub(crate) what: What,
    pub(crate) name: String,
    pub(crate) statements: Vec<String>,
    /// What must still be SQL when it is made: only SQLite makes triggers without looking at what they name.
    pub(crate) check: Option<String>,
}

impl Lacking {
    fn column(name: &str, statements: Vec<String>) -> Self {
        Self { what: What::Column, name: name.into(), statements, check: None }
    }
}

/// What to look for in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(unreachable_pub, reason = "a field of what is public")]
pub enum What {
    Column,
    /// The default of the column with this name, if it still is the one that it was added with.
    #[cfg_attr(not(feature = "mysql"), allow(dead_code, reason = "elsewhere it comes with the column"))]
    Default,
    Trigger,
}

impl Existing<'_> {
    /// The name of a trigger of this table. Triggers fire in the order of their names or of their making, and ours has to
    /// see what the others have changed. The text is part of the name, so that one for other columns is another one.
    fn trigger(&self, text: &str) -> String {
        // FNV-1a, since it has to be the same in every build.
        let hash = text
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        format!("zz_lp_{}_{hash:08x}", self.table.parts().1)
    }

    /// `NEW` and `OLD` have the same fence and version: whoever wrote knows nothing of locks.
    fn is_foreign(&self, quote: Quote) -> String {
        let same = |name: &str| format!("NEW.{0} = OLD.{0}", quote.name(name));
        self.fence.iter().chain([&self.version]).map(|name| same(name)).collect::<Vec<_>>().join(" AND ")
    }

    /// Something for each of the columns.
    fn each(&self, text: impl Fn(&str) -> String, between: &str) -> String {
        self.columns.iter().map(|column| text(column)).collect::<Vec<_>>().join(between)
    }
}

/// A column that is there already and is not what it has to be.
fn wrong_type(table: &TableName, column: &str, found: &str) -> StoreError {
    let what = format!(
        "the column {column:?} of {table} is of the type {found}, and fences and versions have 64 bits and a sign; change its type, \
         or name another column"
    );
    StoreError::new(StoreErrorKind::Misconfigured, what)
}

/// Statements as one text to copy.
pub(crate) fn text(lacking: &[Lacking]) -> String {
    lacking.iter().flat_map(|it| &it.statements).map(|statement| format!("{statement};\n")).collect()
}

#[cfg(all(test, unix))]
mod foreign;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_for_other_columns_has_another_name() {
        let table = TableName::new("billing.accounts").expect("a name");
        let (id, columns, version) = (["id".to_owned()], ["a".to_owned()], "v".to_owned());
        let existing = Existing { table: &table, id: &id, columns: &columns, fence: None, version: &version };
        let name = existing.trigger("a, b");
        assert!(name.starts_with("zz_lp_accounts_") && name != existing.trigger("a, c"), "{name}");
        let long = TableName::new(&"x".repeat(TableName::MAX_LEN)).expect("a name");
        assert!(Existing { table: &long, ..existing }.trigger("").len() <= 63, "the shortest limit");
    }
}
