use std::{fmt, str::FromStr};

use thiserror::Error;

/// The name of a table, with its schema or without: `locks`, `billing.locks`.
///
/// It is quoted wherever it stands, so a reserved word will do, and PostgreSQL takes upper and lower case for different.
///
/// ```
/// use lockproof::TableName;
///
/// assert!(TableName::new("billing.locks").is_ok());
/// let refused = TableName::new("locks; drop table accounts").expect_err("no name");
/// assert!(refused.to_string().contains("letters, digits and `_`"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TableName(Box<str>);

/// A text that is not the name of a table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{name:?} cannot be the name of a table: a name has 1 to {max} letters, digits and `_` of ASCII and does not begin \
     with a digit; one with a schema is `schema.table`",
    max = TableName::MAX_LEN
)]
pub struct InvalidTableName {
    name: String,
}

impl TableName {
    /// The longest name, and the longest schema, in bytes: what is shorter, and what is made of it, fits into every
    /// database.
    pub const MAX_LEN: usize = 48;

    /// A name.
    ///
    /// # Errors
    /// [`InvalidTableName`] if it has anything but ASCII letters, digits and `_`, begins with a digit, is empty, is
    /// longer than [`MAX_LEN`](Self::MAX_LEN), or has more than one `.`.
    pub fn new(name: &str) -> Result<Self, InvalidTableName> {
        let (schema, table) = match name.split_once('.') {
            Some((schema, table)) => (Some(schema), table),
            None => (None, name),
        };
        if schema.is_none_or(Self::is_identifier) && Self::is_identifier(table) {
            Ok(Self(name.into()))
        } else {
            Err(InvalidTableName { name: name.into() })
        }
    }

    /// `lockproof_locks`: what a lock store's table is called unless another name is given.
    pub fn locks() -> Self {
        Self::known("lockproof_locks")
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name of this crate's own.
    pub(crate) fn known(name: &'static str) -> Self {
        debug_assert!(Self::is_identifier(name));
        Self(name.into())
    }

    /// The schema, if there is one, and the table.
    pub(crate) fn parts(&self) -> (Option<&str>, &str) {
        match self.0.split_once('.') {
            Some((schema, table)) => (Some(schema), table),
            None => (None, &self.0),
        }
    }

    /// Whether this is a name without a schema; one of a column too.
    pub(crate) fn is_identifier(name: &str) -> bool {
        (1..=Self::MAX_LEN).contains(&name.len())
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }
}

impl FromStr for TableName {
    type Err = InvalidTableName;

    fn from_str(name: &str) -> Result<Self, InvalidTableName> {
        Self::new(name)
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_and_nothing_else() {
        for name in ["locks", "_l0cks", "app.locks", "order", "Locks", &"x".repeat(TableName::MAX_LEN)] {
            assert!(TableName::new(name).is_ok_and(|it| it.as_str() == name), "{name}");
        }
        let long = "x".repeat(TableName::MAX_LEN + 1);
        for name in ["", ".", "a.", ".b", "a.b.c", "1a", "a b", "a\"b", "a`b", "a;", "a-b", "é", "a\0", &long]
        {
            assert!(TableName::new(name).is_err(), "{name:?}");
        }
    }
}
