use std::{convert::Infallible, pin::pin, time::Duration};

use futures::future::{Either, select};
use sqlx::{Row, postgres::PgListener};
use tokio::{
    runtime::Handle,
    time::{sleep, timeout},
};

use super::{interest::LASTS, ops::bytes, wakeups::Ears};
use crate::{
    log::warn,
    model::{LockKey, clock::BootInstant},
    store::{
        StoreError,
        StoreErrorKind::Unavailable,
        sql::row::{Columns, damaged},
    },
};

/// How long the server may take to answer a connection on which it tells of releases.
const LIMIT: Duration = Duration::from_secs(5);

/// When to try again to write to rows that a transaction has: it may be one that is through at once, or a long save.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(160);

/// A connection beside the pool, on which PostgreSQL tells of releases. The rows say whether somebody waits, and they are
/// told so on the same connection: what is released after that is heard of here.
pub(super) struct Listener<'a> {
    ears: &'a Ears,
}

impl<'a> Listener<'a> {
    pub(super) fn over(ears: &'a Ears) -> Self {
        Self { ears }
    }

    /// Listens, and connects again when the connection breaks.
    pub(super) async fn run(&self) -> Infallible {
        const FIRST: Duration = Duration::from_millis(20);
        const LONGEST: Duration = Duration::from_secs(1);

        let (mut pause, mut told) = (FIRST, false);
        loop {
            let mut has_listened = false;
            let Err(error) = self.listen(&mut has_listened).await;
            pause = if has_listened { FIRST } else { (pause * 2).min(LONGEST) };
            if has_listened || !told {
                let place = &self.ears.database.place;
                warn!(
                    "waiters are not told of releases for a while, and look for themselves: {place}: {error}"
                );
            }
            told = true;
            sleep(pause.mul_f64(0.75 + fastrand::f64() / 2.0)).await;
        }
    }

    /// Listens until the connection breaks.
    async fn listen(&self, has_listened: &mut bool) -> Result<Infallible, StoreError> {
        let ears = self.ears;
        let mut connection = in_time(self.connect()).await?;
        *has_listened = true;
        let _listening = Listening::begin(ears);
        let mut pause = FIRST_PAUSE;
        loop {
            let again = in_time(self.announce_interest(&mut connection)).await?;
            pause = if again { (pause * 2).min(LONGEST_PAUSE) } else { FIRST_PAUSE };
            let listener = connection.listener();
            let heard = {
                let heard = pin!(listener.try_recv());
                let news = pin!(async {
                    match again {
                        true => sleep(pause).await,
                        false => ears.interest.news().await,
                    }
                });
                match select(heard, news).await {
                    Either::Left((heard, _)) => Some(heard?),
                    Either::Right(((), _)) => None,
                }
            };
            match heard {
                Some(Some(release)) => {
                    if let Some(key) = ears.interest.key(release.payload()) {
                        ears.announce(&key);
                    }
                }
                Some(None) => return Err(StoreError::new(Unavailable, "the connection has ended")),
                None => {}
            }
        }
    }

    async fn connect(&self) -> Result<Connection, StoreError> {
        let mut listener = PgListener::connect_with(&self.ears.database.beside()).await?;
        // Else nobody would hear of the gap before it is over.
        listener.eager_reconnect(false);
        let mut connection = Connection { listener: Some(listener), runtime: Handle::current() };
        let row = sqlx::query(self.ears.sql.channel.clone()).fetch_one(connection.listener()).await?;
        let channel: String = row.try_get("channel")?;
        connection.listener().listen(&channel).await?;
        Ok(connection)
    }

    /// Has the releases announced of what somebody here waits for. Gives whether some rows were locked, so that it is to
    /// be tried again soon.
    async fn announce_interest(&self, connection: &mut Connection) -> Result<bool, StoreError> {
        let Ears { interest, sql, .. } = self.ears;
        let mut free = interest.take();
        if free.is_empty() {
            return Ok(false);
        }
        let keys: Vec<_> = free.iter().map(bytes).collect();
        let lasts = i64::try_from(LASTS.as_millis()).expect("seconds");
        let at = BootInstant::now();
        let want = sqlx::query(sql.want.clone()).bind(keys).bind(lasts);
        let rows = want.fetch_all(connection.listener()).await?;
        let mut locked = Vec::new();
        for row in rows {
            let key = row.text("key")?.unwrap_or_default();
            let key = LockKey::new(&key).map_err(|error| damaged(&key, error.into()))?;
            free.remove(&key);
            match (row.try_get("done")?, row.text("hash")?) {
                (true, Some(hash)) => interest.announced(key, hash, at),
                _ => locked.push(key),
            }
        }
        // Released between the look that found it held and now.
        free.iter().for_each(|key| self.ears.announce(key));
        let again = !locked.is_empty();
        interest.put_back(locked);
        Ok(again)
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(LIMIT, work).await.unwrap_or_else(|_| Err(StoreError::no_answer(LIMIT)))
}

/// Says that somebody listens, until it is dropped.
struct Listening<'a>(&'a Ears);

impl<'a> Listening<'a> {
    fn begin(ears: &'a Ears) -> Self {
        // Who waited before the gap looks again now.
        ears.interest.forget();
        ears.hearing.send_modify(|hearing| {
            hearing.now = true;
            hearing.times += 1;
        });
        Self(ears)
    }
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        self.0.hearing.send_modify(|hearing| hearing.now = false);
    }
}

/// A listener of sqlx starts a task when it is dropped, wherever that is.
struct Connection {
    listener: Option<PgListener>,
    runtime: Handle,
}

impl Connection {
    fn listener(&mut self) -> &mut PgListener {
        self.listener.as_mut().expect("it is there until the end")
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _inside = self.runtime.enter();
        drop(self.listener.take());
    }
}
