//! Floor 4: what the compiler checks.

pub(crate) mod lockable;
mod stored;

pub use lockable::{Lockable, OpenMut};
pub use stored::Stored;
