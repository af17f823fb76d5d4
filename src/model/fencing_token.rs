use std::fmt;

/// The number that orders the grants of a key: each grant has a higher one than any before.
///
/// A write carries the token of the lock it was made under, and the database refuses a lower one than it has seen
/// (Kleppmann, "How to do distributed locking", 2016). It is hybrid time: the last token plus one or the store's
/// clock in microseconds since 1970, whichever is higher, so that it also rises when a store has forgotten the last
/// one. It stays below 2^53, so JSON and `f64` carry it exactly; the clock gets there in the year 2255.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FencingToken(u64);

impl FencingToken {
    /// Below the token of any grant: the fence of a row that was never loaded under a lock.
    pub const ZERO: Self = Self(0);
    /// The highest token there can be.
    pub const MAX: Self = Self(1 << 53);

    /// Takes a number from a store.
    ///
    /// # Errors
    /// [`TokenExhausted`] above 2^53: a row or a store has been tampered with, or its clock is centuries ahead.
    pub const fn new(token: u64) -> Result<Self, TokenExhausted> {
        if token > Self::MAX.0 { Err(TokenExhausted { token }) } else { Ok(Self(token)) }
    }

    /// The token of the next grant: above `last`, and not below the store's clock.
    ///
    /// # Errors
    /// [`TokenExhausted`] if `last` is the highest token there can be.
    pub fn next(last: Self, clock_micros: u64) -> Result<Self, TokenExhausted> {
        Self::new(last.0.saturating_add(1).max(clock_micros))
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number as SQL databases store it; never negative.
    pub const fn as_i64(self) -> i64 {
        self.0.cast_signed()
    }
}

impl fmt::Display for FencingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for FencingToken {
    /// Writes the number.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl TryFrom<i64> for FencingToken {
    type Error = TokenExhausted;

    /// Takes a number from an SQL database; a negative one is refused as one that is too high is.
    fn try_from(token: i64) -> Result<Self, TokenExhausted> {
        Self::new(token.cast_unsigned())
    }
}

/// A fencing token that is out of range: there is none above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the fencing token {token} is out of range (0 to 2^53): the row or the lock store was tampered with, or a clock \
     is centuries ahead; set the row's fence back to 0 while nobody holds the lock"
)]
#[non_exhaustive]
pub struct TokenExhausted {
    /// The number that was found.
    pub token: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_above_the_last_and_follows_the_clock() {
        let token = |n| FencingToken::new(n).expect("in range");
        assert_eq!(FencingToken::next(token(7), 100), Ok(token(100)));
        assert_eq!(FencingToken::next(token(100), 100), Ok(token(101)));
        assert_eq!(FencingToken::next(token(200), 100), Ok(token(201)));
    }

    #[test]
    fn ends_at_two_to_the_53() {
        assert_eq!(FencingToken::MAX.get(), 9_007_199_254_740_992);
        assert!(FencingToken::next(FencingToken::MAX, 0).is_err());
        assert!(FencingToken::next(FencingToken::ZERO, u64::MAX).is_err());
        assert!(FencingToken::try_from(-1_i64).is_err());
    }
}
