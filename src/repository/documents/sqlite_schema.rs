//! SQL text only. `?` numbers are in the order in which `sqlite.rs` binds.

use crate::store::sql::sqlite::schema::now;

/// The row ids give an order of insertion, and keep documents of a megabyte out of the tree of keys.
pub(super) const SCHEMA: [&str; 2] = [
    "
CREATE TABLE IF NOT EXISTS lockproof_documents (
    key     TEXT    NOT NULL COLLATE BINARY PRIMARY KEY,
    kind    TEXT    NOT NULL COLLATE BINARY,
    doc     TEXT    NOT NULL,
    fence   INTEGER NOT NULL CHECK (typeof(fence) = 'integer'),
    version INTEGER NOT NULL CHECK (typeof(version) = 'integer')
)",
    "CREATE INDEX IF NOT EXISTS lockproof_documents_kind ON lockproof_documents (kind)",
];

/// Fails if a table of this name has other columns.
pub(super) const PROBE: &str = "SELECT key, kind, doc, fence, version FROM lockproof_documents LIMIT 0";

/// key.
pub(super) const FIND: &str = "SELECT doc, version FROM lockproof_documents WHERE key = ?1";

/// kind.
pub(super) const SCAN: &str =
    "SELECT key, doc, version FROM lockproof_documents WHERE kind = ?1 ORDER BY rowid";

/// key, fence, below.
pub(super) const CLAIM: &str =
    "UPDATE lockproof_documents SET fence = ?2 WHERE key = ?1 AND fence < ?3 RETURNING doc, version";

/// key, kind, doc, version: the version that was asked for or the database's clock, whichever is higher. (`WHERE true`
/// keeps the parser from reading `ON` as part of a join.)
pub(super) const INSERT: &str = concat!(
    "INSERT INTO lockproof_documents (key, kind, doc, fence, version) SELECT ?1, ?2, ?3, 0, max(?4, ",
    now!(),
    " * 1000) WHERE true ON CONFLICT (key) DO NOTHING RETURNING version"
);

/// key, fence, first version, last version, doc, new version.
pub(super) const UPDATE: &str = "UPDATE lockproof_documents SET doc = ?5, version = ?6 \
     WHERE key = ?1 AND fence = ?2 AND version BETWEEN ?3 AND ?4 RETURNING version";

/// key, fence, first version, last version.
pub(super) const DELETE: &str = "DELETE FROM lockproof_documents \
     WHERE key = ?1 AND fence = ?2 AND version BETWEEN ?3 AND ?4 RETURNING version";

/// key: why a write did not hit.
pub(super) const WHY: &str = "SELECT fence, version FROM lockproof_documents WHERE key = ?1";
