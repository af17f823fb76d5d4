//! From what the author wrote to an entity: everything that is wrong is reported here or in a file beside it.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{DeriveInput, LitStr, ext::IdentExt};

use super::{
    check_id::check_id,
    model::{Entity, IdField, ViewField},
    parse::{MarkedField, StructArguments, marked_fields, struct_arguments},
    snake_case::snake_case,
};
use crate::errors::Errors;

/// The longest kind, in bytes.
const KIND_MAX: usize = 64;

/// The longest lock key, in bytes: `LockKey::MAX_LEN`.
const KEY_MAX: usize = 512;

/// The entity that this item describes.
///
/// # Errors
/// Every mistake in it.
pub(super) fn entity(input: &DeriveInput) -> syn::Result<Entity> {
    let mut errors = Errors::default();
    let arguments = struct_arguments(input, &mut errors);
    let kind = checked_kind(&input.ident, arguments.kind.as_ref(), &mut errors);
    check_namespace(arguments.namespace.as_ref(), &kind, &mut errors);
    check_generics(input, &mut errors);
    let fields = marked_fields(input, &mut errors).unwrap_or_default();
    let id = check_id(&input.ident, &arguments, &fields, &mut errors);
    let view = arguments.strict.as_ref().map(|strict| view_fields(strict, &fields, &id, &mut errors));
    errors.finish()?;

    let id =
        id.into_iter().map(|field| IdField { member: field.member.clone(), ty: field.ty.clone() }).collect();
    let StructArguments { namespace, .. } = arguments;
    Ok(Entity { vis: input.vis.clone(), ident: input.ident.clone(), kind, namespace, id, view })
}

fn checked_kind(ident: &Ident, written: Option<&LitStr>, errors: &mut Errors) -> LitStr {
    let kind = match written {
        Some(written) => written.clone(),
        None => LitStr::new(&snake_case(&ident.unraw().to_string()), ident.span()),
    };
    let text = kind.value();
    let place: &dyn ToTokens = written.map_or(ident, |written| written);
    if text.is_empty() {
        errors.at(place, "the kind must not be empty: leave it out to have the type's name");
    }
    if let Some(found) = text.chars().find(|letter| [':', '/', '%', '\0'].contains(letter)) {
        errors.at(place, format!("the kind must be one part of a key, without {found:?}: use `_` instead"));
    }
    if text.len() > KIND_MAX {
        let way_out =
            if written.is_some() { "shorten it" } else { "write a short one: `#[lock(kind = \"..\")]`" };
        errors.at(
            place,
            format!("the kind has {} bytes and at most {KIND_MAX} are allowed: {way_out}", text.len()),
        );
    }
    kind
}

/// What the library would refuse at run time, for every entity of this kind.
fn check_namespace(namespace: Option<&LitStr>, kind: &LitStr, errors: &mut Errors) {
    let Some(written) = namespace else { return };
    let text = written.value();
    // After it come `/`, the kind, `:` and at least one letter of an id. A `/` in it becomes `%2F`.
    let len = text.len() + 2 * text.matches('/').count() + "/".len() + kind.value().len() + ":1".len();
    if text.is_empty() {
        errors.at(written, "the namespace must not be empty: leave it out to have none");
    } else if text.split(':').any(str::is_empty) {
        errors.at(
            written,
            "the namespace must not have an empty part: take out the `:` that has nothing beside it",
        );
    } else if text.contains('\0') {
        errors.at(written, "the namespace must not have a NUL character: take it out");
    } else if len > KEY_MAX {
        errors.at(
            written,
            format!("the namespace leaves no room for an id in a key of {KEY_MAX} bytes: shorten it"),
        );
    }
}

fn check_generics(input: &DeriveInput, errors: &mut Errors) {
    let params = &input.generics.params;
    if !params.is_empty() {
        errors.at(
            params,
            format!(
                "an entity must not be generic: every `{0}<..>` would have the kind, and so the locks, of all others; \
                 take the parameters out, or implement `Lockable` by hand",
                input.ident
            ),
        );
    }
}

/// All fields but those of the id.
fn view_fields(
    strict: &Ident,
    fields: &[MarkedField],
    id: &[&MarkedField],
    errors: &mut Errors,
) -> Vec<ViewField> {
    let mut view = Vec::new();
    for field in fields {
        let syn::Member::Named(ident) = &field.member else {
            errors.at(
                strict,
                "`strict` needs named fields, its view has the same: name them, or leave out `strict`",
            );
            break;
        };
        if !id.iter().any(|part| part.member == field.member) {
            view.push(ViewField {
                attributes: field.shared_attributes.clone(),
                vis: field.vis.clone(),
                ident: ident.clone(),
                ty: field.ty.clone(),
            });
        }
    }
    view
}
