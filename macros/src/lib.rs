//! The derives of lockproof.

use proc_macro::TokenStream;

/// Placeholder.
#[proc_macro_derive(Lockable, attributes(lock))]
pub fn derive_lockable(_: TokenStream) -> TokenStream {
    TokenStream::new()
}

/// Placeholder.
#[proc_macro_derive(LockKeyPart)]
pub fn derive_lock_key_part(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
