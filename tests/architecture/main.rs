//! The rules of the house, read from the sources: floors import downwards, clocks are read in one file, tasks are
//! started in one file, files are short.
//!
//! The checker parses with `syn` and resolves names as far as names go: `crate::`, `self::`, `super::`, groups,
//! renames, type aliases, imports inside functions, paths inside macros. What it cannot resolve exactly (globs,
//! `#[path]`, `include!`) it refuses. `planted.rs` shows that it finds each form of each violation.

mod imports;
mod planted;
mod resolve;
mod rules;
mod sizes;
mod tokens;
mod tree;
mod walk;

use std::{fs, path::Path};

use rules::{EXEMPTIONS, FLOORS, check};

/// All Rust files below a folder of this repository, as (path, text).
fn sources(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("below the root").to_str().expect("UTF-8");
                let text = fs::read_to_string(&path).expect("a readable file");
                files.push((name.replace('\\', "/"), text));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn the_house_keeps_its_rules() {
    let violations = check(&sources("src"));
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} violations:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn every_floor_says_in_its_docs_which_one_it_is() {
    let files = sources("src");
    for (number, floor) in FLOORS.iter().filter(|(number, _)| (1..=5).contains(number)) {
        let Some((_, text)) = files.iter().find(|(path, _)| *path == format!("src/{floor}/mod.rs")) else {
            continue; // an edge: one file at the root
        };
        assert!(
            text.starts_with(&format!("//! Floor {number}: ")),
            "src/{floor}/mod.rs does not begin with `//! Floor {number}: ..`"
        );
    }
}

#[test]
fn every_exemption_is_needed_and_has_a_reason() {
    let files = sources("src");
    for exemption in EXEMPTIONS {
        assert!(exemption.reason.len() > 20, "{} has no reason", exemption.file);
        let needed = rules::check_without_exemptions(&files);
        assert!(
            needed.iter().any(|found| found.rule == exemption.rule && found.file == exemption.file),
            "{} keeps the rule {:?} by now: take its exemption away",
            exemption.file,
            exemption.rule
        );
    }
}
