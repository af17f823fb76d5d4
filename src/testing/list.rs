//! The one list of cases: each is a function in `cases/<subject>.rs`, with what it needs and what must come of it.

/// Gives the list to another macro: `[what comes first]`, then the cases by subject.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_conformance_case {
    ($callback:path; $($first:tt)*) => {
        $callback! { [$($first)*]
            acquire {
                acquire__free "at once",
                acquire__mine_running "waits, then `Timeout` with the holder and how long it waited",
                acquire__mine_never "waits, then `Timeout`",
                acquire__other "waits, then `Timeout`",
                acquire__mine_lapsed [Expiry Fencing] "at once, under a higher token",
                acquire__mine_lapsed_retaken [Expiry] "waits; the other's lock stands",
                acquire__mine_running_until_it_is_released "comes at the release",
                acquire__mine_never_until_it_is_dropped "comes at the release",
                acquire__other_until_it_is_released "comes at the release",
                acquire__other_until_it_is_dropped "comes at the release",
                acquire__other_until_it_is_forced "comes when it is free",
                acquire__other_until_it_expires [Expiry] "comes at the expiry, which nobody announces",
                acquire__other_without_a_wait "`Timeout` at once, with the holder",
                acquire__other_who_does_not_expire_while_it_is_waited_for "waiting does not change the holder's expiry",
            }
            adopt {
                adopt__free "`None`, nothing is taken",
                adopt__mine_running "`Some`, the same token",
                adopt__mine_never "`Some`, the same token, still without an end",
                adopt__other "`None`; the other's lock stands",
                adopt__mine_lapsed [Expiry] "`None`, not revived",
                adopt__mine_lapsed_retaken [Expiry] "`None`; the other's lock stands",
                adopt__mine_running_by_another_process "`Some`, the same token",
                adopt__without_an_owner "`Err(InvalidOption)`",
            }
            attempts {
                attempts__one "one look, at once",
                attempts__two "two looks, a delay apart",
                attempts__five "five looks, a delay apart",
                attempts__counted_by_the_store "as many calls as attempts",
                attempts__without_a_delay "250 ms apart",
                attempts__none "`Err(InvalidOption)`",
                attempts__with_a_shorter_wait "the wait is a limit besides",
                attempts__a_try_is_one "one look",
                attempts__a_later_one_gets_it "when it has come free",
                attempts__of_many_waiters_with_one_delay "the head of the line looks for all",
            }
            closing {
                closing__drain_with_nothing_to_do "at once",
                closing__drain_waits_for_what_was_dropped "when it returns, all of it is free",
                closing__drain_leaves_what_is_held "guards that are there hold on",
                closing__shutdown_releases_what_is_held "it is free, and the guards know",
                closing__shutdown_releases_what_was_dropped "it is free",
                closing__shutdown_refuses_later_calls "`Err(Closed)`",
                closing__shutdown_tells_waiters "`Err(Closed)`, at once",
                closing__shutdown_wakes_waiters_elsewhere "they get the lock",
                closing__shutdown_leaves_other_services_alone "their locks stand",
                closing__shutdown_ends_in_time_although_the_store_hangs "an error at the end of its limit",
            }
            dropping {
                dropping__mine_running "free, soon",
                dropping__mine_never "free, soon",
                dropping__mine_lapsed [Expiry] "nothing is to be done",
                dropping__mine_lapsed_retaken [Expiry] "the other's lock stands",
                dropping__mine_lapsed_retaken_here [Expiry] "the new guard's lock stands",
                dropping__mine_forced_retaken "the other's lock stands",
                dropping__then_try_acquire [Fencing] "`Some` under a higher token, each of a thousand times",
                dropping__then_acquire_elsewhere "another process has it soon",
                dropping__many_at_once "all of them are free, soon",
                dropping__in_another_task "free, soon",
                dropping__by_a_panic "free, soon",
                dropping__a_call_half_way "no lock is left behind, no waiter is stuck",
            }
            exclusive {
                exclusive__fifty_tasks_of_one_service "never two inside, all are served, nothing is left behind",
                exclusive__fifty_tasks_of_two_services "never two inside, all are served, nothing is left behind",
                exclusive__four_services "never two inside, all are served, nothing is left behind",
                exclusive__pollers_without_wakeups "never two inside, all are served, nothing is left behind",
                exclusive__n_tries_give_one_lease_and_no_error "one `Some`, 49 `None`, no error",
                exclusive__different_keys "do not block each other",
                exclusive__different_namespaces "do not block each other",
            }
            extend {
                extend__mine_running "`Ok`: the ttl counts from now",
                extend__mine_running_by_the_original_ttl "none given is the original ttl",
                extend__mine_running_for_less [Expiry] "it may become shorter",
                extend__mine_never "`Err(NeverExpires)`, nothing is changed",
                extend__mine_lapsed [Expiry] "`Err(Lost)`, not revived",
                extend__mine_lapsed_retaken [Expiry] "`Err(Lost)`; the other's expiry stands",
                extend__mine_forced "`Err(Lost)`, and from then on the guard knows",
                extend__mine_forced_retaken "`Err(Lost)`; the other's lock stands",
                extend__keeps_a_waiter_out_past_the_old_ttl [Expiry] "the waiter does not get it",
            }
            force_release {
                force_release__free "`NotHeld`",
                force_release__mine_running "`Forced`, above its token; the guard knows at once",
                force_release__mine_never "`Forced`, above its token; the guard knows at once",
                force_release__other [Fencing] "`Forced`, above its token; its guard knows at the next renewal",
                force_release__mine_lapsed [Expiry] "`NotHeld`",
                force_release__mine_lapsed_retaken [Expiry Fencing] "`Forced`, above the other's token",
                force_release__after_a_lost_reply "`NotHeld`: it was done",
            }
            is_locked {
                is_locked__free "false",
                is_locked__mine_running "true",
                is_locked__mine_never "true",
                is_locked__other "true",
                is_locked__mine_lapsed [Expiry] "false",
                is_locked__mine_lapsed_retaken [Expiry] "true",
            }
            keep_alive {
                keep_alive__past_the_ttl [Expiry] "it is still held",
                keep_alive__of_the_services_ttl [Expiry] "it is still held",
                keep_alive__not_of_a_ttl_that_is_named [Expiry] "it ends with its ttl",
                keep_alive__keeps_a_waiter_out [Expiry] "past the ttl",
                keep_alive__ends_with_the_guard [Expiry] "nothing is renewed any more",
                keep_alive__ends_at_its_longest_hold [Expiry] "it is lost, and free",
                keep_alive__finds_out_that_it_was_forced [Expiry] "lost, at the next renewal",
                keep_alive__over_a_short_outage [Expiry] "it is still held",
                keep_alive__over_a_store_that_hangs [Expiry] "lost at the deadline, and not revived",
                keep_alive__lapsed_and_nobody_else_there [Expiry] "lost, not renewed",
                keep_alive__of_many_in_one_call [Expiry] "many renewals, few calls",
                keep_alive__hears_who_asks [Asking Expiry] "with the next renewal",
            }
            list {
                list__held_keys_without_the_namespace "those of this namespace, by the names that it uses",
                list__tells_the_holders "each line has its holder",
                list__by_pages [OrderedList] "each key once, in order",
                list__prefix_with_wildcards "the prefix is plain text",
            }
            lost {
                lost__mine_running "false, pending",
                lost__mine_never "false, pending",
                lost__mine_lapsed [Expiry] "true, ready",
                lost__mine_lapsed_retaken [Expiry] "true, ready",
                lost__at_the_deadline [Expiry] "ready at the deadline",
                lost__at_the_deadline_while_the_store_hangs [Expiry] "ready at the deadline all the same",
                lost__before_others_get_it [Expiry] "true before somebody else has it",
                lost__when_a_renewal_finds_it_forced "ready, as soon as that is known",
            }
            lost_reply {
                lost_reply__to_acquire "an error; the next one gets its own lock, nothing is left",
                lost_reply__to_try_acquire "an error; the next one gets its own lock, nothing is left",
                lost_reply__to_acquire_for_ever "an error in time; the next one gets its own lock",
                lost_reply__to_acquire_by_the_same_owner "the same call again gets the lock that the first one took",
                lost_reply__to_acquire_that_comes_later "it is found and released",
                lost_reply__to_release "no error for the caller: it is asked again",
                lost_reply__to_the_release_of_a_dropped_guard "it is asked again, nothing is left",
                lost_reply__to_a_batch_of_releases "they are asked again, nothing is left",
                lost_reply__to_the_same_batch_of_releases "`NotHeld`: it was done",
                lost_reply__to_a_batch_of_extensions "the same batch again extends again",
                lost_reply__to_extend "an error; of the two deadlines the earlier holds",
                lost_reply__to_extend_for_less [Expiry] "an error; of the two deadlines the earlier holds",
                lost_reply__to_rotate "an error; the next one gets it, nothing is left",
                lost_reply__to_rotate_for_ever "an error in time; the next one gets it, nothing is left",
                lost_reply__to_rotate_between_the_same_owners "the same call again gets the token",
                lost_reply__to_force_release "the same call again is `NotHeld`; the token was raised",
            }
            many {
                many__keys_taken_and_released "what the store has in mind is bounded",
                many__keys_held_at_once "all are listed, and go with their guards",
                many__turns_on_one_key [Fencing] "each under a higher token",
            }
            order {
                order__of_twenty_waiters "as they came",
                order__of_those_behind_some_who_went_away "as they came",
                order__behind_one_whose_time_is_up "it does not hold up those behind it",
                order__a_waiter_elsewhere_gets_its_turn [Wakeups] "although many wait here",
            }
            outage {
                outage__try_acquire_says_so_at_once "an error of the store, never \"held\"",
                outage__acquire_says_so_at_the_end_of_its_wait "an error of the store, never \"held\"",
                outage__acquire_gets_it_when_the_store_is_back "soon after",
                outage__works_again_without_a_new_service "as if nothing had been",
                outage__release_waits_it_out "`Ok`, a little later",
                outage__a_dropped_guard_is_released_when_the_store_is_back "soon after",
                outage__extend_says_so_and_changes_nothing "an error of the store",
                outage__a_store_that_hangs_ends_a_wait_on_time "an error of the store at the end of the wait",
                outage__a_store_that_hangs_ends_a_try_at_the_op_timeout "an error of the store",
                outage__what_is_no_use_to_try_again_is_told_at_once "an error of the store",
                outage__a_slow_store_works "as a fast one does",
            }
            release {
                release__mine_running "`Ok`, then free",
                release__mine_never "`Ok`, then free",
                release__mine_lapsed [Expiry] "`Err(Lost)`",
                release__mine_lapsed_retaken [Expiry] "`Err(Lost)`; the other's lock stands",
                release__mine_lapsed_retaken_here [Expiry] "`Err(Lost)`; the new guard's lock stands",
                release__mine_forced "`Err(Lost)`",
                release__mine_forced_retaken "`Err(Lost)`; the other's lock stands",
                release__free_for_others_when_it_returns "another process has it at the first try",
                release__again_and_again [Fencing] "each grant under a higher token",
            }
            remaining {
                remaining__mine_running "`Some`, counts down",
                remaining__mine_never "`None`",
                remaining__mine_lapsed [Expiry] "`Some(ZERO)`",
                remaining__mine_lapsed_retaken [Expiry] "`Some(ZERO)`",
                remaining__mine_forced "`Some(ZERO)`, as soon as that is known",
            }
            run {
                run__nothing "`()` comes back, the lock is free",
                run__a_value "it comes back, the lock is free",
                run__its_own_ok "`Ok(Ok(..))`",
                run__its_own_error "`Ok(Err(..))`, the lock is free",
                run__a_panic "it goes on, the lock is free",
                run__holds_the_lock "nobody else has it while the body runs",
                run__waits "as configured",
                run__of_what_is_held "`Err(Acquire(Timeout))`, nothing has run",
                run__tried_of_what_is_held "`None`, at once",
                run__tried_of_what_is_free "`Some`",
                run__nested "waits and times out; the outer one's hold stands",
                run__cancelled "the lock is free",
                run__lapsed_meanwhile [Expiry] "the body is dropped: `Err(Lost)`",
                run__lapsed_meanwhile_and_finished [Expiry] "the value comes back: `Err(LostAfter)`",
                run__lapsed_and_retaken_meanwhile [Expiry] "`Err(LostAfter)`; the other's lock stands",
                run__forced_meanwhile "the body's own error is not thrown away: `Err(LostAfter)`",
                run__released_with_a_lost_reply "the value comes back",
                run__again_and_again [Fencing] "each time under a new token, until it is `Ok`",
                run__again_until_it_is_enough "the outcome of the last time",
            }
            same_seat {
                same_seat__free "`Some`",
                same_seat__mine_running "at once, the same token",
                same_seat__mine_never "`Some`, the same token, still without an end",
                same_seat__other "`None`, and waits",
                same_seat__mine_lapsed [Expiry Fencing] "`Some`, a higher token",
                same_seat__mine_lapsed_retaken [Expiry] "`None`, and waits",
                same_seat__mine_running_for_less [Expiry] "the expiry does not come nearer",
                same_seat__mine_running_for_more "the longer ttl holds",
            }
            seat {
                seat__dropped "it stands",
                seat__released_by_one_of_two "all its leases end",
                seat__released_wakes_a_waiter "who has it, soon",
                seat__expires [Expiry] "with its ttl",
                seat__extended_for_less [Expiry] "never shortened",
                seat__extended_for_more "lengthened",
                seat__forced "free, and not to be adopted",
                seat__of_another_owner "excluded",
                seat__after_a_lost_reply "it is not cleaned up, and can be adopted",
                seat__kept_alive "`Err(InvalidOption)`",
                seat__after_its_service_has_ended "it stands",
            }
            state {
                state__free "`Free`",
                state__mine_running "`Held`, with owner, token, the time that is left, `ours: true`",
                state__mine_never "`Held`, `remaining: None`, `ours: true`",
                state__other "`Held`, `ours: false`",
                state__mine_lapsed [Expiry] "`Free`",
                state__mine_lapsed_retaken [Expiry] "`Held`, `ours: false`",
            }
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
            store_asking {
                store_asking__missing [Asking] "`NotHeld`, and the next holder is asked nothing",
                store_asking__running [Asking] "`Asked`, and nothing else is changed",
                store_asking__never [Asking] "`Asked`, and nothing else is changed",
                store_asking__lapsed [Asking Expiry] "`NotHeld`, and the next holder is asked nothing",
                store_asking__again [Asking] "a later reason takes the place of an earlier one",
                store_asking__told_by_an_extension [Asking] "each time, for an answer may be lost",
                store_asking__told_by_a_batch [Asking] "to the one who was asked",
                store_asking__stays_with_the_grant [Asking] "for as long as the holder has the lock",
                store_asking__goes_with_a_hand_over [Asking] "the heir is asked nothing",
                store_asking__goes_with_a_release [Asking] "the next holder is asked nothing",
                store_asking__goes_with_a_forced_release [Asking] "the next holder is asked nothing",
                store_asking__goes_with_a_lapse [Asking Expiry] "the next holder is asked nothing",
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
            timeout {
                timeout__held_by_a_guard_of_this_service "the holder, and that it is here",
                timeout__held_by_another_process "the holder",
                timeout__held_since "since when, for everybody the same",
                timeout__held_for_ever "a holder without an end",
            }
            try_acquire {
                try_acquire__free "`Some`",
                try_acquire__mine_running "`None`, at once and without an error; the holder's lock stands",
                try_acquire__mine_never "`None`, at once and without an error; the holder's lock stands",
                try_acquire__other "`None`, at once and without an error; the holder's lock stands",
                try_acquire__mine_lapsed [Expiry Fencing] "`Some`, under a higher token",
                try_acquire__mine_lapsed_retaken [Expiry] "`None`; the other's lock stands",
                try_acquire__behind_a_waiter "`None`, at once",
            }
            wakeup {
                wakeup__release_here "well before the waiter would have polled",
                wakeup__drop_here "well before the waiter would have polled",
                wakeup__release_elsewhere [Wakeups] "well before the waiter would have polled",
                wakeup__drop_elsewhere [Wakeups] "well before the waiter would have polled",
                wakeup__force_elsewhere [Wakeups] "well before the waiter would have polled",
                wakeup__announced_by_nobody "at the next poll",
            }
        }
    };
}

pub(super) use __each_conformance_case as each_case;
