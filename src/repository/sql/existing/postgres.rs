//! PostgreSQL 12 and above.

use sqlx::PgPool;

use super::{Existing, FIRST_VERSION, FOREIGN_STEP, Lacking, What, wrong_type};
use crate::store::{
    StoreError, TableName,
    sql::statements::{Quote, of_names},
};

const QUOTE: Quote = Quote::DOUBLE;

/// The columns. Neither rewrites the table, since their defaults are constants when they are added; rows that are made
/// later begin with the clock, so that a row that is deleted and made again does not begin with a version that it has had.
pub(crate) fn columns(table: &Existing<'_>) -> Vec<Lacking> {
    let name = QUOTE.table(table.table);
    let add = |column: &str, default: u32| {
        format!("ALTER TABLE {name} ADD COLUMN {} bigint NOT NULL DEFAULT {default}", QUOTE.name(column))
    };
    let fence = table.fence.map(|fence| Lacking::column(fence, vec![add(fence, 0)]));
    let version = Lacking::column(
        table.version,
        vec![
            add(table.version, FIRST_VERSION),
            format!(
                "ALTER TABLE {name} ALTER COLUMN {} SET DEFAULT \
                 (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
                QUOTE.name(table.version)
            ),
        ],
    );
    fence.into_iter().chain([version]).collect()
}

/// `record_image_ne` compares what is stored: every type has it, also those without an `=`, and to a collation that takes upper case
/// for lower they are different.
pub(crate) fn trigger(table: &Existing<'_>) -> Lacking {
    let name = QUOTE.table(table.table);
    let row = |of: &str| table.each(|column| format!("{of}.{}", QUOTE.name(column)), ", ");
    let (new, old) = (row("NEW"), row("OLD"));
    let when = format!("{} AND record_image_ne(ROW({new}), ROW({old}))", table.is_foreign(QUOTE));
    let trigger = table.trigger(&when);
    let function = match table.table.parts().0 {
        Some(schema) => format!("{}.{}", QUOTE.name(schema), QUOTE.name(&trigger)),
        None => QUOTE.name(&trigger),
    };
    Lacking {
        what: What::Trigger,
        statements: vec![
            format!(
                "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\n\
                 BEGIN\n    NEW.{version} := OLD.{version} + {FOREIGN_STEP};\n    RETURN NEW;\nEND\n$$",
                version = QUOTE.name(table.version)
            ),
            format!(
                "CREATE TRIGGER {} BEFORE UPDATE ON {name} FOR EACH ROW\n    WHEN ({when})\n    \
                 EXECUTE FUNCTION {function}()",
                QUOTE.name(&trigger)
            ),
        ],
        name: trigger,
        check: None,
    }
}

/// Makes what is lacking, all or nothing.
pub(crate) async fn ensure(pool: &PgPool, table: &TableName, wanted: &[Lacking]) -> Result<(), StoreError> {
    const HAS_TRIGGER: &str =
        "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass($1) AND tgname = $2)";
    const TYPE: &str = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute \
        WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped";

    let name = QUOTE.table(table);
    let mut transaction = pool.begin().await?;
    // Of many processes that boot at once, one does it.
    let turn =
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('lockproof ' || $1, 0))").bind(&name);
    turn.execute(&mut *transaction).await?;
    for lacking in wanted {
        let is_there = match lacking.what {
            What::Trigger => {
                let look = sqlx::query_scalar(HAS_TRIGGER).bind(&name).bind(&lacking.name);
                look.fetch_one(&mut *transaction).await?
            }
            What::Column | What::Default => {
                let look = sqlx::query_scalar::<_, String>(TYPE).bind(&name).bind(&lacking.name);
                match look.fetch_optional(&mut *transaction).await?.as_deref() {
                    None => false,
                    Some("bigint") => true,
                    Some(found) => return Err(wrong_type(table, &lacking.name, found)),
                }
            }
        };
        if is_there {
            continue;
        }
        for statement in &lacking.statements {
            sqlx::raw_sql(of_names(statement.clone())).execute(&mut *transaction).await?;
        }
    }
    Ok(transaction.commit().await?)
}
