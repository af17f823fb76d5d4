//! SQL text only: the table of each database. The rows are numbered as they are inserted, and a document of a megabyte is
//! in the way of no key.

use crate::store::sql::{
    migrations::{Schema, Version},
    statements::Quote,
};

/// What the columns of a database are like.
const fn version(makes: &'static [&'static str], up: &'static str) -> Version {
    Version { makes, needed: true, up, down: "DROP TABLE IF EXISTS {table}" }
}

/// The row ids number the rows.
#[cfg(feature = "sqlite")]
pub(super) const SQLITE: Schema = Schema {
    of: "documents",
    quote: Quote::DOUBLE,
    versions: &[
        version(
            &["key text", "kind text", "doc text", "fence integer", "version integer"],
            "
CREATE TABLE IF NOT EXISTS {table} (
    key     TEXT    NOT NULL COLLATE BINARY PRIMARY KEY,
    kind    TEXT    NOT NULL COLLATE BINARY,
    doc     TEXT    NOT NULL,
    fence   INTEGER NOT NULL CHECK (typeof(fence) = 'integer'),
    version INTEGER NOT NULL CHECK (typeof(version) = 'integer')
)",
        ),
        Version {
            makes: &["{name}_kind"],
            needed: false,
            up: "CREATE INDEX IF NOT EXISTS {qualifier}{name}_kind ON \"{name}\" (kind)",
            down: "DROP INDEX IF EXISTS {qualifier}{name}_kind",
        },
    ],
    found: crate::store::sql::sqlite::schema::FOUND,
};

/// `json` keeps a document as it is; `jsonb` refuses texts with a NUL in them and changes numbers.
#[cfg(feature = "postgres")]
pub(super) const POSTGRES: Schema = Schema {
    of: "documents",
    quote: Quote::DOUBLE,
    versions: &[version(
        &["seq bigint", "key bytea", "kind bytea", "doc json", "fence bigint", "version bigint"],
        "
CREATE TABLE IF NOT EXISTS {table} (
    seq     bigint GENERATED ALWAYS AS IDENTITY,
    key     bytea  NOT NULL PRIMARY KEY,
    kind    bytea  NOT NULL,
    doc     json   NOT NULL,
    fence   bigint NOT NULL,
    version bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS {name}_kind ON {table} (kind, seq)",
    )],
    found: crate::store::sql::postgres::schema::FOUND,
};

/// The type `JSON` of MySQL changes numbers, and that of MariaDB is text.
#[cfg(feature = "mysql")]
pub(super) const MYSQL: Schema = Schema {
    of: "documents",
    quote: Quote::BACKTICK,
    versions: &[version(
        &[
            "seq bigint",
            "key varbinary(512)",
            "kind varbinary(512)",
            "doc longtext(4294967295)",
            "fence bigint",
            "version bigint",
        ],
        "
CREATE TABLE IF NOT EXISTS {table} (
    seq     BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `key`   VARBINARY(512) NOT NULL UNIQUE,
    kind    VARBINARY(512) NOT NULL,
    doc     LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    fence   BIGINT NOT NULL,
    version BIGINT NOT NULL,
    INDEX {name}_kind (kind, seq)
) ENGINE = InnoDB",
    )],
    found: crate::store::sql::mysql::schema::FOUND,
};
