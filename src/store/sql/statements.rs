//! SQL text with a table's name in it, made once for each store.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::TableName;

/// What a database writes around a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quote(pub(crate) char);

impl Quote {
    /// Standard SQL: PostgreSQL and SQLite.
    pub(crate) const DOUBLE: Self = Self('"');
    /// MySQL and MariaDB.
    pub(crate) const BACKTICK: Self = Self('`');

    pub(crate) fn name(self, name: &str) -> String {
        format!("{0}{name}{0}", self.0)
    }

    pub(crate) fn table(self, table: &TableName) -> String {
        match table.parts() {
            (Some(schema), table) => format!("{}.{}", self.name(schema), self.name(table)),
            (None, table) => self.name(table),
        }
    }
}

/// The text with a table's name in it:
///
/// - `{table}`: the name, quoted, with its schema;
/// - `{name}`: the name without schema and quotes, as the names of indexes and triggers are made of it;
/// - `{qualifier}`: the schema, quoted, with its dot, or nothing;
/// - `{schema}`: the schema as a text, or `NULL`.
pub(crate) fn render(text: &'static str, table: &TableName, quote: Quote) -> SqlStr {
    // A name is letters, digits and `_`, and all the rest is in this program: nothing a user sends gets here.
    AssertSqlSafe(named(text, table, quote)).into_sql_str()
}

/// The same, with how long the server may take over it: `{seconds}`, with their fraction, `{whole_seconds}` and
/// `{millis}`.
#[cfg(feature = "mysql")]
pub(crate) fn render_within(
    text: &'static str,
    table: &TableName,
    quote: Quote,
    limit: std::time::Duration,
) -> SqlStr {
    let millis = limit.as_millis().clamp(1, u128::from(u32::MAX));
    let text = named(text, table, quote)
        .replace("{seconds}", &format!("{}.{:03}", millis / 1000, millis % 1000))
        .replace("{whole_seconds}", &millis.div_ceil(1000).to_string())
        .replace("{millis}", &millis.to_string());
    // As above, and numbers.
    AssertSqlSafe(text).into_sql_str()
}

/// A text that was put together from words of this program, names that were checked (see [`TableName`]) and places for
/// values.
pub(crate) fn of_names(text: String) -> SqlStr {
    AssertSqlSafe(text).into_sql_str()
}

fn named(text: &'static str, table: &TableName, quote: Quote) -> String {
    let (schema, name) = table.parts();
    text.replace("{table}", &quote.table(table))
        .replace("{name}", name)
        .replace("{qualifier}", &schema.map_or_else(String::new, |schema| quote.name(schema) + "."))
        .replace("{schema}", &schema.map_or_else(|| "NULL".to_owned(), |schema| format!("'{schema}'")))
}

/// A struct of statements, and how it is made for a table: `statements! { Quote::DOUBLE, Statements { take: TAKE } }`. With
/// `within` in front, each is told how long the server may take over it.
macro_rules! statements {
    (within $quote:expr, $name:ident { $($(#[$doc:meta])* $field:ident: $text:expr,)* }) => {
        /// Every statement, for one table.
        #[derive(Clone, Debug)]
        pub(super) struct $name {
            $($(#[$doc])* pub(super) $field: sqlx::SqlStr,)*
        }

        impl $name {
            pub(super) fn over(table: &$crate::store::TableName, limit: std::time::Duration) -> Self {
                Self {
                    $($field: $crate::store::sql::statements::render_within($text, table, $quote, limit),)*
                }
            }
        }
    };
    ($quote:expr, $name:ident { $($(#[$doc:meta])* $field:ident: $text:expr,)* }) => {
        /// Every statement, for one table.
        #[derive(Clone, Debug)]
        pub(super) struct $name {
            $($(#[$doc])* pub(super) $field: sqlx::SqlStr,)*
        }

        impl $name {
            pub(super) fn over(table: &$crate::store::TableName) -> Self {
                Self { $($field: $crate::store::sql::statements::render($text, table, $quote),)* }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_quoted_wherever_it_stands() {
        let table = TableName::new("app.order").expect("a name");
        let text = "CREATE INDEX {name}_kind ON {table} (kind)";
        assert_eq!(
            render(text, &table, Quote::DOUBLE).as_str(),
            "CREATE INDEX order_kind ON \"app\".\"order\" (kind)"
        );
        assert_eq!(
            render("SELECT 1 FROM {table}", &table, Quote::BACKTICK).as_str(),
            "SELECT 1 FROM `app`.`order`"
        );
    }

    #[test]
    fn a_schema_is_left_out_where_there_is_none() {
        let text = "DROP INDEX {qualifier}{name}_held -- {schema}";
        let of =
            |name| render(text, &TableName::new(name).expect("a name"), Quote::DOUBLE).as_str().to_owned();
        assert_eq!(of("app.locks"), "DROP INDEX \"app\".locks_held -- 'app'");
        assert_eq!(of("locks"), "DROP INDEX locks_held -- NULL");
    }
}
