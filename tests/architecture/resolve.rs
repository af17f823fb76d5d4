//! Where a path leads to.

use crate::{
    imports::{Name, Scope, Written},
    tree::Tree,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this crate, from the root.
    Inside(Vec<String>),
    /// In another crate, or nowhere that is known: a local variable, a generic parameter.
    Outside(Vec<String>),
}

pub(crate) struct Resolver<'a> {
    pub(crate) tree: &'a Tree,
}

/// Aliases of aliases, at most; imports can go in circles.
const DEPTH: usize = 16;

impl<'a> Resolver<'a> {
    pub(crate) fn new(tree: &'a Tree) -> Self {
        Self { tree }
    }

    /// Every place that a path leads through, written in `module` with these blocks around it (the innermost last).
    pub(crate) fn trail(&self, module: &[String], blocks: &[Scope], path: &Written) -> Vec<Place> {
        let mut trail = Vec::new();
        self.follow(module, blocks, path, DEPTH, &mut trail);
        trail
    }

    /// The places at the end of a path; those on the way are added to the trail.
    fn follow(
        &self,
        module: &[String],
        blocks: &[Scope],
        path: &Written,
        depth: usize,
        trail: &mut Vec<Place>,
    ) -> Vec<Place> {
        let Some((first, rest)) = path.segments.split_first() else { return Vec::new() };
        let mut places = match first.as_str() {
            _ if depth == 0 => return Vec::new(),
            name if path.global => vec![self.foreign(name)],
            "crate" | "$crate" => vec![Place::Inside(Vec::new())],
            "self" => vec![Place::Inside(module.to_vec())],
            "super" => vec![Place::Inside(parent(module))],
            name => self.lexical(module, blocks, name, depth, trail),
        };
        trail.extend(places.iter().cloned());
        for segment in rest {
            places = places.iter().flat_map(|place| self.step(place, segment, depth, trail)).collect();
            trail.extend(places.iter().cloned());
        }
        places
    }

    /// A bare name: of a block, of the module, or of a crate.
    fn lexical(
        &self,
        module: &[String],
        blocks: &[Scope],
        name: &str,
        depth: usize,
        trail: &mut Vec<Place>,
    ) -> Vec<Place> {
        for (index, block) in blocks.iter().enumerate().rev() {
            if let Some(found) = block.names.get(name) {
                let outer = &blocks[..index];
                return found
                    .iter()
                    .flat_map(|found| self.name(module, outer, name, found, depth, trail))
                    .collect();
            }
        }
        let found = self.member(module, name, depth, trail);
        if found.is_empty() { vec![self.foreign(name)] } else { found }
    }

    /// A name inside a place.
    fn step(&self, place: &Place, name: &str, depth: usize, trail: &mut Vec<Place>) -> Vec<Place> {
        let path = match place {
            Place::Outside(path) => return vec![Place::Outside([path.as_slice(), &[name.into()]].concat())],
            Place::Inside(path) => path,
        };
        match name {
            "self" => vec![place.clone()],
            "super" => vec![Place::Inside(parent(path))],
            _ => {
                let found = self.member(path, name, depth, trail);
                let here = Place::Inside([path.as_slice(), &[name.into()]].concat());
                // A name that the root has from elsewhere is remembered as the root's.
                if path.is_empty() && !found.contains(&here) {
                    trail.push(here.clone());
                }
                if found.is_empty() { vec![here] } else { found }
            }
        }
    }

    /// What a module has under a name; nothing if it is no module, or does not have it.
    fn member(&self, module: &[String], name: &str, depth: usize, trail: &mut Vec<Place>) -> Vec<Place> {
        let child = [module, &[name.to_owned()]].concat();
        let mut places = Vec::new();
        if self.tree.scopes.contains_key(&child) {
            places.push(Place::Inside(child));
        }
        let Some(scope) = self.tree.scopes.get(module) else { return places };
        for found in scope.names.get(name).into_iter().flatten() {
            places.extend(self.name(module, &[], name, found, depth, trail));
        }
        if places.is_empty() && depth > 0 {
            for glob in &scope.globs {
                for place in self.follow(module, &[], glob, depth - 1, &mut Vec::new()) {
                    if let Place::Inside(path) = place {
                        places.extend(self.member(&path, name, depth - 1, trail));
                    }
                }
            }
        }
        places.dedup();
        places
    }

    fn name(
        &self,
        module: &[String],
        blocks: &[Scope],
        text: &str,
        name: &Name,
        depth: usize,
        trail: &mut Vec<Place>,
    ) -> Vec<Place> {
        match name {
            Name::Item => vec![Place::Inside([module, &[text.to_owned()]].concat())],
            // `use tokio;` and the like would look themselves up.
            Name::Alias(path) if path.segments == [text] && !path.global => vec![self.foreign(text)],
            Name::Alias(path) => self.follow(module, blocks, path, depth.saturating_sub(1), trail),
        }
    }

    fn foreign(&self, name: &str) -> Place {
        if self.tree.own_names.contains(name) {
            Place::Inside(Vec::new())
        } else {
            Place::Outside(vec![name.to_owned()])
        }
    }
}

fn parent(module: &[String]) -> Vec<String> {
    module.split_last().map(|(_, parent)| parent.to_vec()).unwrap_or_default()
}
