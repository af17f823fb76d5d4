//! The kit for stores, tested itself: stores that are wrong in one way each are caught by the case that is there for it,
//! and one that is right is caught by none.

mod grants;
mod reads;
mod storages;
mod tokens;
mod twist;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use lockproof::{
    LockStore, StoreFuture,
    testing::{CaseFuture, Harness, run_case},
};

use self::twist::{Right, Wrong};

/// One store, in a time that stands still while somebody computes.
struct Shown(Arc<dyn LockStore>);

impl Shown {
    fn new<T: twist::Twist>() -> Self {
        Self(Arc::new(Wrong::<T>::default()))
    }
}

impl Harness for Shown {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        let store = Arc::clone(&self.0);
        Box::pin(async { Ok(store) })
    }

    fn run(&self, case: CaseFuture<'_>) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time().start_paused(true).build().expect("a runtime").block_on(case);
    }

    fn margin(&self) -> Duration {
        Duration::from_millis(10)
    }
}

/// What a case says of a store; `None` if it passes.
fn said(case: impl FnOnce()) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(case)).err()?;
    Some(*panic.downcast::<String>().expect("a panic with a text"))
}

fn caught(case: &str, store: &Shown) -> Option<String> {
    said(|| run_case(case, store))
}

/// Makes a test of each wrong store: it is caught by this case, which says this.
macro_rules! wrong_stores {
    ($($test:ident: $file:ident::$store:ident, $case:literal, $says:literal;)*) => {
        $(
            #[test]
            fn $test() {
                let said = caught($case, &Shown::new::<$file::$store>());
                let said = said.expect(concat!("the case ", $case, " lets it pass"));
                assert!(said.starts_with(concat!("the store `wrong` fails the case ", $case)), "{said}");
                assert!(said.contains($says), "{said}");
            }
        )*

        #[test]
        fn one_that_is_right_is_caught_by_none_of_these() {
            $(assert_eq!(caught($case, &Shown::new::<Right>()), None);)*
        }
    };
}

wrong_stores! {
    a_failed_try_that_extends: grants::AFailedTryExtends, "store_acquire__running_other_for_ever_changes_nothing", "the time that is left: the answer was None";
    a_failure_when_it_is_held: grants::FailsWhenHeld, "store_acquire__running_other", "unique constraint";
    a_force_that_frees_nothing: tokens::ForceFreesNothing, "store_force_release__running_other", "who holds the lock";
    a_force_that_keeps_the_token: tokens::ForceKeepsTheToken, "store_force_release__raises_the_token", "must be above the evicted holder's";
    a_force_of_what_is_free: tokens::ForcesWhatIsFree, "store_force_release__missing_other", "must be None";
    a_grant_to_two: grants::GrantsTwice, "store_acquire__running_other", "`acquire` by somebody else";
    a_label_that_is_forgotten: grants::ForgetsTheLabel, "store_inspect__running_same", "must be (";
    a_list_in_disorder: reads::ListIsInDisorder, "store_list__in_order", "`list`: the answer was";
    a_list_of_the_lapsed: reads::ListShowsTheLapsed, "store_list__lapsed", "must be []";
    a_list_that_repeats_the_last: reads::ListRepeatsTheLast, "store_list__after", "after the key `p:z`";
    a_list_that_takes_patterns: reads::ListTakesPatterns, "store_list__prefix_with_percent", "\"a%b\", \"a*\"";
    a_list_without_limit: reads::ListHasNoLimit, "store_list__limit", "with a limit of 0";
    a_look_before_it_takes: grants::LooksBeforeItTakes, "store_contention__fifty_acquires", "must be (1, 49)";
    a_lost_retry: grants::LosesTheRetry, "store_acquire__running_same", "`acquire` by the holder: the answer was None";
    a_lost_wakeup: reads::LosesWakeups, "store_wakeups__release_here", "no hint came";
    a_release_for_strangers: grants::ReleaseFreesStrangers, "store_release__running_other", "by a stranger: the answer was Released";
    a_release_of_nothing: grants::ReleaseFreesNothing, "store_release__running_same", "who holds the lock";
    a_release_of_what_has_lapsed: grants::ReleaseAlwaysSucceeds, "store_release__lapsed_same", "the answer was Released";
    a_rotation_below: tokens::RotatesBelow, "store_rotate__to_oneself_above", "the raised token";
    a_rotation_for_strangers: tokens::RotatesForStrangers, "store_rotate__running_other", "`rotate` by a stranger";
    a_rotation_that_keeps_the_label: tokens::RotateKeepsTheLabel, "store_rotate__running_same", "must be Some(Label(\"heir\"))";
    a_rotation_that_keeps_the_token: tokens::RotateKeepsTheToken, "store_rotate__raises_the_token", "the token of the heir";
    a_rotation_that_works_once: tokens::RotatesOnce, "store_rotate__again_after_a_lost_reply", "the same `rotate` again: the answer was None";
    a_rotation_that_is_done_anew: tokens::RotatesAnew, "store_rotate__again_after_a_lost_reply", "the same `rotate` again";
    a_silent_batch: reads::BatchIsSilent, "store_wakeups__batch_here", "no hint came";
    a_silent_listener: reads::ListensInSilence, "store_wakeups__begin_with_all", "no hint came";
    a_token_that_outlives_a_lapse: tokens::TokenOutlivesATakeOver, "store_acquire__lapsed_other", "the token of a grant after a lapse";
    a_token_that_outlives_a_release: tokens::TokenOutlivesATakeOver, "store_token__over_releases", "the token of a grant after a release";
    a_twin_that_is_granted_anew: grants::GrantsATwinAnew, "store_acquire__running_same", "`acquire` by the holder";
    a_twin_that_is_shortened: grants::ShortensATwin, "store_acquire__running_same_for_less", "the time that is left";
    a_wakeup_for_the_wrong_key: reads::AnnouncesTheWrongKey, "store_wakeups__release_here", "no hint came";
    a_work_that_is_not_polled: grants::WorksUnpolled, "store_acquire__dropped_before_it_is_polled", "who holds the lock";
    an_answer_without_the_time_left: grants::HeldForNoTime, "store_acquire__running_other_is_told_who_holds_it", "the time that is left: the answer was Some(0ns)";
    an_extension_for_strangers: grants::ExtendsForStrangers, "store_extend__running_other", "by a stranger: the answer was Extended";
    an_extension_that_adds: grants::ExtendAdds, "store_extend__running_same_for_less", "the time that is left";
    an_extension_that_revives: grants::ExtendRevives, "store_extend__lapsed_same", "the answer was Extended";
    an_inspection_of_the_lapsed: reads::InspectShowsTheLapsed, "store_inspect__lapsed_same", "`inspect` of what has lapsed";
    batches_that_answer_in_disorder: reads::BatchAnswersInDisorder, "store_batch__release_in_order", "`release_all`";
    batches_that_free_the_first: reads::BatchFreesTheFirst, "store_batch__a_hundred", "what is still held";
    keys_that_are_cut: reads::CutsKeys, "store_text__long_keys_that_differ_at_the_end", "somebody else holds it";
    keys_that_are_folded: reads::FoldsKeys, "store_text__keys_that_look_alike", "`acquire` of \"KEY\"";
    never_that_is_a_day: grants::NeverIsADay, "store_acquire__never_other", "the time that is left, of a lock that never expires";
    one_listener: reads::HasOneListener, "store_wakeups__two_listeners", "no hint came";
    owners_that_are_trimmed: reads::TrimsOwners, "store_text__owners_that_look_alike", "`release` by \"ada \"";
    tokens_that_are_forgotten: tokens::TokensAreForgotten, "store_token__over_releases", "must be above 1";
    tokens_that_are_too_high: tokens::TokensAreTooHigh, "store_token__fits_into_a_double", "below 2^53";
    a_failed_try_that_extends_at_random: grants::AFailedTryExtends, "store_model__random_calls", "the store diverges";
    a_force_that_keeps_the_token_at_random: tokens::ForceKeepsTheToken, "store_model__random_calls", "the store diverges";
    a_grant_to_two_at_random: grants::GrantsTwice, "store_model__random_calls", "the store diverges";
    a_label_that_is_forgotten_at_random: grants::ForgetsTheLabel, "store_model__random_calls", "the store diverges";
    a_list_of_the_lapsed_at_random: reads::ListShowsTheLapsed, "store_model__random_calls", "the store diverges";
    a_release_of_what_has_lapsed_at_random: grants::ReleaseAlwaysSucceeds, "store_model__random_calls", "the store diverges";
    a_rotation_below_at_random: tokens::RotatesBelow, "store_model__random_calls", "the store diverges";
    a_rotation_that_is_done_anew_at_random: tokens::RotatesAnew, "store_model__random_calls", "the store diverges";
    a_token_that_outlives_a_lapse_at_random: tokens::TokenOutlivesATakeOver, "store_model__random_calls", "the store diverges";
    a_twin_that_is_shortened_at_random: grants::ShortensATwin, "store_model__random_calls", "the store diverges";
    an_extension_that_revives_at_random: grants::ExtendRevives, "store_model__random_calls", "the store diverges";
    never_that_is_a_day_at_random: grants::NeverIsADay, "store_model__random_calls", "the store diverges";
    a_wish_that_is_forgotten: tokens::ForgetsTheWish, "store_asking__told_by_an_extension", "asked";
    a_wish_that_is_granted: tokens::ForcesWhenAsked, "store_asking__running", "the answer was nobody";
    a_wish_that_outlives_the_grant: tokens::TheWishOutlivesTheGrant, "store_asking__goes_with_a_release", "what the holder is asked";
    a_grant_to_two_services: grants::GrantsTwice, "try_acquire__other", "must be `Ok(None)`";
    a_lost_wakeup_of_a_waiter: reads::LosesWakeups, "wakeup__release_elsewhere", "how long the waiter waited";
    a_wakeup_of_the_wrong_waiter: reads::AnnouncesTheWrongKey, "wakeup__release_elsewhere", "how long the waiter waited";
    a_release_that_frees_the_next_holder: grants::ReleaseFreesStrangers, "release__mine_lapsed_retaken", "must be `Err(Lost)`";
    a_rotation_whose_answer_is_lost_for_good: tokens::RotatesOnce, "lost_reply__to_rotate_between_the_same_owners", "who holds it after";
    a_retry_whose_answer_is_lost_for_good: grants::LosesTheRetry, "lost_reply__to_acquire_by_the_same_owner", "who holds it after";
    a_state_of_the_lapsed: reads::InspectShowsTheLapsed, "state__mine_lapsed", "must be Free";
    a_guard_that_is_told_it_released: grants::ReleaseAlwaysSucceeds, "release__mine_forced", "must be `Err(Lost)`";
    a_line_that_is_never_free: grants::ReleaseFreesNothing, "release__mine_running", "who holds the lock";
    two_inside: grants::LooksBeforeItTakes, "exclusive__fifty_tasks_of_two_services", "two were inside at once";
}
