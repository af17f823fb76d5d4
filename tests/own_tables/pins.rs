//! What only a pinned table does: its writes hold the row of the lock.

use std::time::Duration;

use lockproof::{
    Error, ForceReply, LockOptions, Locked, Locks, Query, Repository, Result, SaveError, StoreErrorKind,
    Transient,
};

use crate::entities::note;

fn one() -> String {
    "1".into()
}

macro_rules! pins {
    ($name:ident, $feature:literal) => {
        #[cfg(feature = $feature)]
        mod $name {
            use super::*;
            use crate::{entities::$name::notes, pinned::$name::Place};

            #[tokio::test]
            async fn who_was_evicted_can_neither_save_nor_delete() -> Result<()> {
                let place = Place::new();
                let service = || async { Ok::<_, Error>(Locks::new(place.store().await?)) };
                let (holders, tool) = (service().await?, service().await?);
                let (holders, tool) =
                    (holders.repository(place.notes().await?), tool.repository(place.notes().await?));
                holders.insert(Transient::new(note(1, 10))).await?;
                let mut held = holders.lock_with(&one(), LockOptions::new().never_expires()).await?;
                let ForceReply::Forced { token, .. } = tool.force_release(&one()).await? else {
                    panic!("it is held")
                };
                assert!(!Locked::is_lost(&held), "nobody has told it");
                held.number = 99;
                let refused = holders.save(&mut held).await.expect_err("evicted");
                let Error::Save(SaveError::Fenced { held_by_token, .. }) = refused else {
                    panic!("{refused:?}")
                };
                assert_eq!(held_by_token, token);
                let refused = holders.delete(held).await.expect_err("evicted");
                assert!(matches!(refused, Error::Save(SaveError::Fenced { .. })), "{refused:?}");
                let mut next = tool.lock(&one()).await?;
                assert_eq!(next.number, 10);
                next.number += 1;
                tool.save(&mut next).await
            }

            #[tokio::test]
            async fn leases_of_a_seat_see_each_others_writes_and_end_together() -> Result<()> {
                let place = Place::new();
                let service = || async { Ok::<_, Error>(Locks::new(place.store().await?)) };
                let (here, there) = (service().await?, service().await?);
                let (here, there) =
                    (here.repository(place.notes().await?), there.repository(place.notes().await?));
                here.insert(Transient::new(note(1, 10))).await?;
                let seat = || LockOptions::new().owner("user-7").ttl("10m");
                let mut first = here.lock_with(&one(), seat()).await?;
                let mut second = there.lock_with(&one(), seat()).await?;
                assert_eq!(Locked::fence(&first), Locked::fence(&second));
                second.number = 11;
                there.save(&mut second).await?;
                first.number = 99;
                let stale = here.save(&mut first).await.expect_err("written by the other lease");
                assert!(matches!(stale, Error::Save(SaveError::StaleVersion { .. })), "{stale:?}");
                Locked::release(second).await?;
                let lost = here.save(&mut first).await.expect_err("given back by the other lease");
                assert!(matches!(lost, Error::Save(SaveError::Lost { .. })), "{lost:?}");
                assert_eq!(here.find(&one()).await?.map(|it| it.number), Some(11));
                Ok(())
            }

            #[tokio::test]
            async fn a_namespace_is_part_of_the_row_that_is_pinned() -> Result<()> {
                let place = Place::new();
                let locks = Locks::builder().store(place.store().await?).namespace("a/b").build()?;
                let rows = locks.repository(place.notes().await?);
                for id in ["1", "a/b"] {
                    let new = crate::entities::Note { title: id.into(), ..note(1, 10) };
                    rows.insert(Transient::new(new)).await?;
                    let mut held = rows.lock(&id.into()).await?;
                    held.number = 11;
                    rows.save(&mut held).await?;
                    rows.delete(held).await?;
                }
                assert!(rows.find_all(Query::all()).await?.is_empty());
                Ok(())
            }

            #[tokio::test]
            async fn locks_of_another_database_are_refused_when_it_is_made() -> Result<()> {
                let (place, other) = (Place::new(), Place::new());
                let (pool, store) = (place.pool().await?, other.store().await?);
                let refused = notes("notes").pinned(pool, &store).await.map(drop).expect_err("another one");
                assert_eq!(refused.kind(), StoreErrorKind::Misconfigured);
                assert!(refused.to_string().contains("not in the database"), "{refused}");
                Ok(())
            }
        }
    };
}

pins!(sqlite, "sqlite");
pins!(postgres, "postgres");
pins!(mysql, "mysql");

macro_rules! long {
    ($name:ident, $feature:literal) => {
        #[cfg(feature = $feature)]
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $name() -> Result<()> {
            const TTL: Duration = Duration::from_secs(3);

            let place = crate::pinned::$name::Place::new();
            let locks = Locks::new(place.store().await?);
            let notes = std::sync::Arc::new(locks.repository(place.notes().await?));
            let kept = || LockOptions::new().ttl(TTL).keep_alive();
            for id in [1, 2] {
                notes.insert(Transient::new(note(id, 10))).await?;
            }
            let mut long = notes.lock_with(&one(), kept()).await?;
            let mut other = notes.lock_with(&"2".into(), kept()).await?;
            let named = locks.lock("named").with(kept()).acquire().await?;

            // Somebody has the row, so the save waits for it, with the lock's row in hand.
            let pool = place.pool().await?;
            let mut somebody = pool.begin().await.expect("begins");
            sqlx::query("SELECT number FROM notes WHERE title = '1' FOR UPDATE")
                .fetch_all(&mut *somebody)
                .await
                .expect("locks");
            let saving = tokio::spawn({
                let notes = std::sync::Arc::clone(&notes);
                async move {
                    long.number = 11;
                    (notes.save(&mut long).await, long)
                }
            });
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert!(!saving.is_finished(), "it has to wait");

            // What comes from another process meanwhile ends when it is told to.
            let strangers = Locks::new(place.store().await?);
            let begun = std::time::Instant::now();
            let stranger = strangers.lock("note:1").wait("1s").acquire().await;
            assert!(stranger.is_err(), "it is held");
            assert!(begun.elapsed() < 2 * TTL, "{:?}", begun.elapsed());

            tokio::time::sleep((2 * TTL + TTL / 4).saturating_sub(begun.elapsed())).await;
            assert!(!saving.is_finished() && !Locked::is_lost(&other) && !named.is_lost());
            let begun = std::time::Instant::now();
            let stranger = strangers.lock("note:1").try_acquire().await;
            assert!(matches!(stranger, Ok(None)), "{stranger:?}");
            assert!(begun.elapsed() < TTL, "{:?}", begun.elapsed());

            somebody.rollback().await.expect("ends");
            let (saved, long) = saving.await.expect("no panic");
            saved?;
            drop(long);
            other.number = 12;
            notes.save(&mut other).await?;
            let mut next = strangers.repository(place.notes().await?).lock(&one()).await?;
            assert_eq!(next.number, 11, "the save came before the next holder");
            next.number += 1;
            Ok(())
        }
    };
}

/// A pinned save that lasts for twice the ttl.
mod a_long_save_loses_no_other_lease {
    use super::*;

    long!(postgres, "postgres");
    long!(mysql, "mysql");
}

macro_rules! begun {
    ($name:ident, $feature:literal, $read_committed:literal) => {
        #[cfg(feature = $feature)]
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $name() -> Result<()> {
            use crate::entities::$name::notes;

            const TTL: Duration = Duration::from_secs(2);

            let place = crate::pinned::$name::Place::new();
            let service = || async { Ok::<_, Error>(Locks::new(place.store().await?)) };
            let (holders, others) = (service().await?, service().await?);
            let options = sqlx::pool::PoolOptions::new().after_connect(|connection, _| {
                Box::pin(async { sqlx::query($read_committed).execute(connection).await.map(drop) })
            });
            let pool = place.pool().await?;
            let committed = options.connect_with((*pool.connect_options()).clone()).await.expect("connects");
            let pinned = notes("notes").pinned(committed, &place.store().await?).await?;
            let notes = std::sync::Arc::new(holders.repository(pinned));
            notes.insert(Transient::new(note(1, 10))).await?;
            let mut held = notes.lock_with(&one(), LockOptions::new().ttl(TTL)).await?;

            // The save has seen that it holds the lock, and waits for the row when the lock lapses.
            let mut somebody = pool.begin().await.expect("begins");
            sqlx::query("SELECT number FROM notes WHERE title = '1' FOR UPDATE")
                .fetch_all(&mut *somebody)
                .await
                .expect("locks");
            let saving = tokio::spawn({
                let notes = std::sync::Arc::clone(&notes);
                async move {
                    held.number = 11;
                    notes.save(&mut held).await
                }
            });
            tokio::time::sleep(TTL + TTL / 2).await;
            assert!(!saving.is_finished(), "it has to wait");
            let other = others.lock("note:1").try_acquire().await?;
            assert!(other.is_none(), "who has it now reads the row before it is written");

            somebody.rollback().await.expect("ends");
            saving.await.expect("no panic")?;
            let mut next = others.repository(place.notes().await?).lock(&one()).await?;
            assert_eq!(next.number, 11, "the save came before the next holder");
            next.number += 1;
            Ok(())
        }
    };
}

/// A lease that lapses in the middle of a save: a look at the lock's row would not be enough. READ COMMITTED, since by its
/// own default MySQL locks the rows that a statement has looked at.
mod a_take_over_waits_for_a_write_that_has_begun {
    use super::*;

    begun!(postgres, "postgres", "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED");
    begun!(mysql, "mysql", "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
}
