//! Tables of a user's own: which column holds what is the user's to say, what belongs in a WHERE clause is written here.

// With one database alone, some of what they share is not used.
#![cfg_attr(not(all(feature = "mysql", feature = "postgres", feature = "sqlite")), allow(dead_code))]

mod builder;
mod column;
mod databases;
mod dialect;
mod documents;
mod existing;
mod failures;
mod guessed_id;
mod made_id;
mod others;
mod pin;
mod pooled;
mod run;
mod select;
mod table;
mod text;

pub use builder::{InvalidTable, SqlTableBuilder};
pub use column::SqlValue;
pub use dialect::SqlDatabase;
pub(super) use dialect::{Dialect, Prepared};
pub(super) use documents::{Form, Scan};
pub use pooled::Pooled;
pub use table::{SqlFuture, SqlTable};
