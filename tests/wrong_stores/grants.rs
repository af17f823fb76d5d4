//! Wrong in taking, extending and releasing.

use std::time::Duration;

use lockproof::{
    Acquire, AcquireReply, Extend, ExtendReply, FencingToken, ForceRelease, Label, LockStore, MemoryStore,
    Release, ReleaseReply, StoreError, StoreErrorKind, StoreFuture, Ttl,
};
use tokio::task::yield_now;

use crate::twist::{Twist, holder, noting_acquire, wrong};

wrong! {
    /// Takes no notice of the holder.
    GrantsTwice {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let right = self.right.clone();
            Box::pin(async move {
                match right.acquire(request).await? {
                    AcquireReply::Held { holder: Some(holder), .. } => {
                        let token = FencingToken::new(holder.token.get() + 1).expect("in range");
                        Ok(AcquireReply::Granted { token })
                    }
                    reply => Ok(reply),
                }
            })
        }
    }
}

wrong! {
    /// Looks, and then takes: two that look at once both take.
    LooksBeforeItTakes {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let right = self.right.clone();
            Box::pin(async move {
                let found = holder(&right, &request.key).await?;
                yield_now().await;
                if found.is_none() {
                    right.force_release(ForceRelease::new(request.key.clone())).await?;
                }
                right.acquire(request).await
            })
        }
    }
}

wrong! {
    /// "Held" is an error.
    FailsWhenHeld {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let right = self.right.clone();
            Box::pin(async move {
                match right.acquire(request).await? {
                    AcquireReply::Held { .. } => {
                        Err(StoreError::new(StoreErrorKind::Rejected, "unique constraint"))
                    }
                    reply => Ok(reply),
                }
            })
        }
    }
}

wrong! {
    /// A second `acquire` of the holder is told that it is held.
    LosesTheRetry {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let right = self.right.clone();
            Box::pin(async move {
                match holder(&right, &request.key).await? {
                    Some(held) => Ok(AcquireReply::Held { remaining: held.remaining, holder: Some(held) }),
                    None => right.acquire(request).await,
                }
            })
        }
    }
}

wrong! {
    /// The second `acquire` of an owner sets the expiry, also to an earlier one.
    ShortensATwin {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let right = self.right.clone();
            Box::pin(async move {
                let Acquire { key, owner, ttl, .. } = request.clone();
                right.extend(Extend::new(key, owner, ttl)).await?;
                right.acquire(request).await
            })
        }
    }
}

wrong! {
    /// The second `acquire` of an owner is a new grant.
    GrantsATwinAnew {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let right = self.right.clone();
            Box::pin(async move {
                right.release(Release::new(request.key.clone(), request.owner.clone())).await?;
                right.acquire(request).await
            })
        }
    }
}

wrong! {
    /// Who tries in vain sets the holder's expiry.
    AFailedTryExtends {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let right = self.right.clone();
            Box::pin(async move {
                if let Some(held) = holder(&right, &request.key).await? {
                    right.extend(Extend::new(request.key.clone(), held.owner, request.ttl)).await?;
                }
                right.acquire(request).await
            })
        }
    }
}

wrong! {
    /// The label is not stored.
    ForgetsTheLabel {
        fn acquire(&self, mut request: Acquire) -> StoreFuture<AcquireReply> {
            request.label = Label::from("");
            self.right.acquire(request)
        }
    }
}

wrong! {
    /// A lock that never expires does, after a day.
    NeverIsADay {
        fn acquire(&self, mut request: Acquire) -> StoreFuture<AcquireReply> {
            if request.ttl == Ttl::Never {
                request.ttl = Ttl::new(Duration::from_secs(86_400)).expect("legal");
            }
            self.right.acquire(request)
        }
    }
}

wrong! {
    /// Does its work when it is called, not when it is polled.
    WorksUnpolled {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let reply = futures::executor::block_on(self.right.acquire(request));
            Box::pin(async { reply })
        }
    }
}

wrong! {
    /// Says who holds it, and mixes up for how long.
    HeldForNoTime {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let right = self.right.clone();
            Box::pin(async move {
                match right.acquire(request).await? {
                    AcquireReply::Held { holder, .. } => {
                        Ok(AcquireReply::Held { remaining: Some(Duration::ZERO), holder })
                    }
                    reply => Ok(reply),
                }
            })
        }
    }
}

wrong! {
    /// Extends a lock that has lapsed.
    ExtendRevives {
        noting_acquire!();

        fn extend(&self, request: Extend) -> StoreFuture<ExtendReply> {
            let (right, seen) = (self.right.clone(), self.seen.clone());
            Box::pin(async move {
                if seen.of(&request.key).is_some_and(|last| last.owner == request.owner) {
                    let Extend { key, owner, ttl, .. } = request.clone();
                    right.acquire(Acquire::new(key, owner, Label::from("case"), ttl)).await?;
                }
                right.extend(request).await
            })
        }
    }
}

wrong! {
    /// Extends whoever asks for it.
    ExtendsForStrangers {
        fn extend(&self, mut request: Extend) -> StoreFuture<ExtendReply> {
            let right = self.right.clone();
            Box::pin(async move {
                if let Some(held) = holder(&right, &request.key).await? {
                    request.owner = held.owner;
                }
                right.extend(request).await
            })
        }
    }
}

wrong! {
    /// Adds the ttl to what is left, instead of counting it from now.
    ExtendAdds {
        fn extend(&self, mut request: Extend) -> StoreFuture<ExtendReply> {
            let right = self.right.clone();
            Box::pin(async move {
                let left = holder(&right, &request.key).await?.and_then(|held| held.remaining);
                if let (Some(left), Some(ttl)) = (left, request.ttl.as_duration()) {
                    request.ttl = Ttl::new(left + ttl).expect("legal");
                }
                right.extend(request).await
            })
        }
    }
}

wrong! {
    /// Frees the lock of whoever has it.
    ReleaseFreesStrangers {
        fn release(&self, mut request: Release) -> StoreFuture<ReleaseReply> {
            let right = self.right.clone();
            Box::pin(async move {
                if let Some(held) = holder(&right, &request.key).await? {
                    request.owner = held.owner;
                }
                right.release(request).await
            })
        }
    }
}

wrong! {
    /// Says that it has released what nobody has.
    ReleaseAlwaysSucceeds {
        fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
            let right = self.right.clone();
            Box::pin(async move { right.release(request).await.map(|_| ReleaseReply::Released) })
        }
    }
}

wrong! {
    /// Says that it has released, and does nothing.
    ReleaseFreesNothing {
        fn release(&self, request: Release) -> StoreFuture<ReleaseReply> {
            let right = self.right.clone();
            Box::pin(async move {
                let held = holder(&right, &request.key).await?;
                let is_ours = held.is_some_and(|held| held.owner == request.owner);
                Ok(if is_ours { ReleaseReply::Released } else { ReleaseReply::NotHeld })
            })
        }
    }
}
