//! From tokens to what the author wrote: the grammar of `#[lock(..)]`, and nothing about what it adds up to.

use proc_macro2::Ident;
use syn::{Attribute, Data, DeriveInput, Field, LitStr, Member, Type, Visibility};

use super::{
    arguments::{Argument, arguments},
    place::Place,
};
use crate::errors::Errors;

/// What stands in the `#[lock(..)]` above the struct.
#[derive(Default)]
pub(super) struct StructArguments {
    pub(super) kind: Option<LitStr>,
    pub(super) namespace: Option<LitStr>,
    pub(super) key: Option<Vec<Member>>,
    pub(super) strict: Option<Ident>,
    /// An id was given, but not so that it can be read: that there is none is not a second mistake.
    pub(super) id_unclear: bool,
}

/// A field with its marks, each as the word in the source.
pub(super) struct MarkedField {
    pub(super) member: Member,
    pub(super) vis: Visibility,
    pub(super) ty: Type,
    /// Those attributes that its counterpart in a view has too.
    pub(super) shared_attributes: Vec<Attribute>,
    pub(super) id: Option<Ident>,
    pub(super) tenant: Option<Ident>,
    /// As in [`StructArguments::id_unclear`].
    pub(super) id_unclear: bool,
}

/// What stands above the struct.
pub(super) fn struct_arguments(input: &DeriveInput, errors: &mut Errors) -> StructArguments {
    let mut parsed = StructArguments::default();
    let mut seen = Vec::new();
    for argument in arguments(&input.attrs, Place::Struct, errors) {
        if is_repeated(&argument, &mut seen, errors) {
            continue;
        }
        match argument.name.to_string().as_str() {
            "kind" => parsed.kind = argument.expect_text("account", errors),
            "namespace" => parsed.namespace = argument.expect_text("billing", errors),
            "key" => {
                parsed.key = argument.expect_fields(errors);
                parsed.id_unclear |= parsed.key.is_none();
            }
            "strict" => {
                argument.expect_bare(errors);
                parsed.strict = Some(argument.name);
            }
            _ => {
                let meant = Place::Struct.refuse(&argument.name, errors);
                parsed.id_unclear |= matches!(meant, Some("id" | "key"));
            }
        }
    }
    parsed
}

/// The struct's fields. Reports what is no struct with fields.
pub(super) fn marked_fields(input: &DeriveInput, errors: &mut Errors) -> Option<Vec<MarkedField>> {
    let wrong =
        |what| format!("{what} cannot be locked: derive `Lockable` on a struct that has an id and holds it");
    let fields = match &input.data {
        Data::Struct(data) => &data.fields,
        Data::Enum(data) => {
            errors.at(data.enum_token, wrong("an enum"));
            return None;
        }
        Data::Union(data) => {
            errors.at(data.union_token, wrong("a union"));
            return None;
        }
    };
    if fields.is_empty() {
        errors.at(
            &input.ident,
            format!("`{}` has no fields: an entity needs an id, a field marked `#[lock(id)]`", input.ident),
        );
        return None;
    }
    Some(fields.members().zip(fields).map(|(member, field)| marked_field(member, field, errors)).collect())
}

fn marked_field(member: Member, field: &Field, errors: &mut Errors) -> MarkedField {
    let mut marked = MarkedField {
        member,
        vis: field.vis.clone(),
        ty: field.ty.clone(),
        shared_attributes: field.attrs.iter().filter(|attribute| is_shared(attribute)).cloned().collect(),
        id: None,
        tenant: None,
        id_unclear: false,
    };
    let before = errors.count();
    let mut seen = Vec::new();
    for argument in arguments(&field.attrs, Place::Field, errors) {
        if is_repeated(&argument, &mut seen, errors) {
            continue;
        }
        match argument.name.to_string().as_str() {
            "id" => {
                argument.expect_bare(errors);
                marked.id = Some(argument.name);
            }
            "tenant" => {
                argument.expect_bare(errors);
                marked.tenant = Some(argument.name);
            }
            _ => {
                Place::Field.refuse(&argument.name, errors);
            }
        }
    }
    marked.id_unclear = errors.count() > before;
    marked
}

/// `cfg` is not among them: the compiler takes such fields out before a derive sees them.
fn is_shared(attribute: &Attribute) -> bool {
    attribute.path().is_ident("deprecated")
}

fn is_repeated(argument: &Argument, seen: &mut Vec<Ident>, errors: &mut Errors) -> bool {
    let repeated = seen.contains(&argument.name);
    if repeated {
        errors.at(&argument.name, format!("`{}` is written twice: keep one", argument.name));
    }
    seen.push(argument.name.clone());
    repeated
}

/// What such a field is called in a message.
pub(super) fn name_of(member: &Member) -> String {
    match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
