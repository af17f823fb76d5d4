//! Which fields make the id.

use proc_macro2::Ident;
use syn::Member;

use super::{
    parse::{MarkedField, StructArguments, name_of},
    similar,
};
use crate::{errors::Errors, types::check_key_type};

/// The most fields that an id may have: a longer tuple is neither `Eq` nor `Hash`.
const FIELDS_MAX: usize = 12;

/// The fields of the id in the order of the key, the tenant first. Reports what is wrong with them.
pub(super) fn check_id<'a>(
    entity: &Ident,
    arguments: &StructArguments,
    fields: &'a [MarkedField],
    errors: &mut Errors,
) -> Vec<&'a MarkedField> {
    if fields.is_empty() {
        // Of no fields at all, of an enum and so on has been told before.
        return Vec::new();
    }
    let tenant = tenant(fields, errors);
    let marked = marked(fields, errors);
    let parts = match &arguments.key {
        Some(key) => {
            for mark in marked.iter().filter_map(|field| field.id.as_ref()) {
                errors.at(mark, "`key(..)` above the struct names the id already: keep one of the two");
            }
            named(key, fields, errors)
        }
        None => {
            let unclear = arguments.id_unclear || fields.iter().any(|field| field.id_unclear);
            if marked.is_empty() && !unclear {
                errors.at(
                    entity,
                    "no field is marked as the id: write `#[lock(id)]` above it, or `#[lock(key(a, b))]` above the \
                     struct for an id of several fields",
                );
            }
            marked
        }
    };
    for part in &parts {
        check_key_type(&part.ty, "an id", errors);
    }
    let id: Vec<_> = tenant.into_iter().chain(parts).collect();
    if id.len() > FIELDS_MAX {
        errors.at(
            entity,
            format!("an id has at most {FIELDS_MAX} fields, and this has {}: make a type of some", id.len()),
        );
    }
    id
}

/// The field marked as the tenant.
fn tenant<'a>(fields: &'a [MarkedField], errors: &mut Errors) -> Option<&'a MarkedField> {
    let mut tenants = fields.iter().filter(|field| field.tenant.is_some());
    let first = tenants.next()?;
    check_key_type(&first.ty, "a tenant", errors);
    for mark in tenants.filter_map(|field| field.tenant.as_ref()) {
        errors.at(
            mark,
            format!(
                "a second tenant beside `{}`: name what else comes before the id in `#[lock(key(..))]` above the struct",
                name_of(&first.member)
            ),
        );
    }
    Some(first)
}

/// The field marked as the id; several only after a report.
fn marked<'a>(fields: &'a [MarkedField], errors: &mut Errors) -> Vec<&'a MarkedField> {
    let marked: Vec<_> = fields.iter().filter(|field| field.id.is_some()).collect();
    for field in &marked {
        if let (Some(_), Some(tenant)) = (&field.id, &field.tenant) {
            errors.at(tenant, "a field is either the id or the tenant: keep one, and mark the other field");
        }
    }
    if let Some(second) = marked.get(1).and_then(|second| second.id.as_ref()) {
        let names: Vec<_> = marked.iter().map(|field| name_of(&field.member)).collect();
        errors.at(
            second,
            format!(
                "a second id: for an id of several fields write `#[lock(key({}))]` above the struct instead",
                names.join(", ")
            ),
        );
    }
    marked
}

/// The fields that `key(..)` names.
fn named<'a>(key: &[Member], fields: &'a [MarkedField], errors: &mut Errors) -> Vec<&'a MarkedField> {
    let mut parts: Vec<&MarkedField> = Vec::new();
    for member in key {
        let name = name_of(member);
        let Some(field) = fields.iter().find(|field| field.member == *member) else {
            let names: Vec<_> = fields.iter().map(|field| name_of(&field.member)).collect();
            let near = similar::nearest(&name, names.iter().map(String::as_str));
            let hint = near.map_or_else(
                || format!("name some of `{}`", names.join("`, `")),
                |near| format!("did you mean `{near}`?"),
            );
            errors.at(member, format!("no field is called `{name}`: {hint}"));
            continue;
        };
        if parts.iter().any(|part| part.member == *member) {
            errors.at(member, format!("`{name}` is named twice: leave out one"));
        } else if field.tenant.is_some() {
            errors.at(
                member,
                format!("`{name}` is the tenant and stands before the key already: leave it out here"),
            );
        } else {
            parts.push(field);
        }
    }
    parts
}
