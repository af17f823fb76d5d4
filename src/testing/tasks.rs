//! Where the kit starts tasks and reads the time.
#![cfg_attr(
    not(test),
    expect(clippy::disallowed_methods, reason = "the one place where the kit starts tasks")
)]

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

/// A task beside the case.
pub(super) fn start<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(task)
}

/// A runtime on which what is not safe between threads has a chance to go wrong.
pub(super) fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("the system has threads")
}
