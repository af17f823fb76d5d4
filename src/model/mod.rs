//! Floor 1: plain values that cannot be wrong once they exist.

pub(crate) mod clock;
mod deadline;
mod fencing_token;
mod hashed_text;
mod key_part;
mod label;
mod lock_key;
mod namespace;
mod owner;
mod ttl;

pub use deadline::Deadline;
pub use fencing_token::{FencingToken, TokenExhausted};
pub(crate) use hashed_text::ByKey;
pub use key_part::{KeyPartWriter, LockKeyPart};
pub use label::Label;
pub use lock_key::{IntoLockKey, InvalidKey, LockKey};
pub use namespace::Namespace;
pub use owner::{IntoOwner, InvalidOwner, Owner};
pub use ttl::{IntoTtl, InvalidDuration, Ttl};
