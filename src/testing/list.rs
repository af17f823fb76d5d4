//! The one list of cases: each is a function in `cases/<subject>.rs`, with what it needs and what must come of it.

/// Gives the list to another macro: `[what comes first]`, then the cases by subject.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_conformance_case {
    ($callback:path; $($first:tt)*) => {
        $callback! { [$($first)*]
            store_acquire {
                store_acquire__missing_same [Fencing] "what was released is granted again, under a higher token",
                store_acquire__missing_other "what nobody holds is granted",
                store_acquire__running_same "the holder gets the token that it has",
                store_acquire__running_other "it is held; nothing is changed for the holder",
                store_acquire__never_same "the holder gets the token that it has; the lock still never expires",
                store_acquire__never_other "it is held, for as long as it takes",
                store_acquire__lapsed_same [Expiry Fencing] "a new grant, under a higher token",
                store_acquire__lapsed_other [Expiry Fencing] "a grant, under a higher token",
                store_acquire__running_same_for_less "the expiry does not come nearer, nor is the grant newer",
                store_acquire__running_same_for_more "the longer ttl holds, and `Never` is the longest",
                store_acquire__running_other_is_told_who_holds_it "owner, label, token and the time that is left",
                store_acquire__running_other_for_ever_changes_nothing "a failed try leaves the holder's expiry alone",
                store_acquire__running_other_until_it_lapses [Expiry] "tries do not keep a lock from lapsing",
                store_acquire__another_key "keys do not block each other",
                store_acquire__for_a_century "the longest ttl does not overflow",
                store_acquire__dropped_before_it_is_polled "a call does nothing until it is polled",
            }
            store_batch {
                store_batch__extend_nothing "no requests, no answers",
                store_batch__release_nothing "no requests, no answers",
                store_batch__extend_in_order "an answer for each, in the order of the requests",
                store_batch__release_in_order "an answer for each, in the order of the requests",
                store_batch__release_one_twice "`Released`, then `NotHeld`",
                store_batch__extend_lapsed [Expiry] "`NotHeld`, not revived",
                store_batch__release_lapsed [Expiry] "`NotHeld`",
                store_batch__extend_lapsed_and_retaken [Expiry] "`NotHeld`; the other's expiry stands",
                store_batch__release_lapsed_and_retaken [Expiry] "`NotHeld`; the other's lock stands",
                store_batch__a_hundred "an answer for each",
            }
            store_contention {
                store_contention__fifty_acquires "one is granted, 49 are told that it is held, and none gets an error",
                store_contention__fifty_acquires_of_one_owner "all are granted, under one token",
                store_contention__fifty_keys "all are granted",
                store_contention__a_hundred_taking_turns "nobody gets an error, nothing is left behind",
                store_contention__releases_of_one_lock "one has released it, the others are told `NotHeld`",
                store_contention__rotations_of_one_lock "one heir gets it",
            }
            store_extend {
                store_extend__missing_same "`NotHeld`, nothing is taken",
                store_extend__missing_other "`NotHeld`, nothing is taken",
                store_extend__running_same "`Extended`: the ttl counts from now",
                store_extend__running_other "`NotHeld`; the holder's expiry stands",
                store_extend__never_same "`Extended`: from now on it expires",
                store_extend__never_other "`NotHeld`; it still never expires",
                store_extend__lapsed_same [Expiry] "`NotHeld`, not revived",
                store_extend__lapsed_other [Expiry] "`NotHeld`, not revived",
                store_extend__lapsed_and_retaken [Expiry] "`NotHeld`; the other's expiry stands",
                store_extend__running_same_for_less [Expiry] "`Extended`: it may become shorter",
                store_extend__running_same_for_ever "`Extended`: from now on it never expires",
                store_extend__running_same_past_the_old_ttl [Expiry] "others are kept out past the old ttl",
            }
            store_force_release {
                store_force_release__missing_same "`NotHeld`",
                store_force_release__missing_other "`NotHeld`",
                store_force_release__running_same "`Forced`, then free",
                store_force_release__running_other "`Forced`, then free",
                store_force_release__never_same "`Forced`, then free",
                store_force_release__never_other "`Forced`, then free",
                store_force_release__lapsed_same [Expiry] "`NotHeld`",
                store_force_release__lapsed_other [Expiry] "`NotHeld`",
                store_force_release__lapsed_and_retaken [Expiry Fencing] "`Forced`, above the token of both",
                store_force_release__raises_the_token [Fencing] "above the evicted holder's, and the next above that",
                store_force_release__the_evicted_holder_is_refused "it no longer holds it",
                store_force_release__another_key "only this key is freed",
            }
            store_inspect {
                store_inspect__missing_same "nobody",
                store_inspect__missing_other "nobody",
                store_inspect__running_same "owner, label, token, since, and the time that is left",
                store_inspect__running_other "owner, label, token, since, and the time that is left",
                store_inspect__never_same "the holder, without a time that is left",
                store_inspect__never_other "the holder, without a time that is left",
                store_inspect__lapsed_same [Expiry] "nobody",
                store_inspect__lapsed_other [Expiry] "nobody",
                store_inspect__lapsed_and_retaken [Expiry] "the new holder",
                store_inspect__counts_down [Expiry] "less is left after a while",
                store_inspect__after_a_rotation "the heir",
            }
            store_list {
                store_list__empty "no lines",
                store_list__missing "what was released is not listed",
                store_list__running "what is held is listed",
                store_list__never "what never expires is listed",
                store_list__lapsed [Expiry] "what has lapsed is not listed",
                store_list__held_keys_only [Expiry] "neither released nor forced nor lapsed ones",
                store_list__tells_the_holders "each line has its holder",
                store_list__prefix_with_percent "the prefix is plain bytes",
                store_list__prefix_with_underscore "the prefix is plain bytes",
                store_list__prefix_with_star "the prefix is plain bytes",
                store_list__prefix_with_bracket "the prefix is plain bytes",
                store_list__prefix_in_capitals "the prefix is plain bytes",
                store_list__prefix_at_the_end_of_unicode "the prefix is plain bytes",
                store_list__prefix_with_sql "the prefix is plain bytes",
                store_list__no_prefix "all held keys",
                store_list__limit "at most so many lines",
                store_list__in_order [OrderedList] "in the order of their bytes",
                store_list__after [OrderedList] "what comes after this key",
                store_list__by_pages [OrderedList] "each key once",
            }
            store_model {
                store_model__random_calls [Expiry Fencing] "as a reference answers that is obviously right",
            }
            store_release {
                store_release__missing_same "`NotHeld`",
                store_release__missing_other "`NotHeld`",
                store_release__running_same "`Released`, then free",
                store_release__running_other "`NotHeld`; the holder's lock stands",
                store_release__never_same "`Released`, then free",
                store_release__never_other "`NotHeld`; the holder's lock stands",
                store_release__lapsed_same [Expiry] "`NotHeld`",
                store_release__lapsed_other [Expiry] "`NotHeld`",
                store_release__lapsed_and_retaken [Expiry] "`NotHeld`; the other's lock stands",
                store_release__another_key "only this key is released",
            }
            store_rotate {
                store_rotate__missing_same "`NotHeld`, nothing is taken",
                store_rotate__missing_other "`NotHeld`, nothing is taken",
                store_rotate__running_same "the heir has it, for the new ttl and under the new label",
                store_rotate__running_other "`NotHeld`; the holder's lock stands",
                store_rotate__never_same "the heir has it, for the new ttl and under the new label",
                store_rotate__never_other "`NotHeld`; the holder's lock stands",
                store_rotate__lapsed_same [Expiry] "`NotHeld`, not revived",
                store_rotate__lapsed_other [Expiry] "`NotHeld`, not revived",
                store_rotate__lapsed_and_retaken [Expiry] "`NotHeld`; the other's lock stands",
                store_rotate__the_former_holder_is_refused "it no longer holds it",
                store_rotate__again_after_a_lost_reply "the same token as before",
                store_rotate__raises_the_token [Fencing] "above the token before",
                store_rotate__to_oneself_without_above "nothing is to be done: the token that it has",
                store_rotate__to_oneself_above "a token above that, once, and no lower one later",
                store_rotate__to_another_above "a token above that, also if the heir has the lock already",
                store_rotate__above_the_highest_token "`Rejected`, by `TokenExhausted`; nothing is changed",
            }
            store_text {
                store_text__keys_that_look_alike "are different keys",
                store_text__a_key_of_full_length "is not cut",
                store_text__long_keys_that_differ_at_the_end "are different keys",
                store_text__owners "come back as they were given",
                store_text__owners_that_look_alike "are different owners",
                store_text__labels "come back as they were given",
            }
            store_token {
                store_token__over_releases [Fencing] "each grant's is higher than all before",
                store_token__over_releases_by_one_owner [Fencing] "each grant's is higher than all before",
                store_token__over_rotations [Fencing] "each hand-over's is higher than all before",
                store_token__over_forced_releases [Fencing] "each grant's and each force's is higher than all before",
                store_token__over_lapses [Expiry Fencing] "each grant's is higher than all before",
                store_token__over_all_of_these [Fencing] "each is higher than all before",
                store_token__over_releases_of_many_keys [Fencing] "a key's token outlives its lock",
                store_token__fits_into_a_double [Fencing] "a positive number below 2^53",
            }
            store_wakeups {
                store_wakeups__begin_with_all [Wakeups] "`All`, as soon as it listens",
                store_wakeups__release_here [Wakeups] "a hint, soon",
                store_wakeups__release_elsewhere [Wakeups] "a hint, soon",
                store_wakeups__batch_here [Wakeups] "a hint, soon",
                store_wakeups__batch_elsewhere [Wakeups] "a hint, soon",
                store_wakeups__force_here [Wakeups] "a hint, soon",
                store_wakeups__force_elsewhere [Wakeups] "a hint, soon",
                store_wakeups__two_listeners [Wakeups] "both hear it",
                store_wakeups__again_after_a_listener_went_away [Wakeups] "the next one hears it too",
            }
        }
    };
}

/// Makes each case a `#[test]` of a store, in a module of this name: `conformance!(my_store, MyHarness::new())`. The
/// expression is one empty place for locks, a [`Harness`](crate::testing::Harness), and is evaluated for each test.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance {
    ($store:ident, $harness:expr $(,)?) => {
        $crate::__each_conformance_case! { $crate::__conformance_tests; $store $harness }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_tests {
    (
        [$store:ident $harness:expr]
        $($subject:ident { $($name:ident $([$($need:ident)+])? $rule:literal,)* })*
    ) => {
        #[allow(non_snake_case, unused_imports)]
        mod $store {
            use super::*;

            $($(
                #[test]
                fn $name() {
                    $crate::testing::run_case(::core::stringify!($name), &$harness);
                }
            )*)*
        }
    };
}

pub use __conformance as conformance;
pub(super) use __each_conformance_case as each_case;
