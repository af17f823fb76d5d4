use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::sync::Notify;

use super::{hold::Hold, looks::Looks, registry::Stand};
use crate::model::{FencingToken, Owner, clock::BootInstant};

/// A lock is handed on inside this service at least this often in a row, and then for as long as a `chain` may last,
/// before others get a chance.
const HANDOVERS: u32 = 64;
/// But not more often than this, should the clock stand still.
const MAX_HANDOVERS: u32 = 4_096;

/// What this service knows of one key.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// The last grant that is not over.
    pub(super) hold: Option<Arc<Hold>>,
    /// Somebody speaks to the store about a key for which nobody stood in line.
    pub(super) trying: bool,
    pub(super) contention: Option<Box<Contention>>,
    pub(super) past: Option<Box<Past>>,
}

/// What only keys need that were handed on or freed by force.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// How often it was handed on in a row, and since when.
    handovers: u32,
    handed_on_since: Option<BootInstant>,
    /// The token of the last time that it was freed by force from here: what was granted below that is over.
    pub(super) forced: Option<FencingToken>,
}

/// What only contended keys need.
#[derive(Debug, Default)]
pub(super) struct Contention {
    /// Who waits, in the order in which they came; the first speaks to the store.
    pub(super) line: BTreeMap<u64, Arc<Waiter>>,
    pub(super) next: u64,
    /// Acquisitions that were given up before the store had answered.
    pub(super) abandoned: usize,
    /// Holds that are not over and of which the store never said that they were granted.
    pub(super) doubtful: usize,
    /// When the store was last asked.
    pub(super) looked_at: Option<BootInstant>,
    pub(super) looks: Arc<Looks>,
}

/// Somebody in line.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) woken: Notify,
    /// There was a hint from the store, so what is known here may be out of date.
    pub(super) hinted: AtomicBool,
    pub(super) looks: Arc<Looks>,
    /// The user's own owner, for whom this waits: who gets the lock as soon as any lease of the same owner has it.
    pub(super) seat: Option<Owner>,
}

impl Entry {
    /// Whether a grant under this token was freed by force before its answer came.
    pub(super) fn is_forced(&self, token: FencingToken) -> bool {
        self.past.as_ref().and_then(|past| past.forced).is_some_and(|forced| token < forced)
    }

    pub(super) fn contention(&mut self) -> &mut Contention {
        self.contention.get_or_insert_default()
    }

    pub(super) fn line_is_empty(&self) -> bool {
        self.contention.as_ref().is_none_or(|contention| contention.line.is_empty())
    }

    pub(super) fn line_up(&mut self, in_front: bool, seat: Option<&Owner>) -> Stand {
        if let Some(hold) = &self.hold {
            hold.somebody_waits();
        }
        let contention = self.contention();
        // Number 0 is for the one who came when nobody was there; numbers begin anew with an empty line.
        contention.next = if contention.line.is_empty() { 1 } else { contention.next };
        let number = if in_front { 0 } else { contention.next };
        contention.next = contention.next.max(number + 1);
        let looks = Arc::clone(&contention.looks);
        let waiter = Arc::new(Waiter {
            woken: Notify::new(),
            hinted: AtomicBool::new(false),
            looks,
            seat: seat.cloned(),
        });
        contention.line.insert(number, Arc::clone(&waiter));
        Stand::InLine { number, waiter }
    }

    /// Takes somebody out of line. Gives who is the first then.
    pub(super) fn leave(&mut self, stand: &Stand) -> Option<Arc<Waiter>> {
        match stand {
            Stand::Trying { .. } => self.trying = false,
            Stand::InLine { number, .. } => {
                if let Some(contention) = &mut self.contention {
                    contention.line.remove(number);
                }
            }
            Stand::Left => {}
        }
        let next = self.first();
        if let (Some(next), Stand::InLine { waiter, .. }) = (&next, stand)
            && waiter.hinted.load(SeqCst)
        {
            // The hint was for whoever comes first.
            next.hinted.store(true, SeqCst);
        }
        next
    }

    /// Takes note of a look at the store, if there is anybody to whom it matters.
    pub(super) fn looked(&mut self, at: BootInstant) -> Option<Arc<Looks>> {
        let contention = self.contention.as_mut()?;
        contention.looked_at = Some(at);
        contention.looks.made.fetch_add(1, SeqCst);
        Some(Arc::clone(&contention.looks))
    }

    pub(super) fn first(&self) -> Option<Arc<Waiter>> {
        self.contention.as_ref()?.line.values().next().cloned()
    }

    pub(super) fn first_number(&self) -> Option<u64> {
        self.contention.as_ref()?.line.keys().next().copied()
    }

    /// Who may take a hold over, unless others should have a chance.
    pub(super) fn heir_of(&self, hold: &Arc<Hold>, chain: Duration) -> Option<Arc<Waiter>> {
        if self.is_last(hold) { self.first().filter(|_| self.may_hand_over(chain)) } else { None }
    }

    pub(super) fn may_hand_over(&self, chain: Duration) -> bool {
        self.past.as_ref().is_none_or(|past| {
            past.handovers < HANDOVERS
                || past.handovers < MAX_HANDOVERS
                    && past.handed_on_since.is_some_and(|since| BootInstant::now().since(since) < chain)
        })
    }

    /// It was handed on inside this service, at this time.
    pub(super) fn handed_on(&mut self, at: BootInstant) {
        let past = self.past.get_or_insert_default();
        if past.handovers == 0 {
            past.handed_on_since = Some(at);
        }
        past.handovers += 1;
    }

    /// Others had their chance.
    pub(super) fn begin_anew(&mut self) {
        if let Some(past) = &mut self.past {
            past.handovers = 0;
        }
    }

    pub(super) fn is_last(&self, hold: &Arc<Hold>) -> bool {
        self.hold.as_ref().is_some_and(|last| Arc::ptr_eq(last, hold))
    }

    /// Nothing is left to be done for a hold.
    pub(super) fn forget(&mut self, hold: &Arc<Hold>) {
        if self.is_last(hold) {
            self.hold = None;
        }
    }

    pub(super) fn tidy(&mut self) {
        if self.contention.as_ref().is_some_and(|contention| {
            contention.line.is_empty() && contention.abandoned + contention.doubtful == 0
        }) {
            self.contention = None;
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.hold.is_none() && !self.trying && self.contention.is_none()
    }
}
