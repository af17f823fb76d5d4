use std::sync::Arc;

use sqlx::postgres::PgRow;

use super::{Inner, PostgresStore, connection::Statement, pauses::Pauses, wakeups};
use crate::{
    model::{FencingToken, LockKey},
    store::{
        AskRelease, AskReply, Extend, ExtendReply, ForceRelease, ForceReply, HeldKey, Holder, Inspect, List,
        Release, ReleaseReply, Rotate, RotateReply, StoreCapabilities, StoreError, StoreErrorKind,
        WakeupStream,
        sql::{
            replies::{self, Page},
            row::{Columns, LockRow, damaged, token},
        },
    },
};

lock_store_over_inner!(PostgresStore, "postgres", StoreCapabilities::default());

/// What a statement about one key has granted, or else the row that it has found.
pub(super) struct Seen {
    pub(super) granted: Option<FencingToken>,
    pub(super) row: Option<LockRow>,
}

impl Seen {
    pub(super) fn of(rows: Vec<PgRow>, key: &LockKey) -> Result<Self, StoreError> {
        let nothing = || damaged(key.as_str(), "the statement returned nothing".into());
        let row = rows.first().ok_or_else(nothing)?;
        let read = || -> Result<_, sqlx::Error> { Ok((row.number("granted")?, row.text("key")?.is_some())) };
        let (granted, was_there) = read().map_err(|error| damaged(key.as_str(), error.into()))?;
        Ok(match granted {
            // What was there before does not matter any more, even if it was damaged.
            Some(granted) => Self { granted: Some(token(granted)?), row: None },
            None => Self { granted: None, row: was_there.then(|| LockRow::of(row)).transpose()? },
        })
    }
}

impl Inner {
    pub(super) fn wakeups(&self) -> Option<WakeupStream> {
        Some(wakeups::stream(Arc::clone(&self.ears)))
    }

    async fn inspect(&self, request: Inspect) -> Result<Option<Holder>, StoreError> {
        let rows =
            self.database.read(|| sqlx::query(self.sql.inspect.clone()).bind(bytes(&request.key))).await?;
        let row = rows.first().map(LockRow::of).transpose()?;
        row.filter(LockRow::runs).map(|row| row.holder()).transpose()
    }

    async fn extend(&self, request: Extend) -> Result<ExtendReply, StoreError> {
        only(self.extend_all(std::slice::from_ref(&request)).await)
    }

    async fn release(&self, request: Release) -> Result<ReleaseReply, StoreError> {
        only(self.release_all(std::slice::from_ref(&request)).await)
    }

    async fn rotate(&self, request: Rotate) -> Result<RotateReply, StoreError> {
        let Rotate { key, from, to, label, ttl, above } = request;
        let (from, to, above) = (from.to_string(), to.to_string(), above.unwrap_or(FencingToken::ZERO));
        let statement = || {
            sqlx::query(self.sql.rotate.clone())
                .bind(bytes(&key))
                .bind(from.clone().into_bytes())
                .bind(to.clone().into_bytes())
                .bind(label.as_str().to_owned())
                .bind(ttl.as_millis())
                .bind(above.as_i64())
        };
        let mut pauses = Pauses::new();
        loop {
            let seen = Seen::of(self.database.rows(statement).await?, &key)?;
            if let Some(token) = seen.granted {
                return Ok(RotateReply::Granted { token });
            }
            if let Some(reply) = replies::rotated(seen.row.as_ref(), &from, &to, above)? {
                return Ok(reply);
            }
            if !pauses.pause().await {
                return Err(self.busy(&key));
            }
        }
    }

    async fn force_release(&self, request: ForceRelease) -> Result<ForceReply, StoreError> {
        let key = request.key;
        let forced = self.whoever_holds(&key, || {
            // The second time the answer would be that nobody holds it.
            self.database.rows_once(|| sqlx::query(self.sql.force.clone()).bind(bytes(&key)))
        });
        let Some(token) = forced.await? else { return Ok(ForceReply::NotHeld) };
        self.ears.announce(&key);
        Ok(ForceReply::Forced { token })
    }

    async fn ask_release(&self, request: AskRelease) -> Result<AskReply, StoreError> {
        let AskRelease { key, reason } = request;
        let statement =
            || sqlx::query(self.sql.ask.clone()).bind(bytes(&key)).bind(reason.as_str().to_owned());
        let asked = self.whoever_holds(&key, || self.database.rows(statement)).await?;
        Ok(if asked.is_some() { AskReply::Asked } else { AskReply::NotHeld })
    }

    /// Runs a statement on a lock that somebody has; `None` if nobody does.
    async fn whoever_holds<F>(
        &self,
        key: &LockKey,
        send: impl Fn() -> F,
    ) -> Result<Option<FencingToken>, StoreError>
    where
        F: Future<Output = Result<Vec<PgRow>, StoreError>>,
    {
        let mut pauses = Pauses::new();
        loop {
            let seen = Seen::of(send().await?, key)?;
            if seen.granted.is_some() {
                return Ok(seen.granted);
            }
            if !replies::may_be_forced(seen.row.as_ref())? {
                return Ok(None);
            }
            if !pauses.pause().await {
                return Err(self.busy(key));
            }
        }
    }

    async fn list(&self, request: List) -> Result<Vec<HeldKey>, StoreError> {
        let page = Page::of(request);
        let statement = || -> Statement {
            sqlx::query(self.sql.list.clone())
                .bind(page.first.clone().into_bytes())
                .bind(page.end())
                .bind(page.after.clone().into_bytes())
                .bind(page.limit)
        };
        replies::listed(&self.database.read(statement).await?)
    }

    /// A transaction has the row for long. Nothing was done.
    pub(super) fn busy(&self, key: &LockKey) -> StoreError {
        let what = format!(
            "{}: a transaction has the row of {:?} for long, as a save does that pins it; try again when it is through",
            self.database.place,
            key.as_str()
        );
        StoreError::new(StoreErrorKind::Unavailable, what)
    }
}

pub(super) fn bytes(key: &LockKey) -> Vec<u8> {
    key.as_str().as_bytes().to_vec()
}

fn only<T>(mut answers: Vec<Result<T, StoreError>>) -> Result<T, StoreError> {
    answers.pop().expect("one request has one answer")
}
