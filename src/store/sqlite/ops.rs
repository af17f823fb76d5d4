use futures::FutureExt;

use super::{
    Inner, SqliteStore, millis,
    row::{LockRow, extended, returned_token},
    schema, wakeups,
};
use crate::{
    model::FencingToken,
    store::{
        Acquire, AcquireReply, AskRelease, AskReply, BatchFuture, Extend, ExtendReply, ForceRelease,
        ForceReply, HeldKey, Holder, Inspect, List, LockStore, Release, ReleaseReply, Rotate, RotateReply,
        StoreCapabilities, StoreError, StoreFuture, StoreId, WakeupStream,
    },
};

impl LockStore for SqliteStore {
    fn id(&self) -> StoreId {
        self.0.id
    }

    fn name(&self) -> &str {
        "sqlite"
    }

    fn capabilities(&self) -> StoreCapabilities {
        StoreCapabilities::default()
    }

    fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
        let store = self.clone();
        async move { store.0.acquire(request).await }.boxed()
    }

    fn extend(&self, request: Extend) -> StoreFuture<ExtendReply> {
        let store = self.clone();
        async move { store.0.extend(request).await }.boxed()
    }

    fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
        let store = self.clone();
        async move { store.0.release(request).await }.boxed()
    }

    fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply> {
        let store = self.clone();
        async move { store.0.rotate(request).await }.boxed()
    }

    fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
        let store = self.clone();
        async move { store.0.force_release(request).await }.boxed()
    }

    fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
        let store = self.clone();
        async move { store.0.ask_release(request).await }.boxed()
    }

    fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>> {
        let store = self.clone();
        async move {
            let row = store.0.find(&request.key).await?;
            row.filter(LockRow::runs).map(|row| row.holder()).transpose()
        }
        .boxed()
    }

    fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
        let store = self.clone();
        async move { store.0.list(request).await }.boxed()
    }

    fn wakeups(&self) -> Option<WakeupStream> {
        Some(wakeups::stream(self.0.database.clone(), self.0.releases.listen()))
    }

    fn extend_all(&self, requests: Vec<Extend>) -> BatchFuture<ExtendReply> {
        let store = self.clone();
        async move { store.0.extend_all(&requests).await }.boxed()
    }

    fn release_all(&self, requests: Vec<Release>) -> BatchFuture<ReleaseReply> {
        let store = self.clone();
        async move { store.0.release_all(&requests).await }.boxed()
    }
}

impl Inner {
    async fn extend(&self, request: Extend) -> Result<ExtendReply, StoreError> {
        let Extend { key, owner, ttl } = request;
        let rows = self.database.write(|| {
            sqlx::query(schema::EXTEND).bind(key.as_str()).bind(owner.to_string()).bind(millis(ttl))
        });
        rows.await?.first().map_or(Ok(ExtendReply::NotHeld), |row| extended(row, &key))
    }

    async fn release(&self, request: Release) -> Result<ReleaseReply, StoreError> {
        let Release { key, owner } = request;
        let rows = self
            .database
            .write(|| sqlx::query(schema::RELEASE).bind(key.as_str()).bind(owner.to_string()))
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
                sqlx::query(schema::ROTATE)
                    .bind(key.as_str())
                    .bind(&from)
                    .bind(&to)
                    .bind(label.as_str())
                    .bind(millis(ttl))
                    .bind(above.as_i64())
            });
            if let Some(token) = returned_token(&rows.await?, &key)? {
                return Ok(RotateReply::Granted { token });
            }
            let Some(row) = self.find(&key).await? else { return Ok(RotateReply::NotHeld) };
            if !row.is_held_by(&from) && !row.is_held_by(&to) {
                return Ok(RotateReply::NotHeld);
            }
            let token = row.token()?;
            if row.is_held_by(&to) && token > above {
                // An earlier request did it, and its answer was lost.
                return Ok(RotateReply::Granted { token });
            }
            if let Some(error) = row.exhausted(above) {
                return Err(error);
            }
            // It was somebody else's when we wrote and one of ours when we looked.
        }
    }

    async fn force_release(&self, request: ForceRelease) -> Result<ForceReply, StoreError> {
        let key = request.key;
        loop {
            let rows = self.database.write(|| sqlx::query(schema::FORCE).bind(key.as_str()));
            if let Some(token) = returned_token(&rows.await?, &key)? {
                self.releases.announce(&key);
                return Ok(ForceReply::Forced { token });
            }
            let Some(row) = self.find(&key).await?.filter(LockRow::runs) else {
                return Ok(ForceReply::NotHeld);
            };
            if let Some(error) = row.exhausted(FencingToken::ZERO) {
                return Err(error);
            }
            // It was free when we wrote and held when we looked.
        }
    }

    async fn ask_release(&self, request: AskRelease) -> Result<AskReply, StoreError> {
        let AskRelease { key, reason } = request;
        let rows = self.database.write(|| sqlx::query(schema::ASK).bind(key.as_str()).bind(reason.as_str()));
        Ok(if rows.await?.is_empty() { AskReply::NotHeld } else { AskReply::Asked })
    }

    async fn list(&self, request: List) -> Result<Vec<HeldKey>, StoreError> {
        let List { prefix, after, limit } = request;
        // Above every key with the prefix: what is left of a key is shorter, and no character is higher.
        let end = prefix.clone() + &"\u{10FFFF}".repeat(crate::model::LockKey::MAX_LEN / 4 + 1);
        let after = after.as_ref().map_or("", |key| key.as_str());
        let first = after.max(&prefix);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self
            .database
            .read(|| sqlx::query(schema::LIST).bind(first).bind(&end).bind(after).bind(limit))
            .await?;
        rows.iter()
            .map(|row| {
                let row = LockRow::of(row)?;
                Ok(HeldKey::new(row.key()?, row.holder()?))
            })
            .collect()
    }
}
