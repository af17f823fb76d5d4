/// What a waiter does about a store that fails.
///
/// Unless it is told, it goes on waiting while the store cannot be reached
/// ([`Unavailable`](crate::StoreErrorKind::Unavailable)), and gives up on any other failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnStoreError {
    /// Gives up at once, with the store's error.
    FailFast,
    /// Asks again until its time is up, if asking again may help at all.
    RetryUntilDeadline,
}
