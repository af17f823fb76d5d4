//! Entities.

use lockproof::{
    Error, Filter, ForceReply, InsertError, LockError, LockOptions, Locked, Locks, Repository, RepositoryExt,
    StoreErrorKind, Transient, field,
};

use crate::{
    drive::{Case, case, wants},
    world::{Account, World},
};

pub(crate) fn cases() -> Vec<Case> {
    [reads(), locks(), writes()].into_iter().flatten().collect()
}

fn reads() -> Vec<Case> {
    vec![
        case(&["Repository::find"], "an entity", async |world: &World| {
            if let Some(found) = world.dropped(world.accounts.find(&1)).await {
                assert_eq!(found.expect("readable").map(|row| row.balance), Some(10));
            }
        }),
        case(&["Repository::find_one"], "an entity", async |world: &World| {
            if let Some(found) = world.dropped(world.accounts.find_one(first())).await {
                assert_eq!(found.expect("readable").map(|row| row.balance), Some(10));
            }
        }),
        case(&["Repository::find_all"], "two entities", async |world: &World| {
            if let Some(found) = world.dropped(world.accounts.find_all(lockproof::Query::all())).await {
                assert_eq!(found.expect("readable").len(), 2);
            }
        }),
    ]
}

fn locks() -> Vec<Case> {
    vec![
        wants(&["Repository::lock", "Locking"], "an entity", async |world: &World| {
            if let Some(ended) = world.dropped(world.accounts.lock(&1)).await {
                drop(ended.expect("it comes free"));
            }
        })
        .on("account:1"),
        wants(&["Repository::lock", "Locking"], "and then again", async |world: &World| {
            drop(world.dropped(world.accounts.lock(&1)).await);
            drop(world.dropped(world.accounts.lock(&1)).await);
        })
        .many()
        .on("account:1"),
        wants(&["Repository::lock", "Locking"], "an entity that is not there", async |world: &World| {
            if let Some(ended) = world.dropped(world.accounts.lock(&9)).await {
                assert!(matches!(ended, Err(Error::Lock(LockError::NotFound { .. }))), "{ended:?}");
            }
        })
        .on("account:9"),
        wants(&["Repository::lock_with"], "an entity", async |world: &World| {
            let options = LockOptions::new().label("somebody");
            if let Some(ended) = world.dropped(world.accounts.lock_with(&1, options)).await {
                drop(ended.expect("it comes free"));
            }
        })
        .briefly()
        .on("account:1"),
        wants(&["Repository::lock_with"], "in a seat", async |world: &World| {
            let seat = || LockOptions::new().owner("user-7").ttl("5s");
            drop(world.dropped(world.accounts.lock_with(&1, seat())).await);
            // Its owner comes back, and leaves for good.
            world.settled().await;
            let account = world.accounts.lock_with(&1, seat()).await.expect("it comes free");
            Locked::release(account).await.expect("held");
        })
        .briefly()
        .on("account:1"),
        wants(&["Repository::lock_all", "LockingAll"], "two, the first is wanted", async |world: &World| {
            if let Some(ended) = world.dropped(world.accounts.lock_all(&[2, 1])).await {
                drop(ended.expect("they come free"));
            }
        })
        .on("account:1"),
        wants(&["Repository::lock_all", "LockingAll"], "two, the second is wanted", async |world: &World| {
            if let Some(ended) = world.dropped(world.accounts.lock_all(&[1, 2])).await {
                drop(ended.expect("they come free"));
            }
        })
        .on("account:2"),
        wants(
            &["Repository::lock_all", "LockingAll"],
            "two, one of which is not there",
            async |world: &World| {
                if let Some(ended) = world.dropped(world.accounts.lock_all(&[1, 9])).await {
                    assert!(matches!(ended, Err(Error::Lock(LockError::NotFound { .. }))), "{ended:?}");
                }
            },
        )
        .on("account:1"),
        wants(&["Repository::lock_all_with"], "two entities", async |world: &World| {
            let options = LockOptions::new().label("somebody");
            if let Some(ended) = world.dropped(world.accounts.lock_all_with(&[1, 2], options)).await {
                drop(ended.expect("they come free"));
            }
        })
        .briefly()
        .on("account:2"),
        wants(&["LockingAll::array", "LockingArray"], "two entities", async |world: &World| {
            if let Some(ended) = world.dropped(world.accounts.lock_all(&[1, 2]).array::<2>()).await {
                drop(ended.expect("they come free"));
            }
        })
        .briefly()
        .on("account:2"),
        wants(&["Repository::lock_one"], "an entity", async |world: &World| {
            if let Some(ended) = world.dropped(world.accounts.lock_one(first())).await {
                drop(ended.expect("it comes free"));
            }
        })
        .on("account:1"),
        wants(&["Locking::optional", "OptionalLocking"], "an entity", async |world: &World| {
            if let Some(ended) = world.dropped(world.accounts.lock(&1).optional()).await {
                drop(ended.expect("it comes free").expect("it is there"));
            }
        })
        .briefly()
        .on("account:1"),
        wants(
            &["Locking::optional", "OptionalLocking"],
            "an entity that is not there",
            async |world: &World| {
                if let Some(ended) = world.dropped(world.accounts.lock(&9).optional()).await {
                    assert!(ended.expect("it comes free").is_none());
                }
            },
        )
        .on("account:9"),
        wants(&["Repository::try_lock"], "an entity", async |world: &World| {
            if let Some(ended) = world.dropped(world.accounts.try_lock(&1)).await {
                drop(ended.expect("an answer"));
            }
        })
        .on("account:1"),
        wants(&["Repository::delete_by_id"], "an entity", async |world: &World| {
            world.may_become([(2, 20)]);
            if let Some(ended) = world.dropped(world.accounts.delete_by_id(&1)).await {
                assert!(ended.expect("it comes free"));
                world.must_become([(2, 20)]);
            }
        })
        .on("account:1"),
        wants(&["RepositoryExt::with_lock"], "a change", async |world: &World| {
            let deposit = world.accounts.with_lock(&1, async |account, _| {
                account.balance += 1;
                tokio::task::yield_now().await;
                Ok::<_, Error>(account.balance)
            });
            world.may_become([(1, 11), (2, 20)]);
            if let Some(ended) = world.dropped(deposit).await {
                assert_eq!(ended.expect("it comes free"), 11);
                world.must_become([(1, 11), (2, 20)]);
            }
        })
        .on("account:1"),
        wants(&["RepositoryExt::with_lock"], "that fails", async |world: &World| {
            let failing = world.accounts.with_lock(&1, async |account, _| {
                account.balance += 1;
                tokio::task::yield_now().await;
                Err::<(), _>(Error::from(LockError::NoneMatches { kind: "nothing" }))
            });
            if let Some(ended) = world.dropped(failing).await {
                ended.expect_err("it fails");
            }
        })
        .on("account:1"),
    ]
}

fn writes() -> Vec<Case> {
    vec![
        case(&["Repository::insert", "Consuming"], "a new entity", async |world: &World| {
            world.may_become([(1, 10), (2, 20), (3, 30)]);
            if let Some(ended) = world.dropped(world.accounts.insert(third())).await {
                ended.expect("a new one");
                world.must_become([(1, 10), (2, 20), (3, 30)]);
            }
        })
        .on("account:3"),
        case(&["Repository::insert", "Consuming"], "an entity that is there", async |world: &World| {
            let again = Transient::new(Account { id: 1, balance: 99 });
            if let Some(ended) = world.dropped(world.accounts.insert(again)).await {
                ended.expect_err("it is there");
            }
        })
        .on("account:1"),
        case(
            &["RepositoryExt::insert_with", "Repository::insert_with_dyn"],
            "a new entity with an id of the storage's",
            async |world: &World| {
                world.may_become([(1, 10), (2, 20), (3, 30)]);
                match world.dropped(world.accounts.insert_with(|id| Account { id, balance: 30 })).await {
                    Some(Ok(made)) => {
                        assert_eq!(*made.id(), 3);
                        world.must_become([(1, 10), (2, 20), (3, 30)]);
                    }
                    // Documents make none.
                    Some(Err(Error::Insert(InsertError::NoId { source, .. }))) => {
                        assert_eq!(source.kind(), StoreErrorKind::Unsupported);
                    }
                    Some(Err(error)) => panic!("{error:?}"),
                    None => {}
                }
            },
        )
        .on("account:3"),
        case(&["Consuming::keep_guard", "KeepingGuard"], "of an insert", async |world: &World| {
            world.may_become([(1, 10), (2, 20), (3, 30)]);
            let insert = world.accounts.insert(third()).keep_guard();
            if let Some(ended) = world.dropped(insert).await {
                ended.expect("a new one");
                world.must_become([(1, 10), (2, 20), (3, 30)]);
            }
        })
        .on("account:3"),
        case(&["Repository::save"], "and once more with the same guard", async |world: &World| {
            let mut account = world.changed().await;
            drop(world.dropped(world.accounts.save(&mut account)).await);
            world.accounts.save(&mut account).await.expect("it is written once");
            world.must_become([(1, 11), (2, 20)]);
            Locked::release(account).await.expect("held");
        })
        .on("account:1"),
        case(&["Repository::save"], "twice in a row", async |world: &World| {
            let mut account = world.changed().await;
            world.may_become([(1, 11), (2, 20)]);
            let one = world.dropped(world.accounts.save(&mut account)).await;
            let two = world.dropped(world.accounts.save(&mut account)).await;
            if one.is_some() || two.is_some() {
                world.must_become([(1, 11), (2, 20)]);
            }
        })
        .many()
        .on("account:1"),
        case(&["Repository::save_and_release"], "a change", async |world: &World| {
            let account = world.changed().await;
            world.may_become([(1, 11), (2, 20)]);
            if let Some(ended) = world.dropped(world.accounts.save_and_release(account)).await {
                assert_eq!(ended.expect("held").balance, 11);
                world.must_become([(1, 11), (2, 20)]);
            }
        })
        .on("account:1"),
        case(&["Consuming::keep_guard", "KeepingGuard"], "of a save", async |world: &World| {
            let account = world.changed().await;
            world.may_become([(1, 11), (2, 20)]);
            let save = world.accounts.save_and_release(account).keep_guard();
            if let Some(ended) = world.dropped(save).await {
                ended.expect("held");
                world.must_become([(1, 11), (2, 20)]);
            }
        })
        .on("account:1"),
        case(&["Repository::force_release"], "of an entity that is held", async |world: &World| {
            let held = world.accounts.lock(&1).await.expect("free");
            if let Some(ended) = world.dropped(world.accounts.force_release(&1)).await {
                assert!(matches!(ended.expect("answers"), ForceReply::Forced { .. }));
                assert!(Locked::is_lost(&held));
            }
            world.may_evict();
            world.settled().await;
        })
        .on("account:1"),
        case(&["Repository::force_release"], "and then a save", async |world: &World| {
            let mut account = world.changed().await;
            world.may_become([(1, 11), (2, 20)]);
            match world.dropped(world.theirs.force_release(&1)).await {
                Some(ended) => {
                    assert!(matches!(ended.expect("answers"), ForceReply::Forced { .. }));
                    world.accounts.save(&mut account).await.expect_err("it was evicted");
                }
                // It may have been evicted, and its row be stamped.
                None => drop(world.accounts.save(&mut account).await),
            }
            world.may_evict();
            world.settled().await;
        })
        .on("account:1"),
        case(&["Repository::delete"], "an entity", async |world: &World| {
            let account = world.accounts.lock(&1).await.expect("free");
            world.may_become([(2, 20)]);
            if let Some(ended) = world.dropped(world.accounts.delete(account)).await {
                ended.expect("held");
                world.must_become([(2, 20)]);
            }
        })
        .on("account:1"),
        case(&["Repository::delete"], "with the guard of another service", async |world: &World| {
            let foreign = Locks::memory().repository(lockproof::MemoryStorage::new());
            foreign.insert(Transient::new(Account { id: 1, balance: 0 })).await.expect("a new one");
            let account = foreign.lock(&1).await.expect("free");
            if let Some(ended) = world.dropped(world.accounts.delete(account)).await {
                ended.expect_err("not ours");
            }
        })
        .on("account:1"),
    ]
}

fn first() -> Filter<Account> {
    field!(Account.balance).eq(10)
}

fn third() -> Transient<Account> {
    Transient::new(Account { id: 3, balance: 30 })
}
