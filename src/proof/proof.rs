use std::ops::Deref;

use super::Lockable;

pub(super) mod sealed {
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be a proof: only lockproof makes those",
        label = "not a guard of lockproof",
        note = "take a proof that there is, `&mut impl LockProof<..>`, and hand it on"
    )]
    pub trait Sealed {}
}

/// Proof that the entity behind it is locked, at least against writers; derefs to the entity.
///
/// Sealed: only this library makes proofs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no proof that `{T}` is locked",
    label = "not a lock on `{T}`",
    note = "lock the entity first: `let mut entity = repository.lock(&id).await?;` gives a `Locked<Persistent<{T}>>`"
)]
pub trait ReadProof<T: Lockable>: Deref<Target = T> + Send + Sync + sealed::Sealed {}

/// Proof that the entity behind it is locked for its holder alone: what a signature demands.
///
/// ```
/// # use lockproof::{LockProof, Lockable};
/// # #[derive(Lockable)] struct Account { #[lock(id)] id: u64, balance: i64 }
/// fn refund(account: &mut impl LockProof<Account>, cents: i64) {
///     account.edit().balance += cents;
/// }
/// ```
///
/// Sealed: only this library makes proofs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no proof that `{T}` is locked",
    label = "not a lock on `{T}`",
    note = "lock the entity first: `let mut entity = repository.lock(&id).await?;` gives a `Locked<Persistent<{T}>>`"
)]
pub trait LockProof<T: Lockable>: ReadProof<T> {
    /// The entity, for changes: `account.edit().balance += 5`, and for a strict entity `*account.edit().balance += 5`.
    fn edit(&mut self) -> T::Mut<'_>;
}
