//! The crate as a tree of modules, each with the names in it.

use std::collections::{HashMap, HashSet};

use syn::{Attribute, Item, Meta, Token, punctuated::Punctuated};

use crate::imports::{Scope, scope_of};

pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) module: Vec<String>,
    pub(crate) ast: syn::File,
    /// Only compiled for tests.
    pub(crate) test: bool,
}

pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
    pub(crate) scopes: HashMap<Vec<String>, Scope>,
    /// `#[macro_export]` puts them at the root.
    pub(crate) exported_macros: HashSet<String>,
    /// What the crate calls itself: `extern crate self as lockproof`.
    pub(crate) own_names: HashSet<String>,
}

impl Tree {
    pub(crate) fn parse(files: &[(String, String)]) -> Self {
        let mut tree = Self {
            files: Vec::new(),
            scopes: HashMap::new(),
            exported_macros: HashSet::new(),
            own_names: HashSet::new(),
        };
        let mut test_modules = Vec::new();
        for (path, text) in files {
            let ast = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
            let module = module_of(path);
            tree.enter(&module, &ast.items, &mut test_modules);
            tree.files.push(File { path: path.clone(), module, ast, test: false });
        }
        for file in &mut tree.files {
            file.test = test_modules.iter().any(|test| file.module.starts_with(test));
        }
        tree
    }

    pub(crate) fn root_modules(&self) -> impl Iterator<Item = &String> {
        self.scopes
            .keys()
            .filter(|path| path.len() == 1)
            .map(|path| &path[0])
            .filter(|name| *name != "__private")
    }

    fn enter(&mut self, module: &[String], items: &[Item], test_modules: &mut Vec<Vec<String>>) {
        self.scopes.entry(module.to_vec()).or_default().extend(scope_of(items));
        for item in items {
            match item {
                Item::Mod(child) => {
                    let path = [module, &[child.ident.to_string()]].concat();
                    if is_test(&child.attrs) {
                        test_modules.push(path.clone());
                    }
                    if let Some((_, items)) = &child.content {
                        self.enter(&path, items, test_modules);
                    }
                }
                Item::Macro(definition)
                    if definition.attrs.iter().any(|attr| attr.path().is_ident("macro_export")) =>
                {
                    self.exported_macros.extend(definition.ident.iter().map(ToString::to_string));
                }
                Item::ExternCrate(krate) if krate.ident == "self" => {
                    self.own_names.extend(krate.rename.iter().map(|(_, name)| name.to_string()));
                }
                _ => {}
            }
        }
    }
}

/// `src/lock/mod.rs` and `src/lock.rs` are `lock`, `src/lib.rs` is the root.
fn module_of(path: &str) -> Vec<String> {
    let path = path.strip_prefix("src/").and_then(|path| path.strip_suffix(".rs")).expect("src/**/*.rs");
    let mut module: Vec<String> = path.split('/').map(Into::into).collect();
    if ["lib", "mod"].contains(&module[module.len() - 1].as_str()) {
        module.pop();
    }
    module
}

/// Whether this is only there when tests are compiled.
pub(crate) fn is_test(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| match &attr.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            list.parse_args::<Meta>().is_ok_and(|condition| implies_test(&condition))
        }
        _ => false,
    })
}

fn implies_test(condition: &Meta) -> bool {
    let parts = |list: &syn::MetaList| {
        list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default()
    };
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => parts(list).iter().any(implies_test),
        Meta::List(list) if list.path.is_ident("any") => {
            let parts = parts(list);
            !parts.is_empty() && parts.iter().all(implies_test)
        }
        _ => false,
    }
}
