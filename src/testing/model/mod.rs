//! A store beside a reference that is obviously right: the same calls to both, and every answer compared.
//!
//! [`play`] makes the calls. They come from [`Step::sequence`], or from a property-testing library that draws the dice
//! of [`Step::drawn`] and shrinks what fails.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
//! use lockproof::{MemoryStore, testing::model::{Pace, Step, play}};
//!
//! let pace = Pace::exact();
//! for seed in 0..20 {
//!     play(&[&MemoryStore::new()], &pace, &Step::sequence(seed, 40, &pace)).await?;
//! }
//! # Ok::<(), lockproof::testing::model::Divergence>(()) }).unwrap();
//! ```

mod play;
mod reference;
mod step;

pub use play::{Divergence, play};
pub use step::{Pace, Step};
