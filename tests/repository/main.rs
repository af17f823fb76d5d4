//! What a repository promises. What every home of entities must keep is in `lockproof::testing`, and run by `storage`.

#[cfg(feature = "tracing")]
#[path = "../support/log.rs"]
mod log;

mod account;
mod filters;
mod guards;
#[cfg(feature = "tracing")]
mod logs;
mod out_of_range;
#[cfg(feature = "sqlite")]
mod sqlite_documents;
mod storage;
mod table;
mod with_lock;
