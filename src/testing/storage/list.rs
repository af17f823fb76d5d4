//! The list of the cases, from which both [`STORAGE_CASES`](super::STORAGE_CASES) and the tests of a home are made.

/// Calls a macro with all cases: those of a subject stand in the file of its name, each with what it asks.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_storage_case {
    ($callback:path; $($first:tt)*) => {
        $callback! { [$($first)*]
            insert {
                insert__new "a new row is found and claimed as it went in, with the version of the ticket or above",
                insert__existing "`Exists`; nothing is changed, the fence neither",
                find__missing "nothing",
                claim__missing "`Gone`",
                claim__lower_token "`Fenced` by the row's token; every claim under a higher one stamps the row",
                claim__same_token "`Fenced`: a token claims a row once, unless the row of the lock is pinned",
                claim__for_a_seat "leases of one seat have one token, and each of them claims the row",
                claim__highest_token "2^53 is a token like any other",
                claim__other_row "each row has a fence of its own",
            }
            ids {
                insert_with__new "the entity goes in with an id of the storage's, is found, locked and saved; the next one has another",
                insert_with__many_at_once "each has an id of its own, and none is lost",
                insert_with__other_id "an entity that does not take the id that it is given is refused; nothing is stored",
                insert_with__dropped_at_any_poll "dropped at any poll: it is stored once or not at all, and the next one goes in",
            }
            update {
                update__claimed "the row has the entity and the version after the highest one expected; no other row is changed",
                update__unclaimed "`Gone`: the row was never stamped with the token, so it is another one (`Lost` where the row of the lock is pinned); nothing is changed",
                update__later_claim "`Fenced`; nothing is changed",
                update__other_version "`Stale`; nothing is changed",
                update__missing "`Gone`; no row is made",
                update__in_doubt "a write may follow one of the same guard whose answer was lost",
                update__late "an earlier write of the same guard that comes late is `Stale`",
                update__many_at_once "one of many writes of a version lands, the others are `Stale`",
                update__recreated "a guard from before a delete cannot write the row that was made after it",
            }
            delete {
                delete__claimed "the row is gone, and no other",
                delete__later_claim "`Fenced`; nothing is removed",
                delete__other_version "`Stale`; nothing is removed",
                delete__missing "`Gone`",
            }
            documents {
                text__empty "an empty text comes back as it went in",
                text__unicode "texts with quotes, line ends, characters beyond the BMP, blanks and accents come back as they went in",
                text__one_megabyte "a text of a megabyte comes back as it went in",
                id__unicode "ids that differ in case, blanks or accents only belong to different rows",
            }
            queries {
                find_all__all "all rows, and of a page as many as it asks for",
                find_all__filter "the rows that pass the filter, and no others",
                find_all__order "the rows by the order, page by page",
                find_one__filter "a row that passes the filter, or none",
                lock_one__filter "a row that passes the filter is locked; if there is none, `NoneMatches`",
                lock_one__changed_meanwhile "a row that no longer passes when it is locked is let go, and another one looked for",
            }
            repository {
                repository_insert__existing "`AlreadyExists`; the entity is given back, and nothing is changed",
                repository_lock__missing "`NotFound`, and no lock is left behind",
                repository_lock__held "`try_lock` is `None` until it is released",
                repository_delete__locked "the row is gone, the lock is free, and its token keeps rising",
                repository_delete_by_id__free "true, then false: it is idempotent",
                repository_delete_by_id__held "it takes the lock itself, so it waits",
                repository_recreate__lock "a row that was deleted and made again is locked under a higher token and saved",
                repository_force__stamped "the row, or that of the lock, refuses who was evicted, before anybody else has come",
                repository_with_lock__body "it saves unless the body fails, and releases either way",
            }
            save {
                save__changed "the row has the change, no other row is changed, the lock is free after the release",
                save__twice "both land",
                save__and_release "the saved entity is given back, and the lock is free",
                save__lapsed "`Lost`; nothing is changed",
                save__superseded "`Fenced`, with both tokens; nothing is changed",
                save__written_behind "`StaleVersion`, with both versions; nothing is changed",
                save__recreated "`Gone` (`Fenced` where the row of the lock is pinned); the new row is not changed",
                save__swapped "`IdentityChanged`; no row is written",
                save__other_service "`ForeignGuard`; nothing is changed; where the row of the lock is pinned, there is no such guard",
                save__other_namespace "`ForeignGuard`; nothing is changed",
                save__twin_service "two services over one lock store take each other's guards",
            }
            ahead {
                fence_ahead__save "a row whose fence lies an hour ahead is locked and saved, and the former holder is `Fenced`",
                fence_ahead__next_grants "later grants stay above a raised token",
                fence_ahead__highest "a row whose fence cannot be exceeded is not locked, and says so",
                fence_ahead__equal_tokens "no two holders write a row under one token, seats aside, even if two lock stores grant the same",
            }
            doubt {
                save_in_doubt__again "a save whose answer is lost is saved again, and lands once",
                save_in_doubt__lapsed "a save that was answered leaves no doubt to a later one",
                save_in_doubt__superseded "no refusal denies an earlier save that may have landed",
                save_in_doubt__written_behind "somebody else's write is `StaleVersion`, in doubt too",
                save_not_sent__again "a save that was provably not done leaves no doubt",
                save__highest_version "a row whose version cannot rise is not saved, but deleted",
                save__dropped_at_any_poll "dropped at any poll and saved again: it lands once",
                delete_in_doubt__again "a delete whose answer is lost is deleted when it is asked again",
                delete_refused__again "a delete that was refused has not deleted",
                lock__dropped_at_any_poll "dropped at any poll: no lock is left behind",
            }
        }
    };
}

/// Makes each case a `#[test]` of a home of entities, in a module of this name: `storage_conformance!(my_table,
/// MyHarness::new())`. The expression is one empty home, a [`StorageHarness`](crate::testing::StorageHarness), and is
/// evaluated for each test.
#[doc(hidden)]
#[macro_export]
macro_rules! __storage_conformance {
    ($home:ident, $harness:expr $(,)?) => {
        $crate::__each_storage_case! { $crate::__storage_tests; $home $harness }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __storage_tests {
    ([$home:ident $harness:expr] $($subject:ident { $($name:ident $rule:literal,)* })*) => {
        #[allow(non_snake_case, unused_imports)]
        mod $home {
            use super::*;

            $($(
                #[test]
                fn $name() {
                    $crate::testing::run_storage_case(::core::stringify!($name), &$harness);
                }
            )*)*
        }
    };
}

pub(super) use __each_storage_case as each_case;
pub use __storage_conformance as storage_conformance;
