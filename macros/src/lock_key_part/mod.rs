//! `#[derive(LockKeyPart)]`: a newtype is the part that its field is.

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Field, Member, parse_quote};

use crate::{errors::Errors, types::check_key_type};

/// The impl for the item.
///
/// # Errors
/// All its mistakes.
pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let field = only_field(input, &mut errors);
    errors.finish()?;
    Ok(field.map(|(member, field)| expand(input, &member, field)).unwrap_or_default())
}

/// The field of a newtype. Reports what is none.
fn only_field<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Option<(Member, &'a Field)> {
    let fields = match &input.data {
        Data::Struct(data) => &data.fields,
        Data::Enum(data) => {
            errors.at(
                data.enum_token,
                "an enum's names may be changed without a thought of lock keys: implement `LockKeyPart` by hand, with \
                 texts that never change",
            );
            return None;
        }
        Data::Union(data) => {
            errors.at(data.union_token, "a union cannot be part of a lock key: use a struct with one field");
            return None;
        }
    };
    let mut members = fields.members().zip(fields);
    let Some(first) = members.next() else {
        errors.at(
            &input.ident,
            format!("`{0}` has no field to take the text from: write `struct {0}(u64);`", input.ident),
        );
        return None;
    };
    for field in fields {
        check_key_type(&field.ty, "an id", errors);
    }
    if let Some((_, second)) = members.next() {
        errors.at(
            second,
            "only a struct with one field can derive `LockKeyPart`: for an id of several fields write \
             `#[lock(key(a, b))]` above the entity, or implement `LockKeyPart` by hand",
        );
    }
    Some(first)
}

fn expand(input: &DeriveInput, member: &Member, field: &Field) -> TokenStream {
    let (ident, ty) = (&input.ident, &field.ty);
    let mut generics = input.generics.clone();
    // Without parameters the bound would be demanded of everybody who uses the impl, not once and here.
    if !generics.params.is_empty() {
        generics.make_where_clause().predicates.push(parse_quote!(#ty: ::lockproof::LockKeyPart));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #impl_generics ::lockproof::LockKeyPart for #ident #type_generics #where_clause {
            fn write_part(&self, part: &mut ::lockproof::KeyPartWriter<'_>) {
                <#ty as ::lockproof::LockKeyPart>::write_part(&self.#member, part)
            }
        }
    }
}
