//! What a repository promises. What every home of entities must keep stands in modules that are taken once for each.
#![allow(clippy::duplicate_mod, reason = "the same tests over each home of entities")]

#[cfg(feature = "tracing")]
#[path = "../support/log.rs"]
mod log;

mod account;
mod filters;
mod force_stamps;
mod guards;
mod lock_all_ends;
#[cfg(feature = "tracing")]
mod logs;
mod out_of_range;
mod places;
mod seats_in_doubt;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod sql_documents;
#[cfg(feature = "sqlite")]
mod sqlite_documents;
mod storage;
mod table;
mod with_lock;

mod memory {
    #[path = "../contents.rs"]
    mod contents;
    #[path = "../force.rs"]
    mod force;
    pub(crate) mod home;
    #[path = "../in_turn.rs"]
    mod in_turn;
    #[path = "../lock_all.rs"]
    mod lock_all;
    #[path = "../seats.rs"]
    mod seats;
}

#[cfg(feature = "sqlite")]
mod sqlite {
    #[path = "../contents.rs"]
    mod contents;
    #[path = "../force.rs"]
    mod force;
    mod home;
    #[path = "../in_turn.rs"]
    mod in_turn;
    #[path = "../lock_all.rs"]
    mod lock_all;
    #[path = "../seats.rs"]
    mod seats;
}

#[cfg(all(feature = "postgres", unix))]
mod postgres {
    #[path = "../contents.rs"]
    mod contents;
    #[path = "../force.rs"]
    mod force;
    mod home;
    #[path = "../in_turn.rs"]
    mod in_turn;
    #[path = "../lock_all.rs"]
    mod lock_all;
    #[path = "../seats.rs"]
    mod seats;
}

#[cfg(all(feature = "mysql", unix))]
mod mysql {
    #[path = "../contents.rs"]
    mod contents;
    #[path = "../force.rs"]
    mod force;
    mod home;
    #[path = "../in_turn.rs"]
    mod in_turn;
    #[path = "../lock_all.rs"]
    mod lock_all;
    #[path = "../seats.rs"]
    mod seats;
}
