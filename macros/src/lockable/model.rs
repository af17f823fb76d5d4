use proc_macro2::Ident;
use syn::{Attribute, LitStr, Member, Type, Visibility};

/// An entity as the generated code needs it: nothing about it can be wrong any more.
pub(super) struct Entity {
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) kind: LitStr,
    pub(super) namespace: Option<LitStr>,
    /// The fields of the id in the order of the key, the tenant first; never empty.
    pub(super) id: Vec<IdField>,
    /// What a strict entity lets its lock's holder change; `None` if it is not strict.
    pub(super) view: Option<Vec<ViewField>>,
}

/// A part of the id.
pub(super) struct IdField {
    pub(super) member: Member,
    pub(super) ty: Type,
}

/// A field of the view of a strict entity.
pub(super) struct ViewField {
    pub(super) attributes: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) ty: Type,
}
