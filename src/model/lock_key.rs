use std::fmt;

use super::{KeyPartWriter, LockKeyPart, hashed_text::HashedText};

/// The name of a lock: 1 to 512 bytes of UTF-8, compared byte for byte.
///
/// It has one or several parts joined by `:`. In a part that is given as such, `:`, `/` and `%` are escaped, so that
/// `["a", "b:c"]` and `["a:b", "c"]` are two locks. A plain string is read as already joined.
///
/// ```
/// use lockproof::LockKey;
/// assert_eq!(LockKey::new("order:42")?, LockKey::from_parts(&[&"order", &42])?);
/// assert_ne!(LockKey::from_parts(&[&"a", &"b:c"])?, LockKey::from_parts(&[&"a:b", &"c"])?);
/// # Ok::<(), lockproof::InvalidKey>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LockKey(HashedText);

impl LockKey {
    /// The longest key, in bytes.
    pub const MAX_LEN: usize = 512;

    /// A key from text that is already joined.
    ///
    /// # Errors
    /// [`InvalidKey`] if it is empty, has an empty part or a NUL, or is longer than 512 bytes.
    pub fn new(joined: impl AsRef<str>) -> Result<Self, InvalidKey> {
        Checked::of(joined.as_ref())?.finish()
    }

    /// A key from its parts, which may be of different types.
    ///
    /// # Errors
    /// [`InvalidKey`] if there is no part, one is empty or has a NUL, or the whole is longer than 512 bytes.
    pub fn from_parts(parts: &[&dyn LockKeyPart]) -> Result<Self, InvalidKey> {
        Self::joined(parts.iter().copied())
    }

    pub(super) fn joined<'a>(parts: impl Iterator<Item = &'a dyn LockKeyPart>) -> Result<Self, InvalidKey> {
        let mut joined = String::with_capacity(48);
        for (index, part) in parts.enumerate() {
            if index > 0 {
                joined.push(':');
            }
            let start = joined.len();
            part.write_part(&mut KeyPartWriter::new(&mut joined));
            if joined.len() == start {
                return Err(InvalidKey::EmptyPart { key: joined, index });
            }
        }
        Checked::of(&joined)?.finish()
    }

    /// A key whose parts are known to be legal and whose length is not.
    pub(super) fn checked(joined: String) -> Result<Self, InvalidKey> {
        Checked { joined: joined.into() }.finish()
    }

    /// The joined text.
    pub fn as_str(&self) -> &str {
        self.0.text()
    }

    /// The hash of the text.
    pub(crate) fn hash_code(&self) -> u64 {
        self.0.hash_code()
    }
}

impl fmt::Display for LockKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for LockKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LockKey({:?})", self.as_str())
    }
}

/// A text whose parts have been looked at and whose length has not.
pub(super) struct Checked<'a> {
    joined: std::borrow::Cow<'a, str>,
}

impl<'a> Checked<'a> {
    pub(super) fn of(joined: &'a str) -> Result<Self, InvalidKey> {
        if joined.is_empty() {
            return Err(InvalidKey::Empty);
        }
        if joined.contains('\0') {
            return Err(InvalidKey::Nul { key: joined.into() });
        }
        match joined.split(':').position(str::is_empty) {
            Some(index) => Err(InvalidKey::EmptyPart { key: joined.into(), index }),
            None => Ok(Self { joined: joined.into() }),
        }
    }

    pub(super) fn escape_slashes(&mut self) {
        if self.joined.contains('/') {
            self.joined = self.joined.replace('/', "%2F").into();
        }
    }

    pub(super) fn finish(self) -> Result<LockKey, InvalidKey> {
        match self.joined.len() {
            len if len > LockKey::MAX_LEN => {
                let start = self.joined.chars().take(40).collect();
                Err(InvalidKey::TooLong { start, len })
            }
            _ => Ok(LockKey(HashedText::of(self.joined))),
        }
    }
}

/// A text that is not a lock key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// There is no text and no part.
    #[error("a lock key must not be empty")]
    Empty,
    /// One of its parts is empty.
    #[error("part {number} of the lock key {key:?} is empty; is an id missing?", number = index + 1)]
    EmptyPart {
        /// The text up to there, or all of it.
        key: String,
        /// Which part, counted from 0.
        index: usize,
    },
    /// It has a NUL character, which not every store can hold.
    #[error("the lock key {key:?} has a NUL character; leave it out")]
    Nul {
        /// The text.
        key: String,
    },
    /// It is too long.
    #[error(
        "a lock key has at most {max} bytes, namespace included, and {start:?}.. has {len}; use a shorter id or a hash \
         of it",
        max = LockKey::MAX_LEN
    )]
    TooLong {
        /// How it begins.
        start: String,
        /// Its length in bytes.
        len: usize,
    },
}

/// What can name a lock: a string (already joined), parts, or a key made earlier.
///
/// A key that turned out to be invalid is accepted too: acquiring the lock then gives that error, so that
/// `locks.lock(Account::lock_key(&id))` needs no `?` of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot name a lock",
    label = "not a lock key",
    note = "a string, an array or tuple of parts, and a `LockKey` can: `\"nightly-report\"`, `(\"order\", order_id)`"
)]
pub trait IntoLockKey {
    /// The key, or what is wrong with it.
    ///
    /// # Errors
    /// [`InvalidKey`] if it is none.
    fn into_lock_key(self) -> Result<LockKey, InvalidKey>;
}

#[diagnostic::do_not_recommend]
impl IntoLockKey for LockKey {
    fn into_lock_key(self) -> Result<LockKey, InvalidKey> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoLockKey for &LockKey {
    fn into_lock_key(self) -> Result<LockKey, InvalidKey> {
        Ok(self.clone())
    }
}

#[diagnostic::do_not_recommend]
impl IntoLockKey for Result<LockKey, InvalidKey> {
    fn into_lock_key(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl IntoLockKey for &str {
    fn into_lock_key(self) -> Result<LockKey, InvalidKey> {
        LockKey::new(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoLockKey for String {
    fn into_lock_key(self) -> Result<LockKey, InvalidKey> {
        LockKey::new(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoLockKey for &String {
    fn into_lock_key(self) -> Result<LockKey, InvalidKey> {
        LockKey::new(self)
    }
}

#[diagnostic::do_not_recommend]
impl<P: LockKeyPart> IntoLockKey for &[P] {
    fn into_lock_key(self) -> Result<LockKey, InvalidKey> {
        LockKey::joined(self.iter().map(|part| part as &dyn LockKeyPart))
    }
}

#[diagnostic::do_not_recommend]
impl<P: LockKeyPart> IntoLockKey for Vec<P> {
    fn into_lock_key(self) -> Result<LockKey, InvalidKey> {
        self.as_slice().into_lock_key()
    }
}

#[diagnostic::do_not_recommend]
impl<P: LockKeyPart, const N: usize> IntoLockKey for [P; N] {
    fn into_lock_key(self) -> Result<LockKey, InvalidKey> {
        self.as_slice().into_lock_key()
    }
}

macro_rules! by_tuple {
    ($($part:ident)+) => {
        impl<$($part: LockKeyPart),+> IntoLockKey for ($($part,)+) {
            #[allow(non_snake_case, reason = "each part is named after its type")]
            fn into_lock_key(self) -> Result<LockKey, InvalidKey> {
                let ($($part,)+) = &self;
                LockKey::from_parts(&[$($part),+])
            }
        }
    };
}

by_tuple!(A);
by_tuple!(A B);
by_tuple!(A B C);
by_tuple!(A B C D);
by_tuple!(A B C D E);
by_tuple!(A B C D E F);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn joining_is_injective(a in parts(), b in parts()) {
            let (key_a, key_b) = (a.clone().into_lock_key(), b.clone().into_lock_key());
            if let (Ok(key_a), Ok(key_b)) = (key_a, key_b) {
                prop_assert_eq!(key_a == key_b, a == b, "{:?} {:?}", a, b);
            }
        }

        #[test]
        fn a_joined_key_reads_back_as_itself(parts in parts()) {
            if let Ok(key) = parts.into_lock_key() {
                prop_assert_eq!(LockKey::new(key.as_str()), Ok(key));
            }
        }
    }

    /// Few letters and all that is escaped, so that collisions would be found.
    fn parts() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[ab:/%235AF\u{e9}]{0,4}", 0..4)
    }

    #[test]
    fn refuses_what_is_no_key_and_says_why() {
        let none: [&str; 0] = [];
        assert_eq!("".into_lock_key(), Err(InvalidKey::Empty));
        assert_eq!(none.into_lock_key(), Err(InvalidKey::Empty));
        assert_eq!("a::b".into_lock_key(), Err(InvalidKey::EmptyPart { key: "a::b".into(), index: 1 }));
        assert_eq!(["a", ""].into_lock_key(), Err(InvalidKey::EmptyPart { key: "a:".into(), index: 1 }));
        assert_eq!([""].into_lock_key(), Err(InvalidKey::EmptyPart { key: String::new(), index: 0 }));
        assert!(matches!("a\0".into_lock_key(), Err(InvalidKey::Nul { .. })));
        assert!(matches!(('\0', 1).into_lock_key(), Err(InvalidKey::Nul { .. })));
        assert!("x".repeat(512).into_lock_key().is_ok());
        let error = "x".repeat(513).into_lock_key().expect_err("too long").to_string();
        assert!(error.contains("513") && error.len() < 250, "{error}");
    }

    #[test]
    fn takes_parts_of_every_kind() {
        let uuid = uuid::Uuid::nil();
        let key = ("order", 42_u8, -1_i64, true, 'x', uuid).into_lock_key().expect("legal");
        assert_eq!(key.as_str(), "order:42:-1:true:x:00000000-0000-0000-0000-000000000000");
        let id = String::from("a/b");
        assert_eq!(["order", &id].into_lock_key().expect("legal").as_str(), "order:a%2Fb");
        assert_eq!(std::num::NonZeroU8::MIN.to_string(), "1");
    }

    #[test]
    fn counts_case_accents_and_trailing_blanks() {
        for (a, b) in [("a", "A"), ("e", "é"), ("a", "a "), ("é", "e\u{301}")] {
            assert_ne!(LockKey::new(a), LockKey::new(b));
        }
    }
}
