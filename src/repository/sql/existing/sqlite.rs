//! SQLite 3.35 and above.

use sqlx::SqlitePool;

use super::{Existing, FIRST_VERSION, FOREIGN_STEP, Lacking, What, wrong_type};
use crate::store::{
    StoreError, TableName,
    sql::{
        sqlite::schema::now,
        statements::{Quote, of_names},
    },
};

const QUOTE: Quote = Quote::DOUBLE;

/// The columns. SQLite has constant defaults only for what is added, so a trigger gives rows that are made later the clock
/// to begin with: a row that is deleted and made again does not begin with a version that it has had.
pub(crate) fn columns(table: &Existing<'_>) -> Vec<Lacking> {
    let add = |column: &str, default: u32| {
        let name = QUOTE.table(table.table);
        format!("ALTER TABLE {name} ADD COLUMN {} INTEGER NOT NULL DEFAULT {default}", QUOTE.name(column))
    };
    let fence = table.fence.map(|fence| Lacking::column(fence, vec![add(fence, 0)]));
    let when = format!("NEW.{} = {FIRST_VERSION}", QUOTE.name(table.version));
    // The clock has milliseconds: two rows of one of them shall differ too.
    let clock = concat!(now!(), " * 1000 + abs(random() % 1000)");
    let (_, begins) = set_version(table, "INSERT", &when, clock);
    let version = Lacking {
        what: What::Column,
        name: table.version.into(),
        statements: vec![add(table.version, FIRST_VERSION), begins],
        check: Some(format!("EXPLAIN INSERT INTO {} DEFAULT VALUES", QUOTE.table(table.table))),
    };
    fence.into_iter().chain([version]).collect()
}

pub(crate) fn trigger(table: &Existing<'_>) -> Lacking {
    let other = |column: &str| format!("NEW.{0} IS NOT OLD.{0} COLLATE BINARY", QUOTE.name(column));
    let when = format!("{} AND ({})", table.is_foreign(QUOTE), table.each(other, " OR "));
    let raised = format!("OLD.{} + {FOREIGN_STEP}", QUOTE.name(table.version));
    let (name, statement) = set_version(table, "UPDATE", &when, &raised);
    let version = QUOTE.name(table.version);
    let check = format!("EXPLAIN UPDATE {} SET {version} = {version}", QUOTE.table(table.table));
    Lacking { what: What::Trigger, name, statements: vec![statement], check: Some(check) }
}

/// A trigger that changes the version after somebody's statement: one that comes before it cannot.
fn set_version(table: &Existing<'_>, after: &str, when: &str, version: &str) -> (String, String) {
    let (schema, name) = table.table.parts();
    let trigger = table.trigger(&format!("{after} {when}"));
    let schema = schema.map(|schema| format!("{}.", QUOTE.name(schema))).unwrap_or_default();
    let row = table.id.iter().map(|id| format!("{0} IS NEW.{0}", QUOTE.name(id))).collect::<Vec<_>>();
    let statement = format!(
        "CREATE TRIGGER {schema}{} AFTER {after} ON {table} FOR EACH ROW\n    WHEN {when}\nBEGIN\n    \
         UPDATE {table} SET {} = {version} WHERE {};\nEND",
        QUOTE.name(&trigger),
        QUOTE.name(table.version),
        row.join(" AND "),
        table = QUOTE.name(name),
    );
    (trigger, statement)
}

/// Makes what is lacking, all or nothing.
pub(crate) async fn ensure(
    pool: &SqlitePool,
    table: &TableName,
    wanted: &[Lacking],
) -> Result<(), StoreError> {
    let (schema, name) = table.parts();
    let schema = schema.unwrap_or("main");
    let triggers = format!(
        "SELECT count(*) FROM {}.sqlite_master WHERE type = 'trigger' AND name = ?1",
        QUOTE.name(schema)
    );
    let triggers = of_names(triggers);
    // Of many processes that boot at once, one does it.
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    for lacking in wanted {
        let is_there = match lacking.what {
            What::Trigger => {
                let look = sqlx::query_scalar::<_, i64>(triggers.clone()).bind(&lacking.name);
                look.fetch_one(&mut *transaction).await? > 0
            }
            What::Column | What::Default => {
                const TYPE: &str =
                    "SELECT type FROM pragma_table_info(?1, ?2) WHERE name = ?3 COLLATE NOCASE";
                let look = sqlx::query_scalar::<_, String>(TYPE).bind(name).bind(schema).bind(&lacking.name);
                match look.fetch_optional(&mut *transaction).await? {
                    None => false,
                    // As SQLite itself tells an integer from others.
                    Some(kind) if kind.to_ascii_uppercase().contains("INT") => true,
                    Some(kind) => return Err(wrong_type(table, &lacking.name, &kind)),
                }
            }
        };
        if is_there {
            continue;
        }
        for statement in lacking.statements.iter().chain(&lacking.check) {
            sqlx::raw_sql(of_names(statement.clone())).execute(&mut *transaction).await?;
        }
    }
    Ok(transaction.commit().await?)
}
