use std::time::Duration;

use crate::model::{InvalidDuration, Ttl};

/// How long to wait for a lock that somebody else holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wait {
    /// As long as it takes.
    Forever,
    /// Not at all: one try.
    Never,
    /// At most this long; zero is refused, [`Wait::Never`] is the word for it.
    Within(Duration),
}

impl Wait {
    /// What a service uses unless it is told otherwise: 5 s.
    pub const DEFAULT: Self = Self::Within(Duration::from_secs(5));

    /// At most this long.
    pub const fn within(limit: Duration) -> Self {
        Self::Within(limit)
    }
}

/// What can be a wait: a [`Wait`], a `Duration`, or text like `"250ms"`.
///
/// What turns out to be none is reported by the call that needs it, so that options can be chained.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a length of time to wait",
    label = "not a length of time",
    note = "write a `Duration`, text like `\"250ms\"`, or `Wait::Never` or `Wait::Forever`"
)]
pub trait IntoWait {
    /// The wait, or what is wrong with it.
    ///
    /// # Errors
    /// [`InvalidDuration`] if it is none, and for zero: [`Wait::Never`] is the word for that.
    fn into_wait(self) -> Result<Wait, InvalidDuration>;
}

#[diagnostic::do_not_recommend]
impl IntoWait for Wait {
    fn into_wait(self) -> Result<Self, InvalidDuration> {
        match self {
            Self::Within(limit) => limit.into_wait(),
            Self::Forever | Self::Never => Ok(self),
        }
    }
}

#[diagnostic::do_not_recommend]
impl IntoWait for Duration {
    fn into_wait(self) -> Result<Wait, InvalidDuration> {
        // The limits of a ttl are those of a wait, and so is its rounding.
        Ttl::new(self).map(|limit| limit.as_duration().map_or(Wait::Forever, Wait::Within))
    }
}

#[diagnostic::do_not_recommend]
impl IntoWait for &str {
    fn into_wait(self) -> Result<Wait, InvalidDuration> {
        let limit: Ttl = self.parse()?;
        Ok(limit.as_duration().map_or(Wait::Forever, Wait::Within))
    }
}
