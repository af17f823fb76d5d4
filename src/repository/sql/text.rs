//! The statements as text. Every WHERE clause of a write is written here, so that nobody can forget what belongs in it.

use std::marker::PhantomData;

use sqlx::SqlStr;

use super::{
    dialect::Dialect,
    made_id::IdTexts,
    pin::{self, PinnedTexts},
    run::COMMITS,
};
use crate::store::{TableName, sql::statements};

/// What the table and its columns are called.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) table: TableName,
    pub(super) ids: Vec<String>,
    /// Those that are written.
    pub(super) columns: Vec<String>,
    /// Those that are read besides.
    pub(super) read: Vec<String>,
    pub(super) fence: String,
    pub(super) version: String,
    /// The table of locks, if its row stands for the fence.
    pub(super) locks: Option<TableName>,
    /// Whether the database makes the ids.
    pub(super) makes_ids: bool,
}

/// The statements of one table. What is bound to each, in its order, stands beside it.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    /// ids.
    pub(super) find: SqlStr,
    /// fence, ids, below. Gives the row back if the database can.
    pub(super) claim: SqlStr,
    /// ids, fence: the row that was just claimed.
    pub(super) claimed: SqlStr,
    /// ids, columns, version. Gives the version back if the database can.
    pub(super) insert: SqlStr,
    /// version: the first version of a new row, for a database that cannot give back what was inserted.
    pub(super) first_version: SqlStr,
    /// columns, version, ids, fence, first version, last version.
    pub(super) update: SqlStr,
    /// ids, fence, first version, last version.
    pub(super) delete: SqlStr,
    /// ids: fence and version.
    pub(super) why: SqlStr,
    /// Where the database makes the ids.
    pub(super) makes_ids: Option<IdTexts>,
    /// Where the row of the lock is pinned. All others have the lock's key before the fence then.
    pub(super) pinned: Option<PinnedTexts>,
}

impl Texts {
    pub(super) fn of<D: Dialect>(names: &Names) -> Self {
        let table = names.table::<D>();
        let (fence, version) = (D::quoted(&names.fence), D::quoted(&names.version));
        let row = names.row::<D>();
        let ids = &names.ids;
        let returning = |what: &str| if D::RETURNING { format!(" RETURNING {what}") } else { String::new() };
        let commits = commits::<D>();
        let read = |what: &str, end: &str| {
            Text::<D>::begin(&format!("SELECT {what} FROM {table} WHERE "))
                .equal(ids, " AND ")
                .and(end)
                .done()
        };
        let held = |text: Text<D>| {
            let text = text.equal(ids, " AND ").and(" AND ");
            let text = match &names.locks {
                Some(locks) => pin::still_held(text, locks),
                None => text.and(&format!("{fence} = ")).value(),
            };
            text.and(&format!(" AND {version} BETWEEN ")).value().and(" AND ").value().done()
        };

        Self {
            find: read(&row, ""),
            claim: Text::<D>::begin(&format!("UPDATE {table} SET {fence} = "))
                .value()
                .and(" WHERE ")
                .equal(ids, " AND ")
                .and(&format!(" AND {fence} < "))
                .value()
                .and(&returning(&row))
                .done(),
            // Locked, so that neither an old snapshot nor a replica is read.
            claimed: Text::<D>::begin(&format!("SELECT {row}{commits} FROM {table} WHERE "))
                .equal(ids, " AND ")
                .and(&format!(" AND {fence} = "))
                .value()
                .and(" FOR UPDATE")
                .done(),
            insert: names.insert::<D>(&returning(&version)),
            first_version: Text::<D>::begin("SELECT ")
                .first_version()
                .and(&format!(" AS version{commits}"))
                .done(),
            update: held(names.set::<D>()),
            delete: held(Text::begin(&format!("DELETE FROM {table} WHERE "))),
            why: match names.locks {
                Some(_) => read(&version, ""),
                None => read(&format!("{fence}, {version}"), ""),
            },
            makes_ids: names.makes_ids.then(|| IdTexts::of::<D>(names)),
            pinned: names.locks.as_ref().map(|locks| PinnedTexts::of::<D>(names, locks)),
        }
    }
}

impl Names {
    /// The table as it stands in a statement.
    pub(super) fn table<D: Dialect>(&self) -> String {
        match self.table.parts() {
            (Some(schema), table) => format!("{}.{}", D::quoted(schema), D::quoted(table)),
            (None, table) => D::quoted(table),
        }
    }

    /// All that is read of a row.
    pub(super) fn row<D: Dialect>(&self) -> String {
        let names = self.ids.iter().chain(&self.columns).chain(&self.read).chain([&self.version]);
        names.map(|name| D::quoted(name)).collect::<Vec<_>>().join(", ")
    }

    /// An `UPDATE` of the columns and the version, up to what it is to hit.
    pub(super) fn set<D: Dialect>(&self) -> Text<D> {
        let begin = Text::<D>::begin(&format!("UPDATE {} SET ", self.table::<D>()));
        let text = self
            .columns
            .iter()
            .fold(begin, |text, name| text.and(&D::quoted(name)).and(" = ").value().and(", "));
        text.and(&D::quoted(&self.version)).and(" = ").value().and(" WHERE ")
    }

    /// An `INSERT` of a row with these columns, but for its version.
    pub(super) fn insert_into<D: Dialect>(&self, columns: &[String]) -> Text<D> {
        let fence = self.locks.is_none().then_some(&self.fence);
        let names: Vec<_> =
            columns.iter().chain(fence).chain([&self.version]).map(|name| D::quoted(name)).collect();
        let overriding = if self.makes_ids { D::OVERRIDING } else { "" };
        let begin = format!("INSERT INTO {} ({}){overriding} VALUES (", self.table::<D>(), names.join(", "));
        let text = columns.iter().fold(Text::begin(&begin), |text, _| text.value().and(", "));
        if fence.is_some() { text.and("0, ") } else { text }
    }

    fn insert<D: Dialect>(&self, returning: &str) -> SqlStr {
        let text = self.insert_into::<D>(&[self.ids.as_slice(), &self.columns].concat());
        // Only an id that is there makes no row. What else a table forbids is an error.
        if D::RETURNING {
            let ids: Vec<_> = self.ids.iter().map(|name| D::quoted(name)).collect();
            let end = format!(") ON CONFLICT ({}) DO NOTHING{returning}", ids.join(", "));
            text.first_version().and(&end).done()
        } else {
            text.value().and(")").done()
        }
    }
}

/// One more column of what is read around a write: whether the write is committed.
pub(super) fn commits<D: Dialect>() -> String {
    D::COMMITS.map_or_else(String::new, |commits| format!(", {commits} AS {COMMITS}"))
}

/// A statement as it grows.
pub(super) struct Text<D> {
    sql: String,
    values: usize,
    of: PhantomData<D>,
}

impl<D: Dialect> Text<D> {
    pub(super) fn begin(sql: &str) -> Self {
        Self { sql: sql.into(), values: 0, of: PhantomData }
    }

    pub(super) fn and(mut self, sql: &str) -> Self {
        self.sql += sql;
        self
    }

    /// The place of the next value.
    pub(super) fn value(mut self) -> Self {
        self.values += 1;
        if D::NUMBERED {
            self.sql += &format!("${}", self.values);
        } else {
            self.sql.push('?');
        }
        self
    }

    /// Columns that are equal to the next values.
    pub(super) fn equal(self, columns: &[String], between: &str) -> Self {
        columns.iter().enumerate().fold(self, |text, (place, column)| {
            let between = if place == 0 { "" } else { between };
            text.and(between).and(&D::quoted(column)).and(" = ").value()
        })
    }

    /// The version of the ticket, which is the next value, or the database's clock, whichever is higher.
    pub(super) fn first_version(self) -> Self {
        self.and(D::GREATEST).and("(").value().and(", ").and(D::CLOCK).and(")")
    }

    pub(super) fn done(self) -> SqlStr {
        statements::of_names(self.sql)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let own = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Names {
            table: TableName::new("shop.order").expect("a name"),
            ids: own(&["tenant", "number"]),
            columns: own(&["group", "total"]),
            read: own(&["made"]),
            fence: "fence".into(),
            version: "version".into(),
            makes_ids: false,
            locks: None,
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn what_postgresql_is_told() {
        let texts = Texts::of::<sqlx::Postgres>(&names());
        assert_eq!(
            texts.claim.as_str(),
            r#"UPDATE "shop"."order" SET "fence" = $1 WHERE "tenant" = $2 AND "number" = $3 AND "fence" < $4 RETURNING "tenant", "number", "group", "total", "made", "version""#
        );
        assert_eq!(
            texts.insert.as_str(),
            r#"INSERT INTO "shop"."order" ("tenant", "number", "group", "total", "fence", "version") VALUES ($1, $2, $3, $4, 0, GREATEST($5, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS bigint))) ON CONFLICT ("tenant", "number") DO NOTHING RETURNING "version""#
        );
        assert_eq!(
            texts.update.as_str(),
            r#"UPDATE "shop"."order" SET "group" = $1, "total" = $2, "version" = $3 WHERE "tenant" = $4 AND "number" = $5 AND "fence" = $6 AND "version" BETWEEN $7 AND $8"#
        );
        assert_eq!(
            texts.delete.as_str(),
            r#"DELETE FROM "shop"."order" WHERE "tenant" = $1 AND "number" = $2 AND "fence" = $3 AND "version" BETWEEN $4 AND $5"#
        );
    }

    #[cfg(feature = "mysql")]
    #[test]
    fn what_mysql_is_told() {
        let texts = Texts::of::<sqlx::MySql>(&names());
        assert_eq!(
            texts.claim.as_str(),
            "UPDATE `shop`.`order` SET `fence` = ? WHERE `tenant` = ? AND `number` = ? AND `fence` < ?"
        );
        assert_eq!(
            texts.claimed.as_str(),
            "SELECT `tenant`, `number`, `group`, `total`, `made`, `version`, @@autocommit AS lockproof_commits FROM `shop`.`order` WHERE `tenant` = ? AND `number` = ? AND `fence` = ? FOR UPDATE"
        );
        assert_eq!(
            texts.update.as_str(),
            "UPDATE `shop`.`order` SET `group` = ?, `total` = ?, `version` = ? WHERE `tenant` = ? AND `number` = ? AND `fence` = ? AND `version` BETWEEN ? AND ?"
        );
    }
}
