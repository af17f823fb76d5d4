//! SQL text only; `{table}` is the name of the table. `$` numbers are in the order in which `ops.rs` and `batch.rs` bind.
//!
//! A lock runs while it has an owner and `expires_at` lies ahead. Its row stays when it is free, so that its token never
//! falls. Tokens are microseconds or one more than the last. Every statement is a transaction of its own.
//!
//! A statement that changes a row first takes the row's lock, and passes by a row that another transaction has
//! (`SKIP LOCKED`): a save may pin it for long, and who waits for that holds up others. The UPDATE then joins the rows
//! that were taken, and is no write at all where there are none. Each data-modifying part sees the table as it was
//! before the statement, and `seen` too.

use crate::store::sql::{
    migrations::{Schema, Version},
    statements::Quote,
};

/// The token of now: microseconds since 1970. Not `now()`, which stands still in a transaction.
macro_rules! micros {
    () => {
        "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
    };
}

/// The expiry of a lock whose ttl in milliseconds is bound as this; NULL is never.
macro_rules! expiry {
    ($ttl:literal) => {
        concat!("COALESCE(clock_timestamp() + ", $ttl, " * interval '1 millisecond', 'infinity')")
    };
}

/// The columns that `LockRow` reads. Whatever somebody has written to the row, the numbers fit.
macro_rules! row {
    () => {
        "key, owner, label, token, asked, \
         (LEAST(GREATEST(extract(epoch FROM acquired_at), 0), 10000000000) * 1000000)::bigint AS since, \
         CASE WHEN expires_at <> 'infinity' THEN (LEAST(GREATEST(extract(epoch FROM expires_at) - \
         extract(epoch FROM clock_timestamp()), -1), 10000000000) * 1000000)::bigint END AS remaining"
    };
}

macro_rules! runs {
    ($held:literal) => {
        concat!($held, "owner IS NOT NULL AND ", $held, "expires_at > clock_timestamp()")
    };
}

/// `seen`: the row of key `$1` as it was.
macro_rules! seen {
    () => {
        concat!("seen AS MATERIALIZED (SELECT ", row!(), " FROM {table} WHERE key = $1)")
    };
}

/// `mine`: the row of key `$1`, locked, if this is true of it and no other transaction has it.
macro_rules! mine {
    ($condition:expr) => {
        concat!(
            "mine AS MATERIALIZED (SELECT key FROM {table} WHERE key = $1 AND ",
            $condition,
            " FOR NO KEY UPDATE SKIP LOCKED)"
        )
    };
}

/// One row always: what was `granted`, and what was there before.
macro_rules! with_what_was_seen {
    ($granted:literal) => {
        concat!("SELECT ", $granted, " AS granted, seen.* FROM (SELECT 1) AS one LEFT JOIN seen ON true")
    };
}

/// Where releases of this table are announced. A number: names may be longer than a channel's, and the same table can be
/// named with its schema and without.
macro_rules! channel {
    () => {
        "'lockproof_' || '{table}'::regclass::oid"
    };
}

/// What stands for a key where everybody may read it.
macro_rules! hash {
    ($key:literal) => {
        concat!("encode(sha256(", $key, "), 'hex')")
    };
}

/// Tells of a row that comes free, if somebody waits for it: a NOTIFY makes all commits stand in line.
macro_rules! told {
    () => {
        concat!(
            "CASE WHEN held.wanted_until > clock_timestamp() THEN pg_notify(",
            channel!(),
            ", ",
            hash!("held.key"),
            ")::text END AS told"
        )
    };
}

pub(super) const SCHEMA: Schema =
    Schema { of: "locks", quote: Quote::DOUBLE, versions: &[TABLE], found: FOUND };

/// `bytea` compares bytes: case, accents and trailing blanks count, and the order is theirs. Only the key is indexed and
/// a page is half empty, so that a new version of a row finds room beside the old one (HOT).
const TABLE: Version = Version {
    makes: &[
        "key bytea",
        "owner bytea",
        "label text",
        "token bigint",
        "acquired_at timestamp with time zone",
        "expires_at timestamp with time zone",
        "wanted_until timestamp with time zone",
        "asked text",
    ],
    needed: true,
    up: "
CREATE TABLE IF NOT EXISTS {table} (
    key          bytea       NOT NULL PRIMARY KEY,
    owner        bytea       CHECK (octet_length(owner) <= 255),
    label        text        NOT NULL,
    token        bigint      NOT NULL CHECK (token BETWEEN 1 AND 9007199254740992),
    acquired_at  timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    wanted_until timestamptz,
    asked        text
) WITH (fillfactor = 50)",
    down: "DROP TABLE IF EXISTS {table}",
};

/// The columns of the table, with their types: a wrong one would only be told by the first statement that needs it.
pub(crate) const FOUND: &str = "SELECT attname || ' ' || format_type(atttypid, NULL) AS found FROM pg_attribute \
     WHERE attrelid = to_regclass('{table}') AND attnum > 0 AND NOT attisdropped";

/// key, owner, label, ttl, limit in milliseconds: takes a lock that is free, has lapsed, or is the owner's, and gives
/// its token. The limit is for the one thing that it may wait for: another transaction that inserts the same key.
const TAKE: &str = concat!(
    "WITH ",
    seen!(),
    ", mine AS MATERIALIZED (SELECT key, owner = $2 AND expires_at > clock_timestamp() AS again FROM {table} \
     WHERE key = $1 AND (owner = $2 AND expires_at > clock_timestamp() OR \
     (owner IS NULL OR expires_at <= clock_timestamp()) AND token < 9007199254740992) FOR NO KEY UPDATE SKIP LOCKED)",
    ", taken AS (UPDATE {table} AS held SET owner = $2, \
     label = CASE WHEN again THEN held.label ELSE $3 END, \
     token = CASE WHEN again THEN held.token ELSE GREATEST(held.token + 1, ",
    micros!(),
    ") END, acquired_at = CASE WHEN again THEN held.acquired_at ELSE clock_timestamp() END, \
     expires_at = CASE WHEN again THEN GREATEST(held.expires_at, ",
    expiry!("$4"),
    ") ELSE ",
    expiry!("$4"),
    " END, asked = CASE WHEN again THEN held.asked END FROM mine WHERE held.key = mine.key RETURNING held.token)",
    ", made AS (INSERT INTO {table} (key, owner, label, token, acquired_at, expires_at) SELECT $1, $2, $3, ",
    micros!(),
    ", clock_timestamp(), ",
    expiry!("$4"),
    " FROM set_config('lock_timeout', $5, true) WHERE NOT EXISTS (SELECT FROM seen) \
     ON CONFLICT (key) DO NOTHING RETURNING token) ",
    with_what_was_seen!("COALESCE((SELECT token FROM taken), (SELECT token FROM made))")
);

/// key, from, to, label, ttl, above: nothing if `to` has it already under a token above that.
const ROTATE: &str = concat!(
    "WITH ",
    seen!(),
    ", ",
    mine!(
        "owner IN ($2, $3) AND NOT (owner = $3 AND token > $6) AND GREATEST(token, $6) < 9007199254740992 \
         AND expires_at > clock_timestamp()"
    ),
    ", done AS (UPDATE {table} AS held SET owner = $3, label = $4, \
     asked = CASE WHEN held.owner = $3 THEN held.asked END, token = GREATEST(held.token + 1, $6 + 1, ",
    micros!(),
    "), acquired_at = clock_timestamp(), expires_at = ",
    expiry!("$5"),
    " FROM mine WHERE held.key = mine.key RETURNING held.token) ",
    with_what_was_seen!("(SELECT token FROM done)")
);

/// key.
const FORCE: &str = concat!(
    "WITH ",
    seen!(),
    ", ",
    mine!(concat!(runs!(""), " AND token < 9007199254740992")),
    ", done AS (UPDATE {table} AS held SET owner = NULL, expires_at = clock_timestamp(), asked = NULL, \
     token = GREATEST(held.token + 1, ",
    micros!(),
    ") FROM mine WHERE held.key = mine.key RETURNING held.token, ",
    told!(),
    ") ",
    with_what_was_seen!("(SELECT token FROM done)")
);

/// key, reason.
const ASK: &str = concat!(
    "WITH ",
    seen!(),
    ", ",
    mine!(runs!("")),
    ", done AS (UPDATE {table} AS held SET asked = $2 FROM mine WHERE held.key = mine.key RETURNING held.token) ",
    with_what_was_seen!("(SELECT token FROM done)")
);

/// The lines of a batch whose lock is the owner's: `mine` those of them whose row no other transaction has, locked in
/// the order of the keys; `done` those that were changed.
macro_rules! batch {
    ($wanted:literal, $mine:literal, $update:expr, $columns:literal) => {
        concat!(
            "WITH wanted AS MATERIALIZED (SELECT * FROM ",
            $wanted,
            "), mine AS MATERIALIZED (SELECT ",
            $mine,
            " FROM wanted JOIN {table} AS held ON held.key = wanted.key AND held.owner = wanted.owner \
             WHERE held.expires_at > clock_timestamp() ORDER BY held.key FOR NO KEY UPDATE OF held SKIP LOCKED), \
             done AS (UPDATE {table} AS held SET ",
            $update,
            ") SELECT key, true AS done, ",
            $columns,
            " FROM done UNION ALL SELECT held.key, false, NULL FROM wanted JOIN {table} AS held \
             ON held.key = wanted.key AND held.owner = wanted.owner WHERE held.expires_at > clock_timestamp() \
             AND (SELECT count(*) FROM done) < (SELECT count(*) FROM wanted)"
        )
    };
}

/// keys, owners, ttls; each key once. If some were not done, all that were the owner's come again as not `done`: who comes
/// in that way alone was passed by.
const EXTEND_ALL: &str = batch!(
    "unnest($1::bytea[], $2::bytea[], $3::bigint[]) AS lines (key, owner, ttl)",
    "held.key, wanted.ttl",
    concat!(
        "expires_at = ",
        expiry!("mine.ttl"),
        " FROM mine WHERE held.key = mine.key RETURNING held.key, held.asked"
    ),
    "asked"
);

/// keys, owners; each key once. See `EXTEND_ALL`.
const RELEASE_ALL: &str = batch!(
    "unnest($1::bytea[], $2::bytea[]) AS lines (key, owner)",
    "held.key",
    concat!(
        "owner = NULL, expires_at = clock_timestamp(), asked = NULL \
         FROM mine WHERE held.key = mine.key RETURNING held.key, ",
        told!()
    ),
    "told"
);

/// key.
const INSPECT: &str = concat!("SELECT ", row!(), " FROM {table} WHERE key = $1");

/// first, end, after, limit: the locks that run from `first` up to `end`, but for `after`.
const LIST: &str = concat!(
    "SELECT ",
    row!(),
    " FROM {table} WHERE key >= $1 AND key < $2 AND key <> $3 AND ",
    runs!(""),
    " ORDER BY key LIMIT $4"
);

const CHANNEL: &str = concat!("SELECT ", channel!(), " AS channel");

/// keys, milliseconds: has releases of these announced for so long, or for half of it where that has been done already.
/// A key that does not come back is free. One that is not `done` was held, and another transaction had its row.
const WANT: &str = concat!(
    "WITH held AS MATERIALIZED (SELECT key, wanted_until FROM {table} WHERE key = ANY ($1) AND ",
    runs!(""),
    "), mine AS MATERIALIZED (SELECT key FROM {table} WHERE key = ANY ($1) AND ",
    runs!(""),
    " AND COALESCE(wanted_until < clock_timestamp() + $2 * interval '0.5 milliseconds', true) \
     ORDER BY key FOR NO KEY UPDATE SKIP LOCKED), \
     done AS (UPDATE {table} AS held SET wanted_until = clock_timestamp() + $2 * interval '1 millisecond' \
     FROM mine WHERE held.key = mine.key RETURNING held.key) SELECT key, ",
    hash!("key"),
    " AS hash, key IN (SELECT key FROM done) OR \
     COALESCE(wanted_until >= clock_timestamp() + $2 * interval '0.5 milliseconds', false) AS done FROM held"
);

/// Free for so many microseconds, and with a token that is below the next one by as much.
macro_rules! idle {
    ($idle:literal) => {
        concat!(
            "expires_at < clock_timestamp() - ",
            $idle,
            " * interval '1 microsecond' AND token < ",
            micros!(),
            " - ",
            $idle
        )
    };
}

/// after, idle, limit.
const LOOK_FOR_IDLE: &str = concat!(
    "SELECT key, (",
    idle!("$2"),
    ")::integer::bigint AS idle FROM {table} WHERE key > $1 ORDER BY key LIMIT $3"
);

/// keys, idle.
const PRUNE: &str = concat!(
    "WITH mine AS MATERIALIZED (SELECT key FROM {table} WHERE key = ANY ($1) AND ",
    idle!("$2"),
    " ORDER BY key FOR UPDATE SKIP LOCKED) \
     DELETE FROM {table} AS held USING mine WHERE held.key = mine.key RETURNING 1"
);

statements! {
    Quote::DOUBLE,
    Statements {
        take: TAKE,
        rotate: ROTATE,
        force: FORCE,
        ask: ASK,
        extend_all: EXTEND_ALL,
        release_all: RELEASE_ALL,
        inspect: INSPECT,
        list: LIST,
        channel: CHANNEL,
        want: WANT,
        look_for_idle: LOOK_FOR_IDLE,
        prune: PRUNE,
    }
}
