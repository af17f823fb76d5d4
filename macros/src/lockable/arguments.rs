use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, LitStr, Member, Meta};

use super::place::Place;
use crate::errors::Errors;

/// One argument of a `#[lock(..)]`, whatever its name.
pub(super) struct Argument {
    pub(super) name: Ident,
    value: Value,
}

enum Value {
    None,
    /// `name = ..`
    Equals(TokenStream),
    /// `name(..)`
    List(TokenStream),
}

/// The arguments of all `#[lock(..)]` of an item or a field. What cannot be read is reported and left out.
pub(super) fn arguments(attributes: &[Attribute], place: Place, errors: &mut Errors) -> Vec<Argument> {
    let mut arguments = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("lock")) {
        let tokens = match &attribute.meta {
            Meta::List(list) if !list.tokens.is_empty() => list.tokens.clone(),
            Meta::List(_) | Meta::Path(_) => {
                errors.at(&attribute.meta, format!("this says nothing: {}", place.usage()));
                continue;
            }
            Meta::NameValue(_) => {
                errors.at(&attribute.meta, format!("the arguments go in parentheses: {}", place.usage()));
                continue;
            }
        };
        for tokens in split_at_commas(tokens, errors) {
            arguments.extend(Argument::read(tokens, place, errors));
        }
    }
    arguments
}

/// Between commas, so that a mistake in one argument does not hide those in the next.
fn split_at_commas(tokens: TokenStream, errors: &mut Errors) -> Vec<TokenStream> {
    let mut chunks = Vec::new();
    let mut chunk = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if chunk.is_empty() {
                    errors.at(comma, "nothing stands before this comma: leave it out");
                } else {
                    chunks.push(std::mem::take(&mut chunk));
                }
            }
            token => chunk.extend([token]),
        }
    }
    chunks.extend(Some(chunk).filter(|chunk| !chunk.is_empty()));
    chunks
}

impl Argument {
    fn read(tokens: TokenStream, place: Place, errors: &mut Errors) -> Option<Self> {
        let mut rest = tokens.clone().into_iter();
        let (first, second) = (rest.next(), rest.next());
        let value = match second {
            None => Value::None,
            Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => Value::Equals(rest.collect()),
            Some(TokenTree::Group(group))
                if group.delimiter() == Delimiter::Parenthesis && rest.next().is_none() =>
            {
                Value::List(group.stream())
            }
            Some(_) => return unreadable(&tokens, place, errors),
        };
        match first {
            Some(TokenTree::Ident(name)) => Some(Self { name, value }),
            _ => unreadable(&tokens, place, errors),
        }
    }

    /// Reports a value where none is taken.
    pub(super) fn expect_bare(&self, errors: &mut Errors) {
        match &self.value {
            Value::None => {}
            Value::Equals(value) | Value::List(value) => {
                let place: &dyn ToTokens = if value.is_empty() { &self.name } else { value };
                errors.at(place, format!("`{0}` takes no value: write `{0}` alone", self.name));
            }
        }
    }

    /// The string after `=`.
    pub(super) fn expect_text(&self, example: &str, errors: &mut Errors) -> Option<LitStr> {
        let (place, text): (&dyn ToTokens, _) = match &self.value {
            Value::Equals(value) if !value.is_empty() => (value, syn::parse2(value.clone()).ok()),
            _ => (&self.name, None),
        };
        if text.is_none() {
            errors.at(place, format!("`{0}` takes a string: write `{0} = \"{example}\"`", self.name));
        }
        text
    }

    /// The fields named in parentheses. What is no name is reported and left out.
    pub(super) fn expect_fields(&self, errors: &mut Errors) -> Option<Vec<Member>> {
        let usage = format!("`{0}` takes the fields of the id: write `{0}(region, number)`", self.name);
        let Value::List(list) = &self.value else {
            errors.at(&self.name, usage);
            return None;
        };
        if list.is_empty() {
            errors.at(&self.name, usage);
            return None;
        }
        let mut readable = true;
        let fields = split_at_commas(list.clone(), errors)
            .into_iter()
            .filter_map(|tokens| {
                let field = syn::parse2(tokens.clone()).ok();
                if field.is_none() {
                    readable = false;
                    errors.at(tokens, format!("this is not the name of a field: {usage}"));
                }
                field
            })
            .collect();
        readable.then_some(fields)
    }
}

fn unreadable(tokens: &TokenStream, place: Place, errors: &mut Errors) -> Option<Argument> {
    errors.at(tokens, format!("this cannot be read: {}", place.usage()));
    None
}
