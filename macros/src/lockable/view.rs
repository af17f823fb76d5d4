//! What an entity gives out for changes: itself, or if it is strict a view without its id.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use super::model::{Entity, ViewField};

/// The type of what is given out.
pub(super) fn mut_type(entity: &Entity) -> TokenStream {
    match entity.view {
        None => quote!(&'lock mut Self),
        Some(_) => {
            let view = view_ident(entity);
            quote!(#view<'lock>)
        }
    }
}

/// The method that gives it out.
pub(super) fn view_mut(entity: &Entity) -> TokenStream {
    let Some(fields) = &entity.view else {
        return quote! {
            fn view_mut(&mut self) -> &mut Self {
                self
            }
        };
    };
    let view = view_ident(entity);
    let idents = fields.iter().map(|field| &field.ident);
    let marker = fields.is_empty().then(|| quote!(lock: ::core::marker::PhantomData));
    quote! {
        fn view_mut(&mut self) -> #view<'_> {
            #view { #(#idents: &mut self.#idents,)* #marker }
        }
    }
}

/// What stands beside the impl: the view, or the word that the entity needs none.
pub(super) fn view_or_open(entity: &Entity) -> TokenStream {
    let Entity { ident, vis, .. } = entity;
    let Some(fields) = &entity.view else {
        return quote! {
            #[automatically_derived]
            impl ::lockproof::OpenMut for #ident {}
        };
    };
    let view = view_ident(entity);
    let doc = format!(" What a holder of the lock may change of [`{ident}`]: all but its id.");
    let fields_of_view = fields.iter().map(|field| view_field(field, ident));
    // A view of nothing must have the lifetime too.
    let marker = fields.is_empty().then(|| quote!(lock: ::core::marker::PhantomData<&'lock mut #ident>));
    quote! {
        #[doc = #doc]
        #[allow(dead_code, deprecated, missing_debug_implementations, private_interfaces, unreachable_pub)]
        #vis struct #view<'lock> {
            #(#fields_of_view,)*
            #marker
        }
    }
}

fn view_field(field: &ViewField, entity: &Ident) -> TokenStream {
    let ViewField { attributes, vis, ident, ty } = field;
    let ty = without_self(ty.to_token_stream(), entity);
    let doc = format!(" The entity's `{ident}`.");
    quote! {
        #[doc = #doc]
        #(#attributes)*
        #vis #ident: &'lock mut #ty
    }
}

fn view_ident(entity: &Entity) -> Ident {
    format_ident!("{}Mut", entity.ident)
}

/// In the view, `Self` would be the view.
fn without_self(tokens: TokenStream, entity: &Ident) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(word) if word == "Self" => entity.clone().into(),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_self(group.stream(), entity));
                inner.set_span(group.span());
                inner.into()
            }
            token => token,
        })
        .collect()
}
