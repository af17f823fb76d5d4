use sqlx::{SqlStr, mysql::MySqlRow};

use super::{
    Inner, MySqlStore,
    connection::Statement,
    values::{bytes, micros},
};
use crate::{
    model::{FencingToken, LockKey},
    store::{
        AskRelease, AskReply, Extend, ExtendReply, ForceRelease, ForceReply, HeldKey, Holder, Inspect, List,
        Release, ReleaseReply, Rotate, RotateReply, StoreCapabilities, StoreError, WakeupStream,
        sql::{
            batch::unsettled,
            patience::Patience,
            replies::{self, Page},
            row::{LockRow, extended},
        },
    },
};

lock_store_over_inner!(
    MySqlStore,
    "mysql",
    StoreCapabilities { wakeups: false, ..StoreCapabilities::default() }
);

impl Inner {
    /// The server has no way to tell of a release; who waits looks again and again.
    pub(super) fn wakeups(&self) -> Option<WakeupStream> {
        None
    }

    async fn inspect(&self, request: Inspect) -> Result<Option<Holder>, StoreError> {
        let row = self.find(&request.key).await?;
        row.filter(LockRow::runs).map(|row| row.holder()).transpose()
    }

    async fn extend(&self, request: Extend) -> Result<ExtendReply, StoreError> {
        let Extend { key, owner, ttl } = request;
        let owner = owner.to_string();
        let mut patience = self.patience();
        loop {
            let Some((raw, row)) = self.find_raw(&key).await? else { return Ok(ExtendReply::NotHeld) };
            if !row.is_held_by(&owner) {
                return Ok(ExtendReply::NotHeld);
            }
            let extend = || self.statement(&self.sql.extend, &key).bind(bytes(&owner)).bind(micros(ttl));
            if self.database.write(extend).await?.rows > 0 {
                return extended(&raw, &key);
            }
            patience.pause_for(&key).await?;
        }
    }

    async fn release(&self, request: Release) -> Result<ReleaseReply, StoreError> {
        let Release { key, owner } = request;
        let owner = owner.to_string();
        let (mut patience, mut again) = (self.patience(), false);
        loop {
            let release = || self.statement(&self.sql.release, &key).bind(bytes(&owner));
            let done = self.database.write(release).await?;
            if done.rows > 0 {
                return Ok(ReleaseReply::Released);
            }
            again |= done.again;
            let row = self.find(&key).await.map_err(|error| done.doubt(error))?;
            if !row.is_some_and(|row| row.is_held_by(&owner)) {
                return if again { Err(unsettled(&key)) } else { Ok(ReleaseReply::NotHeld) };
            }
            patience.pause_for(&key).await?;
        }
    }

    async fn rotate(&self, request: Rotate) -> Result<RotateReply, StoreError> {
        let Rotate { key, from, to, label, ttl, above } = request;
        let (from, to, above) = (from.to_string(), to.to_string(), above.unwrap_or(FencingToken::ZERO));
        let mut patience = self.patience();
        loop {
            let rotate = || {
                self.statement(&self.sql.rotate, &key)
                    .bind(bytes(&from))
                    .bind(bytes(&to))
                    .bind(bytes(&to))
                    .bind(above.as_i64())
                    .bind(above.as_i64())
                    .bind(above.as_i64())
                    .bind(bytes(&to))
                    .bind(bytes(label.as_str()))
                    .bind(micros(ttl))
                    .bind(bytes(&to))
            };
            let done = self.database.write(rotate).await?;
            if let Some(token) = done.token()? {
                return Ok(RotateReply::Granted { token });
            }
            let row = self.find(&key).await.map_err(|error| done.doubt(error))?;
            if let Some(reply) = replies::rotated(row.as_ref(), &from, &to, above)? {
                return Ok(reply);
            }
            patience.pause_for(&key).await?;
        }
    }

    async fn force_release(&self, request: ForceRelease) -> Result<ForceReply, StoreError> {
        let key = request.key;
        let (mut patience, mut again) = (self.patience(), false);
        loop {
            let evicted = match self.find(&key).await? {
                Some(row) if replies::may_be_forced(Some(&row))? => row.token()?.as_i64(),
                _ if again => return Err(unsettled(&key)),
                _ => return Ok(ForceReply::NotHeld),
            };
            // This grant and no later one: the statement may be sent twice, and the first may have been done.
            let force = || self.statement(&self.sql.force, &key).bind(evicted);
            let done = self.database.write(force).await?;
            if let Some(token) = done.token()? {
                return Ok(ForceReply::Forced { token });
            }
            again |= done.again;
            patience.pause_for(&key).await?;
        }
    }

    async fn ask_release(&self, request: AskRelease) -> Result<AskReply, StoreError> {
        let AskRelease { key, reason } = request;
        let mut patience = self.patience();
        loop {
            let ask = || self.statement(&self.sql.ask, &key).bind(bytes(reason.as_str()));
            if self.database.write(ask).await?.rows > 0 {
                return Ok(AskReply::Asked);
            }
            if !self.find(&key).await?.is_some_and(|row| row.runs()) {
                return Ok(AskReply::NotHeld);
            }
            patience.pause_for(&key).await?;
        }
    }

    async fn list(&self, request: List) -> Result<Vec<HeldKey>, StoreError> {
        let page = Page::of(request);
        let list = || {
            sqlx::query(self.sql.list.clone())
                .bind(bytes(&page.first))
                .bind(page.end())
                .bind(bytes(&page.after))
                .bind(page.limit)
        };
        replies::listed(&self.database.read(list).await?)
    }

    /// How long a call about one lock puts up with others: a little less than its caller is likely to, to whom it says
    /// why.
    pub(super) fn patience(&self) -> Patience {
        Patience::of(self.statement_timeout * 3 / 4)
    }

    /// A statement whose first value is the key.
    pub(super) fn statement(&self, sql: &SqlStr, key: &LockKey) -> Statement {
        sqlx::query(sql.clone()).bind(bytes(key.as_str()))
    }

    /// The lock's row, free or not.
    pub(super) async fn find(&self, key: &LockKey) -> Result<Option<LockRow>, StoreError> {
        Ok(self.find_raw(key).await?.map(|(_, row)| row))
    }

    async fn find_raw(&self, key: &LockKey) -> Result<Option<(MySqlRow, LockRow)>, StoreError> {
        let mut rows = self.database.read(|| self.statement(&self.sql.find, key)).await?;
        rows.pop().map(|raw| LockRow::of(&raw).map(|row| (raw, row))).transpose()
    }
}
