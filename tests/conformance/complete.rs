//! No case is forgotten: what the sources have is in the list, and what the table of states asks for has a case.

use std::{collections::BTreeSet, fs, path::Path};

use lockproof::testing::{CASES, run_case};

use crate::harnesses::Memory;

/// The public functions of the files of cases, by subject.
fn functions() -> BTreeSet<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/testing/cases");
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let subject = path.file_stem().and_then(|stem| stem.to_str()).expect("UTF-8").to_owned();
        if subject == "mod" {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a readable file");
        for item in syn::parse_file(&text).expect("Rust").items {
            match item {
                syn::Item::Fn(item) if !matches!(item.vis, syn::Visibility::Inherited) => {
                    found.insert((subject.clone(), item.sig.ident.to_string()));
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn every_case_in_the_sources_is_in_the_list_and_named_after_its_subject() {
    let listed: BTreeSet<_> = CASES.iter().map(|case| case.name.to_owned()).collect();
    assert_eq!(listed.len(), CASES.len(), "a name is in the list twice");
    let functions = functions();
    let forgotten: Vec<_> = functions.iter().filter(|(_, name)| !listed.contains(name)).collect();
    assert!(forgotten.is_empty(), "not in src/testing/list.rs: {forgotten:?}");
    let misplaced: Vec<_> =
        functions.iter().filter(|(file, name)| !name.starts_with(&format!("{file}__"))).collect();
    assert!(misplaced.is_empty(), "not in the file of their subject: {misplaced:?}");
    let others: Vec<_> = listed.iter().filter(|name| !functions.iter().any(|(_, of)| of == *name)).collect();
    assert!(others.is_empty(), "in the list, and not a function in src/testing/cases: {others:?}");
}

#[test]
fn there_are_as_many_cases_as_were_promised() {
    assert!(CASES.len() >= 120, "{} cases", CASES.len());
}

#[test]
fn every_case_has_a_rule() {
    for case in CASES {
        assert!(!case.rule.is_empty(), "{case:?}");
    }
}

/// What a store is asked, in every state of the lock, by the one who has it and by another.
#[test]
fn every_call_of_a_store_has_a_case_in_every_state() {
    for call in ["acquire", "extend", "force_release", "inspect", "release", "rotate"] {
        for state in ["missing", "running", "never", "lapsed"] {
            for who in ["same", "other"] {
                let name = format!("store_{call}__{state}_{who}");
                assert!(CASES.iter().any(|case| case.name == name), "there is no case {name}");
            }
        }
    }
}

/// What is done with a lock, and the states in which that can be done: each is a case.
const STATES: &[(&str, &[&str])] = &[
    ("try_acquire", &ALL),
    ("adopt", &ALL),
    ("same_seat", &ALL),
    ("acquire", &ALL),
    ("release", &MINE),
    ("extend", &MINE),
    ("force_release", &ALL),
    ("state", &ALL),
    ("is_locked", &ALL),
    ("remaining", &MINE),
    ("lost", &MINE),
];
const ALL: [&str; 6] = ["free", "mine_running", "mine_never", "other", "mine_lapsed", "mine_lapsed_retaken"];
/// Only who has a lease can do it.
const MINE: [&str; 4] = ["mine_running", "mine_never", "mine_lapsed", "mine_lapsed_retaken"];

#[test]
fn every_operation_has_a_case_in_every_state() {
    for (operation, states) in STATES {
        for state in *states {
            let name = format!("{operation}__{state}");
            assert!(CASES.iter().any(|case| case.name == name), "there is no case {name}");
        }
    }
}

#[test]
#[should_panic(expected = "there is no case \"store_acquire__nonsense\"")]
fn a_case_that_is_not_there_is_not_passed() {
    run_case("store_acquire__nonsense", &Memory::default());
}
