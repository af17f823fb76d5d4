use std::{
    collections::{BTreeMap, hash_map::Entry::Occupied},
    time::Duration,
};

use super::Epoch;
use crate::{
    model::{FencingToken, Label, LockKey, Owner, TokenExhausted, Ttl, clock::BootInstant},
    store::{
        Acquire, AcquireReply, AskRelease, AskReply, Extend, ExtendReply, ForceReply, Holder, List, Release,
        Rotate, RotateReply, sharded::KeyMap,
    },
};

/// The locks of one part of the store, as plain functions of the time.
#[derive(Debug)]
pub(super) struct Shard {
    slots: KeyMap<Slot>,
    /// The highest token given out here. It outlives the slots, so that tokens rise although slots go away.
    last: FencingToken,
    /// Lapsed slots are swept out when there are this many.
    sweep_at: usize,
}

#[derive(Debug)]
struct Slot {
    owner: Owner,
    label: Label,
    token: FencingToken,
    since: BootInstant,
    /// `None` for never.
    expires: Option<BootInstant>,
    /// Why somebody asks for it.
    asked: Option<Label>,
}

impl Slot {
    fn runs(&self, now: BootInstant) -> bool {
        self.expires.is_none_or(|at| now < at)
    }

    fn remaining(&self, now: BootInstant) -> Option<Duration> {
        self.expires.map(|at| at.since(now))
    }

    fn holder(&self, now: BootInstant, epoch: &Epoch) -> Holder {
        let since = std::time::UNIX_EPOCH + Duration::from_micros(epoch.micros(self.since));
        Holder::new(self.owner.clone(), self.label.clone(), self.token, since, self.remaining(now))
            .with_asked(self.asked.clone())
    }
}

impl Default for Shard {
    fn default() -> Self {
        Self { slots: KeyMap::default(), last: FencingToken::ZERO, sweep_at: Self::SWEEP_MIN }
    }
}

impl Shard {
    const SWEEP_MIN: usize = 64;

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn acquire(
        &mut self,
        request: Acquire,
        now: BootInstant,
        epoch: &Epoch,
    ) -> Result<AcquireReply, TokenExhausted> {
        let Acquire { key, owner, label, ttl } = request;
        let expires = expiry(now, ttl);
        self.sweep(now);
        match self.slots.entry(key) {
            Occupied(entry) if entry.get().runs(now) => {
                let slot = entry.into_mut();
                if slot.owner != owner {
                    return Ok(AcquireReply::Held {
                        remaining: slot.remaining(now),
                        holder: Some(slot.holder(now, epoch)),
                    });
                }
                slot.expires = slot.expires.zip(expires).map(|(old, new)| old.max(new));
                Ok(AcquireReply::Granted { token: slot.token })
            }
            entry => {
                let token = mint(&mut self.last, FencingToken::ZERO, now, epoch)?;
                entry.insert_entry(Slot { owner, label, token, since: now, expires, asked: None });
                Ok(AcquireReply::Granted { token })
            }
        }
    }

    pub(super) fn extend(&mut self, request: &Extend, now: BootInstant) -> ExtendReply {
        match self.running(&request.key, now) {
            Some(slot) if slot.owner == request.owner => {
                slot.expires = expiry(now, request.ttl);
                ExtendReply::Extended { asked: slot.asked.clone() }
            }
            _ => ExtendReply::NotHeld,
        }
    }

    /// The key, if it is free now.
    pub(super) fn release(&mut self, request: Release, now: BootInstant) -> Option<LockKey> {
        let Release { key, owner } = request;
        match self.slots.entry(key) {
            Occupied(entry) if entry.get().runs(now) && entry.get().owner == owner => {
                Some(entry.remove_entry().0)
            }
            _ => None,
        }
    }

    pub(super) fn rotate(
        &mut self,
        request: Rotate,
        now: BootInstant,
        epoch: &Epoch,
    ) -> Result<RotateReply, TokenExhausted> {
        let above = request.above.unwrap_or(FencingToken::ZERO);
        let asked = match self.running(&request.key, now) {
            Some(slot) if slot.owner == request.to && slot.token > above => {
                return Ok(RotateReply::Granted { token: slot.token });
            }
            // Another owner has not been asked.
            Some(slot) if slot.owner == request.to => slot.asked.take(),
            Some(slot) if slot.owner == request.from => None,
            _ => return Ok(RotateReply::NotHeld),
        };
        let token = mint(&mut self.last, above, now, epoch)?;
        let Rotate { key, to: owner, label, ttl, .. } = request;
        self.slots.insert(key, Slot { owner, label, token, since: now, expires: expiry(now, ttl), asked });
        Ok(RotateReply::Granted { token })
    }

    pub(super) fn force_release(
        &mut self,
        key: &LockKey,
        now: BootInstant,
        epoch: &Epoch,
    ) -> Result<ForceReply, TokenExhausted> {
        if self.running(key, now).is_none() {
            return Ok(ForceReply::NotHeld);
        }
        let token = mint(&mut self.last, FencingToken::ZERO, now, epoch)?;
        self.slots.remove(key);
        Ok(ForceReply::Forced { token })
    }

    pub(super) fn ask_release(&mut self, request: AskRelease, now: BootInstant) -> AskReply {
        match self.running(&request.key, now) {
            Some(slot) => {
                slot.asked = Some(request.reason);
                AskReply::Asked
            }
            None => AskReply::NotHeld,
        }
    }

    pub(super) fn inspect(&mut self, key: &LockKey, now: BootInstant, epoch: &Epoch) -> Option<Holder> {
        self.running(key, now).map(|slot| slot.holder(now, epoch))
    }

    /// Adds what is held here to the `lowest` keys of a list.
    pub(super) fn list(
        &self,
        request: &List,
        now: BootInstant,
        epoch: &Epoch,
        lowest: &mut BTreeMap<LockKey, Holder>,
    ) {
        for (key, slot) in &self.slots {
            let is_full = lowest.len() >= request.limit;
            if !key.as_str().starts_with(&request.prefix)
                || request.after.as_ref().is_some_and(|after| key <= after)
                || is_full && lowest.last_key_value().is_none_or(|(last, _)| key > last)
                || !slot.runs(now)
            {
                continue;
            }
            if is_full {
                lowest.pop_last();
            }
            lowest.insert(key.clone(), slot.holder(now, epoch));
        }
    }

    fn running(&mut self, key: &LockKey, now: BootInstant) -> Option<&mut Slot> {
        self.slots.get_mut(key).filter(|slot| slot.runs(now))
    }

    /// Drops what lapsed and was never released; the cost is spread over as many insertions.
    fn sweep(&mut self, now: BootInstant) {
        if self.slots.len() >= self.sweep_at {
            self.slots.retain(|_, slot| slot.runs(now));
            self.sweep_at = (self.slots.len() * 2).max(Self::SWEEP_MIN);
        }
    }
}

fn mint(
    last: &mut FencingToken,
    above: FencingToken,
    now: BootInstant,
    epoch: &Epoch,
) -> Result<FencingToken, TokenExhausted> {
    *last = FencingToken::next((*last).max(above), epoch.micros(now))?;
    Ok(*last)
}

fn expiry(now: BootInstant, ttl: Ttl) -> Option<BootInstant> {
    ttl.as_duration().and_then(|ttl| now.checked_add(ttl))
}
