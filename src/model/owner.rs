use std::{cell::Cell, fmt, num::NonZeroU64, sync::Arc};

use uuid::Uuid;

use super::{InvalidKey, LockKey, LockKeyPart, clock::BootInstant};

/// Who holds a lock, as the store compares it: made afresh for each acquisition, unless it is a seat's own.
///
/// It exists before anything is sent, so that a repeated request finds the lock that an earlier, unanswered one took.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Owner(Repr);

/// In 16 bytes, since every lock keeps two of it.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    /// The two halves of a uuid. The first one of a version 7 uuid is never zero.
    Made(NonZeroU64, u64),
    Named(Arc<String>),
}

impl Owner {
    /// The longest owner, in bytes.
    pub const MAX_LEN: usize = 255;

    /// A new owner, different from all others (a version 7 uuid).
    pub fn unique() -> Self {
        Self::made_at(BootInstant::now())
    }

    /// The same, for those who have read the clock already.
    pub(crate) fn made_at(now: BootInstant) -> Self {
        const VERSION: NonZeroU64 = NonZeroU64::new(7 << 12).expect("not zero");
        const VARIANT: u64 = 1 << 63;
        thread_local! {
            /// The operating system's randomness, once per thread: asking for it each time costs more than a lock in
            /// memory does.
            static LAST: Cell<u128> = Cell::new(Uuid::now_v7().as_u128());
        }
        // Counted up, so never the same twice on this thread; two threads or processes would have to be at the same
        // point of 2^62 in the same millisecond.
        let number = LAST.get().wrapping_add(1);
        LAST.set(number);
        let millis = now.wall_micros() / 1000;
        let high = VERSION | millis << 16 | (number >> 64) as u64 & 0xFFF;
        Self(Repr::Made(high, number as u64 & !(3 << 62) | VARIANT))
    }

    /// Reads an owner back from the text that a store holds.
    ///
    /// # Errors
    /// [`InvalidOwner`] if it is empty, longer than 255 bytes, or has a NUL.
    pub fn from_text(text: &str) -> Result<Self, InvalidOwner> {
        // Only the form that `Display` writes is a made owner: any other text must stay as it is.
        let mut buffer = Uuid::encode_buffer();
        if let Ok(uuid) = Uuid::try_parse(text)
            && uuid.hyphenated().encode_lower(&mut buffer) == text
            && let (high, low) = uuid.as_u64_pair()
            && let Some(high) = NonZeroU64::new(high)
        {
            return Ok(Self(Repr::Made(high, low)));
        }
        if text.is_empty() {
            Err(InvalidOwner::Empty)
        } else if text.len() > Self::MAX_LEN {
            Err(InvalidOwner::TooLong { len: text.len() })
        } else if text.contains('\0') {
            Err(InvalidOwner::Nul { owner: text.into() })
        } else {
            Ok(Self(Repr::Named(Arc::new(text.into()))))
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Made(high, low) => Uuid::from_u64_pair(high.get(), *low).hyphenated().fmt(f),
            Repr::Named(name) => f.write_str(name),
        }
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Owner({self})")
    }
}

/// What can be an owner: an [`Owner`], a text, or parts that are joined as those of a key are, so that `["a", "b:c"]`
/// and `["a:b", "c"]` differ.
///
/// What turns out to be none is reported by the call that needs it, so that options can be chained.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the owner of a lock",
    label = "not an owner",
    note = "write a text like `\"user-7\"`, or parts like `(\"user\", 7)`"
)]
pub trait IntoOwner {
    /// The owner, or what is wrong with it.
    ///
    /// # Errors
    /// [`InvalidOwner`] if it is none.
    fn into_owner(self) -> Result<Owner, InvalidOwner>;
}

#[diagnostic::do_not_recommend]
impl IntoOwner for Owner {
    fn into_owner(self) -> Result<Self, InvalidOwner> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoOwner for &Owner {
    fn into_owner(self) -> Result<Owner, InvalidOwner> {
        Ok(self.clone())
    }
}

#[diagnostic::do_not_recommend]
impl IntoOwner for &str {
    fn into_owner(self) -> Result<Owner, InvalidOwner> {
        Owner::from_text(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoOwner for String {
    fn into_owner(self) -> Result<Owner, InvalidOwner> {
        Owner::from_text(&self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoOwner for &String {
    fn into_owner(self) -> Result<Owner, InvalidOwner> {
        Owner::from_text(self)
    }
}

#[diagnostic::do_not_recommend]
impl<P: LockKeyPart, const N: usize> IntoOwner for [P; N] {
    fn into_owner(self) -> Result<Owner, InvalidOwner> {
        joined(LockKey::joined(self.iter().map(|part| part as &dyn LockKeyPart)))
    }
}

macro_rules! by_tuple {
    ($($part:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<$($part: LockKeyPart),+> IntoOwner for ($($part,)+) {
            #[allow(non_snake_case, reason = "each part is named after its type")]
            fn into_owner(self) -> Result<Owner, InvalidOwner> {
                let ($($part,)+) = &self;
                joined(LockKey::from_parts(&[$($part),+]))
            }
        }
    };
}

by_tuple!(A B);
by_tuple!(A B C);
by_tuple!(A B C D);

fn joined(parts: Result<LockKey, InvalidKey>) -> Result<Owner, InvalidOwner> {
    Owner::from_text(parts?.as_str())
}

/// A text that is not an owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOwner {
    /// It has no characters.
    #[error("an owner must not be empty")]
    Empty,
    /// It has a NUL character, which not every store can hold.
    #[error("the owner {owner:?} has a NUL character; leave it out")]
    Nul {
        /// The text.
        owner: String,
    },
    /// One of its parts is none.
    #[error("the parts of an owner do not make one")]
    Parts(#[from] InvalidKey),
    /// It is too long.
    #[error("an owner has at most {max} bytes, this one has {len}; use a shorter name or a hash of it", max = Owner::MAX_LEN)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_the_way_through_a_store() {
        let made = Owner::unique();
        assert_eq!(Owner::from_text(&made.to_string()), Ok(made.clone()));
        assert_ne!(made, Owner::unique());
        let shouted = made.to_string().to_uppercase();
        let nil = Uuid::nil().to_string();
        for text in [shouted, nil] {
            assert_eq!(Owner::from_text(&text).map(|owner| owner.to_string()), Ok(text));
        }
    }

    #[test]
    fn is_unique_on_many_threads() {
        let threads: Vec<_> = (0..8)
            .map(|_| std::thread::spawn(|| (0..20_000).map(|_| Owner::unique()).collect::<Vec<_>>()))
            .collect();
        let owners: Vec<_> =
            threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        let different: std::collections::HashSet<_> = owners.iter().collect();
        assert_eq!(different.len(), owners.len());
        assert!(
            owners[0].to_string().starts_with("01") && owners[0].to_string().chars().nth(14) == Some('7')
        );
    }

    #[test]
    fn refuses_what_a_store_could_not_hold() {
        assert_eq!(Owner::from_text(""), Err(InvalidOwner::Empty));
        assert_eq!(Owner::from_text(&"x".repeat(256)), Err(InvalidOwner::TooLong { len: 256 }));
        assert!(matches!(Owner::from_text("a\0b"), Err(InvalidOwner::Nul { .. })));
    }
}
