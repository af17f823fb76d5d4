use std::{
    borrow::Cow,
    fmt::{self, Write},
    num::{
        NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16,
        NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
    },
    rc::Rc,
    sync::Arc,
};

use uuid::Uuid;

/// A value that can stand in a lock key: an id or a part of one.
///
/// Equal values must write the same text and different values different text, today and in the next release: the
/// text is what two processes meet on. Floats and `Option` are left out for that reason.
///
/// ```
/// use lockproof::{LockKey, LockKeyPart};
/// #[derive(LockKeyPart)]
/// struct OrderId(u64);
/// assert_eq!(LockKey::from_parts(&[&"order", &OrderId(42)])?.as_str(), "order:42");
/// # Ok::<(), lockproof::InvalidKey>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a lock key",
    label = "not a lock key part",
    note = "integers, `NonZero*`, `bool`, `char`, strings and `Uuid` can, and a newtype of one with \
            `#[derive(lockproof::LockKeyPart)]` above it",
    note = "floats and `Option` cannot: equal ids must always give the same text, different ids different text"
)]
pub trait LockKeyPart {
    /// Writes the value's text; the writer escapes what needs it.
    fn write_part(&self, part: &mut KeyPartWriter<'_>);
}

/// Takes the text of one part of a lock key, escaping what would read as the end of it.
#[derive(Debug)]
pub struct KeyPartWriter<'a> {
    key: &'a mut String,
}

impl<'a> KeyPartWriter<'a> {
    pub(super) fn new(key: &'a mut String) -> Self {
        Self { key }
    }

    /// Adds text: `:`, `/` and `%` become `%3A`, `%2F` and `%25`.
    pub fn push_str(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find([':', '/', '%']) {
            self.key.push_str(&rest[..at]);
            self.key.push_str(match rest.as_bytes()[at] {
                b':' => "%3A",
                b'/' => "%2F",
                _ => "%25",
            });
            rest = &rest[at + 1..];
        }
        self.key.push_str(rest);
    }

    /// Adds what `Display` writes.
    pub fn push_display(&mut self, value: impl fmt::Display) {
        // A `Display` that reports an error has written a prefix that is not its value: make the key refuse it.
        if write!(self, "{value}").is_err() {
            self.key.push('\0');
        }
    }
}

impl Write for KeyPartWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

macro_rules! by_display {
    ($($part:ty),* $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl LockKeyPart for $part {
            fn write_part(&self, part: &mut KeyPartWriter<'_>) {
                part.push_display(self);
            }
        }
    )*};
}

by_display!(
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    bool,
    char,
    NonZeroI8,
    NonZeroI16,
    NonZeroI32,
    NonZeroI64,
    NonZeroI128,
    NonZeroIsize,
    NonZeroU8,
    NonZeroU16,
    NonZeroU32,
    NonZeroU64,
    NonZeroU128,
    NonZeroUsize,
    Uuid,
);

#[diagnostic::do_not_recommend]
impl LockKeyPart for str {
    fn write_part(&self, part: &mut KeyPartWriter<'_>) {
        part.push_str(self);
    }
}

#[diagnostic::do_not_recommend]
impl LockKeyPart for String {
    fn write_part(&self, part: &mut KeyPartWriter<'_>) {
        part.push_str(self);
    }
}

macro_rules! by_deref {
    ($([$($generics:tt)*] $part:ty),* $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> LockKeyPart for $part {
            fn write_part(&self, part: &mut KeyPartWriter<'_>) {
                (**self).write_part(part);
            }
        }
    )*};
}

by_deref!(
    [T: LockKeyPart + ?Sized] &T,
    [T: LockKeyPart + ?Sized] Box<T>,
    [T: LockKeyPart + ?Sized] Arc<T>,
    [T: LockKeyPart + ?Sized] Rc<T>,
    [T: LockKeyPart + ToOwned + ?Sized] Cow<'_, T>,
);
