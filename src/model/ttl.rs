use std::{fmt, num::NonZeroU64, str::FromStr, time::Duration};

/// How long a lock stands if nobody renews or releases it.
///
/// `"30s"`, `"250ms"` and `"1h 30m"` parse; a `Duration` is rounded up to whole milliseconds. [`Ttl::Never`] is only
/// to be had by its name: no text and no duration means it by accident.
///
/// ```
/// use lockproof::Ttl;
/// let ttl: Ttl = "1m 30s".parse()?;
/// assert_eq!(ttl.as_duration().unwrap().as_secs(), 90);
/// # Ok::<(), lockproof::InvalidDuration>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ttl(Option<Millis>);

type Millis = NonZeroU64;

impl Ttl {
    /// The shortest: one millisecond.
    pub const MIN: Self = Self(Some(Millis::MIN));
    /// The longest that ends: a hundred years of 365 days.
    pub const MAX: Self = Self(Millis::new(100 * 365 * 86_400 * 1_000));
    /// The lock stands until it is released or forced.
    #[allow(non_upper_case_globals, reason = "reads as the variant that it is to the caller")]
    pub const Never: Self = Self(None);
    /// What a service uses unless it is told otherwise: 30 s.
    pub const DEFAULT: Self = Self(Millis::new(30_000));

    /// A ttl of `duration`, rounded up to a millisecond.
    ///
    /// # Errors
    /// [`InvalidDuration`] for zero and for more than a hundred years.
    pub fn new(duration: Duration) -> Result<Self, InvalidDuration> {
        let millis = u64::try_from(duration.as_nanos().div_ceil(1_000_000));
        match millis.map(Millis::new) {
            Ok(None) => Err(InvalidDuration::Zero),
            Ok(millis) if millis <= Self::MAX.0 => Ok(Self(millis)),
            _ => Err(InvalidDuration::TooLong { duration }),
        }
    }

    /// Its length in whole milliseconds, or `None` for one that never ends.
    pub const fn as_duration(self) -> Option<Duration> {
        match self.0 {
            Some(millis) => Some(Duration::from_millis(millis.get())),
            None => None,
        }
    }

    /// Its length as a number of milliseconds, or `None` for one that never ends.
    pub const fn as_millis(self) -> Option<i64> {
        match self.0 {
            Some(millis) => Some(millis.get().cast_signed()),
            None => None,
        }
    }
}

/// What can be a ttl: a [`Ttl`], a `Duration`, or text like `"30s"`.
///
/// What turns out to be none is reported by the call that needs it, so that options can be chained.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a length of time",
    label = "neither a `Duration` nor a text",
    note = "write a `Duration` or text like `\"30s\"`; a ttl can be `Ttl::Never` as well"
)]
pub trait IntoTtl {
    /// The ttl, or what is wrong with it.
    ///
    /// # Errors
    /// [`InvalidDuration`] if it is none.
    fn into_ttl(self) -> Result<Ttl, InvalidDuration>;
}

#[diagnostic::do_not_recommend]
impl IntoTtl for Ttl {
    fn into_ttl(self) -> Result<Ttl, InvalidDuration> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoTtl for Duration {
    fn into_ttl(self) -> Result<Ttl, InvalidDuration> {
        Ttl::new(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoTtl for &str {
    fn into_ttl(self) -> Result<Ttl, InvalidDuration> {
        self.parse()
    }
}

impl FromStr for Ttl {
    type Err = InvalidDuration;

    fn from_str(text: &str) -> Result<Self, InvalidDuration> {
        let duration = humantime::parse_duration(text.trim())
            .map_err(|source| InvalidDuration::Unreadable { text: text.into(), source })?;
        Self::new(duration)
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_duration() {
            Some(ttl) => humantime::format_duration(ttl).fmt(f),
            None => f.write_str("never"),
        }
    }
}

impl fmt::Debug for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ttl({self})")
    }
}

/// A length of time that cannot be one: of a lease, or of a wait.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDuration {
    /// It is too long.
    #[error(
        "a duration of {duration:?} is too long; the limit is 100 years, and `Ttl::Never` and `Wait::Forever` have none"
    )]
    TooLong {
        /// What was given.
        duration: Duration,
    },
    /// It is too short for what it is for.
    #[error("a duration of {duration:?} is too short here; the shortest is {limit:?}")]
    TooShort {
        /// What was given.
        duration: Duration,
        /// The shortest.
        limit: Duration,
    },
    /// It is no duration.
    #[error("{text:?} is not a duration; write it like \"30s\", \"250ms\" or \"1h 30m\"")]
    Unreadable {
        /// What was given.
        text: String,
        /// What is wrong with it.
        source: humantime::DurationError,
    },
    /// It is zero.
    #[error(
        "a duration of zero is over before it begins; the shortest is 1ms, and `Wait::Never` is for one try"
    )]
    Zero,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations_and_refuses_the_rest() {
        let millis = |text: &str| text.parse::<Ttl>().map(|ttl| ttl.as_millis());
        assert_eq!(millis("30s"), Ok(Some(30_000)));
        assert_eq!(millis("1h 30m"), Ok(Some(5_400_000)));
        assert_eq!(millis("250ms"), Ok(Some(250)));
        assert_eq!(millis("1us"), Ok(Some(1)), "rounded up");
        assert_eq!(millis("0s"), Err(InvalidDuration::Zero));
        assert!(matches!(millis("101years"), Err(InvalidDuration::TooLong { .. })));
        for text in ["", "never", "-1s", "30", "soon", "30 bananas"] {
            let error = millis(text).expect_err(text).to_string();
            assert!(error.contains(&format!("{text:?}")) && error.contains("30s"), "{error}");
        }
    }

    #[test]
    fn rounds_up_and_knows_its_limits() {
        assert_eq!(Ttl::new(Duration::from_nanos(1)), Ok(Ttl::MIN));
        assert_eq!(Ttl::new(Duration::ZERO), Err(InvalidDuration::Zero));
        assert!(Ttl::new(Duration::MAX).is_err());
        assert_eq!(Ttl::new(Duration::from_secs(3_153_600_000)), Ok(Ttl::MAX));
        assert_eq!(Ttl::Never.to_string(), "never");
        assert_eq!(Ttl::DEFAULT.to_string(), "30s");
    }
}
