//! Many locks in one statement. The databases differ in the statement alone: which rounds it takes, and what a row that
//! was hit, was not hit or was skipped means for a request, is said here.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::row::{Columns, damaged, extended};
use crate::{
    model::LockKey,
    store::{Extend, ExtendReply, Release, ReleaseReply, StoreError, StoreErrorKind},
};

/// What a statement did, by key. A key that is not in it was not hit: the lock is not held by that owner.
pub(crate) struct Hits<R>(HashMap<String, Hit<R>>);

enum Hit<R> {
    /// It was done; the row that the statement returned.
    Row(R),
    /// Somebody's transaction has the row, and the statement did not wait for it.
    Skipped,
    /// It was not done, but the statement was sent twice, and may have done it the first time.
    Unsettled,
}

impl<R: Columns> Hits<R> {
    /// The rows that a statement has changed and returned, with their `key`.
    pub(crate) fn of(rows: Vec<R>) -> Result<Self, StoreError> {
        let hit = |row: R| -> Result<_, sqlx::Error> { Ok((row.text("key")?, Hit::Row(row))) };
        let mut hits = HashMap::with_capacity(rows.len());
        for row in rows {
            let (key, row) = hit(row).map_err(|error| damaged("?", error.into()))?;
            hits.insert(key.unwrap_or_default(), row);
        }
        Ok(Self(hits))
    }

    /// And those that it has left alone because somebody else's transaction has them.
    #[allow(dead_code, reason = "SQLite has no locks on rows")]
    pub(crate) fn skipped(mut self, keys: impl IntoIterator<Item = String>) -> Self {
        self.0.extend(keys.into_iter().map(|key| (key, Hit::Skipped)));
        self
    }

    /// And those of these that it has not hit, if it was sent twice: the answer to the first time was lost.
    #[allow(dead_code, reason = "SQLite answers or does nothing")]
    pub(crate) fn sent_twice<'k>(mut self, keys: impl Iterator<Item = &'k LockKey>) -> Self {
        for key in keys {
            self.0.entry(key.as_str().to_owned()).or_insert(Hit::Unsettled);
        }
        self
    }
}

/// Extends many; `round` runs the statement for lines whose keys all differ.
pub(crate) async fn extend_all<'a, R, F>(
    requests: &'a [Extend],
    round: impl Fn(Vec<&'a Extend>) -> F,
) -> Vec<Result<ExtendReply, StoreError>>
where
    R: Columns,
    F: Future<Output = Result<Hits<R>, StoreError>>,
{
    let reply = |request: &Extend, row: Option<R>| {
        row.map_or(Ok(ExtendReply::NotHeld), |row| extended(&row, &request.key))
    };
    in_rounds(requests, |request| &request.key, round, reply).await
}

/// Releases many; `round` runs the statement for lines whose keys all differ, `released` hears of each that was.
pub(crate) async fn release_all<'a, R, F>(
    requests: &'a [Release],
    round: impl Fn(Vec<&'a Release>) -> F,
    released: impl Fn(&LockKey),
) -> Vec<Result<ReleaseReply, StoreError>>
where
    F: Future<Output = Result<Hits<R>, StoreError>>,
{
    let reply = |request: &Release, row: Option<R>| {
        if row.is_none() {
            return Ok(ReleaseReply::NotHeld);
        }
        released(&request.key);
        Ok(ReleaseReply::Released)
    };
    in_rounds(requests, |request| &request.key, round, reply).await
}

/// The replies, in the order of the requests. A statement answers with keys, so a key that comes twice has to wait for
/// the next round.
async fn in_rounds<'a, L, R, F, Reply>(
    requests: &'a [L],
    key: impl Fn(&L) -> &LockKey,
    round: impl Fn(Vec<&'a L>) -> F,
    reply: impl Fn(&L, Option<R>) -> Result<Reply, StoreError>,
) -> Vec<Result<Reply, StoreError>>
where
    F: Future<Output = Result<Hits<R>, StoreError>>,
{
    let mut replies: Vec<_> = requests.iter().map(|_| None).collect();
    let mut left: Vec<usize> = (0..requests.len()).collect();
    while !left.is_empty() {
        let mut keys = HashSet::new();
        let (now, later): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|&at| keys.insert(key(&requests[at])));
        left = later;
        let mut hits = match (round(now.iter().map(|&at| &requests[at]).collect()).await, &now[..]) {
            (Err(error), &[at]) => {
                replies[at] = Some(Err(error));
                continue;
            }
            (hits, _) => hits.map_err(Arc::new),
        };
        for at in now {
            let request = &requests[at];
            replies[at] = Some(match &mut hits {
                Ok(hits) => match hits.0.remove(key(request).as_str()) {
                    Some(Hit::Row(row)) => reply(request, Some(row)),
                    Some(Hit::Skipped) => Err(skipped(key(request))),
                    Some(Hit::Unsettled) => Err(unsettled(key(request))),
                    None => reply(request, None),
                },
                Err(error) => {
                    let what = "the batch that this was part of failed";
                    Err(StoreError::new(error.kind(), what).caused_by(Arc::clone(error)))
                }
            });
        }
    }
    replies.into_iter().map(|reply| reply.expect("each request is in one round")).collect()
}

/// Nothing was done to it, and whether it is still held nobody has looked at: it is to be tried again.
fn skipped(key: &LockKey) -> StoreError {
    let what =
        format!("another transaction has the row of {:?}, so it was left out of the batch", key.as_str());
    StoreError::new(StoreErrorKind::OutcomeUnknown, what)
}

/// What was found may be what the call itself has left.
pub(crate) fn unsettled(key: &LockKey) -> StoreError {
    let what =
        format!("the connection was cut while {:?} was written, and then was not found held", key.as_str());
    StoreError::new(StoreErrorKind::OutcomeUnknown, what)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::model::Owner;

    struct Row(&'static str);

    impl Columns for Row {
        fn text(&self, column: &'static str) -> Result<Option<String>, sqlx::Error> {
            Ok((column == "key").then(|| self.0.into()))
        }

        fn number(&self, _: &'static str) -> Result<Option<i64>, sqlx::Error> {
            Ok(None)
        }
    }

    fn release(key: &str) -> Release {
        Release::new(LockKey::new(key).expect("legal"), Owner::unique())
    }

    #[tokio::test]
    async fn a_line_was_hit_or_not_or_skipped() {
        let requests = ["a", "b", "c"].map(release);
        let told = Mutex::new(Vec::new());
        let round = |_| async { Ok(Hits::of(vec![Row("a")])?.skipped(["c".into()])) };
        let released = |key: &LockKey| told.lock().expect("no panic").push(key.as_str().to_owned());
        let replies = release_all(&requests, round, released).await;
        let [a, b, c] = replies.try_into().expect("three");
        assert_eq!(a.expect("answered"), ReleaseReply::Released);
        assert_eq!(b.expect("answered"), ReleaseReply::NotHeld);
        assert_eq!(c.expect_err("nobody knows").kind(), StoreErrorKind::OutcomeUnknown);
        assert_eq!(*told.lock().expect("no panic"), ["a"]);
    }

    #[tokio::test]
    async fn what_was_not_hit_the_second_time_may_have_been_hit_the_first() {
        let requests = ["a", "b"].map(release);
        let round = |lines: Vec<&'_ Release>| {
            let hits = Hits::of(vec![Row("a")]).map(|hits| hits.sent_twice(lines.iter().map(|it| &it.key)));
            async { hits }
        };
        let [a, b] = release_all(&requests, round, |_| ()).await.try_into().expect("two");
        assert_eq!(a.expect("answered"), ReleaseReply::Released);
        assert_eq!(b.expect_err("nobody knows").kind(), StoreErrorKind::OutcomeUnknown);
    }

    #[tokio::test]
    async fn a_key_that_comes_twice_waits_for_the_next_round() {
        let requests = ["a", "a", "b", "b"].map(release);
        let rounds = Mutex::new(Vec::new());
        let round = |lines: Vec<&Release>| {
            let mut rounds = rounds.lock().expect("no panic");
            rounds.push(lines.len());
            let failed = rounds.len() == 2;
            async move {
                match failed {
                    true => Err(StoreError::new(StoreErrorKind::Unavailable, "gone")),
                    false => Hits::of(vec![Row("b"), Row("a")]),
                }
            }
        };
        let replies = release_all(&requests, round, |_| ()).await;
        let [first, second, third, fourth] = replies.try_into().expect("four");
        assert_eq!(first.expect("answered"), ReleaseReply::Released);
        assert_eq!(third.expect("answered"), ReleaseReply::Released);
        for failed in [second, fourth] {
            let error = failed.expect_err("of its round");
            assert_eq!(error.kind(), StoreErrorKind::Unavailable);
            assert!(error.to_string().contains("batch"), "{error}");
        }
        assert_eq!(*rounds.lock().expect("no panic"), [2, 2]);
    }

    #[tokio::test]
    async fn the_error_of_a_round_of_one_is_its_own() {
        let round = |_| async { Err::<Hits<Row>, _>(StoreError::new(StoreErrorKind::Unavailable, "gone")) };
        let replies = release_all(&[release("a")], round, |_| ()).await;
        let error = replies.into_iter().next().expect("one").expect_err("failed");
        assert!(error.to_string().ends_with(": gone"), "{error}");
    }
}
