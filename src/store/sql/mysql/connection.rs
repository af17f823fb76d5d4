//! What we accept from the user, a URL or a pool; and how a statement gets through where connections are cut.

use std::{pin::pin, time::Duration};

use futures::future::{Either, select};
use sqlx::{
    ConnectOptions, Connection, MySql, MySqlConnection, MySqlPool,
    mysql::{MySqlArguments, MySqlConnectOptions, MySqlPoolOptions, MySqlRow},
    pool::PoolConnection,
    query::Query,
};
use tokio::{sync::Mutex, time::timeout};

use super::errors;
use crate::{
    model::FencingToken,
    store::{SqlOptions, StoreError, StoreErrorKind, sql::row::token},
};

/// A statement with its values.
pub(crate) type Statement = Query<'static, MySql, MySqlArguments>;

/// How long a server may take to let us in.
const PATIENCE: Duration = Duration::from_secs(5);

/// A database and the connections to it.
pub(crate) struct Database {
    pool: MySqlPool,
    address: String,
    /// How long a call waits for a connection that others have: less than the service's own limit, which does not know
    /// that nothing was sent.
    patience: Duration,
    /// One looks for all whether the server can be reached.
    probing: Mutex<()>,
}

/// What a statement has done.
pub(super) struct Done {
    /// How many rows it found and changed.
    pub(super) rows: u64,
    /// What it left as `LAST_INSERT_ID`.
    token: u64,
    /// It was sent before, and nobody knows whether it was done then.
    pub(super) again: bool,
}

impl Done {
    /// An error that came after it: if it was sent twice, and hit nothing the second time, nobody knows what the first time
    /// did.
    pub(super) fn doubt(&self, error: StoreError) -> StoreError {
        if !self.again {
            return error;
        }
        let what = "the connection was cut in the middle of it, and a look at what became of it failed";
        StoreError::new(StoreErrorKind::OutcomeUnknown, what).caused_by(error)
    }

    /// The token, if a row was hit.
    pub(super) fn token(&self) -> Result<Option<FencingToken>, StoreError> {
        match self.rows {
            0 => Ok(None),
            _ => token(self.token.cast_signed()).map(Some),
        }
    }
}

impl Database {
    /// Connects to a server.
    pub(crate) async fn open(url: &str, options: &SqlOptions) -> Result<Self, StoreError> {
        let connect = parse(url)?.disable_statement_logging();
        let limit = whole_seconds(options.statement_timeout);
        let pool = MySqlPoolOptions::new()
            .max_connections(options.max_connections)
            .acquire_timeout(PATIENCE)
            // One that was cut meanwhile is noticed when it is used.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    // For the one statement that may wait for a row, and a server whose default is another.
                    let session = "SET SESSION autocommit = 1, innodb_lock_wait_timeout = ?";
                    sqlx::query(session).bind(limit).execute(connection).await.map(drop)
                })
            })
            .connect_lazy_with(connect);
        let database = Self::over(pool, options);
        database.reach().await?;
        Ok(database)
    }

    /// Takes a pool of the user's as it is.
    pub(crate) async fn of_pool(pool: MySqlPool, options: &SqlOptions) -> Result<Self, StoreError> {
        let database = Self::over(pool, options);
        let rows = database.read(|| sqlx::query("SELECT @@autocommit AS autocommit")).await?;
        match rows.first().map(|row| sqlx::Row::try_get::<i64, _>(row, 0)) {
            Some(Ok(0)) => Err(misconfigured(format!(
                "{}: the connections of this pool have `autocommit` off, so no lock would ever be taken; switch it on \
                 in `after_connect`, or give the locks a pool of their own",
                database.address
            ))),
            _ => Ok(database),
        }
    }

    fn over(pool: MySqlPool, options: &SqlOptions) -> Self {
        let address = address(&pool.connect_options());
        Self { pool, address, patience: options.statement_timeout / 2, probing: Mutex::default() }
    }

    pub(crate) fn pool(&self) -> &MySqlPool {
        &self.pool
    }

    /// Where it is, without the password.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Reads rows.
    pub(crate) async fn read(
        &self,
        statement: impl Fn() -> Statement + Send + Sync,
    ) -> Result<Vec<MySqlRow>, StoreError> {
        let mut tries = Tries::of(self);
        loop {
            let mut lent = tries.lend().await?;
            let answer = statement().fetch_all(lent.connection()).await;
            if let Some(rows) = tries.settle(lent, answer)? {
                return Ok(rows);
            }
        }
    }

    /// Runs one writing statement as a transaction of its own. It is sent again if its connection turns out to be cut, so
    /// it has to be one that may be done twice.
    ///
    /// A row that somebody else has in hand is not hit.
    pub(super) async fn write(
        &self,
        statement: impl Fn() -> Statement + Send + Sync,
    ) -> Result<Done, StoreError> {
        let mut tries = Tries::of(self);
        loop {
            let mut lent = tries.lend().await?;
            let answer = match statement().execute(lent.connection()).await {
                Err(error) if errors::is_blocked(&error) => Ok((0, 0)),
                answer => answer.map(|done| (done.rows_affected(), done.last_insert_id())),
            };
            if let Some((rows, token)) = tries.settle(lent, answer)? {
                return Ok(Done { rows, token, again: tries.cut.is_some() });
            }
        }
    }

    /// A connection for more than one statement.
    pub(crate) async fn lend(&self) -> Result<Lent, StoreError> {
        self.connection().await.map(|connection| Lent(Some(connection)))
    }

    async fn connection(&self) -> Result<PoolConnection<MySql>, StoreError> {
        const SLOW: Duration = Duration::from_millis(200);

        let mut acquire = pin!(self.pool.acquire());
        let acquired = match timeout(SLOW, &mut acquire).await {
            Ok(acquired) => acquired,
            // A pool goes on trying a server that refuses it, and in the end does not say so.
            Err(_) => match select(acquire, pin!(self.reach())).await {
                Either::Left((Err(sqlx::Error::PoolTimedOut), _)) => return Err(self.silent()),
                Either::Left((acquired, _)) => acquired,
                Either::Right((Ok(()), acquire)) => {
                    timeout(self.patience, acquire).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
                }
                Either::Right((Err(error), _)) => return Err(error),
            },
        };
        acquired.map_err(|error| errors::not_sent(&self.address, error))
    }

    /// Connects beside the pool, for the error.
    async fn reach(&self) -> Result<(), StoreError> {
        let _turn = self.probing.lock().await;
        let options = self.pool.connect_options();
        match timeout(PATIENCE, options.connect()).await {
            Ok(Ok(connection)) => {
                // How it says goodbye is nobody's concern.
                let _ = connection.close().await;
                Ok(())
            }
            Ok(Err(error)) => Err(errors::not_sent(&self.address, error)),
            Err(_) => Err(self.silent()),
        }
    }

    fn silent(&self) -> StoreError {
        let what = format!("{}: it does not answer to an attempt to connect", self.address);
        StoreError::new(StoreErrorKind::Unavailable, what)
    }
}

/// A call goes on as long as it meets connections that were cut: all that are idle may have been at once, by a restart.
struct Tries<'a> {
    database: &'a Database,
    left: u32,
    cut: Option<sqlx::Error>,
}

impl<'a> Tries<'a> {
    fn of(database: &'a Database) -> Self {
        Self { database, left: database.pool.size(), cut: None }
    }

    async fn lend(&mut self) -> Result<Lent, StoreError> {
        self.database.lend().await.map_err(|error| self.doubt().unwrap_or(error))
    }

    /// The answer; `None` if the statement is to be sent again.
    fn settle<T>(&mut self, lent: Lent, answer: Result<T, sqlx::Error>) -> Result<Option<T>, StoreError> {
        let error = match answer {
            Ok(value) => {
                lent.give_back();
                return Ok(Some(value));
            }
            Err(error) => error,
        };
        if errors::is_cut(&error) {
            drop(lent);
            self.cut.get_or_insert(error);
            return match self.left.checked_sub(1) {
                Some(left) => {
                    self.left = left;
                    Ok(None)
                }
                None => Err(self.doubt().expect("one was cut")),
            };
        }
        lent.give_back();
        Err(self.doubt().unwrap_or_else(|| errors::sent(&self.database.address, error)))
    }

    /// The error of a call that may have been done on a connection that was cut.
    fn doubt(&mut self) -> Option<StoreError> {
        self.cut.take().map(|error| errors::in_doubt(&self.database.address, error))
    }
}

/// A connection in use. One that is dropped in the middle of a call is closed: nobody waits for the answer, and a server
/// that hangs would keep the pool's place for ever.
pub(crate) struct Lent(Option<PoolConnection<MySql>>);

impl Lent {
    pub(crate) fn connection(&mut self) -> &mut MySqlConnection {
        self.0.as_mut().expect("it is given back once, and then is no more")
    }

    pub(crate) fn pooled(&mut self) -> &mut PoolConnection<MySql> {
        self.0.as_mut().expect("it is given back once, and then is no more")
    }

    pub(crate) fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        drop(self.0.take().map(PoolConnection::detach));
    }
}

fn parse(url: &str) -> Result<MySqlConnectOptions, StoreError> {
    // Its driver takes any scheme.
    let is_ours = ["mysql://", "mariadb://"].iter().any(|scheme| url.starts_with(scheme));
    if !is_ours {
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
        return Err(misconfigured(format!(
            "a URL for MySQL and MariaDB begins with `mysql://`, and this one with {scheme:?}: \
             `mysql://user:password@host:3306/database`"
        )));
    }
    url.parse().map_err(|error: sqlx::Error| misconfigured(format!("the URL cannot be read: {error}")))
}

/// Where it is, without the password.
fn address(options: &MySqlConnectOptions) -> String {
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    format!("mysql://{}@{place}/{}", options.get_username(), options.get_database().unwrap_or_default())
}

fn whole_seconds(limit: Duration) -> u64 {
    (limit.as_millis().div_ceil(1000) as u64).max(1)
}

fn misconfigured(what: String) -> StoreError {
    StoreError::new(StoreErrorKind::Misconfigured, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_twice_is_not_called_undone_by_a_look_that_fails() {
        let unreachable = || StoreError::new(StoreErrorKind::Unavailable, "connection refused");
        let kind = |again| Done { rows: 0, token: 0, again }.doubt(unreachable()).kind();
        assert_eq!(kind(true), StoreErrorKind::OutcomeUnknown);
        assert_eq!(kind(false), StoreErrorKind::Unavailable);
    }
}
