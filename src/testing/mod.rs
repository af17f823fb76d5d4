//! For authors of stores: what the library's own stores are tested with.

mod harness;
pub mod model;
mod say;
mod storage;
mod tasks;

pub use harness::{CaseFuture, Harness, in_real_time};
pub use storage::{
    FaultyStorage, STORAGE_CASES, StorageCase, StorageFault, StorageHarness, run_storage_case,
    storage_conformance,
};

/// What a panic said.
fn told(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref().copied()).unwrap_or("it panicked").to_owned()
}
