//! What other programs do to a table, and what comes of it: the text as a user copies it, run by the client of the server.

use super::*;

/// What the columns are called.
struct Columns {
    id: [String; 1],
    of_entity: [String; 3],
    fence: String,
    version: String,
}
/// What no holder that began with `FIRST_VERSION` or a clock of now expects.
const STEP: i64 = FOREIGN_STEP as i64;

/// A database, and its text for the table.
struct Place {
    sql: Box<dyn Fn(&str) -> String>,
    /// How an `INSERT` goes on that may find its row there.
    or_update: &'static str,
    columns: fn(&Existing<'_>) -> Vec<Lacking>,
    trigger: fn(&Existing<'_>) -> Lacking,
}

impl Place {
    fn run(&self, sql: &str) -> String {
        (self.sql)(sql).trim().to_owned()
    }

    fn number(&self, sql: &str) -> i64 {
        let answer = self.run(sql);
        answer.parse().unwrap_or_else(|_| panic!("{sql}: {answer:?} is no number"))
    }

    fn version(&self, id: u32) -> i64 {
        self.number(&format!("SELECT version FROM accounts WHERE id = {id}"))
    }

    /// How far a statement has brought the version of row 1.
    fn raised_by(&self, sql: &str) -> i64 {
        let before = self.version(1);
        self.run(sql);
        self.version(1) - before
    }
}

fn places() -> Vec<(&'static str, Place)> {
    let mut places = Vec::new();
    #[cfg(feature = "postgres")]
    {
        let server = lockproof_test_servers::Postgres::shared();
        let url = server.database();
        let sql = Box::new(move |sql: &str| server.sql(&url, sql));
        places.push((
            "PostgreSQL",
            Place {
                sql,
                or_update: "ON CONFLICT (id) DO UPDATE SET",
                columns: postgres::columns,
                trigger: postgres::trigger,
            },
        ));
    }
    #[cfg(feature = "mysql")]
    {
        let server = lockproof_test_servers::MariaDb::shared();
        let url = server.database();
        let sql = Box::new(move |sql: &str| server.sql(&url, sql));
        places.push((
            "MariaDB",
            Place {
                sql,
                or_update: "ON DUPLICATE KEY UPDATE",
                columns: mysql::columns,
                trigger: mysql::trigger,
            },
        ));
    }
    #[cfg(feature = "sqlite")]
    {
        let sql = Box::new(in_sqlite());
        places.push((
            "SQLite",
            Place {
                sql,
                or_update: "ON CONFLICT (id) DO UPDATE SET",
                columns: sqlite::columns,
                trigger: sqlite::trigger,
            },
        ));
    }
    places
}

/// A database in memory.
#[cfg(feature = "sqlite")]
fn in_sqlite() -> impl Fn(&str) -> String {
    use sqlx::{Connection, Row};

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let connection = runtime.block_on(sqlx::SqliteConnection::connect("sqlite::memory:")).expect("opens");
    let connection = std::cell::RefCell::new(connection);
    move |sql| {
        let text = crate::store::sql::statements::of_names(sql.into());
        let mut connection = connection.borrow_mut();
        let rows = runtime.block_on(sqlx::raw_sql(text).fetch_all(&mut *connection));
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.iter().map(|row| row.get::<i64, _>(0).to_string()).collect()
    }
}

fn columns() -> Columns {
    Columns {
        id: ["id".into()],
        of_entity: ["owner".into(), "balance".into(), "note".into()],
        fence: "fence".into(),
        version: "version".into(),
    }
}

fn existing<'a>(table: &'a TableName, columns: &'a Columns) -> Existing<'a> {
    let Columns { id, of_entity, fence, version } = columns;
    Existing { table, id, columns: of_entity, fence: Some(fence), version }
}

const TABLE: &str =
    "CREATE TABLE accounts (id bigint PRIMARY KEY, owner varchar(50), balance real, note varchar(50), \
     other int);
     INSERT INTO accounts (id, owner, balance) VALUES (1, 'ada', 10), (2, 'bob', 20);";

#[test]
fn a_foreign_write_raises_the_version_out_of_reach_and_no_other_does() {
    for (name, place) in places() {
        let table = TableName::new("accounts").expect("a name");
        let columns = columns();
        let existing = existing(&table, &columns);
        place.run(TABLE);
        place.run(&text(&(place.columns)(&existing)));
        place.run(&text(&[(place.trigger)(&existing)]));

        assert_eq!(place.version(1), 1, "{name}: a row that was there");
        let raised = |sql| place.raised_by(sql);
        for foreign in [
            "UPDATE accounts SET balance = 11 WHERE id = 1",
            "UPDATE accounts SET balance = 12, version = version, fence = fence WHERE id = 1",
            "UPDATE accounts SET owner = 'Ada' WHERE id = 1",
            "UPDATE accounts SET owner = 'Ada ' WHERE id = 1",
            "UPDATE accounts SET note = '' WHERE id = 1",
            "UPDATE accounts SET note = NULL WHERE id = 1",
            "UPDATE accounts SET balance = 16777215 WHERE id = 1",
            "UPDATE accounts SET balance = 16777216 WHERE id = 1",
            "UPDATE accounts SET balance = balance * 2, other = 1",
        ] {
            assert_eq!(raised(foreign), STEP, "{name}: {foreign}");
        }
        let upsert =
            format!("INSERT INTO accounts (id, balance) VALUES (1, 3) {} balance = 4", place.or_update);
        assert_eq!(raised(&upsert), STEP, "{name}: {upsert}");
        for (ours, step) in [
            ("UPDATE accounts SET fence = 7 WHERE id = 1 AND fence < 7", 0),
            ("UPDATE accounts SET fence = 7 WHERE id = 1 AND fence < 8", 0),
            ("UPDATE accounts SET owner = 'x', balance = 1, version = version + 1 WHERE id = 1", 1),
            ("UPDATE accounts SET balance = balance, owner = owner WHERE id = 1", 0),
            ("UPDATE accounts SET other = 9 WHERE id = 1", 0),
        ] {
            assert_eq!(raised(ours), step, "{name}: {ours}");
        }
        assert_eq!(place.number("SELECT fence FROM accounts WHERE id = 1"), 7, "{name}");
        assert_eq!(place.version(2), 1 + STEP, "{name}: it was written once");
        place.run("DELETE FROM accounts WHERE id = 1");
        assert_eq!(place.number("SELECT count(*) FROM accounts"), 1, "{name}");
    }
}

#[test]
fn inserts_of_others_go_on_working_and_no_version_comes_twice() {
    for (name, place) in places() {
        let table = TableName::new("accounts").expect("a name");
        let columns = columns();
        let existing = existing(&table, &columns);
        place.run(TABLE);
        place.run(&text(&(place.columns)(&existing)));
        place.run(&text(&[(place.trigger)(&existing)]));
        let remake = "DELETE FROM accounts WHERE id = 1; INSERT INTO accounts (id, balance) VALUES (1, 5);";
        let mut last = 0;
        for _ in 0..2 {
            place.run(remake);
            let version = place.version(1);
            assert!(version != last && version > 1_700_000_000_000_000, "{name}: {version} after {last}");
            assert_eq!(place.number("SELECT fence FROM accounts WHERE id = 1"), 0, "{name}");
            last = version;
        }
    }
}
