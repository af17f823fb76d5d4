//! The derives of [`lockproof`](https://docs.rs/lockproof), which reexports them: depend on that crate, not on this
//! one.
//!
//! Each derive goes the same way: parse what the author wrote, check it and report every mistake at once, expand.

#[cfg(test)]
mod testing;

mod errors;
mod lock_key_part;
mod lockable;
mod types;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct an entity that can be locked: implements `Lockable`.
///
/// ```text
/// #[derive(Lockable)]
/// struct Account {
///     #[lock(id)]
///     id: AccountId,
///     balance: i64,
/// }
/// // `Account::lock_key(&AccountId(42))` is `account:42`
/// ```
///
/// | above the struct | lock key | |
/// |---|---|---|
/// | nothing | `account:42` | The kind is the type's name in snake case: `HTTPServer2` is `http_server2`. |
/// | `#[lock(kind = "acct")]` | `acct:42` | Write it before you rename the type: the kind is part of every lock's name. One key part of at most 64 bytes, without `:`, `/` and `%`. |
/// | `#[lock(namespace = "billing")]` | `billing/account:42` | Apart from other services on the same store. |
/// | `#[lock(key(region, number))]` | `order:eu:42` | An id of several fields, in this order; `Id` is their tuple. Fields of a tuple struct go by number: `key(0, 1)`. |
/// | `#[lock(strict)]` | `account:42` | A holder of the lock gets a view instead of `&mut Account`, and cannot change the id. |
///
/// | on a field | lock key | |
/// |---|---|---|
/// | `#[lock(id)]` | `account:42` | The id, whose type becomes `Id`. One field has it, unless there is a `key(..)`. |
/// | `#[lock(tenant)]` | `account:acme:42` | Stands before the id, in the key and in `Id`, which becomes a tuple. |
///
/// The fields of the id are `LockKeyPart`, `Clone`, `Eq` and `Hash`: integers, strings, `Uuid`, newtypes of those. Not
/// floats and not `Option`: the same entity must always have the same key.
///
/// # Strict entities
///
/// For a strict `Account` there is a struct `AccountMut<'lock>` beside it, as visible as `Account` itself. It has a
/// `&'lock mut` to every field that is not part of the id, each as visible as the field: `*account.edit().balance += 5`.
///
/// ```text
/// #[derive(Lockable)]
/// #[lock(strict)]
/// pub struct Account {
///     #[lock(id)]
///     id: AccountId,
///     pub balance: i64,
/// }
/// // also makes:
/// pub struct AccountMut<'lock> {
///     pub balance: &'lock mut i64,
/// }
/// ```
#[proc_macro_derive(Lockable, attributes(lock))]
pub fn derive_lockable(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    lockable::derive(&item).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a newtype a part of lock keys: implements `LockKeyPart` with the text of its only field.
///
/// ```text
/// #[derive(Clone, PartialEq, Eq, Hash, LockKeyPart)]
/// struct OrderId(u64);
/// // `OrderId(42)` is `42` in a lock key
/// ```
///
/// The struct may be generic: then it is a key part wherever its field is one. For an id of several fields write
/// `#[lock(key(..))]` above the entity. An enum implements `LockKeyPart` by hand, with texts that stay when a variant
/// is renamed.
#[proc_macro_derive(LockKeyPart)]
pub fn derive_lock_key_part(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    lock_key_part::derive(&item).unwrap_or_else(syn::Error::into_compile_error).into()
}
