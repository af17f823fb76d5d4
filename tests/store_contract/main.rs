//! The contract of `LockStore`, case by case, on every store.

mod asking;
mod calls;
mod cases;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
mod sqlite_busy;

/// Makes each case a test of each store, from one list, so that no store can be forgotten.
macro_rules! contract {
    ($($case:ident),* $(,)?) => {
        mod memory_store {
            $(
                #[tokio::test(start_paused = true)]
                async fn $case() {
                    let store = lockproof::MemoryStore::new();
                    super::cases::$case(&store, &store.clone()).await;
                }
            )*
        }

        #[cfg(feature = "sqlite")]
        mod sqlite_store {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let file = super::sqlite::File::new();
                    // Two pools, as two processes have them.
                    super::cases::$case(&file.store().await, &file.store().await).await;
                }
            )*
        }
    };
}

contract![
    a_holder_is_asked_for_as_long_as_it_has_the_lock,
    a_later_reason_takes_the_place_of_an_earlier_one,
    a_wish_changes_nothing_else,
    a_wish_goes_with_the_grant,
    an_extension_tells_the_wish,
    nobody_is_asked_where_nobody_holds,
    a_batch_answers_in_order_and_counts_each_lock_once,
    a_failed_try_changes_nothing,
    a_failed_try_tells_who_holds_it,
    a_lapsed_lock_is_taken_under_a_higher_token,
    a_lock_that_never_expires_stands_until_released,
    a_running_lock_is_held_for_all_others,
    a_stranger_neither_extends_nor_releases_nor_rotates,
    acquire_is_idempotent_for_its_owner_and_never_shortens,
    extend_counts_from_now_and_does_not_revive,
    fifty_at_once_give_one_grant_and_no_error,
    force_release_frees_and_raises_the_token,
    free_is_nobodys,
    keys_are_compared_byte_for_byte,
    list_has_held_keys_only,
    list_is_in_order_by_pages,
    list_takes_the_prefix_literally,
    owners_and_labels_survive,
    rotate_goes_above,
    rotate_hands_over_and_repeats_its_answer,
    tokens_rise_over_release_and_force_and_rotate,
    wakeups_begin_with_all_and_tell_of_a_release,
];
