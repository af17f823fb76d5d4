//! Where the kit starts tasks and reads the time.
#![cfg_attr(
    not(test),
    expect(clippy::disallowed_methods, reason = "the one place where the kit starts tasks")
)]

use std::{future::poll_fn, pin::Pin, task::Poll, time::Duration};

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

use crate::model::clock::BootInstant;

/// A task beside the case.
pub(super) fn start<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(task)
}

/// A runtime on which what is not safe between threads has a chance to go wrong.
pub(super) fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("the system has threads")
}

/// How long it took, and what came of it.
pub(super) async fn timed<T>(future: impl Future<Output = T>) -> (Duration, T) {
    let start = BootInstant::now();
    let output = future.await;
    (BootInstant::now().since(start), output)
}

/// Polls it once: whoever waits is in line then.
pub(super) async fn poll_once<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}
