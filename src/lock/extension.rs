use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use super::ExtendError;
use crate::model::{IntoTtl, InvalidDuration, Ttl};

/// By what a lease can be extended: a `Duration`, text like `"30s"`, a [`Ttl`], or `None` for its original ttl.
#[diagnostic::on_unimplemented(
    message = "a lease cannot be extended by `{Self}`",
    label = "not a length of time",
    note = "write a `Duration`, text like `\"30s\"`, a `Ttl`, or `None` for its original ttl"
)]
pub trait IntoExtension {
    /// The ttl, or what is wrong with it; `None` for the original one.
    ///
    /// # Errors
    /// [`InvalidDuration`] if it is none.
    fn into_extension(self) -> Result<Option<Ttl>, InvalidDuration>;
}

// The only `Option`, so that `extend(None)` needs no type.
#[diagnostic::do_not_recommend]
impl IntoExtension for Option<Ttl> {
    fn into_extension(self) -> Result<Self, InvalidDuration> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoExtension for Ttl {
    fn into_extension(self) -> Result<Option<Self>, InvalidDuration> {
        Ok(Some(self))
    }
}

#[diagnostic::do_not_recommend]
impl IntoExtension for Duration {
    fn into_extension(self) -> Result<Option<Ttl>, InvalidDuration> {
        self.into_ttl().map(Some)
    }
}

#[diagnostic::do_not_recommend]
impl IntoExtension for &str {
    fn into_extension(self) -> Result<Option<Ttl>, InvalidDuration> {
        self.into_ttl().map(Some)
    }
}

/// A lease that is being extended: await it. Given back by [`Lease::extend`](super::Lease::extend).
///
/// # Cancel safety
/// As for [`Lease::extend`](super::Lease::extend).
// Named, so that what is no extension is one compile error and not three.
#[must_use = "nothing is extended until this is awaited"]
pub struct Extending<'a>(Pin<Box<dyn Future<Output = Result<(), ExtendError>> + Send + 'a>>);

impl<'a> Extending<'a> {
    pub(super) fn new(future: impl Future<Output = Result<(), ExtendError>> + Send + 'a) -> Self {
        Self(Box::pin(future))
    }
}

impl Future for Extending<'_> {
    type Output = Result<(), ExtendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for Extending<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extending").finish_non_exhaustive()
    }
}
