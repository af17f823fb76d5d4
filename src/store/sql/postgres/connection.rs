//! What we accept from the user: a URL or a pool; and how a statement gets through although connections break.

use std::{
    future::pending,
    pin::pin,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use futures::{
    FutureExt,
    future::{Either, select},
};
use sqlx::{
    ConnectOptions, Connection, Error as SqlError, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow},
    query::Query,
};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use super::{errors, pauses::Pauses};
use crate::store::{SqlOptions, StoreError, StoreErrorKind, sharded::lock};

/// A statement with its values.
pub(crate) type Statement = Query<'static, Postgres, PgArguments>;

/// A connection that nobody has used for so long is asked first whether it is still there.
const IDLE: Duration = Duration::from_secs(1);

/// How long it may take to connect when a store is opened: the server may just start, or be far away.
const PATIENCE_AT_BOOT: Duration = Duration::from_secs(5);

/// A database and the connections to it.
pub(crate) struct Database {
    pool: PgPool,
    /// `host:port/database`, for messages.
    pub(super) place: String,
    /// How long the server may take over a statement.
    limit: Duration,
    /// How many statements were answered.
    answered: AtomicU64,
    /// Who has to know why the pool gives no connection tries one beside it; one at a time.
    trying: Mutex<()>,
}

impl Database {
    /// Makes a pool for a URL. Nothing is connected yet.
    pub(crate) fn open(url: &str, options: &SqlOptions) -> Result<Self, StoreError> {
        let limit = options.statement_timeout;
        let connect = bounded(parse(url)?, limit).disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections)
            // A round trip for each call otherwise; what was cut while nobody used it is found out below.
            .test_before_acquire(false)
            .before_acquire(|connection, state| {
                async move { Ok(state.idle_for < IDLE || connection.ping().await.is_ok()) }.boxed()
            })
            .connect_lazy_with(connect);
        Ok(Self::over(pool, limit))
    }

    /// Takes a pool of the user's as it is.
    pub(crate) fn of_pool(pool: PgPool, options: &SqlOptions) -> Self {
        Self::over(pool, options.statement_timeout)
    }

    fn over(pool: PgPool, limit: Duration) -> Self {
        let place = place(&pool.connect_options());
        Self { pool, place, limit, answered: AtomicU64::new(0), trying: Mutex::default() }
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// How long a statement may wait for another transaction, in the server, as the setting is written.
    pub(super) fn lock_timeout(&self) -> String {
        lock_timeout(self.limit)
    }

    /// A pool of one connection beside the user's, for listening: it is used for as long as somebody waits.
    pub(super) fn beside(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(self.limit)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with((*self.pool.connect_options()).clone())
    }

    /// Reads rows.
    pub(crate) async fn read(
        &self,
        statement: impl Fn() -> Statement + Send + Sync,
    ) -> Result<Vec<PgRow>, StoreError> {
        self.send(&statement).await.0
    }

    /// Runs one statement as a transaction of its own, and gives what it returns. If the connection breaks in the
    /// middle it is sent again, so it has to be one that can be done twice.
    pub(crate) async fn rows(
        &self,
        statement: impl Fn() -> Statement + Send + Sync,
    ) -> Result<Vec<PgRow>, StoreError> {
        Ok(self.rows_again(statement).await?.0)
    }

    /// The same, and whether it was sent again.
    pub(crate) async fn rows_again(
        &self,
        statement: impl Fn() -> Statement + Send + Sync,
    ) -> Result<(Vec<PgRow>, bool), StoreError> {
        match self.send(&statement).await {
            (Ok(rows), again) => Ok((rows, again)),
            (Err(error), false) => Err(error),
            // Whatever is definite about the last time, the first may have been done.
            (Err(error), true) => Err(errors::lost(&self.place, error)),
        }
    }

    /// Sends a statement, and again where a connection was cut; says too whether it was.
    async fn send(
        &self,
        statement: &(impl Fn() -> Statement + Send + Sync),
    ) -> (Result<Vec<PgRow>, StoreError>, bool) {
        // After a restart of the server every connection of the pool is broken, and is found so one by one.
        let most = self.pool.options().get_max_connections().min(64);
        let (mut again, mut pauses) = (0, Pauses::new());
        loop {
            let answer = match self.once(statement).await {
                Ok(Err(error)) if again < most && errors::is_cut(&error) => {
                    again += 1;
                    continue;
                }
                Ok(Err(error)) if errors::is_conflict(&error) && pauses.pause().await => continue,
                Ok(answer) => answer.map_err(|error| errors::sent(&self.place, error)),
                Err(error) => Err(error),
            };
            return (answer, again > 0);
        }
    }

    /// The same for a statement that may do harm the second time.
    pub(crate) async fn rows_once(
        &self,
        statement: impl Fn() -> Statement + Send + Sync,
    ) -> Result<Vec<PgRow>, StoreError> {
        let mut pauses = Pauses::new();
        loop {
            match self.once(&statement).await? {
                Ok(rows) => return Ok(rows),
                // Then it was not done.
                Err(error) if errors::is_conflict(&error) && pauses.pause().await => {}
                Err(error) => return Err(errors::sent(&self.place, error)),
            }
        }
    }

    async fn once(
        &self,
        statement: &(impl Fn() -> Statement + Send + Sync),
    ) -> Result<Result<Vec<PgRow>, SqlError>, StoreError> {
        let mut connection = self.connection().await?;
        // All rows, not `fetch_one`: that one stops at the first, before the commit that may fail.
        let rows = statement().fetch_all(&mut *connection).await;
        self.answered.fetch_add(1, Relaxed);
        Ok(rows)
    }

    pub(crate) async fn connection(&self) -> Result<PoolConnection<Postgres>, StoreError> {
        /// However little a statement may take, a connection is not made in less.
        const LEAST: Duration = Duration::from_millis(250);

        // Less than the service's own limit, which does not know whether anything was sent.
        self.connection_within((self.limit / 4 * 3).max(LEAST)).await
    }

    /// Connects for the first time, which may take longer than any call after that.
    pub(super) async fn reach(&self) -> Result<(), StoreError> {
        self.connection_within(PATIENCE_AT_BOOT).await.map(drop)
    }

    /// A pool tries to connect for as long as it may, and then only says that it did not succeed. So one more connection
    /// is tried beside it, which says why.
    async fn connection_within(&self, patience: Duration) -> Result<PoolConnection<Postgres>, StoreError> {
        let answered = self.answered.load(Relaxed);
        let quick = patience.min(self.limit) / 3;
        let acquiring = pin!(self.pool.acquire());
        let acquiring = match select(acquiring, pin!(sleep(quick))).await {
            Either::Left((connection, _)) => return connection.map_err(|error| self.not_sent(error)),
            Either::Right(((), acquiring)) => acquiring,
        };
        // While others are answered it is the pool that has too few.
        let is_there = self.answered.load(Relaxed) != answered;
        let found = Found(std::sync::Mutex::new(is_there.then_some(SqlError::PoolTimedOut)));
        let trouble = pin!(async {
            match is_there {
                true => pending().await,
                false => self.look_for_trouble(&found).await,
            }
        });
        let acquiring = pin!(timeout(patience.saturating_sub(quick), acquiring));
        match select(acquiring, trouble).await {
            Either::Left((Ok(connection), _)) => return connection.map_err(|error| self.not_sent(error)),
            Either::Left((Err(_), _)) | Either::Right(((), _)) => {}
        }
        Err(match found.take() {
            Some(error) => self.not_sent(error),
            None => {
                let what = format!("{}: no connection within {patience:?}", self.place);
                StoreError::new(StoreErrorKind::Unavailable, what)
            }
        })
    }
    /// Completes with something that the pool's patience does not help against.
    async fn look_for_trouble(&self, found: &Found) {
        let turn = self.trying.lock().await;
        loop {
            let tried = async { self.pool.connect_options().connect().await?.close().await };
            match tried.await {
                Ok(()) => break,
                Err(error) if errors::passes_by_itself(&error) => {
                    found.put(error);
                    sleep(Duration::from_millis(100)).await;
                }
                Err(error) => return found.put(error),
            }
        }
        drop(turn);
        found.put(SqlError::PoolTimedOut);
        pending().await
    }

    fn not_sent(&self, error: SqlError) -> StoreError {
        errors::not_sent(&self.place, error)
    }
}

/// Why there was no connection, as far as that is known.
struct Found(std::sync::Mutex<Option<SqlError>>);

impl Found {
    fn put(&self, error: SqlError) {
        *lock(&self.0) = Some(error);
    }

    fn take(&self) -> Option<SqlError> {
        lock(&self.0).take()
    }
}

/// sqlx takes a URL of any scheme, and what it says about one that it cannot read has no password in it.
fn parse(url: &str) -> Result<PgConnectOptions, StoreError> {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    if !matches!(scheme, "postgres" | "postgresql") {
        let found = match scheme {
            "" => "it has none".to_owned(),
            other => format!("this one has `{}`", other.escape_debug()),
        };
        let what = format!("the URL of a PostgreSQL database begins with `postgres://`, and {found}");
        return Err(StoreError::new(StoreErrorKind::Misconfigured, what));
    }
    url.parse().map_err(|error: SqlError| {
        let what = format!("the URL of the PostgreSQL database cannot be read: {error}");
        StoreError::new(StoreErrorKind::Misconfigured, what).caused_by(error)
    })
}

/// A connection whose statements end in the server too, unless the URL says something else. The settings go with the
/// start of the connection: set later they could end up in other sessions behind a transaction pooler.
fn bounded(connect: PgConnectOptions, limit: Duration) -> PgConnectOptions {
    let has = |setting: &str| connect.get_options().is_some_and(|options| options.contains(setting));
    let settings = [
        ("statement_timeout", format!("{}ms", limit.as_millis().max(1))),
        ("lock_timeout", lock_timeout(limit)),
    ];
    let missing: Vec<_> = settings.into_iter().filter(|(setting, _)| !has(setting)).collect();
    let connect = match connect.get_application_name() {
        Some(_) => connect,
        None => connect.application_name("lockproof"),
    };
    if missing.is_empty() { connect } else { connect.options(missing) }
}

/// Less than the whole limit: who waits shall hear of it before its own time is up.
fn lock_timeout(limit: Duration) -> String {
    format!("{}ms", (limit / 2).as_millis().max(1))
}

fn place(connect: &PgConnectOptions) -> String {
    let database = connect.get_database().unwrap_or_else(|| connect.get_username());
    match connect.get_socket() {
        Some(socket) => format!("{}/{database}", socket.display()),
        None => format!("{}:{}/{database}", connect.get_host(), connect.get_port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_of_this_database_and_its_password_is_nobodys_business() {
        for url in ["postgres://h/d", "postgresql://u:p@h:1/d?sslmode=disable"] {
            assert!(parse(url).is_ok(), "{url}");
        }
        for url in ["mongodb://u:hunter2@h/d", "h/d", "", "postgres://u:hunter2@h:x/d", "://hunter2@h"] {
            let error = parse(url).expect_err(url);
            assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{url}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn what_the_url_says_about_time_stands() {
        let limit = Duration::from_secs(1);
        let options = |url: &str| bounded(parse(url).expect("a URL"), limit).get_options().map(str::to_owned);
        let both = "-c statement_timeout=1000ms -c lock_timeout=500ms";
        assert_eq!(options("postgres://h/d").as_deref(), Some(both));
        let own = options("postgres://h/d?options=-c%20statement_timeout%3D7s").expect("some");
        assert_eq!(own, "-c statement_timeout=7s -c lock_timeout=500ms");
    }

    #[test]
    fn messages_name_the_place() {
        let place_of = |url: &str| place(&parse(url).expect("a URL"));
        assert_eq!(place_of("postgres://u:hunter2@db.example:6432/app"), "db.example:6432/app");
        assert_eq!(place_of("postgres://u@h"), "h:5432/u");
    }
}
