//! The cases, one file for each subject. Each function is a line in `list.rs`, which has its rule.

pub(super) mod store_acquire;
pub(super) mod store_batch;
pub(super) mod store_contention;
pub(super) mod store_extend;
pub(super) mod store_force_release;
pub(super) mod store_inspect;
pub(super) mod store_list;
pub(super) mod store_model;
pub(super) mod store_release;
pub(super) mod store_rotate;
pub(super) mod store_text;
pub(super) mod store_token;
pub(super) mod store_wakeups;
