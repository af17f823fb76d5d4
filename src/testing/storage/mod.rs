//! Of homes of entities: the harness, the cases, and a storage that fails as it is told.

mod case;
mod cases;
mod faulty;
mod harness;
mod home;
mod list;

pub use case::{STORAGE_CASES, StorageCase, run_storage_case};
pub use faulty::{FaultyStorage, StorageFault};
pub use harness::StorageHarness;
pub use list::storage_conformance;
