//! What the tests of both derives share.

use proc_macro2::TokenStream;
use syn::DeriveInput;

/// A derive without its entry point.
pub(crate) type Derive = fn(&DeriveInput) -> syn::Result<TokenStream>;

/// The generated items.
pub(crate) fn expansion(derive: Derive, item: &str) -> syn::File {
    let input = syn::parse_str(item).expect("an item");
    let tokens = derive(&input).unwrap_or_else(|error| panic!("{item}: {error}"));
    syn::parse2(tokens).expect("items")
}

/// Demands that these are all the mistakes reported, each as what is underlined and a piece of the message.
#[track_caller]
pub(crate) fn assert_mistakes(derive: Derive, item: &str, expected: &[(&str, &str)]) {
    let input = syn::parse_str(item).expect("an item");
    let errors: Vec<_> = match derive(&input) {
        Ok(tokens) => panic!("accepted {item}: {tokens}"),
        Err(errors) => errors.into_iter().collect(),
    };
    let found: Vec<_> = errors
        .iter()
        .map(|error| (error.span().source_text().unwrap_or_default(), error.to_string()))
        .collect();
    assert_eq!(found.len(), expected.len(), "{item}: {found:#?}");
    for ((place, message), (expected_place, expected_message)) in found.iter().zip(expected) {
        assert_eq!(place, expected_place, "{item}: {message}");
        assert!(message.contains(expected_message), "{item}: {message:?} does not say {expected_message:?}");
    }
}

/// A type or a signature, to compare without regard to blanks.
pub(crate) fn text(tokens: impl quote::ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}
