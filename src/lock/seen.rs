use std::time::Duration;

use super::{AcquireError, Wait};
use crate::{
    model::LockKey,
    store::{Holder, StoreError},
};

/// What a waiter has seen, for the error at the end of its time.
#[derive(Default)]
pub(super) struct Seen {
    /// Somebody held it when the store was last asked, or when the guards of its own service were looked at.
    held: bool,
    holder: Option<Holder>,
    failure: Option<StoreError>,
    /// How many failures there were in a row.
    failures: u32,
}

impl Seen {
    pub(super) fn held_by(holder: Option<Holder>) -> Self {
        Self { held: true, holder, ..Self::default() }
    }

    /// One more failure. Says how many there were in a row.
    pub(super) fn failed(&mut self, error: StoreError) -> u32 {
        self.failure = Some(error);
        self.failures += 1;
        self.failures
    }

    pub(super) fn into_holder(self) -> Option<Holder> {
        self.holder
    }

    /// The error of one who has `waited` for as long as it was ready to; `word` is what others have left.
    pub(super) fn at_the_end(
        self,
        name: &LockKey,
        waited: Duration,
        wait: Wait,
        word: Option<Holder>,
    ) -> AcquireError {
        let key = name.clone();
        let holder = self.holder.or(word);
        match self.failure {
            Some(source) => AcquireError::Store { key, source },
            None if wait != Wait::Never && (self.held || holder.is_some()) => AcquireError::Timeout {
                key,
                waited,
                attempts: 1,
                holder: holder.map(Box::new),
                held_here: false,
            },
            None => AcquireError::Store { key, source: StoreError::no_answer(waited) },
        }
    }
}
