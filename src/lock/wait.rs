use std::time::Duration;

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

impl From<Duration> for Wait {
    fn from(limit: Duration) -> Self {
        Self::Within(limit)
    }
}
