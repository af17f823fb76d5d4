//! How locks are held over time, over a store in memory and over one that fails.

use lockproof::testing::faulty;

mod cancel;
mod dropping;
mod errors;
mod exclusive;
mod helpers;
mod lapse;
mod line;
mod lost_replies;
mod outage;
mod runtimes;
mod services;
mod shutdown;
mod waits;
