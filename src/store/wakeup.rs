use futures::stream::BoxStream;

use crate::model::LockKey;

/// A hint that it is worth a waiter's while to try again. Hints may be lost and may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wakeup {
    /// Anything may have changed: sent when the stream begins to listen, and after each gap.
    All,
    /// This key may be free.
    Key(LockKey),
}

/// A store's hints, for as long as somebody waits. It ends when the store cannot give any more.
pub type WakeupStream = BoxStream<'static, Wakeup>;
