//! What is asked about a lock that one does not hold.

use super::{AdminError, Lock, LockFuture, LockState, service::Service};
use crate::{
    model::{Label, LockKey},
    store::{AskRelease, AskReply, ForceRelease, ForceReply, Holder, Inspect, StoreError, StoreFuture},
};

/// For dashboards, tools and the one who is on call. The store answers each, within the service's `op_timeout`; what it
/// says may be out of date when it arrives, so that nothing that has to be safe can be built on it: that needs a
/// [`Lease`](crate::Lease).
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// use lockproof::{AskReply, ForceReply, LockState, Locks};
///
/// let locks = Locks::memory();
/// let import = locks.lock("import").label("importer 3");
/// assert_eq!(import.state().await?, LockState::Free);
///
/// let lease = import.acquire().await?;
/// if let LockState::Held { label, ours, .. } = import.state().await? {
///     assert_eq!((label.as_str(), ours), ("importer 3", true));
/// }
/// // The friendly way: the holder is told, and lets go when it can.
/// assert_eq!(import.ask_release("the prices are wrong").await?, AskReply::Asked);
/// // The other way: the holder has lost the lock, and its writes are refused once the row bears this token.
/// if let ForceReply::Forced { token, .. } = import.force_release().await? {
///     assert!(token > lease.fence() && lease.is_lost());
/// }
/// assert!(!import.is_locked().await?);
/// # Ok::<(), lockproof::Error>(()) }).unwrap();
/// ```
impl Lock {
    /// How the lock stands.
    ///
    /// It is [ours](LockState::Held::ours) if a guard of this service holds it, or the
    /// [`owner`](crate::LockOptions::owner) that was given to this `Lock`, wherever that was.
    ///
    /// # Errors
    /// [`AdminError::Store`] if the store cannot say; the other kinds if the name is not valid, there is no tokio runtime,
    /// or the service was shut down.
    ///
    /// # Cancel safety
    /// Looks only; can be dropped at any time.
    pub async fn state(&self) -> Result<LockState, AdminError> {
        let service = self.handle.service();
        let Some(holder) = self.inspect().await? else { return Ok(LockState::Free) };
        let ours = self.options.as_ref().and_then(|options| options.seat()) == Some(&holder.owner)
            || service.is_ours(&self.qualified()?, &holder.owner);
        Ok(LockState::held(holder, ours))
    }

    /// Whether somebody holds the lock.
    ///
    /// # Errors
    /// As for [`state`](Self::state).
    ///
    /// # Cancel safety
    /// Looks only; can be dropped at any time.
    pub async fn is_locked(&self) -> Result<bool, AdminError> {
        Ok(self.inspect().await?.is_some())
    }

    /// Who holds the lock, as the store has it.
    ///
    /// # Errors
    /// As for [`state`](Self::state).
    ///
    /// # Cancel safety
    /// Looks only; can be dropped at any time.
    pub async fn inspect(&self) -> Result<Option<Holder>, AdminError> {
        self.ask_store(|service, key| service.store().inspect(Inspect::new(key))).await
    }

    /// Frees the lock, whoever holds it and however long it would stand: also one that never expires.
    ///
    /// The holder is not waited for and may be in the middle of its work. A guard of this service
    /// [knows](crate::Lease::is_lost) at once, one elsewhere at its next renewal or, at the latest, at its deadline. Its
    /// token is below the one in [`ForceReply::Forced`]: a resource that has seen that one, or a later grant, refuses it.
    /// Whoever waits for the lock gets it.
    ///
    /// A lock that is free or has lapsed is [`ForceReply::NotHeld`].
    ///
    /// # Errors
    /// As for [`state`](Self::state). If the [outcome](crate::StoreError::outcome) is unknown, the lock may be free: ask
    /// again, or look.
    ///
    /// # Cancel safety
    /// It may have been done, or be done a moment later, to whoever holds the lock by then. A guard of this service learns
    /// of it as one elsewhere does.
    pub async fn force_release(&self) -> Result<ForceReply, AdminError> {
        let reply =
            self.ask_store(|service, key| service.store().force_release(ForceRelease::new(key))).await?;
        if let ForceReply::Forced { token } = reply {
            self.handle.service().forced(&self.qualified()?, token);
        }
        Ok(reply)
    }

    /// Asks the holder to let go, for this reason. It is a wish: the holder keeps the lock until it lets go of it.
    ///
    /// The wish is left with the store. A guard of this service [hears](crate::Lease::until_asked) of it at once, one
    /// elsewhere when it next renews or extends the lock, and everybody sees it in [`inspect`](Self::inspect) and
    /// [`state`](Self::state) until the lock changes hands.
    ///
    /// A lock that is free or has lapsed is [`AskReply::NotHeld`].
    ///
    /// # Errors
    /// As for [`state`](Self::state). The [kind](crate::StoreError::kind) of a store that cannot pass a wish on is
    /// [`Unsupported`](crate::StoreErrorKind::Unsupported).
    ///
    /// # Cancel safety
    /// The holder may have been asked; asking again does no harm.
    pub fn ask_release(&self, reason: impl Into<Label>) -> LockFuture<'_, AskReply, AdminError> {
        let reason = reason.into();
        Box::pin(async move {
            // Who has held it since before: who gets it while the store is asked is not meant.
            let held = self.handle.service().guards_of(&self.qualified()?);
            let request = |key| AskRelease::new(key, reason.clone());
            let reply = self.ask_store(|service, key| service.store().ask_release(request(key))).await?;
            if reply == AskReply::Asked {
                held.iter().for_each(|hold| hold.ask(reason.clone()));
            }
            Ok(reply)
        })
    }

    /// The key as the store has it.
    fn qualified(&self) -> Result<LockKey, AdminError> {
        Ok(self.handle.service().namespace().qualify(self.key.as_ref().map_err(Clone::clone)?)?)
    }

    async fn ask_store<T>(
        &self,
        call: impl FnOnce(&Service, LockKey) -> StoreFuture<T>,
    ) -> Result<T, AdminError> {
        let service = self.handle.service();
        let key = self.qualified()?;
        in_time(service, self.key.as_ref().ok(), || call(service, key)).await
    }
}

/// Asks the store, about this lock or about many, for as long as a call may take.
pub(super) async fn in_time<T, C>(
    service: &Service,
    key: Option<&LockKey>,
    call: impl FnOnce() -> C,
) -> Result<T, AdminError>
where
    C: Future<Output = Result<T, StoreError>>,
{
    if service.is_closed() {
        return Err(AdminError::Closed);
    }
    let answer = service.in_time(service.op_timeout(), async { call().await }).await;
    let answer = answer.ok_or(AdminError::NoRuntime)?;
    answer.map_err(|source| AdminError::Store { key: key.cloned(), source })
}
