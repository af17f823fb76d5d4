//! How locks are held over time, over a store in memory and over one that fails.

#[path = "../support/faulty.rs"]
mod faulty;

mod admin;
mod cancel;
mod dropping;
mod errors;
mod exclusive;
mod helpers;
mod lapse;
mod line;
mod list;
mod lost_replies;
mod outage;
mod plain;
mod runtimes;
mod services;
mod shutdown;
mod waits;
