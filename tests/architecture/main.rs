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
#[path = "../support/sources.rs"]
mod sources;
mod tokens;
mod tree;
mod walk;

use rules::{EXEMPTIONS, FLOORS, check};
use sources::sources;

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
