//! Futures that are not safe to drop, and sources with public futures of each form: all of them must be found.

use std::{
    future::{pending, poll_fn, ready},
    mem::{ManuallyDrop, forget},
    task::Poll,
};

use lockproof::{Acquire, AcquireReply, Label, LockKey, Owner, Release, Ttl};
use tokio::task::yield_now;

use crate::{
    drive::{Case, case, drive_all, wants},
    public::public_futures,
    slow::Pace,
    world::{Home, World},
};

/// What is said of a case that must not pass.
async fn caught(planted: Case) -> String {
    let home = Home::Memory(Pace::Yields(2));
    drive_all(&[planted], home).await.expect_err("it is not safe and is not caught")
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_nobody_releases_is_caught() {
    let careless = wants(&["planted"], "asks the store itself", async |world: &World| {
        let (key, owner) = (LockKey::new(world.key).expect("valid"), Owner::unique());
        world
            .dropped(async {
                loop {
                    let request =
                        Acquire::new(key.clone(), owner.clone(), Label::new("planted"), Ttl::DEFAULT);
                    match world.store.acquire(request).await.expect("answers") {
                        AcquireReply::Granted { .. } => break,
                        _ => tokio::time::sleep(std::time::Duration::from_millis(1)).await,
                    }
                }
                world.store.release(Release::new(key.clone(), owner.clone())).await.expect("answers");
            })
            .await;
    });
    let text = caught(careless).await;
    // Before the third poll nothing is asked for, with the third it is granted.
    assert!(text.contains("somebody is stuck") && text.contains("polled [3] times"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_is_forgotten_is_caught() {
    let forgetful = wants(&["planted"], "forgets its guard", async |world: &World| {
        world
            .dropped(async {
                let lease = world.lock().acquire().await.expect("it comes free");
                let lease = ManuallyDrop::new(lease);
                yield_now().await;
                drop(ManuallyDrop::into_inner(lease));
            })
            .await;
    });
    let text = caught(forgetful).await;
    assert!(text.contains("somebody is stuck"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_place_in_line_that_is_not_given_up_is_caught() {
    let lingering = wants(&["planted"], "stays in line", async |world: &World| {
        let lock = world.lock();
        let mut acquire = Some(Box::pin(async move { lock.acquire().await }));
        let waiting = poll_fn(|context| match acquire.as_mut() {
            Some(acquire) => acquire.as_mut().poll(context),
            None => Poll::Pending,
        });
        let ended = world.dropped(waiting).await.is_some();
        let acquire = acquire.take();
        if !ended {
            forget(acquire);
        }
    });
    let text = caught(lingering).await;
    assert!(text.contains("somebody is stuck"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn rows_that_are_written_by_half_are_caught() {
    let transfer = case(&["planted"], "moves money in two steps", async |world: &World| {
        let (mut from, mut to) =
            (world.accounts.lock(&1).await.expect("free"), world.accounts.lock(&2).await.expect("free"));
        world.may_become([(1, 5), (2, 25)]);
        world
            .dropped(async {
                from.balance -= 5;
                world.accounts.save(&mut from).await.expect("held");
                to.balance += 5;
                world.accounts.save(&mut to).await.expect("held");
            })
            .await;
    });
    let text = caught(transfer).await;
    assert!(text.contains("the rows are {1: 5, 2: 20}"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_row_that_is_touched_and_not_changed_is_caught() {
    let touch = case(&["planted"], "saves what was read", async |world: &World| {
        let mut account = world.accounts.lock(&1).await.expect("free");
        world
            .dropped(async {
                yield_now().await;
                world.accounts.save(&mut account).await.expect("held");
            })
            .await;
    });
    let text = caught(touch).await;
    assert!(text.contains("row 1 has the balance 10 and the version"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_not_dropped_half_way_is_caught() {
    let at_once = case(&["planted"], "is done at once", async |world: &World| {
        world.dropped(ready(())).await;
    });
    assert_eq!(caught(at_once).await, "planted: no case takes more than one poll\n");
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_end_is_caught() {
    let silent = case(&["planted"], "is never woken", async |world: &World| {
        world.dropped(pending::<()>()).await;
    });
    assert!(caught(silent).await.contains("polled [2] times: does not end"));
    let restless = case(&["planted"], "is always woken", async |world: &World| {
        world.dropped(forever()).await;
    });
    assert!(caught(restless).await.contains("not done by then"));
}

#[tokio::test(start_paused = true)]
async fn one_that_panics_is_caught() {
    let hasty = case(&["planted"], "panics at its second poll", async |world: &World| {
        world
            .dropped(async {
                yield_now().await;
                panic!("as planted");
            })
            .await;
    });
    assert!(caught(hasty).await.contains("polled [2] times: panics: as planted"));
}

async fn forever() {
    loop {
        yield_now().await;
    }
}

#[test]
fn each_form_of_a_public_future_is_found() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let found = public_futures(&[
        file(
            "src/lib.rs",
            "mod a; pub mod open; #[doc(hidden)] pub mod __private;
             pub use crate::a::{Guard, Named, Stream2, Tool as Renamed, Trait, free, not_async};",
        ),
        file(
            "src/a.rs",
            "pub struct Guard<T>(T); pub struct Tool; pub struct Named; struct Inside;
             pub type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>; pub type Answers = Vec<Answer<()>>;
             impl<T: Clone> Guard<Vec<T>> {
                 pub async fn method(&self) {}
                 pub fn opaque(&self) -> impl Future<Output = ()> + use<> {}
                 pub fn boxed(&self) -> futures::future::BoxFuture<'_, ()> {}
                 pub fn named(&self) -> Named {}
                 pub fn aliased(&self) -> Option<Answers> {}
                 pub fn plain(&self) -> u8 {}
                 pub(crate) async fn ours(&self) {}
                 async fn private(&self) {}
             }
             impl Tool { pub async fn of_a_renamed_type() {} }
             impl Inside { pub async fn not_reachable() {} }
             impl Future for Named {}
             impl futures::Stream for Stream2 {}
             impl Clone for Tool { async fn is_at_its_trait() {} }
             pub trait Trait { async fn one(&self); fn two(&self) -> Answer<u8>; fn three(&self) -> u8; }
             pub trait NotExported { async fn one(&self); }
             pub async fn free() {} pub async fn kept_inside() {} pub fn not_async() {}
             macro_rules! more { () => { impl Tool { pub async fn hidden() {} pub(crate) async fn ours() {} } } }
             mod nested { impl super::Tool { pub async fn nested() {} } }
             #[cfg(test)] mod tests { impl super::Tool { pub async fn of_a_test() {} } }",
        ),
        file("src/open/mod.rs", "pub use faults::Fault; pub async fn here() {} mod faults;"),
        file("src/open/faults.rs", "pub struct Fault; impl Fault { pub async fn strikes(&self) {} }"),
        file("src/__private.rs", "pub async fn internal() {}"),
    ]);
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "(macro)::hidden",
            "Fault::strikes",
            "Guard::aliased",
            "Guard::boxed",
            "Guard::method",
            "Guard::named",
            "Guard::opaque",
            "Named",
            "Stream2",
            "Tool::nested",
            "Tool::of_a_renamed_type",
            "Trait::one",
            "Trait::two",
            "free",
            "here",
        ]
    );
    assert_eq!(found["Guard::method"], "src/a.rs:4");
}
