//! How locks are held over time, over a store in memory and over one that fails.

use lockproof::testing::faulty;

#[cfg(feature = "tracing")]
#[path = "../support/log.rs"]
mod log;

mod admin;
mod asked;
mod attempts;
mod believed;
mod cancel;
mod dropping;
mod errors;
mod exclusive;
mod force_faults;
mod held_here;
mod helpers;
mod keep_alive;
mod keep_alive_faults;
mod lapse;
mod line;
mod list;
#[cfg(feature = "tracing")]
mod logs;
mod lost_replies;
mod options;
mod outage;
#[path = "../support/plain.rs"]
mod plain;
mod retries;
mod run;
mod run_retrying;
mod runtimes;
mod seat_faults;
mod seats;
mod seats_in_line;
mod served;
mod services;
mod shutdown;
mod waits;
