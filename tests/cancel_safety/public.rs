//! Which futures a user of the library can get hold of, read from the sources.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Ident, ImplItem, ImplItemFn as Method, Item, ItemFn as Function, ItemImpl, ItemTrait,
    ReturnType, Signature, TraitItem, Type, Visibility, visit, visit::Visit,
};

use crate::{imports::imports, tree::Tree};

/// The futures of a crate, by their names, with the places where they stand.
///
/// That is what is asynchronous and public: functions of public types and traits, exported functions, and types that are
/// futures or streams themselves.
pub(crate) fn public_futures(files: &[(String, String)]) -> BTreeMap<String, String> {
    let tree = Tree::parse(files);
    let exported = exported(&tree);
    let mut kinds = Kinds { names: ["Future", "IntoFuture", "Stream"].map(Into::into).into() };
    // An alias of an alias is found in the second turn.
    for _ in 0..2 {
        each_item(&tree, |_, item| kinds.learn(item));
    }
    let mut found = BTreeMap::new();
    each_item(&tree, |file, item| {
        let mut add = |name: String, at: &Ident| {
            found.entry(name).or_insert_with(|| format!("{file}:{}", at.span().start().line));
        };
        match item {
            Item::Fn(Function { vis, sig, .. }) if is_public(vis) && kinds.is_future(sig) => {
                let name = sig.ident.to_string();
                if exported.contains(&name) {
                    add(name, &sig.ident);
                }
            }
            Item::Impl(item) => of_impl(item, &kinds, &exported, &mut add),
            Item::Trait(item) if exported.contains(&item.ident.to_string()) => {
                of_trait(item, &kinds, &mut add);
            }
            Item::Macro(item) => hidden(&item.mac.tokens, &mut add),
            _ => {}
        }
    });
    found
}

/// The names that lead out of the crate: the list in `lib.rs`, and what stands in public modules.
fn exported(tree: &Tree) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut modules: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(module) = modules.pop() {
        let Some(file) = tree.files.iter().find(|file| file.module == module) else { continue };
        for item in &file.ast.items {
            match item {
                Item::Use(item) if is_public(&item.vis) => {
                    let leaves = imports(&item.tree, false);
                    names.extend(leaves.into_iter().filter_map(|leaf| leaf.path.segments.last().cloned()));
                }
                Item::Mod(item) if is_public(&item.vis) && !is_hidden(&item.attrs) => {
                    modules.push([module.as_slice(), &[item.ident.to_string()]].concat());
                }
                Item::Fn(item) if is_public(&item.vis) => drop(names.insert(item.sig.ident.to_string())),
                Item::Struct(item) if is_public(&item.vis) => drop(names.insert(item.ident.to_string())),
                Item::Enum(item) if is_public(&item.vis) => drop(names.insert(item.ident.to_string())),
                Item::Trait(item) if is_public(&item.vis) => drop(names.insert(item.ident.to_string())),
                _ => {}
            }
        }
    }
    names
}

/// Visits what stands in the modules of a crate, but for tests.
fn each_item(tree: &Tree, mut visit: impl FnMut(&str, &Item)) {
    fn each<'a>(items: &'a [Item], visit: &mut dyn FnMut(&'a Item)) {
        for item in items {
            match item {
                Item::Mod(child) if crate::tree::is_test(&child.attrs) => {}
                Item::Mod(child) => each(child.content.as_ref().map_or(&[], |(_, items)| items), visit),
                item => visit(item),
            }
        }
    }
    for file in tree.files.iter().filter(|file| !file.test) {
        each(&file.ast.items, &mut |item| visit(&file.path, item));
    }
}

/// What the types of futures and streams are called.
struct Kinds {
    names: BTreeSet<String>,
}

impl Kinds {
    fn learn(&mut self, item: &Item) {
        match item {
            Item::Type(alias) if self.mentions(&alias.ty) => {
                self.names.insert(alias.ident.to_string());
            }
            Item::Impl(item) => {
                if let Some(name) = self.future_type(item) {
                    self.names.insert(name.to_string());
                }
            }
            _ => {}
        }
    }

    /// The type that this makes a future, or a stream.
    fn future_type<'a>(&self, item: &'a ItemImpl) -> Option<&'a Ident> {
        let (of, _) = item.trait_.as_ref()?;
        let of = &of.segments.last()?.ident;
        if ["Future", "IntoFuture", "Stream"].iter().any(|kind| of == kind) {
            type_name(&item.self_ty)
        } else {
            None
        }
    }

    fn is_future(&self, function: &Signature) -> bool {
        let output = match &function.output {
            ReturnType::Type(_, output) => self.mentions(output),
            ReturnType::Default => false,
        };
        function.asyncness.is_some() || output
    }

    fn mentions(&self, ty: &Type) -> bool {
        struct Search<'a>(&'a BTreeSet<String>, bool);

        impl<'ast> Visit<'ast> for Search<'_> {
            fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
                let name = segment.ident.to_string();
                // `BoxFuture`, `LocalBoxStream` and the like are other crates' aliases.
                let boxed = name.ends_with("BoxFuture") || name.ends_with("BoxStream");
                self.1 |= boxed || self.0.contains(&name);
                visit::visit_path_segment(self, segment);
            }
        }

        let mut search = Search(&self.names, false);
        search.visit_type(ty);
        search.1
    }
}

fn of_impl(
    item: &ItemImpl,
    kinds: &Kinds,
    exported: &BTreeSet<String>,
    add: &mut impl FnMut(String, &Ident),
) {
    let Some(of) = type_name(&item.self_ty).filter(|of| exported.contains(&of.to_string())) else { return };
    if kinds.future_type(item).is_some() {
        add(of.to_string(), of);
    }
    for member in &item.items {
        match member {
            // The functions of a trait stand at the trait.
            ImplItem::Fn(Method { vis, sig, .. }) if item.trait_.is_none() && is_public(vis) => {
                let name = format!("{of}::{}", sig.ident);
                if kinds.is_future(sig) {
                    add(name, &sig.ident);
                }
            }
            ImplItem::Macro(mac) => hidden(&mac.mac.tokens, add),
            _ => {}
        }
    }
}

fn of_trait(item: &ItemTrait, kinds: &Kinds, add: &mut impl FnMut(String, &Ident)) {
    for member in &item.items {
        match member {
            TraitItem::Fn(function) if kinds.is_future(&function.sig) => {
                add(format!("{}::{}", item.ident, function.sig.ident), &function.sig.ident);
            }
            _ => {}
        }
    }
}

/// A macro may make them too. What type they belong to is not known there.
fn hidden(tokens: &TokenStream, add: &mut impl FnMut(String, &Ident)) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (place, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => hidden(&group.stream(), add),
            TokenTree::Ident(word) if word == "async" => {
                let is_word = |at: usize, what: &str| matches!(tokens.get(at), Some(TokenTree::Ident(word)) if word == what);
                // `pub async fn name`; `pub(crate)` has a group in between.
                if place > 0 && is_word(place - 1, "pub") && is_word(place + 1, "fn") {
                    match tokens.get(place + 2) {
                        Some(TokenTree::Ident(name)) => add(format!("(macro)::{name}"), name),
                        _ => add("(macro)::(any)".into(), word),
                    }
                }
            }
            _ => {}
        }
    }
}

fn type_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => Some(&path.path.segments.last()?.ident),
        Type::Group(group) => type_name(&group.elem),
        Type::Paren(paren) => type_name(&paren.elem),
        _ => None,
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_hidden(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        attr.path().is_ident("doc")
            && matches!(&attr.meta, syn::Meta::List(list) if list.tokens.to_string() == "hidden")
    })
}
