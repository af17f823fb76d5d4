//! Floor 3: how a lock is held over time.

mod abandoned;
mod acquire;
mod admin;
mod admin_error;
mod builder;
mod call;
mod entry;
mod error;
mod hints;
mod hold;
mod invalid_option;
mod lease;
mod list;
#[allow(clippy::module_inception, reason = "the file is named after its type")]
mod lock;
mod lock_state;
mod locks;
mod nap;
mod on_lost;
mod on_store_error;
mod options;
mod place;
mod registry;
mod release;
mod releaser;
mod renew;
mod retry;
mod seen;
mod service;
mod tasks;
#[cfg(test)]
mod tests;
mod wait;

pub use admin_error::AdminError;
pub use builder::{BuildError, LocksBuilder};
pub use error::{AcquireError, ExtendError, ReleaseError, ShutdownError};
pub use invalid_option::InvalidOption;
pub use lease::Lease;
pub use lock::Lock;
pub use lock_state::LockState;
pub use locks::Locks;
pub use on_lost::OnLost;
pub use on_store_error::OnStoreError;
pub use options::LockOptions;
pub use retry::Retry;
pub(crate) use service::Kind;
pub use wait::{IntoWait, Wait};
