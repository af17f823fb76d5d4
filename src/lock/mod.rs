//! Floor 3: how a lock is held over time.

mod abandoned;
mod acquire;
mod builder;
mod call;
mod entry;
mod error;
mod hints;
mod hold;
mod lease;
#[allow(clippy::module_inception, reason = "the file is named after its type")]
mod lock;
mod locks;
mod nap;
mod options;
mod place;
mod registry;
mod release;
mod releaser;
mod renew;
mod seen;
mod service;
mod tasks;
#[cfg(test)]
mod tests;
mod wait;

pub use builder::{BuildError, LocksBuilder};
pub use error::{AcquireError, ExtendError, ReleaseError, ShutdownError};
pub use lease::Lease;
pub use lock::Lock;
pub use locks::Locks;
pub use options::LockOptions;
pub(crate) use service::Kind;
pub use wait::{IntoWait, Wait};
