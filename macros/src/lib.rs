//! The derives of lockproof.

mod errors;
mod lock_key_part;
mod lockable;
mod types;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct an entity that can be locked.
#[proc_macro_derive(Lockable, attributes(lock))]
pub fn derive_lockable(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    lockable::derive(&item).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a newtype a part of lock keys.
#[proc_macro_derive(LockKeyPart)]
pub fn derive_lock_key_part(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    lock_key_part::derive(&item).unwrap_or_else(syn::Error::into_compile_error).into()
}
