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

    /// The key that [`qualify`](Self::qualify) has made this of, if it was one of this namespace.
    pub(crate) fn strip(&self, qualified: &LockKey) -> Option<LockKey> {
        let text = qualified.as_str();
        let key = match &self.0 {
            None if !text.contains('/') => return Some(qualified.clone()),
            None => text.strip_prefix('/')?,
            Some(name) => text.strip_prefix(name.as_str())?.strip_prefix('/')?,
        };
        LockKey::new(key).ok()
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
    fn a_key_comes_back_from_its_own_namespace_only() {
        let key = |text| LockKey::new(text).expect("legal");
        let named = |name| Namespace::new(name).expect("legal");
        let all = [Namespace::NONE, named("a"), named("a/b"), named("a:b")];
        for text in ["k", "a/k", "/k", "a:b/k", "a/a/k", "%2F"] {
            for namespace in &all {
                let qualified = namespace.qualify(&key(text)).expect("fits");
                for other in &all {
                    let own = (other == namespace).then(|| key(text));
                    assert_eq!(other.strip(&qualified), own, "{qualified} in {other:?}");
                }
            }
        }
    }

    #[test]
    fn counts_towards_the_length_of_the_key() {
        let long = LockKey::new("k".repeat(510)).expect("legal");
        assert!(Namespace::new("n").expect("legal").qualify(&long).is_ok());
        let error = Namespace::new("nn").expect("legal").qualify(&long).expect_err("513 bytes");
        assert!(error.to_string().contains("513"), "{error}");
    }
}
