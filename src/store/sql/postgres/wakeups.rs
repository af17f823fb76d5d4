//! How waiters learn that it is worth another try.

use std::{convert::Infallible, sync::Arc};

use futures::{FutureExt, StreamExt, stream};
use tokio::sync::{Mutex, watch};

use super::{connection::Database, interest::Interest, listener::Listener, schema::Statements};
use crate::{
    model::LockKey,
    store::{Wakeup, WakeupStream, announcer::Announcer},
};

/// What the streams of one store have in common: one connection that listens, and what it hears.
pub(super) struct Ears {
    pub(super) database: Arc<Database>,
    pub(super) sql: Statements,
    pub(super) interest: Interest,
    /// Releases of this store at once, and those that are heard of.
    pub(super) releases: Announcer,
    pub(super) hearing: watch::Sender<Hearing>,
    /// Who has it drives the connection for all.
    turn: Mutex<()>,
}

impl Ears {
    pub(super) fn new(database: Arc<Database>, sql: Statements) -> Self {
        Self {
            database,
            sql,
            interest: Interest::default(),
            releases: Announcer::default(),
            hearing: watch::Sender::default(),
            turn: Mutex::default(),
        }
    }

    /// A look has found this key held: if somebody waits, its release shall be announced.
    pub(super) fn note(&self, key: &LockKey) {
        self.interest.note(key);
    }

    /// This key may be free: so it is said in this process.
    pub(super) fn announce(&self, key: &LockKey) {
        self.releases.announce(key);
    }

    /// Listens while it is polled, if no other stream of this store does.
    async fn listen(self: Arc<Self>) -> Infallible {
        let _turn = self.turn.lock().await;
        Listener::over(&self).run().await
    }
}

/// Whether there is a connection that listens.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    pub(super) now: bool,
    /// How often there was a new one.
    pub(super) times: u64,
}

/// Releases of this process at once, those of others when PostgreSQL tells of them.
///
/// It does its work when polled: nothing goes on while nobody waits, and the connection ends with the last stream.
pub(super) fn stream(ears: Arc<Ears>) -> WakeupStream {
    let present = Present::new(Arc::clone(&ears));
    let here = ears.releases.listen();
    // The first hint says that somebody listens now, so it has to be this one.
    let begun = stream::unfold((ears.hearing.subscribe(), 0), |(mut hearing, seen)| async move {
        let times = hearing.wait_for(|it| it.now && it.times != seen).await.ok()?.times;
        Some((Wakeup::All, (hearing, times)))
    });
    let first = begun.boxed().into_future();
    let hints =
        first.map(|(first, rest)| stream::iter(first).chain(stream::select(here, rest))).flatten_stream();
    let listen = stream::once(ears.listen()).map(|never| match never {});
    let hints = stream::select(listen, hints);
    hints.inspect(move |_| present.is_here()).boxed()
}

/// Somebody waits for hints.
struct Present(Arc<Ears>);

impl Present {
    fn new(ears: Arc<Ears>) -> Self {
        ears.interest.more_listeners();
        Self(ears)
    }

    /// Nothing but a reason to be kept.
    fn is_here(&self) {}
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.interest.fewer_listeners();
    }
}
