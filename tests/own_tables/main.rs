//! Tables of a user's own with a `fence` and a `version`, in each database: all that a home of entities must do, and what
//! is different from one database to the next.
#![cfg(all(feature = "macros", any(feature = "mysql", feature = "postgres", feature = "sqlite")))]

mod entities;
mod homes;
mod made_ids;
mod pinned;
