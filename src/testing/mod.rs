//! For authors of stores: what every store must do, as tests, and stores that fail as they are told.
//!
//! A lock store is right if it passes all [`CASES`]. Say how to open it, and [`conformance!`](conformance) makes one
//! `#[test]` for each case:
//!
//! ```
//! use std::sync::Arc;
//! use lockproof::{LockStore, MemoryStore, StoreFuture};
//! use lockproof::testing::Harness;
//!
//! #[derive(Default)]
//! struct MyStore(MemoryStore);
//!
//! impl Harness for MyStore {
//!     fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
//!         let store = self.0.clone(); // the next handle to the same locks
//!         Box::pin(async move { Ok(Arc::new(store) as Arc<dyn LockStore>) })
//!     }
//! }
//!
//! mod conformance {
//!     lockproof::testing::conformance!(my_store, MyStore::default());
//! }
//! # lockproof::testing::run_case("store_acquire__missing_other", &MyStore::default());
//! ```
//!
//! The tests are then called `conformance::my_store::try_acquire__other` and so on: what is done, and in which state
//! of the lock. In the names "mine" is the caller's lease or owner, "same" the owner that has or had the lock, and
//! "never" a lock that never expires. A case that fails says what the store did and what it must do; a case that needs
//! what the store does not claim in its [`StoreCapabilities`](crate::StoreCapabilities) passes and says so.
//!
//! The cases with `store_` in their names ask the store itself. The others ask a [`Locks`](crate::Locks) service over
//! it, and show that waiting, handing over and releasing work with this store.
//!
//! [`storage_conformance!`](storage_conformance) does the same for homes of entities: a [`StorageHarness`] says how to
//! open the home and how to make entities for it, and each of [`STORAGE_CASES`] becomes a test.
//!
//! [`FaultyStore`] and [`FaultyStorage`] fail as they are told, over a store that does not: for tests of what an
//! application does then. [`model`] makes random calls to a store beside a reference.

mod calls;
mod case;
mod cases;
mod conformance;
mod fault;
pub mod faulty;
mod harness;
mod list;
pub mod model;
mod need;
mod say;
mod stage;
mod storage;
mod tasks;

pub use case::{CASES, Case, run_case};
#[doc(inline)]
pub use conformance::conformance;
pub use faulty::FaultyStore;
pub use harness::{CaseFuture, Count, Harness, in_real_time};
pub use need::Need;
#[doc(inline)]
pub use storage::storage_conformance;
pub use storage::{
    FaultyStorage, STORAGE_CASES, StorageCase, StorageFault, StorageHarness, run_storage_case,
};
