//! What is done to a store, and how fast time goes meanwhile.

use std::time::Duration;

use crate::model::{InvalidDuration, Ttl};

/// One call by one of [`OWNERS`](Self::OWNERS) owners about one of [`KEYS`](Self::KEYS) keys, or a while without calls.
///
/// A ttl is a number of ticks; `None` is never.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields of the requests of the same names")]
pub enum Step {
    Acquire {
        key: u8,
        owner: u8,
        ttl: Option<u32>,
        label: u8,
    },
    Extend {
        key: u8,
        owner: u8,
        ttl: Option<u32>,
    },
    Release {
        key: u8,
        owner: u8,
    },
    Rotate {
        key: u8,
        from: u8,
        to: u8,
        ttl: Option<u32>,
        label: u8,
        /// How far from the highest token of the key; `None` asks for none.
        above: Option<i64>,
    },
    ForceRelease {
        key: u8,
    },
    /// Left out where the store does not claim it.
    AskRelease {
        key: u8,
        reason: u8,
    },
    Inspect {
        key: u8,
    },
    List,
    /// Nothing is called for this many ticks.
    Pass {
        ticks: u32,
    },
}

impl Step {
    /// How many keys there are.
    pub const KEYS: u8 = 2;
    /// How many owners there are.
    pub const OWNERS: u8 = 3;

    /// The step that six dice make: the first says which call, the others its fields. Lower numbers make simpler steps,
    /// so that what fails is shrunk with them.
    pub fn drawn(dice: [u8; 6], pace: &Pace) -> Self {
        let [kind, key, owner, ttl, label, more] = dice;
        let (key, owner) = (key % Self::KEYS, owner % Self::OWNERS);
        let ttl = pace.ttls[usize::from(ttl) % pace.ttls.len()];
        let label = label % 4;
        match kind % 16 {
            0..=3 => Self::Acquire { key, owner, ttl, label },
            4 | 5 => Self::Release { key, owner },
            6 | 7 => Self::Extend { key, owner, ttl },
            8 | 9 => Self::Pass { ticks: pace.pauses[usize::from(more) % pace.pauses.len()] },
            10 => Self::ForceRelease { key },
            11 => Self::Inspect { key },
            12 => Self::List,
            13 => Self::AskRelease { key, reason: label },
            _ => {
                let to = more % Self::OWNERS;
                let above = [None, None, Some(0), Some(-1), Some(1_000)][usize::from(more / 8) % 5];
                Self::Rotate { key, from: owner, to, ttl, label, above }
            }
        }
    }

    /// A sequence of random steps, always the same for a seed.
    pub fn sequence(seed: u64, len: usize, pace: &Pace) -> Vec<Self> {
        let mut random = fastrand::Rng::with_seed(seed);
        let draw = |_| {
            let mut dice = [0; 6];
            random.fill(&mut dice);
            Self::drawn(dice, pace)
        };
        (0..len).map(draw).collect()
    }
}

/// How long a tick is, and which ttls and pauses there are.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Pace {
    /// The unit of ttls and pauses.
    pub tick: Duration,
    /// How far an expiry may be from where it should be: what the clocks of store and test differ by, and what the store
    /// rounds. In that time a lock may run and may have lapsed; the store's answer decides.
    pub blur: Duration,
    /// The ttls, in ticks; `None` is never.
    pub ttls: Vec<Option<u32>>,
    /// The pauses, in ticks.
    pub pauses: Vec<u32>,
}

impl Pace {
    /// For a store that goes by tokio's clock, paused: nothing is in doubt, the moment of expiry neither.
    pub fn exact() -> Self {
        Self {
            tick: Duration::from_millis(10),
            blur: Duration::ZERO,
            ttls: vec![Some(5), Some(1), Some(2), Some(3), Some(8), None],
            pauses: vec![1, 2, 3, 5],
        }
    }

    /// For a store with a clock of its own: locks lapse in `short` or, as far as this is concerned, not at all.
    pub fn real(short: Duration, blur: Duration) -> Self {
        Self { tick: short, blur, ttls: vec![Some(1), Some(36_000), None], pauses: vec![2] }
    }

    pub(super) fn length(&self, ticks: u32) -> Duration {
        self.tick.saturating_mul(ticks)
    }

    pub(super) fn ttl(&self, ticks: Option<u32>) -> Result<Ttl, InvalidDuration> {
        ticks.map_or(Ok(Ttl::Never), |ticks| Ttl::new(self.length(ticks)))
    }
}
