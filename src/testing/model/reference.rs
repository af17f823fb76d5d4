//! The reference: who holds what until when. It grants nothing itself; it says whether an answer is right, and goes on
//! from there.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    time::{Duration, SystemTime},
};

use super::{Pace, Step};
use crate::model::FencingToken;

/// What a store said, with keys, owners and labels as numbers.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Granted(FencingToken),
    Held {
        remaining: Option<Duration>,
        holder: Option<Seen>,
    },
    Extended {
        asked: Option<u8>,
    },
    /// Released, asked.
    Done,
    NotHeld,
    Forced(FencingToken),
    Holder(Option<Seen>),
    Listed(Vec<(u8, Seen)>),
}

/// A holder as the store describes it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) owner: u8,
    pub(super) label: u8,
    pub(super) token: FencingToken,
    pub(super) since: SystemTime,
    pub(super) remaining: Option<Duration>,
    pub(super) asked: Option<u8>,
}

/// When a call was made: it took effect at some moment from `begin` to `end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) begin: Duration,
    pub(super) end: Duration,
}

#[derive(Clone, Debug)]
pub(super) struct Reference {
    pace: Pace,
    locks: BTreeMap<u8, Lock>,
    /// The highest token of each key so far.
    tokens: BTreeMap<u8, FencingToken>,
}

#[derive(Clone, Debug)]
struct Lock {
    owner: u8,
    label: u8,
    token: FencingToken,
    /// As the store first told it.
    since: Option<SystemTime>,
    /// The earliest and the latest moment at which it may lapse; `None` for never.
    ends: Option<(Duration, Duration)>,
    /// The reason why its owner was last asked to let go.
    asked: Option<u8>,
}

impl Lock {
    fn surely_runs(&self, span: Span) -> bool {
        self.ends.is_none_or(|(earliest, _)| span.end < earliest)
    }

    fn has_surely_lapsed(&self, span: Span) -> bool {
        self.ends.is_some_and(|(_, latest)| span.begin >= latest)
    }
}

impl Reference {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, locks: BTreeMap::new(), tokens: BTreeMap::new() }
    }

    pub(super) fn highest_token(&self, key: u8) -> FencingToken {
        self.tokens.get(&key).copied().unwrap_or(FencingToken::ZERO)
    }

    /// Says what is wrong with an answer, if anything is.
    ///
    /// A lock whose end falls into the time of the call may run and may have lapsed: either is right, and the answer
    /// says which it was.
    pub(super) fn judge(&mut self, step: &Step, span: Span, answer: &Answer) -> Result<(), String> {
        self.locks.retain(|_, lock| !lock.has_surely_lapsed(span));
        let in_doubt = |(key, lock): (&u8, &Lock)| (!lock.surely_runs(span)).then_some(*key);
        let doubtful: Vec<u8> = self.locks.iter().filter_map(in_doubt).collect();
        let mut wrong = None;
        for lapsed in 0_u32..1 << doubtful.len() {
            let mut next = self.clone();
            for (at, key) in doubtful.iter().enumerate() {
                if lapsed & (1 << at) != 0 {
                    next.locks.remove(key);
                }
            }
            match next.follow(step, span, answer) {
                Ok(()) => {
                    *self = next;
                    return Ok(());
                }
                Err(why) => wrong = wrong.or(Some(why)),
            }
        }
        wrong.map_or(Ok(()), Err)
    }

    /// The same with every lock either running or gone.
    fn follow(&mut self, step: &Step, span: Span, answer: &Answer) -> Result<(), String> {
        match *step {
            Step::Acquire { key, owner, ttl, label } => {
                let ends = self.ends(ttl, span);
                match (self.locks.get_mut(&key), answer) {
                    (None, Answer::Granted(token)) => self.grant(key, owner, label, *token, ends),
                    (Some(lock), Answer::Granted(token)) if lock.owner == owner => {
                        lock.ends =
                            lock.ends.zip(ends).map(|(old, new)| (old.0.max(new.0), old.1.max(new.1)));
                        same("the token that the owner has", &lock.token, token)
                    }
                    (Some(lock), Answer::Held { remaining, holder }) if lock.owner != owner => {
                        time_left(lock, *remaining, span)?;
                        holder.as_ref().map_or(Ok(()), |seen| described(lock, seen, span, &self.pace))
                    }
                    (lock, _) => differs("a grant if it is free or the owner's, else `Held`", lock),
                }
            }
            Step::Extend { key, owner, ttl } => {
                let ends = self.ends(ttl, span);
                match (self.locks.get_mut(&key), answer) {
                    (Some(lock), Answer::Extended { asked }) if lock.owner == owner => {
                        lock.ends = ends;
                        same("the reason why it was asked for", &lock.asked, asked)
                    }
                    (Some(lock), Answer::NotHeld) if lock.owner != owner => Ok(()),
                    (None, Answer::NotHeld) => Ok(()),
                    (lock, _) => differs("`Extended` if it is the owner's, else `NotHeld`", lock),
                }
            }
            Step::Release { key, owner } => match (self.locks.get(&key), answer) {
                (Some(lock), Answer::Done) if lock.owner == owner => {
                    self.locks.remove(&key);
                    Ok(())
                }
                (Some(lock), Answer::NotHeld) if lock.owner != owner => Ok(()),
                (None, Answer::NotHeld) => Ok(()),
                (lock, _) => differs("`Released` if it is the owner's, else `NotHeld`", lock),
            },
            Step::Rotate { key, from, to, ttl, label, above } => {
                let above = above.map(|offset| lifted(self.highest_token(key), offset));
                let above = above.unwrap_or(FencingToken::ZERO);
                match (self.locks.get(&key), answer) {
                    (Some(lock), Answer::Granted(token)) if lock.owner == to && lock.token > above => {
                        same("the token that the new owner has already", &lock.token, token)
                    }
                    (Some(lock), Answer::Granted(token)) if lock.owner == from || lock.owner == to => {
                        if *token <= above {
                            return Err(format!("expected a token above {above}, which was asked for"));
                        }
                        // Who gets it has not been asked.
                        let asked = lock.asked.filter(|_| lock.owner == to);
                        self.grant(key, to, label, *token, self.ends(ttl, span))?;
                        self.locks.entry(key).and_modify(|lock| lock.asked = asked);
                        Ok(())
                    }
                    (Some(lock), Answer::NotHeld) if lock.owner != from && lock.owner != to => Ok(()),
                    (None, Answer::NotHeld) => Ok(()),
                    (lock, _) => differs("a grant if it is one of the two owners', else `NotHeld`", lock),
                }
            }
            Step::ForceRelease { key } => match (self.locks.remove(&key), answer) {
                (Some(_), Answer::Forced(token)) => self.rises(key, *token),
                (None, Answer::NotHeld) => Ok(()),
                (lock, _) => differs("`Forced` if it is held, else `NotHeld`", lock),
            },
            Step::AskRelease { key, reason } => match (self.locks.get_mut(&key), answer) {
                (Some(lock), Answer::Done) => {
                    lock.asked = Some(reason);
                    Ok(())
                }
                (None, Answer::NotHeld) => Ok(()),
                (lock, _) => differs("`Asked` if it is held, else `NotHeld`", lock),
            },
            Step::Inspect { key } => match (self.locks.get_mut(&key), answer) {
                (Some(lock), Answer::Holder(Some(seen))) => described(lock, seen, span, &self.pace),
                (None, Answer::Holder(None)) => Ok(()),
                (lock, _) => differs("the holder if it is held, else none", lock),
            },
            Step::List => {
                let Answer::Listed(lines) = answer else { return differs("lines", &self.locks) };
                let mut listed: Vec<u8> = lines.iter().map(|(key, _)| *key).collect();
                listed.sort_unstable();
                same("each held key once", &self.locks.keys().copied().collect(), &listed)?;
                for ((_, lock), (_, seen)) in self.locks.iter_mut().zip(in_order(lines)) {
                    described(lock, seen, span, &self.pace)?;
                }
                Ok(())
            }
            Step::Pass { .. } => Ok(()),
        }
    }

    fn grant(
        &mut self,
        key: u8,
        owner: u8,
        label: u8,
        token: FencingToken,
        ends: Option<(Duration, Duration)>,
    ) -> Result<(), String> {
        self.rises(key, token)?;
        self.locks.insert(key, Lock { owner, label, token, since: None, ends, asked: None });
        Ok(())
    }

    fn rises(&mut self, key: u8, token: FencingToken) -> Result<(), String> {
        let before = self.highest_token(key);
        self.tokens.insert(key, token);
        if token > before {
            Ok(())
        } else {
            Err(format!("expected a token above {before}, the last of the key"))
        }
    }

    fn ends(&self, ttl: Option<u32>, span: Span) -> Option<(Duration, Duration)> {
        let ttl = self.pace.length(ttl?);
        Some(((span.begin + ttl).saturating_sub(self.pace.blur), span.end + ttl + self.pace.blur))
    }
}

/// The token that a rotation asks to be above of.
pub(super) fn lifted(token: FencingToken, offset: i64) -> FencingToken {
    FencingToken::new(token.get().saturating_add_signed(offset)).unwrap_or(token)
}

fn in_order(lines: &[(u8, Seen)]) -> impl Iterator<Item = &(u8, Seen)> {
    let mut lines: Vec<_> = lines.iter().collect();
    lines.sort_unstable_by_key(|(key, _)| *key);
    lines.into_iter()
}

fn described(lock: &mut Lock, seen: &Seen, span: Span, pace: &Pace) -> Result<(), String> {
    same("the owner", &lock.owner, &seen.owner)?;
    same("the label of the grant", &lock.label, &seen.label)?;
    same("the token of the grant", &lock.token, &seen.token)?;
    same("the reason why it was asked for", &lock.asked, &seen.asked)?;
    time_left(lock, seen.remaining, span)?;
    let since = *lock.since.get_or_insert(seen.since);
    let moved = seen.since.duration_since(since).unwrap_or_else(|earlier| earlier.duration());
    if moved <= pace.blur { Ok(()) } else { same("the moment of the grant", &since, &seen.since) }
}

fn time_left(lock: &Lock, remaining: Option<Duration>, span: Span) -> Result<(), String> {
    match (lock.ends, remaining) {
        (None, None) => Ok(()),
        (Some((earliest, latest)), Some(remaining)) => {
            let (least, most) = (earliest.saturating_sub(span.end), latest.saturating_sub(span.begin));
            if (least..=most).contains(&remaining) {
                return Ok(());
            }
            Err(format!("expected {least:?} to {most:?} to be left, not {remaining:?}"))
        }
        (ends, _) => {
            let time = if ends.is_some() { "some time" } else { "no end" };
            Err(format!("expected {time} to be left, not {remaining:?}"))
        }
    }
}

fn same<T: PartialEq + Debug>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("expected {what}: {expected:?}, not {found:?}")) }
}

fn differs(expected: &str, held: impl Debug) -> Result<(), String> {
    Err(format!("expected {expected}; held by now: {held:?}"))
}
