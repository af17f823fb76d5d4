//! MySQL 8.0.13 and above, MariaDB 10.2 and above.

use sqlx::{MySqlPool, mysql::MySqlDatabaseError};

use super::{Existing, FIRST_VERSION, FOREIGN_STEP, Lacking, What, wrong_type};
use crate::store::{
    StoreError, TableName,
    sql::statements::{Quote, of_names},
};

const QUOTE: Quote = Quote::BACKTICK;

/// The columns. Adding them does not copy the table, since their defaults are constants then; rows that are made later
/// begin with the clock, so that a row that is deleted and made again does not begin with a version that it has had.
pub(crate) fn columns(table: &Existing<'_>) -> Vec<Lacking> {
    let name = QUOTE.table(table.table);
    let add = |column: &str, default: u32| {
        format!("ALTER TABLE {name} ADD COLUMN {} BIGINT NOT NULL DEFAULT {default}", QUOTE.name(column))
    };
    let fence = table.fence.map(|fence| Lacking::column(fence, vec![add(fence, 0)]));
    let version = Lacking::column(table.version, vec![add(table.version, FIRST_VERSION)]);
    // A statement of its own, which may still be missing when the other is done.
    let clock = Lacking {
        what: What::Default,
        name: table.version.into(),
        statements: vec![format!(
            "ALTER TABLE {name} ALTER COLUMN {} SET DEFAULT \
             (TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6)))",
            QUOTE.name(table.version)
        )],
        check: None,
    };
    fence.into_iter().chain([version, clock]).collect()
}

/// Two values are the same if they are equal and so are their bytes: a collation takes upper case for lower, and the text
/// of a float has fewer digits than the float.
pub(crate) fn trigger(table: &Existing<'_>) -> Lacking {
    let same = |column: &str| {
        let column = QUOTE.name(column);
        format!(
            "NEW.{column} <=> OLD.{column} AND CAST(NEW.{column} AS BINARY) <=> CAST(OLD.{column} AS BINARY)"
        )
    };
    let when = format!("{} AND NOT ({})", table.is_foreign(QUOTE), table.each(same, " AND "));
    let trigger = table.trigger(&when);
    let quoted = match table.table.parts().0 {
        Some(schema) => format!("{}.{}", QUOTE.name(schema), QUOTE.name(&trigger)),
        None => QUOTE.name(&trigger),
    };
    Lacking {
        what: What::Trigger,
        // One statement, so that nobody needs a delimiter.
        statements: vec![format!(
            "CREATE TRIGGER {quoted} BEFORE UPDATE ON {} FOR EACH ROW\n    \
             SET NEW.{version} = IF({when}, OLD.{version} + {FOREIGN_STEP}, NEW.{version})",
            QUOTE.table(table.table),
            version = QUOTE.name(table.version),
        )],
        name: trigger,
        check: None,
    }
}

/// Makes what is lacking, one after the other: here every such statement is a transaction of its own.
pub(crate) async fn ensure(
    pool: &MySqlPool,
    table: &TableName,
    wanted: &[Lacking],
) -> Result<(), StoreError> {
    const TRIGGERS: &str = "SELECT COUNT(*) FROM information_schema.TRIGGERS \
        WHERE TRIGGER_SCHEMA = COALESCE(?, DATABASE()) AND TRIGGER_NAME = ?";
    const COLUMN: &str = "SELECT CAST(COLUMN_TYPE AS CHAR), CAST(COLUMN_DEFAULT AS CHAR) \
        FROM information_schema.COLUMNS \
        WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND COLUMN_NAME = ?";

    let (schema, name) = table.parts();
    for lacking in wanted {
        let is_there = match lacking.what {
            What::Trigger => {
                let look = sqlx::query_scalar::<_, i64>(TRIGGERS).bind(schema).bind(&lacking.name);
                look.fetch_one(pool).await? > 0
            }
            What::Column | What::Default => {
                let look = sqlx::query_as::<_, (String, Option<String>)>(COLUMN);
                let found = look.bind(schema).bind(name).bind(&lacking.name).fetch_optional(pool).await?;
                match (found, lacking.what) {
                    (None, _) => false,
                    (Some((kind, _)), _) if !is_bigint(&kind) => {
                        return Err(wrong_type(table, &lacking.name, &kind));
                    }
                    (Some((_, default)), What::Default) => default != Some(FIRST_VERSION.to_string()),
                    (Some(_), _) => true,
                }
            }
        };
        if is_there {
            continue;
        }
        for statement in &lacking.statements {
            match sqlx::raw_sql(of_names(statement.clone())).execute(pool).await {
                Err(error) if !was_faster(&error) => return Err(error.into()),
                _ => {}
            }
        }
    }
    Ok(())
}

/// `bigint(20)` to MariaDB; with `unsigned` behind it it is another one.
fn is_bigint(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.starts_with("bigint") && !kind.contains("unsigned")
}

/// Another process that boots has made the column or the trigger since we looked.
fn was_faster(error: &sqlx::Error) -> bool {
    const DUPLICATE_COLUMN: u16 = 1060;
    const DUPLICATE_TRIGGER: u16 = 1359;
    let answer = error.as_database_error().and_then(|answer| answer.try_downcast_ref::<MySqlDatabaseError>());
    answer.is_some_and(|answer| [DUPLICATE_COLUMN, DUPLICATE_TRIGGER].contains(&answer.number()))
}
