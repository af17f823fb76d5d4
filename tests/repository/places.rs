//! Databases for tests, each empty and of its own.

/// A file.
#[cfg(feature = "sqlite")]
pub(crate) struct File(tempfile::TempDir);

#[cfg(feature = "sqlite")]
impl File {
    pub(crate) fn new() -> Self {
        Self(tempfile::TempDir::new().expect("a directory"))
    }

    pub(crate) fn at(&self) -> std::path::PathBuf {
        self.0.path().join("documents.db")
    }
}

#[cfg(unix)]
macro_rules! database {
    ($name:ident, $feature:literal, $new:expr) => {
        /// A database of a server that the tests of this process have in common.
        #[cfg(feature = $feature)]
        pub(crate) struct $name(String);

        #[cfg(feature = $feature)]
        impl $name {
            pub(crate) fn new() -> Self {
                Self($new)
            }

            pub(crate) fn at(&self) -> String {
                self.0.clone()
            }
        }
    };
}

#[cfg(unix)]
database!(PostgresDatabase, "postgres", lockproof_test_servers::Postgres::shared().database());
#[cfg(unix)]
database!(MySqlDatabase, "mysql", lockproof_test_servers::mysql_database());
