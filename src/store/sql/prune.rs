//! Rows of locks that nobody has had for long are taken away, a few at a time and beside all other work.

use std::time::Duration;

use super::row::{Columns, damaged};
use crate::{
    model::InvalidDuration,
    store::{StoreError, StoreErrorKind},
};

/// How many rows one statement looks at.
pub(crate) const AT_A_TIME: usize = 500;

/// Goes through the table once, in the order of keys.
///
/// `look(after, idle)` gives the first [`AT_A_TIME`] rows behind a key, with `key` and whether it is `idle` (0 or 1):
/// free for that many microseconds, and with a token that lies below the clock by as much. `delete(keys, idle)` deletes
/// those of the keys that still are and says how many they were.
pub(crate) async fn prune<R, Look, Delete>(
    idle: Duration,
    look: impl Fn(String, i64) -> Look,
    delete: impl Fn(Vec<String>, i64) -> Delete,
) -> Result<u64, StoreError>
where
    R: Columns,
    Look: Future<Output = Result<Vec<R>, StoreError>>,
    Delete: Future<Output = Result<u64, StoreError>>,
{
    let idle = micros(idle)?;
    let (mut after, mut deleted) = (String::new(), 0);
    loop {
        let rows = look(after, idle).await?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in &rows {
            let key = row.text("key").map_err(|error| damaged("?", error.into()))?.unwrap_or_default();
            let idle = row.number("idle").map_err(|error| damaged(&key, error.into()))?;
            keys.push((key, idle == Some(1)));
        }
        let Some((last, _)) = keys.last() else { return Ok(deleted) };
        after = last.clone();
        let idle_keys: Vec<_> =
            keys.into_iter().filter_map(|(key, is_idle)| is_idle.then_some(key)).collect();
        if !idle_keys.is_empty() {
            deleted += delete(idle_keys, idle).await?;
        }
        if rows.len() < AT_A_TIME {
            return Ok(deleted);
        }
    }
}

/// A clock that is set back by less than this gives tokens above those that were deleted all the same.
fn micros(idle: Duration) -> Result<i64, StoreError> {
    const LEAST: Duration = Duration::from_secs(3600);

    let error = match i64::try_from(idle.as_micros()) {
        Ok(micros) if idle >= LEAST => return Ok(micros),
        Ok(_) => InvalidDuration::TooShort { duration: idle, limit: LEAST },
        Err(_) => InvalidDuration::TooLong { duration: idle },
    };
    Err(StoreError::new(StoreErrorKind::Rejected, format!("rows cannot be pruned: {error}")).caused_by(error))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    struct Row(String, i64);

    impl Columns for Row {
        fn text(&self, _: &'static str) -> Result<Option<String>, sqlx::Error> {
            Ok(Some(self.0.clone()))
        }

        fn number(&self, _: &'static str) -> Result<Option<i64>, sqlx::Error> {
            Ok(Some(self.1))
        }
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn goes_through_the_table_once() {
        let table: Vec<_> = (0..2 * AT_A_TIME + 1).map(|n| format!("{n:09}")).collect();
        let asked = Mutex::new(Vec::new());
        let look = |after: String, idle| {
            assert_eq!(idle, 3_600_000_000);
            asked.lock().expect("no panic").push(after.clone());
            let behind = table.iter().filter(|key| **key > after).take(AT_A_TIME);
            let rows: Vec<_> = behind.map(|key| Row(key.clone(), i64::from(key.ends_with('7')))).collect();
            async { Ok(rows) }
        };
        let delete = |keys: Vec<String>, _| async move {
            assert!(keys.iter().all(|key| key.ends_with('7')));
            Ok(keys.len() as u64)
        };
        assert_eq!(prune(HOUR, look, delete).await.expect("answers"), 100);
        assert_eq!(asked.lock().expect("no panic").len(), 3);
    }

    #[tokio::test]
    async fn refuses_what_is_shorter_than_an_hour() {
        let look = async |_, _| -> Result<Vec<Row>, StoreError> { unreachable!("nothing is looked at") };
        let delete = async |_, _| unreachable!("nothing is deleted");
        for idle in [Duration::ZERO, HOUR - Duration::from_nanos(1), Duration::MAX] {
            let error = prune(idle, look, delete).await.expect_err("refused");
            assert_eq!(error.kind(), StoreErrorKind::Rejected);
            assert!(
                std::error::Error::source(&error).is_some_and(|it| it.is::<InvalidDuration>()),
                "{error}"
            );
        }
    }
}
