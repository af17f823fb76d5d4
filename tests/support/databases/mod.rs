//! The databases that locks and entities live in, behind one face: what is done to each of them is written once.
#![allow(dead_code, reason = "not every binary uses all of it")]

mod accounts;
mod make;
mod open;
mod server;

pub(crate) use self::{
    accounts::{Account, Check, Writing},
    make::Make,
    open::{accounts, execute, prune, store, store_with},
    server::Server,
};
