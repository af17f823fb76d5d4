//! What this service knows of each key: who waits here, what it holds, and what it has not heard back about.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use super::{
    entry::{Entry, Waiter},
    hold::Hold,
    looks::tell,
    phase::Phase,
};
use crate::{
    model::{Deadline, LockKey, Owner, clock::BootInstant},
    store::sharded::{KeyMap, Sharded},
};

#[derive(Debug, Default)]
pub(super) struct Registry(pub(super) Sharded<KeyMap<Entry>>);

/// Where somebody stands.
#[derive(Debug)]
pub(super) enum Stand {
    /// Nobody was there before.
    Trying {
        /// Nothing at all was known about the key.
        unknown: bool,
    },
    /// In line.
    InLine { number: u64, waiter: Arc<Waiter> },
    /// Nowhere any more.
    Left,
}

/// What the first in line finds.
#[derive(Debug)]
pub(super) enum Opening {
    /// Nothing is known here: the store has to be asked.
    Ask,
    /// A guard of this service holds it.
    HeldHere(Arc<Hold>),
    /// A guard of this service has let go of it: it is the finder's to take over.
    TakeOver(Arc<Hold>),
    /// It was handed on here for long enough: others go first.
    StandBack,
    /// A call about this key is open; its answer is worth waiting for.
    Unsettled,
    /// So many calls have brought no answer that another one would only add to what must be cleaned up.
    Overdue,
}

/// How many holds of a key may be in doubt before nobody asks the store for it any more: each has to be released once
/// the store answers, and one that would never expire is not given up before that.
const DOUBTS: usize = 8;

impl Registry {
    /// Gets in line, or in front of an empty one.
    pub(super) fn enter(&self, key: &LockKey, seat: Option<&Owner>) -> Stand {
        let mut shard = self.0.of(key);
        let entry = shard.entry(key.clone()).or_default();
        if !entry.trying && entry.line_is_empty() {
            let unknown = entry.is_over();
            entry.trying = true;
            return Stand::Trying { unknown };
        }
        entry.line_up(false, seat)
    }

    /// From in front of an empty line into it.
    pub(super) fn stay(&self, key: &LockKey, seat: Option<&Owner>) -> Stand {
        let mut shard = self.0.of(key);
        let entry = shard.entry(key.clone()).or_default();
        entry.trying = false;
        entry.line_up(true, seat)
    }

    /// Goes away, with the lock or without.
    ///
    /// Gives back a hold that was offered to this waiter and that nobody is left to take over.
    pub(super) fn leave_line(&self, key: &LockKey, stand: &Stand) -> Option<Arc<Hold>> {
        let mut shard = self.0.of(key);
        let entry = shard.get_mut(key)?;
        let next = entry.leave(stand);
        let left = match &next {
            None => entry.hold.clone().filter(|hold| hold.phase() == Phase::Queued),
            Some(_) => None,
        };
        entry.tidy();
        if entry.is_over() {
            shard.remove(key);
        }
        drop(shard);
        wake(next.as_deref());
        left
    }

    /// Whether it is this one's turn.
    pub(super) fn is_first(&self, key: &LockKey, stand: &Stand) -> bool {
        match stand {
            Stand::Trying { .. } => true,
            Stand::InLine { number, .. } => {
                let shard = self.0.of(key);
                shard.get(key).is_some_and(|entry| !entry.trying && entry.first_number() == Some(*number))
            }
            Stand::Left => false,
        }
    }

    /// What there is to do for the first in line.
    pub(super) fn open(&self, key: &LockKey, chain: Duration) -> Opening {
        let mut shard = self.0.of(key);
        let Some(entry) = shard.get_mut(key) else { return Opening::Ask };
        let is_asked = entry.contention.as_ref().is_some_and(|contention| contention.abandoned > 0);
        let is_overdue = entry.contention.as_ref().is_some_and(|contention| contention.doubtful >= DOUBTS);
        match entry.hold.as_ref().map(|hold| (hold, hold.phase())) {
            Some((hold, Phase::Held)) if hold.is_running() => Opening::HeldHere(Arc::clone(hold)),
            _ if is_overdue => Opening::Overdue,
            Some((hold, Phase::Queued))
                if entry.may_hand_over(chain) && hold.advance(Phase::Queued, Phase::Taken) =>
            {
                Opening::TakeOver(Arc::clone(hold))
            }
            Some((_, Phase::Queued | Phase::Taken | Phase::Sent)) => Opening::Unsettled,
            _ if is_asked => Opening::Unsettled,
            Some((_, Phase::Held | Phase::Gone)) => Opening::Ask,
            None if entry.may_hand_over(chain) => Opening::Ask,
            None => {
                entry.begin_anew();
                Opening::StandBack
            }
        }
    }

    /// A new grant, to somebody who stands there and goes away with it, unless it has come too late. Says until when it
    /// is to be believed.
    pub(super) fn granted(
        &self,
        hold: &Arc<Hold>,
        stand: &Stand,
        taken_over: bool,
        at: BootInstant,
    ) -> Deadline {
        let mut shard = self.0.of(&hold.key);
        let Some(entry) = shard.get_mut(&hold.key) else { return Deadline::PASSED };
        if taken_over {
            entry.handed_on(at);
        } else {
            entry.begin_anew();
        }
        let looks = entry.looked(at);
        let mut lost = entry.hold.replace(Arc::clone(hold)).filter(|before| before.owner != hold.owner);
        if let Some(before) = lost.take_if(|before| before.is_running() && before.token() > hold.token()) {
            entry.hold = Some(before);
            lost = Some(Arc::clone(hold));
        }
        if entry.is_forced(hold.token()) {
            lost = Some(Arc::clone(hold));
        }
        let is_lost = lost.as_ref().is_some_and(|lost| Arc::ptr_eq(lost, hold));
        let deadline = if is_lost { Deadline::PASSED } else { hold.deadline() };
        let next = if deadline.had_passed(at) { None } else { entry.leave(stand) };
        if !entry.line_is_empty() {
            hold.somebody_waits();
        }
        entry.tidy();
        drop(shard);
        tell(looks);
        if let Some(lost) = lost {
            // Whatever its guard believes, the store has granted the lock anew since, or freed it.
            lost.end_renewal(Deadline::PASSED);
        }
        wake(next.as_deref());
        deadline
    }

    /// An acquisition was given up before the store had answered.
    pub(super) fn abandon(&self, key: &LockKey) {
        let mut shard = self.0.of(key);
        shard.entry(key.clone()).or_default().contention().abandoned += 1;
    }

    /// The store has answered it, with a grant that nobody wants any more or with none.
    pub(super) fn answered(&self, key: &LockKey, orphan: Option<&Arc<Hold>>) {
        self.change(key, |entry| {
            let contention = entry.contention();
            contention.abandoned = contention.abandoned.saturating_sub(1);
            let Some(orphan) = orphan else { return };
            contention.doubtful += usize::from(orphan.is_doubtful());
            // A call that was answered late says nothing about a lock that was granted since.
            if entry.hold.as_ref().is_none_or(|hold| !hold.is_running()) {
                entry.hold = Some(Arc::clone(orphan));
            }
        });
    }

    /// A hold is over.
    pub(super) fn settled(&self, hold: &Arc<Hold>) {
        self.change(&hold.key, |entry| {
            if let Some(contention) = entry.contention.as_mut().filter(|_| hold.is_doubtful()) {
                contention.doubtful = contention.doubtful.saturating_sub(1);
            }
            entry.forget(hold);
        });
    }

    /// A guard is gone: whether somebody here takes its hold over, who is told then.
    pub(super) fn offer(&self, hold: &Arc<Hold>, chain: Duration) -> bool {
        let shard = self.0.of(&hold.key);
        let next = shard.get(&hold.key).and_then(|entry| entry.heir_of(hold, chain));
        drop(shard);
        wake(next.as_deref());
        next.is_some()
    }

    /// The guard of this service that holds the lock.
    pub(super) fn held_here(&self, key: &LockKey) -> Option<Arc<Hold>> {
        self.0.of(key).get(key)?.hold.clone().filter(|hold| hold.is_running())
    }

    /// Nothing is left to be done for a hold.
    pub(super) fn forget(&self, hold: &Arc<Hold>) {
        self.change(&hold.key, |entry| entry.forget(hold));
    }

    /// The store has a hint for the first in line.
    pub(super) fn hint(&self, key: &LockKey) {
        let first = self.0.of(key).get(key).and_then(Entry::first);
        hint(first.as_deref());
    }

    /// The store has a hint for the first in every line.
    pub(super) fn hint_all(&self) {
        for shard in self.0.each() {
            let firsts: Vec<_> = shard.values().filter_map(Entry::first).collect();
            drop(shard);
            firsts.iter().for_each(|first| hint(Some(first)));
        }
    }

    /// There is something new about a key.
    pub(super) fn wake(&self, key: &LockKey) {
        let first = self.0.of(key).get(key).and_then(Entry::first);
        wake(first.as_deref());
    }

    /// Goes through what is held, and what is on its way out; `see` is called under the mutex of a shard.
    pub(super) fn each_hold(&self, mut see: impl FnMut(&Arc<Hold>)) {
        for shard in self.0.each() {
            shard.values().filter_map(|entry| entry.hold.as_ref()).for_each(&mut see);
        }
    }

    /// How many keys something is known about.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.each().map(|shard| shard.len()).sum()
    }

    /// Changes an entry, drops it if nothing is left in it, and lets the first in line look.
    fn change(&self, key: &LockKey, change: impl FnOnce(&mut Entry)) {
        let mut shard = self.0.of(key);
        let Some(entry) = shard.get_mut(key) else { return };
        change(entry);
        entry.tidy();
        let first = entry.first();
        if entry.is_over() {
            shard.remove(key);
        }
        drop(shard);
        wake(first.as_deref());
    }
}

/// Lets a waiter look again. Never under the mutex of its shard: a waker is somebody else's code.
fn wake(waiter: Option<&Waiter>) {
    if let Some(waiter) = waiter {
        waiter.woken.notify_one();
    }
}

/// Lets a waiter look again, at the store itself.
pub(super) fn hint(waiter: Option<&Waiter>) {
    if let Some(waiter) = waiter {
        waiter.hinted.store(true, SeqCst);
    }
    wake(waiter);
}
