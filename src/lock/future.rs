use std::pin::Pin;

/// What is asked of a lock or of a service: await it.
// Named, so that an argument of the wrong type is one compile error and not three.
pub type LockFuture<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;
