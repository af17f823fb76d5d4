use futures::{Stream, stream};
use tokio::sync::broadcast::{Sender, error::RecvError};

use super::Wakeup;
use crate::model::LockKey;

/// Tells waiters in this process of releases in this process.
#[derive(Clone, Debug)]
pub(super) struct Announcer(Sender<Wakeup>);

impl Default for Announcer {
    fn default() -> Self {
        /// Waiters that fall behind by more than this are woken all at once instead.
        const WAKEUPS: usize = 256;
        Self(Sender::new(WAKEUPS))
    }
}

impl Announcer {
    /// This key may be free.
    pub(super) fn announce(&self, key: &LockKey) {
        if self.0.receiver_count() > 0 {
            // An error means that the last listener has just gone.
            let _ = self.0.send(Wakeup::Key(key.clone()));
        }
    }

    /// What is announced from now on.
    pub(super) fn listen(&self) -> impl Stream<Item = Wakeup> + Send + use<> {
        stream::unfold(self.0.subscribe(), |mut receiver| async {
            match receiver.recv().await {
                Ok(hint) => Some((hint, receiver)),
                Err(RecvError::Lagged(_)) => Some((Wakeup::All, receiver)),
                Err(RecvError::Closed) => None,
            }
        })
    }
}
