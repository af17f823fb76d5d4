//! `#[derive(Lockable)]`: parse, check into a model, expand.

mod arguments;
mod check;
mod check_id;
mod expand;
mod model;
mod parse;
mod place;
mod similar;
mod snake_case;
mod view;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::DeriveInput;

/// The impls for the item.
///
/// # Errors
/// All its mistakes.
pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    check::entity(input).map(|entity| expand::expand(&entity))
}
