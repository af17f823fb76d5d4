//! What a repository promises. What every home of entities must keep stands in modules that are taken once for each.
#![allow(clippy::duplicate_mod, reason = "the same tests over each home of entities")]

#[cfg(feature = "tracing")]
#[path = "../support/log.rs"]
mod log;

mod account;
mod doubt;
mod fence_ahead;
mod filters;
mod guards;
#[cfg(feature = "tracing")]
mod logs;
mod table;

mod memory {
    pub(crate) mod home;
    #[path = "../round_trips.rs"]
    mod round_trips;
    #[path = "../writes.rs"]
    mod writes;
}

#[cfg(feature = "sqlite")]
mod sqlite {
    mod home;
    #[path = "../round_trips.rs"]
    mod round_trips;
    #[path = "../writes.rs"]
    mod writes;
}
