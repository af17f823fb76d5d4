//! Locks on the rows of an application's own tables.
//!
//! [`account`] is a plain table with the two columns that locks need, [`receipt`] one whose ids the database makes, [`quota`]
//! one that has no column for the fence. None of them has a line of SQL for writing, and none knows which database it is in:
//! that is said in [`bank`] alone.

pub mod account;
pub mod bank;
pub mod quota;
pub mod receipt;
