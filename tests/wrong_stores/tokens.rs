//! Wrong in tokens, in handing over, in forcing and in asking.

use lockproof::{
    Acquire, AcquireReply, AskRelease, AskReply, FencingToken, ForceRelease, ForceReply, Label, LockStore,
    MemoryStore, Rotate, RotateReply, StoreFuture,
};

use crate::twist::{Twist, holder, wrong};

wrong! {
    /// Whoever takes over a lapsed or released lock gets the token of the last holder.
    TokenOutlivesATakeOver {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let (right, seen) = (self.right.clone(), self.seen.clone());
            Box::pin(async move {
                let key = request.key.clone();
                let last = seen.of(&key).map(|last| last.token);
                let reply = right.acquire(request).await?;
                if last.is_none() {
                    seen.note(&right, &key).await?;
                }
                Ok(match (reply, last) {
                    (AcquireReply::Granted { .. }, Some(token)) => AcquireReply::Granted { token },
                    (reply, _) => reply,
                })
            })
        }
    }
}

wrong! {
    /// The token goes away with its lock: each key begins at 1.
    TokensAreForgotten {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let right = self.right.clone();
            Box::pin(async move {
                Ok(match right.acquire(request).await? {
                    AcquireReply::Granted { .. } => {
                        AcquireReply::Granted { token: FencingToken::new(1).expect("in range") }
                    }
                    reply => reply,
                })
            })
        }
    }
}

wrong! {
    /// Tokens are the clock's nanoseconds, which no double holds.
    TokensAreTooHigh {
        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let right = self.right.clone();
            Box::pin(async move {
                Ok(match right.acquire(request).await? {
                    AcquireReply::Granted { .. } => AcquireReply::Granted { token: FencingToken::MAX },
                    reply => reply,
                })
            })
        }
    }
}

wrong! {
    /// Forcing does not raise the token.
    ForceKeepsTheToken {
        fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
            let right = self.right.clone();
            Box::pin(async move {
                let held = holder(&right, &request.key).await?;
                Ok(match (right.force_release(request).await?, held) {
                    (ForceReply::Forced { .. }, Some(held)) => ForceReply::Forced { token: held.token },
                    (reply, _) => reply,
                })
            })
        }
    }
}

wrong! {
    /// Says that it has forced it, and the holder still has it.
    ForceFreesNothing {
        fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
            let right = self.right.clone();
            Box::pin(async move {
                Ok(match holder(&right, &request.key).await? {
                    Some(held) => {
                        let token = FencingToken::new(held.token.get() + 1).expect("in range");
                        ForceReply::Forced { token }
                    }
                    None => ForceReply::NotHeld,
                })
            })
        }
    }
}

wrong! {
    /// Says that it has forced what nobody holds.
    ForcesWhatIsFree {
        fn force_release(&self, request: ForceRelease) -> StoreFuture<ForceReply> {
            let right = self.right.clone();
            Box::pin(async move {
                Ok(match right.force_release(request).await? {
                    ForceReply::NotHeld => ForceReply::Forced { token: FencingToken::MAX },
                    reply => reply,
                })
            })
        }
    }
}

wrong! {
    /// The heir gets the token of the one before.
    RotateKeepsTheToken {
        fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply> {
            let right = self.right.clone();
            Box::pin(async move {
                let held = holder(&right, &request.key).await?;
                Ok(match (right.rotate(request).await?, held) {
                    (RotateReply::Granted { .. }, Some(held)) => RotateReply::Granted { token: held.token },
                    (reply, _) => reply,
                })
            })
        }
    }
}

wrong! {
    /// A rotation that is asked for again is told that nobody has it.
    RotatesOnce {
        fn rotate(&self, request: Rotate) -> StoreFuture<RotateReply> {
            let right = self.right.clone();
            Box::pin(async move {
                match holder(&right, &request.key).await? {
                    Some(held) if held.owner == request.from => right.rotate(request).await,
                    _ => Ok(RotateReply::NotHeld),
                }
            })
        }
    }
}

wrong! {
    /// A rotation that is asked for again gives another token.
    RotatesAnew {
        fn rotate(&self, mut request: Rotate) -> StoreFuture<RotateReply> {
            let right = self.right.clone();
            Box::pin(async move {
                let held = holder(&right, &request.key).await?;
                request.above = held.map(|held| held.token).max(request.above);
                right.rotate(request).await
            })
        }
    }
}

wrong! {
    /// Takes no notice of what the token has to be above.
    RotatesBelow {
        fn rotate(&self, mut request: Rotate) -> StoreFuture<RotateReply> {
            request.above = None;
            self.right.rotate(request)
        }
    }
}

wrong! {
    /// Hands over what a stranger has.
    RotatesForStrangers {
        fn rotate(&self, mut request: Rotate) -> StoreFuture<RotateReply> {
            let right = self.right.clone();
            Box::pin(async move {
                if let Some(held) = holder(&right, &request.key).await? {
                    request.from = held.owner;
                }
                right.rotate(request).await
            })
        }
    }
}

wrong! {
    /// The heir stands there under the label of the one before.
    RotateKeepsTheLabel {
        fn rotate(&self, mut request: Rotate) -> StoreFuture<RotateReply> {
            let right = self.right.clone();
            Box::pin(async move {
                let held = holder(&right, &request.key).await?;
                request.label = held.map_or_else(|| Label::from(""), |held| held.label);
                right.rotate(request).await
            })
        }
    }
}

wrong! {
    /// Says that the holder was asked, and tells the holder nothing.
    ForgetsTheWish {
        fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
            let right = self.right.clone();
            Box::pin(async move {
                let held = holder(&right, &request.key).await?;
                Ok(held.map_or(AskReply::NotHeld, |_| AskReply::Asked))
            })
        }
    }
}

wrong! {
    /// A wish is granted: the holder loses the lock.
    ForcesWhenAsked {
        fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
            let right = self.right.clone();
            Box::pin(async move {
                Ok(match right.force_release(ForceRelease::new(request.key)).await? {
                    ForceReply::Forced { .. } => AskReply::Asked,
                    _ => AskReply::NotHeld,
                })
            })
        }
    }
}

wrong! {
    /// Whoever holds the lock next is asked what the one before was.
    TheWishOutlivesTheGrant {
        fn ask_release(&self, request: AskRelease) -> StoreFuture<AskReply> {
            let (right, seen) = (self.right.clone(), self.seen.clone());
            Box::pin(async move {
                let key = request.key.clone();
                let reply = right.ask_release(request).await?;
                seen.note(&right, &key).await?;
                Ok(reply)
            })
        }

        fn acquire(&self, request: Acquire) -> StoreFuture<AcquireReply> {
            let (right, wish) = (self.right.clone(), self.seen.of(&request.key).and_then(|last| last.asked));
            Box::pin(async move {
                let key = request.key.clone();
                let reply = right.acquire(request).await?;
                if let Some(reason) = wish {
                    right.ask_release(AskRelease::new(key, reason)).await?;
                }
                Ok(reply)
            })
        }
    }
}
