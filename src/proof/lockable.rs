use std::hash::Hash;

use crate::model::{InvalidKey, LockKey, LockKeyPart, Namespace};

/// An entity that can be locked: it has an id, and the id makes its lock key.
///
/// Derive it; `#[lock(id)]` marks the id.
///
/// ```
/// use lockproof::{LockKeyPart, Lockable};
///
/// #[derive(Clone, PartialEq, Eq, Hash, LockKeyPart)]
/// struct AccountId(u64);
///
/// #[derive(Lockable)]
/// struct Account {
///     #[lock(id)]
///     id: AccountId,
///     balance: i64,
/// }
///
/// assert_eq!(Account::lock_key(&AccountId(42))?.as_str(), "account:42");
/// # Ok::<(), lockproof::InvalidKey>(())
/// ```
///
/// On the item: `#[lock(kind = "acct")]` (default: the type's name in snake case; it is part of every lock's name, so
/// name it before you rename the type), `#[lock(namespace = "billing")]`, `#[lock(key(region, number))]` for an id of
/// several fields, and `#[lock(strict)]`, which gives a locked entity out as a view without its id fields. On a
/// field: `#[lock(id)]`, and `#[lock(tenant)]` for what comes before the id in the key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity that can be locked",
    label = "not `Lockable`",
    note = "write `#[derive(lockproof::Lockable)]` above the struct and `#[lock(id)]` above its id"
)]
pub trait Lockable: Send + Sync + Sized + 'static {
    /// The first part of every lock key of this entity, unique within a service.
    const KIND: &'static str;

    /// What stands before the kind, if anything.
    const NAMESPACE: Option<&'static str> = None;

    /// The id: the type of the id field, or a tuple if there are several, the tenant first. Equal ids must have equal
    /// keys, and others other ones: two keys of one row are two locks, whose holders refuse each other's writes.
    type Id: Clone + Eq + Hash + Send + Sync + 'static;

    /// What a holder of the lock may change: `&mut Self`, or for a strict entity a view without the id.
    type Mut<'lock>
    where
        Self: 'lock;

    /// The entity's id.
    fn id(&self) -> Self::Id;

    /// The name of this entity's lock: `kind[:tenant]:id`.
    ///
    /// # Errors
    /// [`InvalidKey`] if the id cannot be part of a key: an empty string, a NUL, or too long.
    fn lock_key(id: &Self::Id) -> Result<LockKey, InvalidKey>;

    /// Gives the entity out for changes; called by [`LockProof::edit`](crate::LockProof::edit).
    fn view_mut(&mut self) -> Self::Mut<'_>;
}

/// An entity whose fields a holder of the lock may all change: what the derive gives unless it says `strict`.
///
/// It does not build on [`Lockable`]: what is missing for that would be reported twice.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is strict: its fields are only changed through `edit()`",
    label = "not open for changes as a whole",
    note = "write `*entity.edit().field = value`; `#[lock(strict)]` keeps the id out of reach"
)]
pub trait OpenMut {}

/// The lock key of an entity, for the derive.
pub fn entity_key(
    namespace: Option<&str>,
    kind: &str,
    parts: &[&dyn LockKeyPart],
) -> Result<LockKey, InvalidKey> {
    let key = LockKey::from_parts(&[&[&kind as &dyn LockKeyPart], parts].concat())?;
    match namespace {
        Some(namespace) => Namespace::new(namespace)?.qualify(&key),
        None => Ok(key),
    }
}

/// A field of an id of several, for the derive.
#[derive(Debug)]
pub struct IdField<'a, F>(pub &'a F);

impl<F: Clone> IdField<'_, F> {
    /// The field, cloned.
    pub fn clone_field(&self) -> F {
        self.0.clone()
    }
}

/// What a field without `Clone` gets instead, so that this is reported once, where `Lockable::Id` demands it.
pub trait NotClone<F> {
    /// Never called.
    fn clone_field(&self) -> F;
}

impl<F> NotClone<F> for IdField<'_, F> {
    fn clone_field(&self) -> F {
        unreachable!("an id of fields that are not `Clone` does not compile")
    }
}

/// A field of an id as a key part, for the derive: names the field's type in the error if it is none.
pub fn key_part<P: LockKeyPart>(part: &P) -> &dyn LockKeyPart {
    part
}
