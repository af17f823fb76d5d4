//! How the tables of this crate come to be: written once, for every database. There are three ways in: the SQL as text, a
//! `Migrator`, and `ensure_schema()`, which goes by what is there and leaves the migrator's records behind it. So each
//! may come after any other.

use sqlx::{
    Error as SqlError, SqlStr,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
};

use super::{
    SchemaMismatch, TableName,
    row::Columns,
    statements::{Quote, render},
};

/// A table of one database, in the versions that it has had.
pub(crate) struct Schema {
    /// What is in it, in one word.
    pub(crate) of: &'static str,
    pub(crate) quote: Quote,
    /// One that was published is never edited, since databases remember its checksum: append another.
    pub(crate) versions: &'static [Version],
    /// A statement that gives the columns of the table, with their types, and its indexes, as the text `found`; no rows if
    /// there is no table.
    pub(crate) found: &'static str,
}

/// What takes a table from one version to the next. In the texts stand the placeholders of [`render`], and `;` between
/// statements.
pub(crate) struct Version {
    /// What `found` finds afterwards, and not before.
    pub(crate) makes: &'static [&'static str],
    /// Whether the statements of this crate fail without it. An index only makes them fast.
    pub(crate) needed: bool,
    pub(crate) up: &'static str,
    pub(crate) down: &'static str,
}

/// A [`Schema`] for a table of some name.
pub(crate) struct Migrations {
    table: TableName,
    /// The table in which migrators keep what they have done.
    records: String,
    pub(crate) found: SqlStr,
    steps: Vec<Step>,
}

struct Step {
    makes: Vec<String>,
    needed: bool,
    up: Migration,
    down: Migration,
}

impl Migrations {
    pub(crate) fn over(schema: &Schema, table: &TableName) -> Self {
        let text = |text| render(text, table, schema.quote);
        let step = |(at, version): (usize, &Version)| {
            let number = number(schema.of, table, at);
            let migration = |of_type, sql| {
                let description = format!("lockproof {}: {} {}", schema.of, table, at + 1);
                Migration::new(number, description.into(), of_type, text(sql), false)
            };
            Step {
                makes: version.makes.iter().map(|made| text(made).as_str().to_owned()).collect(),
                needed: version.needed,
                up: migration(MigrationType::ReversibleUp, version.up),
                down: migration(MigrationType::ReversibleDown, version.down),
            }
        };
        Self {
            table: table.clone(),
            records: text("{qualifier}_lockproof_migrations").as_str().to_owned(),
            found: text(schema.found),
            steps: schema.versions.iter().enumerate().map(step).collect(),
        }
    }

    /// What the rows of `found` name.
    pub(crate) fn names(rows: &[impl Columns]) -> Result<Vec<String>, SqlError> {
        rows.iter().map(|row| Ok(row.text("found")?.unwrap_or_default())).collect()
    }

    /// The SQL that makes the table.
    pub(crate) fn up(&self) -> String {
        script(self.steps.iter().map(|step| &step.up))
    }

    /// The SQL that drops it.
    pub(crate) fn down(&self) -> String {
        script(self.steps.iter().rev().map(|step| &step.down))
    }

    pub(crate) fn migrator(self) -> Migrator {
        let migrations = self.steps.into_iter().flat_map(|step| [step.up, step.down]).collect();
        let mut migrator = Migrator::with_migrations(migrations);
        // In the table of the application's own migrator, each would take the other's for missing.
        migrator.dangerous_set_table_name(self.records);
        // Other tables of this crate are recorded there too.
        migrator.set_ignore_missing(true);
        migrator
    }

    /// Whether all that the statements need is in a table that has what was found.
    pub(crate) fn check(&self, found: &[String]) -> Result<(), SchemaMismatch> {
        self.lacks(found, self.steps.iter().filter(|step| step.needed))
    }

    /// Whether there is nothing left for [`bring_up`](Self::bring_up) to do.
    ///
    /// # Errors
    /// If it could not: under this name is something else.
    pub(crate) fn is_done(&self, found: &[String]) -> Result<bool, SchemaMismatch> {
        let begun = |(at, step): &(usize, &Step)| match at {
            0 => !found.is_empty(),
            _ => step.makes.iter().any(|made| found.contains(made)),
        };
        self.lacks(found, self.steps.iter().enumerate().filter(begun).map(|(_, step)| step))?;
        Ok(self.steps.iter().all(|step| step.is_in(found)))
    }

    /// Makes what is missing in a table that has what was found, and records it as a migrator does. One at a time may do
    /// so: the database has its own way to see to that.
    pub(crate) async fn bring_up(
        &self,
        connection: &mut impl Migrate,
        found: &[String],
    ) -> Result<(), SqlError> {
        self.record(connection, found).await.map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error,
            other => other.into(),
        })
    }

    async fn record(&self, connection: &mut impl Migrate, found: &[String]) -> Result<(), MigrateError> {
        let records = self.records.as_str();
        connection.ensure_migrations_table(records).await?;
        // MySQL commits each statement that changes a table. Who was killed behind one left a record that is not done.
        while let Some(number) = connection.dirty_version(records).await? {
            let Some(step) = self.steps.iter().find(|step| step.up.version == number) else { break };
            forget(connection, records, step).await?;
        }
        let recorded: Vec<_> =
            connection.list_applied_migrations(records).await?.iter().map(|it| it.version).collect();
        for step in &self.steps {
            match (step.is_in(found), recorded.contains(&step.up.version)) {
                (true, true) => {}
                (true, false) => connection.skip(records, &step.up).await?,
                (false, is_recorded) => {
                    if is_recorded {
                        forget(connection, records, step).await?;
                    }
                    connection.apply(records, &step.up).await?;
                }
            }
        }
        Ok(())
    }

    fn lacks<'a>(
        &self,
        found: &[String],
        steps: impl Iterator<Item = &'a Step>,
    ) -> Result<(), SchemaMismatch> {
        let missing = steps.flat_map(|step| &step.makes).filter(|made| !found.contains(made));
        let missing: Vec<_> = missing.cloned().collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(SchemaMismatch::new(self.table.clone(), missing, !found.is_empty())),
        }
    }
}

impl Step {
    fn is_in(&self, found: &[String]) -> bool {
        self.makes.iter().all(|made| found.contains(made))
    }
}

/// Takes the record away and leaves the table as it is.
async fn forget(connection: &mut impl Migrate, records: &str, step: &Step) -> Result<(), MigrateError> {
    let nothing = Migration { sql: SqlStr::from_static("SELECT 1"), ..step.down.clone() };
    connection.revert(records, &nothing).await.map(drop)
}

fn script<'a>(migrations: impl Iterator<Item = &'a Migration>) -> String {
    migrations.map(|migration| format!("{};\n", migration.sql.as_str().trim())).collect()
}

/// The number of a version, the same in every program: tables of any name share one table of records, so what is in
/// the table and its name are in the number (FNV-1a), and in the last byte the version.
fn number(of: &str, table: &TableName, at: usize) -> i64 {
    let text = [of, ":", table.parts().1].concat();
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let version = u8::try_from(at + 1).expect("a table has few versions");
    ((hash >> 9 << 8) | u64::from(version)).cast_signed()
}

/// The ways in that need no connection, in the `impl` of what has this [`Schema`].
macro_rules! schema_doors {
    ($schema:expr) => {
        /// The SQL that makes the table, for those who make their tables themselves. It does nothing where the table is
        /// there.
        pub fn schema(table: &$crate::store::TableName) -> String {
            $crate::store::sql::migrations::Migrations::over(&$schema, table).up()
        }

        /// The SQL that drops the table: the way back.
        pub fn schema_down(table: &$crate::store::TableName) -> String {
            $crate::store::sql::migrations::Migrations::over(&$schema, table).down()
        }

        /// The table as migrations of sqlx, for those who run them when they deploy: `run(&pool)` makes it,
        /// `undo(&pool, 0)` drops it.
        ///
        /// They are recorded in a table of their own, `_lockproof_migrations`, so the application's migrations do not
        /// meet them. It may come before `ensure_schema` and after it. Where processes start at the same time, it is
        /// `ensure_schema` that they should call.
        pub fn migrator(table: &$crate::store::TableName) -> sqlx::migrate::Migrator {
            $crate::store::sql::migrations::Migrations::over(&$schema, table).migrator()
        }
    };
}
pub(crate) use schema_doors;
