//! SQL text only, for MariaDB 10.6 and MySQL 8 alike; `{table}` is the name of the table. The `?` are in the order in
//! which the calls bind.
//!
//! A lock runs while it has an owner and `expires_at` lies ahead. Its row stays when it is free, so that its token never
//! falls; `expires_at` then says since when. Tokens are microseconds since 1970 or one more than the last. Every
//! statement is a transaction of its own, whatever the isolation level, and within one of them "now" stands still.
//!
//! No statement waits for a row: it is looked for by `FOR UPDATE SKIP LOCKED` and changed by the same statement. The
//! `LIMIT` keeps that search a step of its own, and the forced index keeps a small table from being gone through as a whole,
//! which would wait for other rows. A statement that never waits with a row in its hand is in no deadlock.
//! No database of this make has `UPDATE .. RETURNING`; the token comes back as `LAST_INSERT_ID`, with the answer.
//!
//! What only one of them understands stands in comments that the other one skips: `/*M! */` is for MariaDB,
//! `/*!80001 */` and hints (`/*+ */`) for MySQL.

use crate::store::sql::{
    migrations::{Schema, Version},
    statements::Quote,
};

/// How long MariaDB may take over what follows. MySQL ends reads that last too long, and bounds waits for others. Safe
/// updates are for people who forget a WHERE, and no statement here does.
macro_rules! within {
    () => {
        "/*M!100600 SET STATEMENT max_statement_time = {seconds}, sql_safe_updates = 0 FOR */ "
    };
}

macro_rules! read {
    () => {
        concat!(
            within!(),
            "SELECT /*+ MAX_EXECUTION_TIME({millis}) SET_VAR(lock_wait_timeout = {whole_seconds}) */ "
        )
    };
}

macro_rules! write {
    ($verb:literal) => {
        concat!(
            within!(),
            $verb,
            " /*+ SET_VAR(lock_wait_timeout = {whole_seconds}) SET_VAR(sql_safe_updates = 0) */ "
        )
    };
}

/// Changes the row with this key if the condition holds and nobody else has it in hand.
macro_rules! update {
    ($condition:expr, $set:expr) => {
        concat!(
            write!("UPDATE"),
            "(SELECT `key` FROM {table} WHERE `key` = ? AND ",
            $condition,
            " LIMIT 1 FOR UPDATE SKIP LOCKED) AS found STRAIGHT_JOIN {table} AS held FORCE INDEX (PRIMARY) ON held.`key` = found.`key` SET ",
            $set
        )
    };
}

/// Lines of a JSON array as a table, their texts as hexadecimal numbers, so that nobody converts them.
macro_rules! lines {
    () => {
        "JSON_TABLE(?, '$[*]' COLUMNS (line_key VARCHAR(1024) CHARACTER SET ascii PATH '$[0]', line_owner \
         VARCHAR(510) CHARACTER SET ascii PATH '$[1]', line_ttl BIGINT PATH '$[2]')) AS line"
    };
}

/// Changes or deletes the rows of these lines if the condition holds and nobody else has them in hand.
macro_rules! each {
    ($verb:literal $of:literal, $condition:expr, $set:literal $($more:expr)?) => {
        concat!(
            write!($verb),
            $of,
            "(SELECT it.`key`, line.line_ttl FROM ",
            lines!(),
            " STRAIGHT_JOIN {table} AS it FORCE INDEX (PRIMARY) ON it.`key` = UNHEX(line.line_key) WHERE ",
            $condition,
            " LIMIT 100000 FOR UPDATE /*!80001 OF it */ SKIP LOCKED) AS found \
             STRAIGHT_JOIN {table} AS held FORCE INDEX (PRIMARY) ON held.`key` = found.`key`",
            $set,
            $($more)?
        )
    };
}

/// The store's clock, whatever the time zone of the session.
macro_rules! now {
    () => {
        "UTC_TIMESTAMP(6)"
    };
}

/// The same in microseconds since 1970.
macro_rules! micros {
    () => {
        "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))"
    };
}

/// The expiry of a lock whose ttl is this, in microseconds; NULL is never.
macro_rules! expiry {
    ($ttl:literal) => {
        concat!("COALESCE(UTC_TIMESTAMP(6) + INTERVAL ", $ttl, " MICROSECOND, '9999-12-31')")
    };
}

/// Text in UTF-8, whatever the character set of the connection.
macro_rules! text {
    () => {
        "CONVERT(? USING utf8mb4)"
    };
}

/// The columns that `LockRow` reads, and `until`: the expiry in microseconds since 1970.
macro_rules! row {
    () => {
        concat!(
            "`key`, owner, CAST(label AS BINARY) AS label, token, CAST(asked AS BINARY) AS asked, ",
            "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', acquired_at) AS since, ",
            "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', expires_at) AS until, ",
            // A date that is none (`0000-00-00`) lies behind us, and is not never.
            "IF(expires_at >= '9999-12-31', NULL, ",
            "COALESCE(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), expires_at), 0)) AS remaining"
        )
    };
}

pub(super) const SCHEMA: Schema =
    Schema { of: "locks", quote: Quote::BACKTICK, versions: &[TABLE], found: FOUND };

/// `VARBINARY` compares bytes: case, accents and trailing blanks count. A column of another type would not fail; keys
/// would be cut, or taken for one another. So the types are looked at as well.
const TABLE: Version = Version {
    makes: &[
        "key varbinary(512)",
        "owner varbinary(255)",
        "label varchar(255)",
        "token bigint",
        "acquired_at datetime(6)",
        "expires_at datetime(6)",
        "asked varchar(255)",
    ],
    needed: true,
    up: "
CREATE TABLE IF NOT EXISTS {table} (
    `key`       VARBINARY(512) NOT NULL PRIMARY KEY,
    owner       VARBINARY(255),
    label       VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    token       BIGINT NOT NULL CHECK (token BETWEEN 1 AND 9007199254740992),
    acquired_at DATETIME(6) NOT NULL,
    expires_at  DATETIME(6) NOT NULL,
    asked       VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
) ENGINE = InnoDB",
    down: "DROP TABLE IF EXISTS {table}",
};

/// The columns of the table, with their types.
pub(crate) const FOUND: &str = "SELECT CAST(CONCAT(LOWER(COLUMN_NAME), ' ', LOWER(DATA_TYPE), COALESCE(CONCAT('(', \
     COALESCE(CHARACTER_MAXIMUM_LENGTH, DATETIME_PRECISION), ')'), '')) AS BINARY) AS found \
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = COALESCE({schema}, DATABASE()) AND TABLE_NAME = '{name}'";

/// key, label, ttl, owner: takes a lock that is free or has lapsed, if it was ever taken before.
const TAKE: &str = update!(
    concat!("(owner IS NULL OR expires_at <= ", now!(), ") AND token < 9007199254740992"),
    concat!(
        "held.token = LAST_INSERT_ID(GREATEST(held.token + 1, ",
        micros!(),
        ")), held.label = ",
        text!(),
        ", held.acquired_at = ",
        now!(),
        ", held.expires_at = ",
        expiry!("?"),
        ", held.asked = NULL, held.owner = ?"
    )
);

/// key, owner, label, ttl: takes a lock that was never taken before. If somebody is faster, no row is hit.
const TAKE_FIRST: &str = concat!(
    write!("INSERT"),
    "IGNORE INTO {table} (`key`, owner, label, token, acquired_at, expires_at) VALUES (?, ?, ",
    text!(),
    ", LAST_INSERT_ID(",
    micros!(),
    "), ",
    now!(),
    ", ",
    expiry!("?"),
    ")"
);

/// key, owner, ttl: takes again what the owner has.
const TAKE_AGAIN: &str = update!(
    concat!("owner = ? AND expires_at > ", now!()),
    concat!(
        "held.token = LAST_INSERT_ID(held.token), held.expires_at = GREATEST(held.expires_at, ",
        expiry!("?"),
        ")"
    )
);

/// key, owner, ttl.
const EXTEND: &str =
    update!(concat!("owner = ? AND expires_at > ", now!()), concat!("held.expires_at = ", expiry!("?")));

/// Lines of key, owner and ttl, each key once.
const EXTEND_ALL: &str = each!(
    "UPDATE" "",
    concat!("it.owner = UNHEX(line.line_owner) AND it.expires_at > ", now!()),
    " SET held.expires_at = " expiry!("found.line_ttl")
);

/// key, owner.
const RELEASE: &str = update!(
    concat!("owner = ? AND expires_at > ", now!()),
    concat!("held.owner = NULL, held.asked = NULL, held.expires_at = ", now!())
);

/// Lines of key and owner, each key once.
const RELEASE_ALL: &str = each!(
    "UPDATE" "",
    concat!("it.owner = UNHEX(line.line_owner) AND it.expires_at > ", now!()),
    " SET held.owner = NULL, held.asked = NULL, held.expires_at = " now!()
);

/// key, from, to, to, above, above, above, to, label, ttl, to: nothing if `to` has it already under a token above that.
const ROTATE: &str = update!(
    concat!(
        "owner IN (?, ?) AND NOT (owner = ? AND token > ?) AND GREATEST(token, ?) < 9007199254740992 \
         AND expires_at > ",
        now!()
    ),
    concat!(
        "held.token = LAST_INSERT_ID(GREATEST(held.token + 1, ? + 1, ",
        micros!(),
        ")), held.asked = IF(held.owner = ?, held.asked, NULL), held.label = ",
        text!(),
        ", held.acquired_at = ",
        now!(),
        ", held.expires_at = ",
        expiry!("?"),
        // Last: what stands before it would see the new one.
        ", held.owner = ?"
    )
);

/// key, token of the grant that is to end.
const FORCE: &str = update!(
    concat!("owner IS NOT NULL AND token = ? AND token < 9007199254740992 AND expires_at > ", now!()),
    concat!(
        "held.token = LAST_INSERT_ID(GREATEST(held.token + 1, ",
        micros!(),
        ")), held.owner = NULL, held.asked = NULL, held.expires_at = ",
        now!()
    )
);

/// key, reason.
const ASK: &str =
    update!(concat!("owner IS NOT NULL AND expires_at > ", now!()), concat!("held.asked = ", text!()));

/// key: the row, free or not.
const FIND: &str = concat!(read!(), row!(), " FROM {table} WHERE `key` = ?");

/// Lines of keys: their rows, free or not.
const FIND_ALL: &str = concat!(
    read!(),
    row!(),
    " FROM ",
    lines!(),
    " STRAIGHT_JOIN {table} AS it FORCE INDEX (PRIMARY) ON it.`key` = UNHEX(line.line_key)"
);

/// first, end, after, limit: the locks that run from `first` up to `end`, but for `after`.
const LIST: &str = concat!(
    read!(),
    row!(),
    " FROM {table} WHERE `key` >= ? AND `key` < ? AND `key` <> ? AND owner IS NOT NULL AND expires_at > ",
    now!(),
    " ORDER BY `key` LIMIT ?"
);

/// Whether a row has been free for this many microseconds, and its token lies below the clock by as much.
macro_rules! idle {
    ($idle:literal) => {
        concat!(
            "expires_at < ",
            now!(),
            " - INTERVAL ",
            $idle,
            " MICROSECOND AND token < ",
            micros!(),
            " - ",
            $idle
        )
    };
}

/// idle, idle, after, limit: the rows behind a key, and whether they can go.
const LOOK_FOR_IDLE: &str =
    concat!(read!(), "`key`, ", idle!("?"), " AS idle FROM {table} WHERE `key` > ? ORDER BY `key` LIMIT ?");

/// Lines of key, anything and idle.
const PRUNE: &str = each!("DELETE" "held FROM ", idle!("line.line_ttl"), "");

statements! {
    within Quote::BACKTICK,
    Statements {
        take: TAKE,
        take_first: TAKE_FIRST,
        take_again: TAKE_AGAIN,
        extend: EXTEND,
        extend_all: EXTEND_ALL,
        release: RELEASE,
        release_all: RELEASE_ALL,
        rotate: ROTATE,
        force: FORCE,
        ask: ASK,
        find: FIND,
        find_all: FIND_ALL,
        list: LIST,
        look_for_idle: LOOK_FOR_IDLE,
        prune: PRUNE,
    }
}
