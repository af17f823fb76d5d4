use std::sync::Arc;

use super::{Inner, SqliteStore, millis, wakeups};
use crate::{
    model::{FencingToken, LockKey},
    store::{
        AskRelease, AskReply, Extend, ExtendReply, ForceRelease, ForceReply, HeldKey, Holder, Inspect, List,
        Release, ReleaseReply, Rotate, RotateReply, StoreCapabilities, StoreError, WakeupStream,
        sql::{
            replies::{self, Page},
            row::{LockRow, extended, returned_token},
        },
    },
};

lock_store_over_inner!(SqliteStore, "sqlite", StoreCapabilities::default());

impl Inner {
    pub(super) fn wakeups(&self) -> Option<WakeupStream> {
        Some(wakeups::stream(Arc::clone(&self.database), self.releases.listen()))
    }

    async fn inspect(&self, request: Inspect) -> Result<Option<Holder>, StoreError> {
        let row = self.find(&request.key).await?;
        row.filter(LockRow::runs).map(|row| row.holder()).transpose()
    }

    async fn extend(&self, request: Extend) -> Result<ExtendReply, StoreError> {
        let Extend { key, owner, ttl } = request;
        let rows = self.database.write(|| {
            sqlx::query(self.sql.extend.clone()).bind(key.as_str()).bind(owner.to_string()).bind(millis(ttl))
        });
        rows.await?.first().map_or(Ok(ExtendReply::NotHeld), |row| extended(row, &key))
    }

    async fn release(&self, request: Release) -> Result<ReleaseReply, StoreError> {
        let Release { key, owner } = request;
        let rows = self
            .database
            .write(|| sqlx::query(self.sql.release.clone()).bind(key.as_str()).bind(owner.to_string()))
            .await?;
        if rows.is_empty() {
            return Ok(ReleaseReply::NotHeld);
        }
        self.releases.announce(&key);
        Ok(ReleaseReply::Released)
    }

    async fn rotate(&self, request: Rotate) -> Result<RotateReply, StoreError> {
        let Rotate { key, from, to, label, ttl, above } = request;
        let (from, to, above) = (from.to_string(), to.to_string(), above.unwrap_or(FencingToken::ZERO));
        loop {
            let rows = self.database.write(|| {
                sqlx::query(self.sql.rotate.clone())
                    .bind(key.as_str())
                    .bind(&from)
                    .bind(&to)
                    .bind(label.as_str())
                    .bind(millis(ttl))
                    .bind(above.as_i64())
            });
            if let Some(token) = returned_token(rows.await?.first(), &key)? {
                return Ok(RotateReply::Granted { token });
            }
            let row = self.find(&key).await?;
            if let Some(reply) = replies::rotated(row.as_ref(), &from, &to, above)? {
                return Ok(reply);
            }
            // It was somebody else's when we wrote and one of ours when we looked.
        }
    }

    async fn force_release(&self, request: ForceRelease) -> Result<ForceReply, StoreError> {
        let key = request.key;
        loop {
            let rows = self.database.write(|| sqlx::query(self.sql.force.clone()).bind(key.as_str()));
            if let Some(token) = returned_token(rows.await?.first(), &key)? {
                self.releases.announce(&key);
                return Ok(ForceReply::Forced { token });
            }
            if !replies::may_be_forced(self.find(&key).await?.as_ref())? {
                return Ok(ForceReply::NotHeld);
            }
            // It was free when we wrote and held when we looked.
        }
    }

    async fn ask_release(&self, request: AskRelease) -> Result<AskReply, StoreError> {
        let AskRelease { key, reason } = request;
        let rows = self
            .database
            .write(|| sqlx::query(self.sql.ask.clone()).bind(key.as_str()).bind(reason.as_str()));
        Ok(if rows.await?.is_empty() { AskReply::NotHeld } else { AskReply::Asked })
    }

    async fn list(&self, request: List) -> Result<Vec<HeldKey>, StoreError> {
        let Page { first, after, limit, prefix } = Page::of(request);
        // Above every key with the prefix: what is left of a key is shorter, and no character is higher.
        let end = prefix + &"\u{10FFFF}".repeat(LockKey::MAX_LEN / 4 + 1);
        let list = || sqlx::query(self.sql.list.clone()).bind(&first).bind(&end).bind(&after).bind(limit);
        replies::listed(&self.database.read(list).await?)
    }
}
