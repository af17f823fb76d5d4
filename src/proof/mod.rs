//! Floor 4: what the compiler checks.

pub(crate) mod lockable;
mod locked;
mod persistent;
#[allow(clippy::module_inception, reason = "the file is named after what it has")]
mod proof;
mod stored;
mod transient;

pub use lockable::{Lockable, OpenMut};
pub use locked::Locked;
pub use persistent::Persistent;
pub use proof::{LockProof, ReadProof};
pub use stored::Stored;
pub use transient::Transient;
