use super::{InvalidKey, LockKey, lock_key::Checked};

/// The prefix of every key of a service: two services with different namespaces never meet on one store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Namespace(Option<LockKey>);

impl Namespace {
    /// No prefix.
    pub const NONE: Self = Self(None);

    /// A namespace; a `/` in it is escaped, since that is where it ends.
    ///
    /// # Errors
    /// [`InvalidKey`] as for keys: empty, an empty part, a NUL, longer than 512 bytes.
    pub fn new(name: &str) -> Result<Self, InvalidKey> {
        let mut checked = Checked::of(name)?;
        checked.escape_slashes();
        checked.finish().map(|name| Self(Some(name)))
    }

    /// The key as a store sees it: the namespace, a `/`, and the key.
    ///
    /// A key that itself has a `/` and no namespace gets an empty one, so that it cannot be taken for a key of
    /// somebody's namespace.
    ///
    /// # Errors
    /// [`InvalidKey::TooLong`] if both together are longer than 512 bytes.
    pub fn qualify(&self, key: &LockKey) -> Result<LockKey, InvalidKey> {
        match &self.0 {
            None if !key.as_str().contains('/') => Ok(key.clone()),
            None => LockKey::checked(format!("/{}", key.as_str())),
            Some(name) => LockKey::checked(format!("{}/{}", name.as_str(), key.as_str())),
        }
    }

    /// The text, empty for none.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or("", LockKey::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_namespaces_never_meet() {
        let key = |text| LockKey::new(text).expect("legal");
        let qualified =
            |namespace: &Namespace, text| namespace.qualify(&key(text)).expect("fits").to_string();
        let billing = Namespace::new("billing").expect("legal");
        assert_eq!(qualified(&billing, "account:1"), "billing/account:1");
        assert_eq!(qualified(&Namespace::NONE, "account:1"), "account:1");
        assert_ne!(qualified(&Namespace::NONE, "billing/account:1"), qualified(&billing, "account:1"));
        let slashed = Namespace::new("billing/a").expect("legal");
        assert_ne!(qualified(&slashed, "b"), qualified(&billing, "a/b"));
    }

    #[test]
    fn counts_towards_the_length_of_the_key() {
        let long = LockKey::new("k".repeat(510)).expect("legal");
        assert!(Namespace::new("n").expect("legal").qualify(&long).is_ok());
        let error = Namespace::new("nn").expect("legal").qualify(&long).expect_err("513 bytes");
        assert!(error.to_string().contains("513"), "{error}");
    }
}
