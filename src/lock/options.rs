use super::{IntoWait, Wait};
use crate::model::{IntoTtl, InvalidDuration, Label, Ttl};

/// How to take a lock; what is not said here is as the service has it.
///
/// ```
/// use std::time::Duration;
/// use lockproof::{LockOptions, Wait};
///
/// let options = LockOptions::new().ttl("1m").wait(Duration::from_millis(250)).label("nightly import");
/// let patient = LockOptions::new().wait(Wait::Forever);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing until a lock is taken with them"]
pub struct LockOptions {
    ttl: Option<Result<Ttl, InvalidDuration>>,
    wait: Option<Result<Wait, InvalidDuration>>,
    label: Option<Label>,
}

/// Options in which everything is said and nothing is wrong.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) ttl: Ttl,
    pub(super) wait: Wait,
    pub(super) label: Label,
}

impl LockOptions {
    /// Everything as the service has it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lease ends after this, unless it is extended: a `Duration`, text like `"30s"`, or [`Ttl::Never`].
    pub fn ttl(mut self, ttl: impl IntoTtl) -> Self {
        self.ttl = Some(ttl.into_ttl());
        self
    }

    /// How long to wait if somebody else holds it: a `Duration`, text like `"250ms"`, or a [`Wait`].
    pub fn wait(mut self, wait: impl IntoWait) -> Self {
        self.wait = Some(wait.into_wait());
        self
    }

    /// Who this is, for those who wait for it.
    pub fn label(mut self, label: impl Into<Label>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Fills in what is not said; gives the name of the option that is not valid, and what is wrong with it.
    pub(super) fn resolve(&self, defaults: &Resolved) -> Result<Resolved, (&'static str, InvalidDuration)> {
        Ok(Resolved {
            ttl: self.ttl.clone().unwrap_or(Ok(defaults.ttl)).map_err(|source| ("ttl", source))?,
            wait: self.wait.clone().unwrap_or(Ok(defaults.wait)).map_err(|source| ("wait", source))?,
            label: self.label.clone().unwrap_or_else(|| defaults.label.clone()),
        })
    }
}

impl Resolved {
    /// What holds where nothing is said.
    pub(super) fn defaults() -> Self {
        Self { ttl: Ttl::DEFAULT, wait: Wait::DEFAULT, label: Label::of_this_process() }
    }
}
