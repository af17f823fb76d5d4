use std::fmt::Display;

use quote::ToTokens;

/// The mistakes found in one item, so that its author hears of all of them at once.
#[derive(Default)]
pub(crate) struct Errors {
    combined: Option<syn::Error>,
    count: usize,
}

impl Errors {
    /// A mistake in these tokens, all of which are underlined.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        let error = syn::Error::new_spanned(tokens, message);
        self.count += 1;
        match &mut self.combined {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// All mistakes, if there was one.
    pub(crate) fn finish(self) -> syn::Result<()> {
        self.combined.map_or(Ok(()), Err)
    }
}
