//! Makes the calls.

use std::{error::Error, fmt, time::Duration};

use tokio::time::sleep;

use super::{
    Pace, Step,
    reference::{Answer, Reference, Seen, Span, lifted},
};
use crate::{
    model::{Label, LockKey, Owner, Ttl, clock::BootInstant},
    store::{
        Acquire, AcquireReply, AskRelease, AskReply, Extend, ExtendReply, ForceRelease, ForceReply, HeldKey,
        Holder, Inspect, List, LockStore, Release, ReleaseReply, Rotate, RotateReply, StoreError,
    },
};

/// A store that answered otherwise than the reference, with all calls up to there.
#[derive(Debug)]
pub struct Divergence {
    story: Vec<String>,
    why: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the store diverges from the reference:")?;
        for line in &self.story {
            writeln!(f, "  {line}")?;
        }
        f.write_str(&self.why)
    }
}

impl Error for Divergence {}

/// Makes the calls one after the other, on keys that nobody else has, and compares each answer with the reference's. They
/// go to these handles in turn, which have to be handles to the same locks.
///
/// # Errors
/// At the first answer that is wrong, or is a [`StoreError`](crate::StoreError).
///
/// # Cancel safety
/// Can be dropped at any time; locks that were taken stay until they lapse, those that never do for good.
pub async fn play(stores: &[&dyn LockStore], pace: &Pace, steps: &[Step]) -> Result<(), Divergence> {
    let mut player = Player::new(pace);
    // Nothing is left behind.
    let last = (0..Step::KEYS).map(|key| Step::ForceRelease { key });
    for (step, store) in steps.iter().cloned().chain(last).zip(stores.iter().cycle()) {
        if let Err(why) = player.make(*store, &step).await {
            return Err(Divergence { story: player.story, why });
        }
    }
    Ok(())
}

struct Player<'a> {
    pace: &'a Pace,
    reference: Reference,
    /// Where the reference's clock began.
    started: BootInstant,
    /// What all keys of this game begin with.
    prefix: String,
    owners: Vec<Owner>,
    story: Vec<String>,
}

impl<'a> Player<'a> {
    fn new(pace: &'a Pace) -> Self {
        Self {
            pace,
            reference: Reference::new(pace.clone()),
            started: BootInstant::now(),
            prefix: format!("model:{}:", Owner::unique()),
            owners: (0..Step::OWNERS).map(|_| Owner::unique()).collect(),
            story: Vec::new(),
        }
    }

    async fn make(&mut self, store: &dyn LockStore, step: &Step) -> Result<(), String> {
        let begin = self.now();
        let answer = self.call(store, step).await;
        let span = Span { begin, end: self.now() };
        let line = match &answer {
            Ok(Some(answer)) => format!("{begin:?} {step:?} -> {answer:?}"),
            Ok(None) => format!("{begin:?} {step:?}"),
            Err(error) => format!("{begin:?} {step:?} -> {error}"),
        };
        self.story.push(line);
        answer?.map_or(Ok(()), |answer| self.reference.judge(step, span, &answer))
    }

    fn now(&self) -> Duration {
        BootInstant::now().since(self.started)
    }

    /// The store's answer; none if it was not asked.
    async fn call(&self, store: &dyn LockStore, step: &Step) -> Result<Option<Answer>, String> {
        let answer = match *step {
            Step::Acquire { key, owner, ttl, label } => {
                let request =
                    Acquire::new(self.key(key)?, self.owner(owner), label_of(label), self.ttl(ttl)?);
                match store.acquire(request).await.map_err(told)? {
                    AcquireReply::Granted { token } => Answer::Granted(token),
                    AcquireReply::Held { remaining, holder } => {
                        let holder = holder.map(|holder| self.seen(&holder)).transpose()?;
                        Answer::Held { remaining, holder }
                    }
                }
            }
            Step::Extend { key, owner, ttl } => {
                let request = Extend::new(self.key(key)?, self.owner(owner), self.ttl(ttl)?);
                match store.extend(request).await.map_err(told)? {
                    ExtendReply::Extended { asked } => {
                        Answer::Extended { asked: asked.as_ref().map(number_of).transpose()? }
                    }
                    ExtendReply::NotHeld => Answer::NotHeld,
                }
            }
            Step::Release { key, owner } => {
                let request = Release::new(self.key(key)?, self.owner(owner));
                match store.release(request).await.map_err(told)? {
                    ReleaseReply::Released => Answer::Done,
                    ReleaseReply::NotHeld => Answer::NotHeld,
                }
            }
            Step::Rotate { key, from, to, ttl, label, above } => {
                let above = above.map(|offset| lifted(self.reference.highest_token(key), offset));
                let (from, to) = (self.owner(from), self.owner(to));
                let request = Rotate::new(self.key(key)?, from, to, label_of(label), self.ttl(ttl)?, above);
                match store.rotate(request).await.map_err(told)? {
                    RotateReply::Granted { token } => Answer::Granted(token),
                    RotateReply::NotHeld => Answer::NotHeld,
                }
            }
            Step::ForceRelease { key } => {
                match store.force_release(ForceRelease::new(self.key(key)?)).await.map_err(told)? {
                    ForceReply::Forced { token } => Answer::Forced(token),
                    ForceReply::NotHeld => Answer::NotHeld,
                }
            }
            Step::AskRelease { .. } if !store.capabilities().asking => return Ok(None),
            Step::AskRelease { key, reason } => {
                let request = AskRelease::new(self.key(key)?, label_of(reason));
                match store.ask_release(request).await.map_err(told)? {
                    AskReply::Asked => Answer::Done,
                    AskReply::NotHeld => Answer::NotHeld,
                }
            }
            Step::Inspect { key } => {
                let holder = store.inspect(Inspect::new(self.key(key)?)).await.map_err(told)?;
                Answer::Holder(holder.map(|holder| self.seen(&holder)).transpose()?)
            }
            Step::List => {
                let request = List::new(self.prefix.clone(), None, 100);
                let lines = store.list(request).await.map_err(told)?;
                let read = |line: &HeldKey| {
                    let number =
                        line.key.as_str().strip_prefix(&self.prefix).and_then(|key| key.parse().ok());
                    let key = number.ok_or_else(|| format!("{} is not one of our keys", line.key))?;
                    Ok((key, self.seen(&line.holder)?))
                };
                Answer::Listed(lines.iter().map(read).collect::<Result<_, String>>()?)
            }
            Step::Pass { ticks } => {
                sleep(self.pace.length(ticks)).await;
                return Ok(None);
            }
        };
        Ok(Some(answer))
    }

    fn key(&self, key: u8) -> Result<LockKey, String> {
        LockKey::new(format!("{}{key}", self.prefix)).map_err(|error| error.to_string())
    }

    fn owner(&self, owner: u8) -> Owner {
        self.owners[usize::from(owner % Step::OWNERS)].clone()
    }

    fn ttl(&self, ttl: Option<u32>) -> Result<Ttl, String> {
        self.pace.ttl(ttl).map_err(|error| error.to_string())
    }

    fn seen(&self, holder: &Holder) -> Result<Seen, String> {
        let owner = (0..Step::OWNERS).find(|owner| self.owner(*owner) == holder.owner);
        Ok(Seen {
            owner: owner.ok_or_else(|| format!("{} is none of our owners", holder.owner))?,
            label: number_of(&holder.label)?,
            token: holder.token,
            since: holder.since,
            remaining: holder.remaining,
            asked: holder.asked.as_ref().map(number_of).transpose()?,
        })
    }
}

fn label_of(label: u8) -> Label {
    Label::from(["one", "two", "drei — §", ""][usize::from(label % 4)])
}

fn number_of(label: &Label) -> Result<u8, String> {
    let number = (0..4).find(|number| label_of(*number) == *label);
    number.ok_or_else(|| format!("{label:?} is none of our labels"))
}

fn told(error: StoreError) -> String {
    format!("expected an answer, not an error: {error}")
}
