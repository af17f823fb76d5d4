use std::time::Duration;

use super::{AcquireError, service::Service};
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

    /// The error of one who has `waited` for as long as it was ready to, and for whom the store was looked at this often.
    ///
    /// `key` is the name as the store has it, `word` what the first in line has seen.
    pub(super) fn at_the_end(
        self,
        service: &Service,
        name: &LockKey,
        key: &LockKey,
        waited: Duration,
        attempts: u32,
        word: Option<Holder>,
    ) -> AcquireError {
        let here = service.guards_of(key);
        let holder = self.holder.or_else(|| here.first().map(|hold| hold.as_holder())).or(word);
        let name = name.clone();
        match self.failure {
            Some(source) => AcquireError::Store { key: name, source },
            None if self.held || holder.is_some() => {
                let here = here
                    .into_iter()
                    .find(|hold| holder.as_ref().is_none_or(|holder| holder.owner == hold.owner));
                AcquireError::Timeout {
                    key: name,
                    waited,
                    attempts,
                    holder: holder.map(Box::new),
                    held_here: here.is_some(),
                    same_task: here.is_some_and(|hold| hold.is_of_this_task()),
                }
            }
            None => AcquireError::Store { key: name, source: StoreError::no_answer(waited) },
        }
    }
}
