//! The names that a module or a block brings in.

use std::collections::HashMap;

use syn::{Item, Type, UseTree};

/// A path as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// It begins with `::`.
    pub(crate) global: bool,
    pub(crate) segments: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Name {
    /// Defined here.
    Item,
    /// Another name for something else.
    Alias(Written),
}

/// Names by their text; one text can be a type, a value and a macro at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub(crate) names: HashMap<String, Vec<Name>>,
    pub(crate) globs: Vec<Written>,
}

/// One leaf of a `use` tree.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) path: Written,
    pub(crate) name: String,
    pub(crate) glob: bool,
}

impl Written {
    pub(crate) fn of(path: &syn::Path) -> Self {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        Self { global: path.leading_colon.is_some(), segments }
    }

    /// The path of a type that is nothing but a path.
    pub(crate) fn of_type(ty: &Type) -> Option<Self> {
        match ty {
            Type::Path(ty) if ty.qself.is_none() => Some(Self::of(&ty.path)),
            Type::Group(group) => Self::of_type(&group.elem),
            Type::Paren(paren) => Self::of_type(&paren.elem),
            _ => None,
        }
    }

    pub(crate) fn join(mut self, segments: impl IntoIterator<Item = String>) -> Self {
        self.segments.extend(segments);
        self
    }

    pub(crate) fn text(&self) -> String {
        format!("{}{}", if self.global { "::" } else { "" }, self.segments.join("::"))
    }
}

impl Scope {
    pub(crate) fn add(&mut self, name: String, what: Name) {
        self.names.entry(name).or_default().push(what);
    }

    pub(crate) fn import(&mut self, import: Import) {
        if import.glob {
            self.globs.push(import.path);
        } else if import.name != "_" {
            self.add(import.name, Name::Alias(import.path));
        }
    }

    pub(crate) fn extend(&mut self, other: Self) {
        for (name, found) in other.names {
            self.names.entry(name).or_default().extend(found);
        }
        self.globs.extend(other.globs);
    }
}

/// The names that these items bring in.
pub(crate) fn scope_of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Scope {
    let mut scope = Scope::default();
    for item in items {
        let defined = match item {
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Mod(item) => &item.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::Union(item) => &item.ident,
            Item::Type(item) => {
                let what = Written::of_type(&item.ty).map_or(Name::Item, Name::Alias);
                scope.add(item.ident.to_string(), what);
                continue;
            }
            Item::Macro(item) => match &item.ident {
                Some(ident) => ident,
                None => continue,
            },
            Item::ExternCrate(item) => {
                let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
                if item.ident != "self" {
                    let path = Written { global: true, segments: vec![item.ident.to_string()] };
                    scope.add(name.to_string(), Name::Alias(path));
                }
                continue;
            }
            Item::Use(item) => {
                imports(&item.tree, item.leading_colon.is_some())
                    .into_iter()
                    .for_each(|one| scope.import(one));
                continue;
            }
            _ => continue,
        };
        scope.add(defined.to_string(), Name::Item);
    }
    scope
}

/// The leaves of a `use` tree.
pub(crate) fn imports(tree: &UseTree, global: bool) -> Vec<Import> {
    let mut found = Vec::new();
    collect(tree, &Written { global, segments: Vec::new() }, &mut found);
    found
}

fn collect(tree: &UseTree, before: &Written, found: &mut Vec<Import>) {
    let mut leaf = |ident: &syn::Ident, name: &syn::Ident| {
        // `a::{self}` is `a`, and so is `a::{self as b}`.
        let path = if ident == "self" && !before.segments.is_empty() {
            before.clone()
        } else {
            before.clone().join([ident.to_string()])
        };
        let name =
            if name == "self" { path.segments.last().cloned().unwrap_or_default() } else { name.to_string() };
        found.push(Import { path, name, glob: false });
    };
    match tree {
        UseTree::Path(path) => collect(&path.tree, &before.clone().join([path.ident.to_string()]), found),
        UseTree::Name(name) => leaf(&name.ident, &name.ident),
        UseTree::Rename(rename) => leaf(&rename.ident, &rename.rename),
        UseTree::Glob(_) => found.push(Import { path: before.clone(), name: String::new(), glob: true }),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, before, found)),
    }
}
