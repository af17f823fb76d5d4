//! One call to the store. It runs to its end whatever becomes of the caller: a lock that is granted after nobody
//! waits for it any more would otherwise be held by nobody until its ttl is over.

use std::{
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use super::service::Service;
use crate::store::{StoreError, StoreFuture};

/// A call that is polled in place; dropped before its answer, it is driven to its end by the releaser.
///
/// Its caller sees to the answer that it gets; what `finish` makes sees to the one that it does not wait for.
pub(super) struct Call<'a, T: Send + 'static, F: Finish<T>, M: FnOnce() -> F + Unpin> {
    service: &'a Arc<Service>,
    open: Option<(StoreFuture<T>, M)>,
}

/// What to do with the answer to a call whose caller has gone away; `None` if there will never be one.
pub(super) trait Finish<T>: Send + Unpin + 'static {
    /// Called at once when the caller goes away.
    fn abandoned(&self, service: &Arc<Service>);
    /// Called when the answer is in.
    fn finish(self, service: &Arc<Service>, answer: Option<Result<T, StoreError>>);
}

impl<'a, T: Send + 'static, F: Finish<T>, M: FnOnce() -> F + Unpin> Call<'a, T, F, M> {
    pub(super) fn new(service: &'a Arc<Service>, call: StoreFuture<T>, finish: M) -> Self {
        Self { service, open: Some((call, finish)) }
    }
}

impl<T: Send + 'static, F: Finish<T>, M: FnOnce() -> F + Unpin> Future for Call<'_, T, F, M> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some((call, _)) = &mut self.open else { return Poll::Pending };
        let answer = call.as_mut().poll(context);
        if let Poll::Ready(answer) = &answer {
            self.open = None;
            self.service.outage().heard(answer);
        }
        answer
    }
}

impl<T: Send + 'static, F: Finish<T>, M: FnOnce() -> F + Unpin> Drop for Call<'_, T, F, M> {
    fn drop(&mut self) {
        if let Some((call, finish)) = self.open.take() {
            let finish = finish();
            finish.abandoned(self.service);
            let adopted = Adopted::new(self.service, finish);
            self.service.releaser().adopt(Box::pin(adopted.drive(call)));
        }
    }
}

/// A call whose caller has gone away.
struct Adopted<T, F: Finish<T>> {
    service: Arc<Service>,
    finish: Option<F>,
    answer: PhantomData<fn(T)>,
}

impl<T: Send + 'static, F: Finish<T>> Adopted<T, F> {
    fn new(service: &Arc<Service>, finish: F) -> Self {
        Self { service: Arc::clone(service), finish: Some(finish), answer: PhantomData }
    }

    async fn drive(mut self, call: StoreFuture<T>) {
        let answer = self.service.in_time(self.service.patience(), call).await;
        self.end(answer);
    }
}

impl<T, F: Finish<T>> Adopted<T, F> {
    fn end(&mut self, answer: Option<Result<T, StoreError>>) {
        if let Some(finish) = self.finish.take() {
            finish.finish(&self.service, answer);
            self.service.releaser().settled();
        }
    }
}

impl<T, F: Finish<T>> Drop for Adopted<T, F> {
    /// The runtime ends, or the store panics, before the answer is in.
    fn drop(&mut self) {
        self.end(None);
    }
}
