//! How locks are held over time, over a store in memory and over one that fails.

#[path = "../support/faulty.rs"]
mod faulty;

mod admin;
mod attempts;
mod cancel;
mod dropping;
mod errors;
mod exclusive;
mod held_here;
mod helpers;
mod lapse;
mod line;
mod list;
mod lost_replies;
mod options;
mod outage;
mod plain;
mod retries;
mod runtimes;
mod seats;
mod services;
mod shutdown;
mod waits;
