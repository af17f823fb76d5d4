//! What a store is asked. Each is `#[non_exhaustive]`, so that a field more breaks nobody's store.

use crate::model::{FencingToken, Label, LockKey, Owner, Ttl};

macro_rules! request {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// The request.
            pub fn new($($field: $type),*) -> Self {
                Self { $($field),* }
            }
        }
    };
}

request! {
    /// Take the lock if it is free or has lapsed; idempotent for the same owner.
    Acquire {
        /// Which lock.
        key: LockKey,
        /// For whom.
        owner: Owner,
        /// Who that is, for people.
        label: Label,
        /// For how long.
        ttl: Ttl,
    }
}

request! {
    /// Let the owner's lock stand for `ttl` from now; a lapsed one is not revived.
    Extend {
        /// Which lock.
        key: LockKey,
        /// Whose.
        owner: Owner,
        /// For how long from now; it may be shorter than what is left.
        ttl: Ttl,
    }
}

request! {
    /// Free the lock if it is this owner's.
    Release {
        /// Which lock.
        key: LockKey,
        /// Whose.
        owner: Owner,
    }
}

request! {
    /// Hand a running lock from one owner to another, or raise its token, in one step.
    Rotate {
        /// Which lock.
        key: LockKey,
        /// Who holds it.
        from: Owner,
        /// Who shall hold it; may be the same.
        to: Owner,
        /// Who that is, for people.
        label: Label,
        /// For how long from now.
        ttl: Ttl,
        /// The new token must be above this one too.
        above: Option<FencingToken>,
    }
}

request! {
    /// Free the lock, whoever holds it.
    ForceRelease {
        /// Which lock.
        key: LockKey,
    }
}

request! {
    /// Ask the holder, whoever it is, to let go. It is a wish: nothing else changes.
    AskRelease {
        /// Which lock.
        key: LockKey,
        /// Why, for people.
        reason: Label,
    }
}

request! {
    /// Tell who holds the lock.
    Inspect {
        /// Which lock.
        key: LockKey,
    }
}

request! {
    /// List the held keys that begin with `prefix` (plain bytes) and come after `after`, `limit` at most.
    List {
        /// How the keys begin; may be empty.
        prefix: String,
        /// The last key of the page before.
        after: Option<LockKey>,
        /// How many at most.
        limit: usize,
    }
}
