//! The databases that locks and entities live in, behind one face: what is done to each of them is written once.
#![allow(dead_code, unused_imports, reason = "not every binary uses all of it")]

mod accounts;
mod make;
mod open;
mod server;

pub(crate) use self::{
    accounts::{Account, Check, Kept, Writing},
    make::Make,
    open::{accounts, execute, new_accounts, prune, store, store_with},
    server::Server,
};
