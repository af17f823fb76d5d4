use std::{sync::Arc, time::Duration};

use super::{
    IntoWait, InvalidOption, LockOptions, Locks, OnStoreError, Retry, options::duration, service::Service,
};
use crate::{
    model::{IntoTtl, InvalidDuration, InvalidKey, Label, Namespace, Ttl},
    store::LockStore,
};

/// Sets up a [`Locks`] service.
///
/// ```
/// use std::time::Duration;
/// use lockproof::{Locks, MemoryStore};
///
/// let locks = Locks::builder()
///     .store(MemoryStore::new())
///     .namespace("billing")
///     .ttl("1m")
///     .wait(Duration::from_secs(2))
///     .build()?;
/// # Ok::<(), lockproof::BuildError>(())
/// ```
#[must_use = "nothing is set up before `build`"]
#[derive(Default)]
pub struct LocksBuilder {
    store: Option<Arc<dyn LockStore>>,
    namespace: Option<String>,
    defaults: LockOptions,
    op_timeout: Option<Result<Ttl, InvalidDuration>>,
}

impl LocksBuilder {
    /// Where the locks live.
    pub fn store(mut self, store: impl LockStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// The prefix of all keys: services with different ones never meet.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = Some(name.into());
        self
    }

    /// The ttl of locks that do not name one; 30 s unless it is said here. Such locks are kept alive while their guards
    /// live.
    pub fn ttl(mut self, ttl: impl IntoTtl) -> Self {
        self.defaults = self.defaults.ttl(ttl);
        self
    }

    /// How long to wait for a lock unless it says otherwise; 5 s unless it is said here.
    pub fn wait(mut self, wait: impl IntoWait) -> Self {
        self.defaults = self.defaults.wait(wait);
        self
    }

    /// How often to look at a lock that is held, unless it says otherwise; as often as fits into the wait unless it is
    /// said here. See [`LockOptions::attempts`].
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.defaults = self.defaults.attempts(attempts);
        self
    }

    /// The longest time between two looks at a lock that is held, unless it says otherwise. See [`LockOptions::delay`].
    pub fn delay(mut self, delay: impl IntoTtl) -> Self {
        self.defaults = self.defaults.delay(delay);
        self
    }

    /// What to do about a store that fails during a wait, unless the lock says otherwise.
    pub fn on_store_error(mut self, what: OnStoreError) -> Self {
        self.defaults = self.defaults.on_store_error(what);
        self
    }

    /// Which acquisitions are tried again, unless the lock says otherwise; none unless it is said here.
    pub fn retry(mut self, retry: impl Into<Retry>) -> Self {
        self.defaults = self.defaults.retry(retry);
        self
    }

    /// How long locks are kept alive at most; 10 minutes unless it is said here.
    pub fn max_hold(mut self, limit: impl IntoTtl) -> Self {
        self.defaults = self.defaults.max_hold(limit);
        self
    }

    /// Who this service is, for those who wait for it; `host/pid/program` unless it is said here.
    pub fn label(mut self, label: impl Into<Label>) -> Self {
        self.defaults = self.defaults.label(label);
        self
    }

    /// How long a call to the store may take before its outcome counts as unknown; 1 s unless it is said here.
    pub fn op_timeout(mut self, limit: impl IntoTtl) -> Self {
        self.op_timeout = Some(limit.into_ttl());
        self
    }

    /// The service.
    ///
    /// # Errors
    /// [`BuildError`] if there is no store or a setting is not valid.
    pub fn build(self) -> Result<Locks, BuildError> {
        const OP_TIMEOUT: Duration = Duration::from_secs(1);

        let store = self.store.ok_or(BuildError::NoStore)?;
        let namespace = match self.namespace {
            Some(name) => Namespace::new(&name)?,
            None => Namespace::NONE,
        };
        let invalid = |(setting, source)| BuildError::InvalidSetting { setting, source };
        let op_timeout =
            duration("op_timeout", self.op_timeout.as_ref()).map_err(invalid)?.unwrap_or(OP_TIMEOUT);
        let defaults = self.defaults.as_defaults().map_err(invalid)?;
        Ok(Locks::of(Service::new(store, namespace, defaults, op_timeout)))
    }
}

impl std::fmt::Debug for LocksBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocksBuilder")
            .field("store", &self.store.as_ref().map(|store| store.name().to_owned()))
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

/// Why a service was not set up.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A setting cannot be.
    #[error("the setting `{setting}` is not valid")]
    InvalidSetting {
        /// Which one.
        setting: &'static str,
        /// What is wrong.
        source: InvalidOption,
    },
    /// The namespace cannot be.
    #[error("the namespace is not valid")]
    InvalidNamespace(#[from] InvalidKey),
    /// There is none.
    #[error("no store was given: call `.store(..)`; `MemoryStore::new()` is for tests and for one process")]
    NoStore,
}
