//! What goes wrong on purpose.

mod faulty;
mod unfenced;

pub(crate) use faulty::{Faulty, Trap};
pub(crate) use unfenced::{Unfenced, Unguarded};
