//! Finds every path and method call of a file, with the names that are in reach there.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Expr, ExprLit, ImplItem, Item, Lit, Meta, QSelf, Stmt, TraitItem, visit, visit::Visit};

use crate::{
    imports::{Scope, Written, imports, scope_of},
    resolve::Resolver,
    rules::{Rule, Site, Violation, check_method, check_path},
    tokens::{Found, scan, scope_of_tokens},
    tree::{File, is_test},
};

/// Adds the violations of a file.
pub(crate) fn walk(file: &File, resolver: &Resolver<'_>, found: &mut Vec<Violation>) {
    let module = file.module.clone();
    let mut walk =
        Walk { file, resolver, module, blocks: Vec::new(), test: file.test, exported: false, found };
    walk.visit_file(&file.ast);
}

struct Walk<'a> {
    file: &'a File,
    resolver: &'a Resolver<'a>,
    module: Vec<String>,
    blocks: Vec<Scope>,
    test: bool,
    exported: bool,
    found: &'a mut Vec<Violation>,
}

impl Walk<'_> {
    fn site(&self, span: Span) -> Site<'_> {
        Site {
            file: &self.file.path,
            module: &self.module,
            line: span.start().line,
            test: self.test,
            exported: self.exported,
        }
    }

    fn check(&mut self, path: &Written, span: Span) {
        let trail = self.resolver.trail(&self.module, &self.blocks, path);
        let found = check_path(self.resolver, self.site(span), &path.text(), &trail);
        self.found.extend(found);
    }

    fn unclear(&mut self, what: &str, span: Span) {
        let violation = Violation {
            file: self.file.path.clone(),
            line: span.start().line,
            rule: Rule::Unclear,
            what: what.into(),
        };
        self.found.push(violation);
    }

    /// `<I>::now` is `I::now`.
    fn check_qualified(&mut self, qself: Option<&QSelf>, path: &syn::Path) {
        let Some(QSelf { ty, as_token: None, .. }) = qself else { return };
        let Some(head) = Written::of_type(ty) else { return };
        self.check(&head.join(Written::of(path).segments), start(path));
    }

    fn in_test<R>(&mut self, attrs: &[Attribute], visit: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.test;
        self.test |= is_test(attrs);
        let result = visit(self);
        self.test = before;
        result
    }

    fn in_block<R>(&mut self, scope: Scope, visit: impl FnOnce(&mut Self) -> R) -> R {
        self.blocks.push(scope);
        let result = visit(self);
        self.blocks.pop();
        result
    }

    fn scan_tokens(&mut self, tokens: &TokenStream) {
        self.in_block(scope_of_tokens(tokens), |walk| {
            for found in scan(tokens) {
                match found {
                    Found::Glob(span) if !walk.test => walk.unclear(GLOB, span),
                    Found::Glob(_) => {}
                    Found::Method(name, span) => {
                        let found = check_method(walk.site(span), &name);
                        walk.found.extend(found);
                    }
                    Found::Path(path, span) => walk.check(&path, span),
                }
            }
        });
    }
}

const GLOB: &str = "a glob hides where names come from: name them";

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        self.in_test(attributes(item), |walk| visit::visit_item(walk, item));
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attrs: &[Attribute] = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            _ => &[],
        };
        self.in_test(attrs, |walk| visit::visit_impl_item(walk, item));
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let attrs: &[Attribute] = match item {
            TraitItem::Fn(item) => &item.attrs,
            _ => &[],
        };
        self.in_test(attrs, |walk| visit::visit_trait_item(walk, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.attrs.iter().any(|attr| attr.path().is_ident("path")) {
            self.unclear("`#[path]` puts a module where its name does not say", item.mod_token.span);
        }
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for import in imports(&item.tree, item.leading_colon.is_some()) {
            self.check(&import.path, item.use_token.span);
            if import.glob && !self.test {
                self.unclear(GLOB, item.use_token.span);
            }
        }
        item.attrs.iter().for_each(|attr| self.visit_attribute(attr));
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        let items = block.stmts.iter().filter_map(|statement| match statement {
            Stmt::Item(item) => Some(item),
            _ => None,
        });
        let mut scope = scope_of(items.clone());
        // What a block defines itself is in no module; only its aliases lead anywhere.
        scope
            .names
            .retain(|_, names| names.iter().any(|name| matches!(name, crate::imports::Name::Alias(_))));
        self.in_block(scope, |walk| visit::visit_block(walk, block));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.check(&Written::of(path), start(path));
        visit::visit_path(self, path);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        self.check_qualified(path.qself.as_ref(), &path.path);
        visit::visit_expr_path(self, path);
    }

    fn visit_type_path(&mut self, path: &'ast syn::TypePath) {
        self.check_qualified(path.qself.as_ref(), &path.path);
        visit::visit_type_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let found = check_method(self.site(call.method.span()), &call.method.to_string());
        self.found.extend(found);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        if mac.path.is_ident("include") {
            self.unclear("`include!` brings in code that is not read here", start(&mac.path));
        }
        visit::visit_macro(self, mac);
        self.scan_tokens(&mac.tokens);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        self.exported = item.attrs.iter().any(|attr| attr.path().is_ident("macro_export"));
        visit::visit_item_macro(self, item);
        self.exported = false;
    }

    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        match &attr.meta {
            _ if attr.path().is_ident("doc") => {}
            Meta::Path(path) => self.visit_path(path),
            Meta::List(list) => {
                self.visit_path(&list.path);
                self.scan_tokens(&list.tokens);
                // `#[serde(with = "crate::repository::text")]`
                for (text, span) in crate::tokens::strings(&list.tokens) {
                    if let Ok(path) = syn::parse_str::<syn::Path>(&text) {
                        self.check(&Written::of(&path), span);
                    }
                }
            }
            Meta::NameValue(pair) => {
                if let Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) = &pair.value {
                    return;
                }
                self.visit_expr(&pair.value);
            }
        }
    }
}

fn start(path: &syn::Path) -> Span {
    path.segments.first().map_or_else(Span::call_site, |first| first.ident.span())
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
