/// Of which make a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Make {
    MariaDb,
    Postgres,
    Sqlite,
}

impl Make {
    pub(crate) const ALL: [Self; 3] = [Self::MariaDb, Self::Postgres, Self::Sqlite];
    /// Those that are servers, and not a file.
    pub(crate) const SERVERS: [Self; 2] = [Self::MariaDb, Self::Postgres];

    /// By the URL; a path is SQLite's.
    pub(crate) fn of(url: &str) -> Self {
        match url.split_once("://") {
            Some(("mysql", _)) => Self::MariaDb,
            Some(("postgres", _)) => Self::Postgres,
            _ => Self::Sqlite,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MariaDb => "mariadb",
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        }
    }
}
