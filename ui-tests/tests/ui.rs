//! What must not compile does not, and says why in the words of its `.stderr`.

mod cases;

use std::{collections::BTreeSet, env, fs, path::Path, process::Command};

use cases::{cases, root};

/// How many failing cases there are: one that is lost is missed.
const FAILING: usize = 192;

/// Those whose error has more than 20 lines, and what fills them.
const LONG: [(&str, &str); 14] = [
    ("derive/key_field_without_hash", "rustc lists tuples that are `Hash`"),
    ("lock/float_in_name", "rustc lists the tuples that name a lock"),
    ("lock/name_is_float", "rustc lists the tuples that name a lock"),
    ("lock/name_is_integer", "rustc lists the tuples that name a lock"),
    ("lock/option_in_name", "rustc lists the tuples that name a lock"),
    ("lock/own_type_in_name", "rustc lists the tuples that name a lock"),
    ("lock/reason_is_number", "rustc lists what makes a label"),
    ("proof/helper_proof_given_another_type", "rustc shows which entity the guard is of"),
    ("proof/transient_of_unlockable", "rustc shows both the bound and the function"),
    ("query/field_without_eq", "rustc writes the missing derive"),
    ("query/order_by_unordered", "rustc lists types that have an order"),
    ("query/wrong_value_type_integer", "rustc shows which fields take such a value"),
    ("repository/storage_of_another_type", "rustc shows which entity the storage is of"),
    ("repository/storage_of_uncloneable", "rustc writes the missing derive"),
];

#[test]
fn failing_cases_fail_as_they_did() {
    assert_pinned_toolchain();
    trybuild::TestCases::new().compile_fail("fail/*/*.rs");
}

#[test]
fn no_case_is_lost() {
    let failing = cases("fail", "rs");
    assert_eq!(failing.len(), FAILING, "set `FAILING` to the number of cases if that is meant");
    let names = |folder, extension| -> BTreeSet<String> { cases(folder, extension).into_keys().collect() };
    let failing: BTreeSet<_> = failing.into_keys().collect();
    assert_eq!(failing, names("fail", "stderr"), "each case has its `.stderr`, and each `.stderr` its case");
    let twins: BTreeSet<_> =
        names("pass", "rs").into_iter().filter(|name| !name.starts_with("rules/")).collect();
    assert_eq!(failing, twins, "each case has its twin in `pass/`, and each twin its case");
}

#[test]
fn each_case_begins_with_its_promise() {
    for (name, file) in cases("fail", "rs") {
        let text = read(&file);
        let promise = text.lines().next().unwrap_or_default();
        let is_sentence = promise.starts_with("//! ") && promise.ends_with('.');
        assert!(is_sentence, "{name}: the first line is a sentence after `//! `, and not {promise:?}");
    }
}

/// Otherwise the case might fail because of something else.
#[test]
fn a_twin_differs_by_the_one_mistake() {
    let twins = cases("pass", "rs");
    for (name, file) in cases("fail", "rs") {
        let (failing, twin) = (read(&file), read(&twins[&name]));
        let (mut left, mut right) = (body(&failing), body(&twin));
        while let (Some((a, rest_of_left)), Some((b, rest_of_right))) =
            (left.split_first(), right.split_first())
            && a == b
        {
            (left, right) = (rest_of_left.to_vec(), rest_of_right.to_vec());
        }
        while left.last().is_some() && left.last() == right.last() {
            left.pop();
            right.pop();
        }
        let (removed, added) = (left.len(), right.len());
        assert!(removed + added > 0, "{name} and its twin are the same");
        assert!(
            removed <= 2 && added <= 2,
            "{name} and its twin differ in more than one place: {left:#?} {right:#?}"
        );
    }
}

#[test]
fn each_mistake_is_one_short_error() {
    let long: BTreeSet<_> = LONG.iter().map(|(name, _)| *name).collect();
    for (name, file) in cases("fail", "stderr") {
        let text = read(&file);
        let begins = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
        assert_eq!(begins("error"), 1, "{name}: one mistake is one error");
        assert_eq!(begins("warning"), 0, "{name}: nothing but the mistake is worth a word");
        let lines = text.lines().count();
        assert_eq!(lines > 20, long.contains(&*name), "{name}: {lines} lines, see `LONG`");
        for elsewhere in ["$RUST", "$CARGO", "/rustc/"] {
            assert!(
                !text.contains(elsewhere),
                "{name}: shows code that is not on every machine: {elsewhere}"
            );
        }
    }
}

/// Another compiler has other words.
fn assert_pinned_toolchain() {
    let pinned = read(&root().join("../rust-toolchain.toml"));
    let pinned =
        pinned.lines().find_map(|line| line.strip_prefix("channel = ")).expect("a channel").trim_matches('"');
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").current_dir(root()).output().expect("rustc runs");
    let version = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        version.split(' ').nth(1),
        Some(pinned),
        "the `.stderr` files are those of rustc {pinned}, which `rust-toolchain.toml` pins: run without `+toolchain` \
         and without `RUSTUP_TOOLCHAIN`",
    );
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The lines after the promise.
fn body(text: &str) -> Vec<&str> {
    text.lines().skip_while(|line| line.starts_with("//!")).collect()
}
