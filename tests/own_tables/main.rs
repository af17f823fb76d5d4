//! Tables of a user's own with a `fence` and a `version`, in each database: all that a home of entities must do, and what
//! is different from one database to the next.
#![cfg(all(feature = "macros", any(feature = "mysql", feature = "postgres", feature = "sqlite")))]

#[cfg(feature = "sqlite")]
mod by_hand;
mod entities;
mod errors;
mod homes;
mod made_ids;
mod misuse;
mod others;
mod pinned;
mod pins;
mod queries;
mod transactions;
