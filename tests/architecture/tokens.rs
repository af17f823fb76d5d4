//! What a macro's tokens say: paths, imports and method calls, as far as tokens can tell.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::imports::{Import, Scope, Written, imports};

pub(crate) enum Found {
    Path(Written, Span),
    Method(String, Span),
    /// `use ..::*`
    Glob(Span),
}

/// All paths and method calls, in groups too.
pub(crate) fn scan(tokens: &TokenStream) -> Vec<Found> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < trees.len() {
        match &trees[at] {
            TokenTree::Group(group) => found.extend(scan(&group.stream())),
            TokenTree::Ident(ident) if ident == "use" => {
                if let Some((imports, end)) = use_item(&trees, at) {
                    for import in imports {
                        found.push(Found::Path(import.path, ident.span()));
                        if import.glob {
                            found.push(Found::Glob(ident.span()));
                        }
                    }
                    at = end;
                    continue;
                }
            }
            TokenTree::Ident(ident) if follows(&trees, at, '.') => {
                if matches!(trees.get(at + 1), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
                {
                    found.push(Found::Method(ident.to_string(), ident.span()));
                }
            }
            TokenTree::Ident(ident) => {
                let (path, end) = path(&trees, at, ident);
                // The rest of `$name::rest` says nothing without the name.
                if !follows(&trees, at, '$') || ident == "crate" {
                    found.push(Found::Path(path, ident.span()));
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The names that `use`s among these tokens bring in.
pub(crate) fn scope_of_tokens(tokens: &TokenStream) -> Scope {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut scope = Scope::default();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => scope.extend(scope_of_tokens(&group.stream())),
            TokenTree::Ident(ident) if ident == "use" => {
                let imports = use_item(&trees, at).map(|(imports, _)| imports).unwrap_or_default();
                imports.into_iter().for_each(|import| scope.import(import));
            }
            _ => {}
        }
    }
    scope
}

/// The texts of string literals.
pub(crate) fn strings(tokens: &TokenStream) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for tree in tokens.clone() {
        match tree {
            TokenTree::Group(group) => found.extend(strings(&group.stream())),
            TokenTree::Literal(literal) => {
                if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                    found.push((text.value(), text.span()));
                }
            }
            _ => {}
        }
    }
    found
}

/// A `use` up to its semicolon, if it is one (and not part of a pattern of a macro).
fn use_item(trees: &[TokenTree], at: usize) -> Option<(Vec<Import>, usize)> {
    let length = trees[at..].iter().position(|tree| is_punct(Some(tree), ';'))?;
    let end = at + length;
    let crate_named: TokenStream = without_dollars(&trees[at + 1..end]);
    let global = is_punct(trees.get(at + 1), ':');
    let tokens = if global { crate_named.into_iter().skip(2).collect() } else { crate_named };
    let tree = syn::parse2::<syn::UseTree>(tokens).ok()?;
    Some((imports(&tree, global), end + 1))
}

/// `$crate` is `crate` here.
fn without_dollars(trees: &[TokenTree]) -> TokenStream {
    let kept = trees.iter().filter(|tree| !is_punct(Some(tree), '$')).cloned();
    kept.map(|tree| match tree {
        TokenTree::Group(group) => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            Group::new(group.delimiter(), without_dollars(&inner)).into()
        }
        other => other,
    })
    .collect()
}

/// The longest path from here, and where it ends: `a::b`, `a::<T>::b`, `<a>::b`, `::a::b`.
fn path(trees: &[TokenTree], at: usize, first: &Ident) -> (Written, usize) {
    let global = at >= 2
        && is_punct(trees.get(at - 1), ':')
        && is_punct(trees.get(at - 2), ':')
        && !(at >= 3 && (is_punct(trees.get(at - 3), '>') || matches!(trees[at - 3], TokenTree::Ident(_))));
    let mut path = Written { global, segments: vec![first.to_string()] };
    let mut end = at + 1;
    loop {
        // `<I>::now`: the path goes on behind the bracket.
        let from = if is_punct(trees.get(end), '>') && follows(trees, at, '<') { end + 1 } else { end };
        if !(is_punct(trees.get(from), ':') && is_punct(trees.get(from + 1), ':')) {
            return (path, end);
        }
        let Some(TokenTree::Ident(next)) = trees.get(from + 2) else { return (path, end) };
        path.segments.push(next.to_string());
        end = from + 3;
    }
}

fn follows(trees: &[TokenTree], at: usize, punct: char) -> bool {
    // `..name` is a range or a rest, not a method.
    let twice = at >= 2 && punct == '.' && is_punct(trees.get(at - 2), '.');
    at >= 1 && is_punct(trees.get(at - 1), punct) && !twice
}

fn is_punct(tree: Option<&TokenTree>, wanted: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}
