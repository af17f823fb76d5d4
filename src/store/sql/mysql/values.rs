//! What goes into statements and comes out of rows. Text goes as bytes, which no character set of a connection changes.

use sqlx::{Row, mysql::MySqlRow};

use crate::{model::Ttl, store::sql::row::Columns};

/// Text as SQL has it.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// Text as a JSON document has it, which is text itself.
pub(super) fn hex(text: &str) -> String {
    use std::fmt::Write;

    let mut digits = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// A ttl as SQL has it; `None` is never.
pub(super) fn micros(ttl: Ttl) -> Option<i64> {
    ttl.as_millis().map(|millis| millis * 1000)
}

impl Columns for MySqlRow {
    fn text(&self, column: &'static str) -> Result<Option<String>, sqlx::Error> {
        let bytes: Option<Vec<u8>> = self.try_get(column)?;
        let wrong = |error| sqlx::Error::ColumnDecode { index: column.into(), source: Box::new(error) };
        bytes.map(String::from_utf8).transpose().map_err(wrong)
    }

    fn number(&self, column: &'static str) -> Result<Option<i64>, sqlx::Error> {
        self.try_get(column)
    }
}
