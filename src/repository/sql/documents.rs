//! Documents as an [`SqlTable`]: the key, the kind, and the entity as JSON.

use std::{any::type_name, fmt::Write, sync::Arc};

use sqlx::{SqlStr, error::BoxDynError};

use super::{
    column::{Column, IdColumn},
    dialect::SqlDatabase,
    table::{Inner, SqlTable, bind_all},
    text::{Names, Text, Texts},
};
use crate::{
    proof::{Lockable, Stored},
    store::{StoreError, TableName},
};

/// Where a scan finds its place again.
const PLACE: &str = "lockproof_place";

/// How an entity becomes a text and is made of one again.
pub(in crate::repository) struct Form<T> {
    pub(in crate::repository) write: fn(&T) -> serde_json::Result<String>,
    pub(in crate::repository) read: fn(&str) -> serde_json::Result<T>,
    /// Whether the connection, or the database, has another character set than UTF-8, so that only ASCII gets through.
    pub(in crate::repository) in_ascii: bool,
    /// The longest document that the server takes, in bytes.
    pub(in crate::repository) most: Option<usize>,
}

/// The statements for reading documents of one kind in the order of their insertion.
#[derive(Clone, Debug)]
pub(in crate::repository) struct Scan {
    kind: Arc<str>,
    /// kind, limit, offset.
    page: SqlStr,
    /// kind, place, limit: those behind a place.
    behind: SqlStr,
}

impl<T: Lockable, D: SqlDatabase> SqlTable<T, D> {
    /// A table of documents of all kinds, for those of one.
    pub(in crate::repository) fn of_documents(table: TableName, kind: &str, form: Form<T>) -> Self {
        let Form { write, read, in_ascii, most } = form;
        let kind: Arc<str> = kind.into();
        let names = Names {
            table,
            ids: vec!["key".into()],
            columns: vec!["kind".into(), "doc".into()],
            read: Vec::new(),
            fence: "fence".into(),
            version: "version".into(),
            locks: None,
            makes_ids: false,
        };
        let key = IdColumn {
            name: "key".into(),
            bind: Arc::new(|row, arguments| D::bind_key(arguments, row.key.as_str())),
            queried: None,
        };
        let kind = Column {
            name: "kind".into(),
            bind: Arc::new(move |_, arguments| D::bind_key(arguments, &kind)),
            queried: None,
        };
        let doc = Column {
            name: "doc".into(),
            bind: Arc::new(move |entity, arguments| {
                let text = write(entity)?;
                let text = if in_ascii { ascii(text) } else { text };
                fits(&text, most)?;
                D::bind_json(arguments, text)
            }),
            queried: None,
        };
        let read = move |row: &D::Row| {
            let missing = || sqlx::Error::ColumnNotFound("doc".into());
            let doc = D::text_of(row, "doc")?.ok_or_else(missing)?;
            read(&doc).map_err(|error| {
                let key = D::text_of(row, "key").ok().flatten().unwrap_or_default();
                let what = format!("the document of {key:?} is no `{}`: {error}", type_name::<T>());
                sqlx::Error::Decode(what.into())
            })
        };
        Self(Arc::new(Inner {
            texts: Texts::of::<D>(&names),
            names,
            ids: vec![key],
            columns: vec![kind, doc],
            make_id: None,
            pinned_to: None,
            read: Arc::new(read),
        }))
    }

    pub(in crate::repository) fn name(&self) -> &TableName {
        &self.0.names.table
    }

    /// The statements that read the documents of a kind.
    pub(in crate::repository) fn scan_of(&self, kind: &str) -> Scan {
        let (names, place) = (&self.0.names, D::SEQ);
        let (row, table) = (names.row::<D>(), names.table::<D>());
        let of_kind = || {
            Text::<D>::begin(&format!("SELECT {row}, {place} AS {PLACE} FROM {table} WHERE kind = ")).value()
        };
        let ordered = |text: Text<D>| text.and(&format!(" ORDER BY {place} LIMIT ")).value();
        let behind = of_kind().and(&format!(" AND {place} > ")).value();
        Scan {
            kind: kind.into(),
            page: ordered(of_kind()).and(" OFFSET ").value().done(),
            behind: ordered(behind).done(),
        }
    }

    /// A page of all documents of a kind.
    pub(in crate::repository) async fn page(
        &self,
        connection: &mut D::Connection,
        scan: &Scan,
        (offset, limit): (usize, Option<usize>),
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let numbers = [limit.map_or(i64::MAX, number), number(offset)];
        let found = self.scanned(connection, &scan.page, &scan.kind, numbers).await?;
        Ok(found.into_iter().map(|(_, stored)| stored).collect())
    }

    /// The next documents of a kind behind a place, and their places.
    pub(in crate::repository) async fn behind(
        &self,
        connection: &mut D::Connection,
        scan: &Scan,
        place: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Stored<T>)>, StoreError> {
        self.scanned(connection, &scan.behind, &scan.kind, [place, limit]).await
    }

    async fn scanned(
        &self,
        connection: &mut D::Connection,
        sql: &SqlStr,
        kind: &str,
        numbers: [i64; 2],
    ) -> Result<Vec<(i64, Stored<T>)>, StoreError> {
        let failures = self.failures(None);
        let mut statement = self.prepared(sql);
        let bound = D::bind_key(&mut statement.arguments, kind);
        bound.and_then(|()| bind_all(&mut statement, numbers)).map_err(|error| failures.value(error))?;
        let rows = D::fetch(connection, statement).await.map_err(|error| failures.sent(error))?;
        let place = |row| D::number(row, PLACE).map_err(|error| failures.row(error));
        rows.iter().map(|row| Ok((place(row)?, self.stored(row, failures)?))).collect()
    }
}

/// The same JSON without a character beyond ASCII. These are in strings alone, where they can be written by number.
fn ascii(json: String) -> String {
    if json.is_ascii() {
        return json;
    }
    let mut text = String::with_capacity(json.len() * 2);
    for character in json.chars() {
        if character.is_ascii() {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string does not fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

/// A server that is sent more than it takes says so by cutting the connection.
fn fits(document: &str, most: Option<usize>) -> Result<(), BoxDynError> {
    match most {
        Some(most) if document.len() > most => Err(format!(
            "the document has {} bytes, and the server takes {most} in one statement; raise its `max_allowed_packet`, or \
             keep large things elsewhere",
            document.len()
        )
        .into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_means_the_same() {
        let text = "ä \u{1F600} \"\\ \u{10FFFF} \0 a";
        let json = serde_json::to_string(text).expect("a text");
        let plain = ascii(json);
        assert!(plain.is_ascii(), "{plain}");
        assert_eq!(serde_json::from_str::<String>(&plain).expect("still JSON"), text);
    }
}
