//! Tables of the user's own.

pub(crate) mod existing;
