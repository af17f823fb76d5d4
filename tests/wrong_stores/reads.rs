//! Wrong in telling who holds what, in the comparison of texts, in batches and in wake-ups.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use futures::{StreamExt, stream};
use lockproof::{
    Acquire, AcquireReply, BatchFuture, Extend, ExtendReply, ForceRelease, ForceReply, HeldKey, Holder,
    Inspect, List, LockKey, LockStore, MemoryStore, Owner, Release, ReleaseReply, StoreFuture, Ttl, Wakeup,
    WakeupStream,
};

use crate::twist::{Twist, noting_acquire, wrong};

wrong! {
    /// Shows a holder whose lock has lapsed.
    InspectShowsTheLapsed {
        noting_acquire!();

        fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
            self.seen.all().remove(&request.key);
            self.right.release(request)
        }

        fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>> {
            let (right, last) = (self.right.clone(), self.seen.of(&request.key));
            Box::pin(async move { Ok(right.inspect(request).await?.or(last)) })
        }
    }
}

wrong! {
    /// Lists locks that have lapsed.
    ListShowsTheLapsed {
        noting_acquire!();

        fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
            self.seen.all().remove(&request.key);
            self.right.release(request)
        }

        fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
            let mut lines: Vec<_> =
                self.seen.all().iter().map(|(key, last)| HeldKey::new(key.clone(), last.clone())).collect();
            lines.retain(|line| line.key.as_str().starts_with(&request.prefix));
            lines.sort_by(|a, b| a.key.cmp(&b.key));
            lines.truncate(request.limit);
            Box::pin(async { Ok(lines) })
        }
    }
}

/// `LIKE prefix%`, where `%` is any text and `_` any character.
fn is_like(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => true,
        ['%', rest @ ..] => (0..=text.len()).any(|skipped| is_like(&text[skipped..], rest)),
        [wanted, rest @ ..] => {
            text.first().is_some_and(|first| *wanted == '_' || first == wanted) && is_like(&text[1..], rest)
        }
    }
}

wrong! {
    /// Takes the prefix for a pattern.
    ListTakesPatterns {
        fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
            let pattern: Vec<char> = request.prefix.chars().collect();
            let all = self.right.list(List::new(String::new(), request.after, usize::MAX));
            Box::pin(async move {
                let mut lines = all.await?;
                lines.retain(|line| is_like(&line.key.as_str().chars().collect::<Vec<_>>(), &pattern));
                lines.truncate(request.limit);
                Ok(lines)
            })
        }
    }
}

wrong! {
    /// Lists all at once.
    ListHasNoLimit {
        fn list(&self, mut request: List) -> StoreFuture<Vec<HeldKey>> {
            request.limit = usize::MAX;
            self.right.list(request)
        }
    }
}

wrong! {
    /// Claims to list in order, and does not.
    ListIsInDisorder {
        fn list(&self, request: List) -> StoreFuture<Vec<HeldKey>> {
            let lines = self.right.list(request);
            Box::pin(async { lines.await.map(|lines| lines.into_iter().rev().collect()) })
        }
    }
}

wrong! {
    /// The last key of a page is the first of the next one.
    ListRepeatsTheLast {
        fn list(&self, mut request: List) -> StoreFuture<Vec<HeldKey>> {
            let after = request.after.take();
            let lines = self.right.list(List::new(request.prefix, None, usize::MAX));
            Box::pin(async move {
                let mut lines = lines.await?;
                lines.retain(|line| after.as_ref().is_none_or(|after| line.key >= *after));
                lines.truncate(request.limit);
                Ok(lines)
            })
        }
    }
}

fn folded(key: &LockKey) -> LockKey {
    LockKey::new(key.as_str().to_lowercase()).expect("legal")
}

wrong! {
    /// Does not know upper case from lower in keys.
    FoldsKeys {
        fn acquire(&self, mut request: Acquire) -> StoreFuture<AcquireReply> {
            request.key = folded(&request.key);
            self.right.acquire(request)
        }

        fn release(&self, mut request: Release) -> StoreFuture<ReleaseReply> {
            request.key = folded(&request.key);
            self.right.release(request)
        }

        fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>> {
            self.right.inspect(Inspect::new(folded(&request.key)))
        }

        fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
            self.right.force_release(ForceRelease::new(folded(&request.key)))
        }
    }
}

fn cut(key: &LockKey) -> LockKey {
    let mut end = key.as_str().len().min(255);
    while !key.as_str().is_char_boundary(end) {
        end -= 1;
    }
    LockKey::new(&key.as_str()[..end]).expect("legal")
}

wrong! {
    /// Its column of keys has 255 bytes.
    CutsKeys {
        fn acquire(&self, mut request: Acquire) -> StoreFuture<AcquireReply> {
            request.key = cut(&request.key);
            self.right.acquire(request)
        }

        fn release(&self, mut request: Release) -> StoreFuture<ReleaseReply> {
            request.key = cut(&request.key);
            self.right.release(request)
        }

        fn inspect(&self, request: Inspect) -> StoreFuture<Option<Holder>> {
            self.right.inspect(Inspect::new(cut(&request.key)))
        }
    }
}

fn trimmed(owner: &Owner) -> Owner {
    Owner::from_text(owner.to_string().trim_end()).expect("legal")
}

wrong! {
    /// Trailing blanks of owners do not count.
    TrimsOwners {
        fn acquire(&self, mut request: Acquire) -> StoreFuture<AcquireReply> {
            request.owner = trimmed(&request.owner);
            self.right.acquire(request)
        }

        fn release(&self, mut request: Release) -> StoreFuture<ReleaseReply> {
            request.owner = trimmed(&request.owner);
            self.right.release(request)
        }

        fn extend(&self, mut request: Extend) -> StoreFuture<ExtendReply> {
            request.owner = trimmed(&request.owner);
            self.right.extend(request)
        }
    }
}

wrong! {
    /// The answers of a batch are the other way round.
    BatchAnswersInDisorder {
        fn extend_all(&self, requests: Vec<Extend>) -> BatchFuture<ExtendReply> {
            let replies = self.right.extend_all(requests);
            Box::pin(async { replies.await.into_iter().rev().collect() })
        }

        fn release_all(&self, requests: Vec<Release>) -> BatchFuture<ReleaseReply> {
            let replies = self.right.release_all(requests);
            Box::pin(async { replies.await.into_iter().rev().collect() })
        }
    }
}

wrong! {
    /// Of a batch only the first is released, and all are told that they were.
    BatchFreesTheFirst {
        fn release_all(&self, requests: Vec<Release>) -> BatchFuture<ReleaseReply> {
            let right = self.right.clone();
            Box::pin(async move {
                let count = requests.len();
                for request in requests.into_iter().take(1) {
                    if let Err(error) = right.release(request).await {
                        return vec![Err(error)];
                    }
                }
                (0..count).map(|_| Ok(ReleaseReply::Released)).collect()
            })
        }
    }
}

wrong! {
    /// A release of a batch is not announced: the lock ends as one that lapses.
    BatchIsSilent {
        fn release_all(&self, requests: Vec<Release>) -> BatchFuture<ReleaseReply> {
            let endings = requests.into_iter().map(|Release { key, owner, .. }| Extend::new(key, owner, Ttl::MIN));
            let replies = self.right.extend_all(endings.collect());
            Box::pin(async {
                let released = |reply| match reply {
                    Ok(ExtendReply::Extended { .. }) => Ok(ReleaseReply::Released),
                    Ok(_) => Ok(ReleaseReply::NotHeld),
                    Err(error) => Err(error),
                };
                replies.await.into_iter().map(released).collect()
            })
        }
    }
}

wrong! {
    /// Nothing is ever announced.
    LosesWakeups {
        fn wakeups(&self) -> Option<WakeupStream> {
            Some(stream::iter([Wakeup::All]).chain(stream::pending()).boxed())
        }
    }
}

wrong! {
    /// The wrong key is announced.
    AnnouncesTheWrongKey {
        fn wakeups(&self) -> Option<WakeupStream> {
            let wrong = |hint| match hint {
                Wakeup::Key(key) => Wakeup::Key(LockKey::new(format!("locks:{key}")).expect("legal")),
                hint => hint,
            };
            self.right.wakeups().map(|hints| hints.map(wrong).boxed())
        }
    }
}

wrong! {
    /// Does not say when it begins to listen.
    ListensInSilence {
        fn wakeups(&self) -> Option<WakeupStream> {
            self.right.wakeups().map(|hints| hints.skip(1).boxed())
        }
    }
}

/// Its second listener hears nothing.
#[derive(Default)]
pub(crate) struct HasOneListener {
    right: MemoryStore,
    listening: AtomicBool,
}

impl Twist for HasOneListener {
    fn right(&self) -> &MemoryStore {
        &self.right
    }

    fn wakeups(&self) -> Option<WakeupStream> {
        if self.listening.swap(true, SeqCst) {
            return Some(stream::iter([Wakeup::All]).chain(stream::pending()).boxed());
        }
        self.right.wakeups()
    }
}
