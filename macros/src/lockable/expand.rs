use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Index, spanned::Spanned};

use super::{
    model::{Entity, IdField},
    view,
};

/// The impl of `Lockable`, and what the entity gives out for changes.
///
/// Every path starts at a crate, so that nothing in the author's scope is taken for something else. The methods write
/// their types out instead of `Self::Id`, which would tell of an entity that is not `Send` once more in each of them.
pub(super) fn expand(entity: &Entity) -> TokenStream {
    let Entity { ident, kind, .. } = entity;
    let namespace = match &entity.namespace {
        Some(namespace) => quote!(::core::option::Option::Some(#namespace)),
        None => quote!(::core::option::Option::None),
    };
    let namespace_const = entity.namespace.as_ref().map(
        |_| quote!(const NAMESPACE: ::core::option::Option<&'static ::core::primitive::str> = #namespace;),
    );
    let (id_type, id_body, key_parts) = (id_type(&entity.id), id_body(&entity.id), key_parts(&entity.id));
    let id_item = id_item(&entity.id, &id_type);
    let (mut_type, view_mut) = (view::mut_type(entity), view::view_mut(entity));
    let view = view::view_or_open(entity);
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        #[diagnostic::do_not_recommend]
        impl ::lockproof::Lockable for #ident {
            const KIND: &'static ::core::primitive::str = #kind;
            #namespace_const
            #id_item
            type Mut<'lock> = #mut_type where Self: 'lock;

            fn id(&self) -> #id_type {
                #id_body
            }

            fn lock_key(
                id: &#id_type,
            ) -> ::core::result::Result<::lockproof::LockKey, ::lockproof::InvalidKey> {
                ::lockproof::__private::entity_key(#namespace, #kind, &[#(#key_parts),*])
            }

            #view_mut
        }
        #view
    }
}

/// The field's type, or a tuple if there are several.
fn id_type(id: &[IdField]) -> TokenStream {
    let types = id.iter().map(|field| &field.ty);
    match id {
        [_] => quote!(#(#types)*),
        _ => quote!((#(#types),*)),
    }
}

/// Stands where the field's type does, so that one less visible than the entity is underlined there.
fn id_item(id: &[IdField], id_type: &TokenStream) -> TokenStream {
    match id {
        [field] => quote_spanned!(at(&field.ty)=> type Id = #id_type;),
        _ => quote!(type Id = #id_type;),
    }
}

/// Clones the id. That it can be cloned is told by `type Id` alone, so that a type without `Clone` gives one error: of
/// one field, since there the bound holds for any `T`; of several, by a stand-in that is found for want of `Clone`.
fn id_body(id: &[IdField]) -> TokenStream {
    if let [IdField { member, .. }] = id {
        return quote! {
            fn clone_id<T: ::lockproof::Lockable>(id: &T::Id) -> T::Id {
                ::core::clone::Clone::clone(id)
            }
            clone_id::<Self>(&self.#member)
        };
    }
    let members = id.iter().map(|field| &field.member);
    quote! {
        #[allow(unused_imports)]
        use ::lockproof::__private::NotClone as _;
        (#(::lockproof::__private::IdField(&self.#members).clone_field()),*)
    }
}

/// Each names its type, so that one that cannot be part of a key is underlined where the author wrote it.
fn key_parts(id: &[IdField]) -> impl Iterator<Item = TokenStream> {
    let single = id.len() == 1;
    id.iter().enumerate().map(move |(index, IdField { ty, .. })| {
        let index = Index::from(index);
        let part = if single { quote!(id) } else { quote!(&id.#index) };
        quote_spanned!(at(ty)=> ::lockproof::__private::key_part::<#ty>(#part))
    })
}

/// The place of the type for an error, without making the code there look like the author's to lints.
fn at(ty: &syn::Type) -> Span {
    Span::mixed_site().located_at(ty.span())
}
