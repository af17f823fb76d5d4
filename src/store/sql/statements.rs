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

/// The text with `{table}` replaced by the table's name, and `{name}` by the name without its schema and quotes, as the
/// names of indexes and triggers are made of it.
pub(crate) fn render(text: &'static str, table: &TableName, quote: Quote) -> SqlStr {
    // A name is letters, digits and `_`, and all the rest is in this program: nothing a user sends gets here.
    AssertSqlSafe(render_text(text, table, quote)).into_sql_str()
}

/// The same, for people.
pub(crate) fn render_text(text: &'static str, table: &TableName, quote: Quote) -> std::sync::Arc<str> {
    text.replace("{table}", &quote.table(table)).replace("{name}", table.parts().1).into()
}

/// A text that was put together from words of this program, names that were checked (see [`TableName`]) and places for
/// values.
pub(crate) fn of_names(text: String) -> SqlStr {
    AssertSqlSafe(text).into_sql_str()
}

/// A struct of statements, and how it is made for a table: `statements! { Quote::DOUBLE, Statements { take: TAKE } }`.
macro_rules! statements {
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
}
