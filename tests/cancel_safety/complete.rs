//! Every public future has a case, and every case a public future.

use std::collections::BTreeSet;

use crate::{cases, documents, files, public::public_futures, servers, sources::sources};

/// Those that need no case, by the beginning of their name or of the place where they stand, with the reason.
const EXCLUDED: &[(&str, &str)] = &[
    (
        "Storage::",
        "what a user implements: `Repo` alone makes the tickets for it and calls it, in each case of a repository",
    ),
    (
        "src/repository/sql/table.rs",
        "what takes the tickets of a `Storage`: each case of a repository runs over it, in `rows_of_a_table_are_dropped`",
    ),
    ("src/repository/sql/select.rs", "as those of table.rs above"),
    ("src/repository/sql/made_id.rs", "as those of table.rs above"),
    (
        "src/testing/",
        "the kit for tests, and what its users implement for their tests: nothing of it outlives a test that is over",
    ),
];

#[test]
fn every_public_future_has_a_case() {
    let futures = public_futures(&sources("src"));
    let homes =
        [documents::mysql(), documents::postgres(), documents::sqlite()].into_iter().flatten().collect();
    let cases = [cases(), files::cases(), servers::mysql::cases(), servers::postgres::cases(), homes];
    let covered: BTreeSet<&str> = cases.iter().flatten().flat_map(|case| case.covers).copied().collect();
    let missing: Vec<String> = futures
        .iter()
        .filter(|(future, place)| !covered.contains(future.as_str()) && !is_excluded(future, place))
        .map(|(future, place)| format!("{future} ({place})"))
        .collect();
    assert!(
        missing.is_empty(),
        "public futures without a case: {}.\nAdd one to a list in tests/cancel_safety (locks.rs, leases.rs, runs.rs, \
         seats.rs, admin.rs, repositories.rs, stores.rs, documents.rs, files.rs, servers.rs), under the name that is given here: \
         `case(&[\"Type::function\"], \"in which situation\", async |world: &World| {{ .. }})`, or `wants(..)` if it takes \
         a lock. It makes the future and gives it to `world.dropped(..)`.",
        missing.join(", ")
    );
    let unknown: Vec<_> = covered.iter().filter(|name| !futures.contains_key(**name)).collect();
    assert!(unknown.is_empty(), "cases of futures that are not there (any more): {unknown:?}");
    for (prefix, reason) in EXCLUDED {
        assert!(reason.len() > 20, "{prefix} is left out without a reason");
        let is_there = futures.iter().any(|(future, place)| begins(prefix, future, place));
        assert!(is_there, "{prefix} is not there (any more): take it out of EXCLUDED");
    }
}

fn is_excluded(future: &str, place: &str) -> bool {
    EXCLUDED.iter().any(|(prefix, _)| begins(prefix, future, place))
}

fn begins(prefix: &str, future: &str, place: &str) -> bool {
    future.starts_with(prefix) || place.starts_with(prefix)
}
