use syn::{Path, PathArguments, Type};

use crate::errors::Errors;

/// Refuses a type that can be no part of a key and that a newcomer is likely to try.
///
/// Whatever else is none (or one of these behind an alias) is left to the bound on `LockKeyPart`, whose message says
/// less about what to do instead.
pub(crate) fn check_key_type(ty: &Type, role: &str, errors: &mut Errors) {
    if is_option(ty) {
        let way_out = match role {
            "a tenant" => "give those that have none a tenant of their own",
            _ => "an entity without an id has no lock; use `Transient` for one that has none yet",
        };
        errors.at(ty, format!("{role} must not be an `Option`: {way_out}"));
    } else if is_float(ty) {
        errors.at(
            ty,
            format!(
                "{role} must not be a float: `-0.0` equals `0.0` and is another text, so the same entity would have \
                 two locks; use an integer, a string or a `Uuid`"
            ),
        );
    }
}

fn is_option(ty: &Type) -> bool {
    plain_path(ty).is_some_and(|path| is_std(path, "option", "Option"))
}

fn is_float(ty: &Type) -> bool {
    plain_path(ty)
        .is_some_and(|path| ["f16", "f32", "f64", "f128"].iter().any(|name| is_std(path, "primitive", name)))
}

/// The path a type is, looking through parentheses and the invisible groups of `macro_rules`.
fn plain_path(ty: &Type) -> Option<&Path> {
    match ty {
        Type::Group(group) => plain_path(&group.elem),
        Type::Paren(paren) => plain_path(&paren.elem),
        Type::Path(path) if path.qself.is_none() => Some(&path.path),
        _ => None,
    }
}

/// Whether it is `name`, or `module::name`, or that of `std` or `core`.
fn is_std(path: &Path, module: &str, name: &str) -> bool {
    let plain =
        path.segments.iter().rev().skip(1).all(|segment| matches!(segment.arguments, PathArguments::None));
    let mut names = path.segments.iter().rev().map(|segment| &segment.ident);
    plain
        && names.next().is_some_and(|last| last == name)
        && names.next().is_none_or(|ident| ident == module)
        && names.next().is_none_or(|ident| ident == "std" || ident == "core")
        && names.next().is_none()
}
