//! `GUARANTEES.md` names each failing case once, and only tests that exist.

mod cases;

use std::{collections::BTreeSet, fs};

use cases::{cases, root};

#[test]
fn each_failing_case_is_named_once() {
    let mut named = BTreeSet::new();
    for (row, name) in named_in("C") {
        assert!(named.insert(name.clone()), "{row} names `{name}`, which is named before");
    }
    let failing: BTreeSet<String> = cases("fail", "rs").into_keys().collect();
    let unnamed: Vec<_> = failing.difference(&named).collect();
    assert!(unnamed.is_empty(), "no row names these cases: {unnamed:?}");
    let missing: Vec<_> = named.difference(&failing).collect();
    assert!(missing.is_empty(), "there are no such cases: {missing:?}");
}

#[test]
fn each_named_test_exists() {
    let read = |row: &str, file: &str| {
        fs::read_to_string(root().join("..").join(file))
            .unwrap_or_else(|error| panic!("{row}: {file}: {error}"))
    };
    for (row, name) in named_in("R") {
        let (file, function) =
            name.split_once("::").unwrap_or_else(|| panic!("{row}: `{name}` is no `file.rs::function`"));
        let text = read(&row, file);
        // A case of the kit for stores becomes a test by its line in the list beside its folder.
        if let Some((kit, _)) = file.split_once("/cases/").filter(|(kit, _)| kit.starts_with("src/testing")) {
            let is_listed =
                read(&row, &format!("{kit}/list.rs")).split_whitespace().any(|word| word == function);
            assert!(
                is_listed && text.contains(&format!("async fn {function}")),
                "{row}: `{name}` is no case"
            );
            continue;
        }
        // A test program with a `main` of its own lists its tests by name.
        if text.contains("libtest_mimic::run(") && text.contains(&format!("\"{function}\"")) {
            continue;
        }
        // The attribute above it may be `#[tokio::test(..)]`; without one it is no test.
        let before = text
            .split_once(&format!("fn {function}("))
            .unwrap_or_else(|| panic!("{row}: {file} has no `{function}`"))
            .0;
        let mut lines = before.lines().rev().map(str::trim);
        let attribute = lines.find(|line| !["", "async"].contains(line)).unwrap_or_default();
        let is_test = attribute.starts_with("#[") && attribute.contains("test");
        assert!(is_test, "{row}: `{function}` in {file} is no test");
    }
}

#[test]
fn rows_are_numbered_in_order() {
    for kind in ["C", "R"] {
        let mut rows: Vec<String> = named_in(kind).into_iter().map(|(row, _)| row).collect();
        rows.dedup();
        let expected: Vec<String> = (1..=rows.len()).map(|number| format!("{kind}{number}")).collect();
        assert_eq!(rows, expected);
    }
}

/// What stands in backticks in the last column of the rows of a kind, with the number of the row.
fn named_in(kind: &str) -> Vec<(String, String)> {
    let page = fs::read_to_string(root().join("../GUARANTEES.md")).expect("GUARANTEES.md");
    let mut named = Vec::new();
    for line in page.lines() {
        let columns: Vec<_> = line.split('|').map(str::trim).collect();
        let [_, row, _, proofs, _] = columns[..] else { continue };
        if row.strip_prefix(kind).is_some_and(|number| number.parse::<u32>().is_ok()) {
            let names: Vec<_> = proofs.split('`').skip(1).step_by(2).collect();
            assert!(!names.is_empty(), "{row} names no test");
            named.extend(names.into_iter().map(|name| (row.to_owned(), name.to_owned())));
        }
    }
    assert!(!named.is_empty(), "GUARANTEES.md has no rows {kind}1, {kind}2, ..");
    named
}
