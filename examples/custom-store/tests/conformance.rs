//! Every case of the kit, on this store: two handles to one directory, as two processes have them.

use std::sync::Arc;

use custom_store::FileStore;
use lockproof::{LockStore, StoreFuture, testing::Harness};

struct Directory(tempfile::TempDir);

impl Directory {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }
}

impl Harness for Directory {
    fn open(&self) -> StoreFuture<Arc<dyn LockStore>> {
        let store = FileStore::open(self.0.path());
        Box::pin(async { Ok(Arc::new(store?) as Arc<dyn LockStore>) })
    }

    /// Every change writes all locks anew.
    fn many(&self) -> usize {
        50
    }
}

mod conformance {
    use super::Directory;

    lockproof::testing::conformance!(files, Directory::new());
}
