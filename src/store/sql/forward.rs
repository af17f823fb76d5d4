/// The `LockStore` impl of a store that is a handle to its inner one (`struct Store(Arc<Inner>)`): each call takes a
/// handle with it and runs the inner method of its name.
///
/// The inner one has `id: StoreId`, `wakeups()`, and an `async fn` for each call, the batches over slices.
macro_rules! lock_store_over_inner {
    ($store:ty, $name:literal, $capabilities:expr) => {
        impl $crate::store::LockStore for $store {
            fn id(&self) -> $crate::store::StoreId {
                self.0.id
            }

            fn name(&self) -> &str {
                $name
            }

            fn capabilities(&self) -> $crate::store::StoreCapabilities {
                $capabilities
            }

            lock_store_over_inner! { @calls
                acquire(Acquire) -> AcquireReply;
                extend(Extend) -> ExtendReply;
                release(Release) -> ReleaseReply;
                rotate(Rotate) -> RotateReply;
                force_release(ForceRelease) -> ForceReply;
                ask_release(AskRelease) -> AskReply;
            }

            fn inspect(
                &self,
                request: $crate::store::Inspect,
            ) -> $crate::store::StoreFuture<Option<$crate::store::Holder>> {
                let store = self.clone();
                Box::pin(async move { store.0.inspect(request).await })
            }

            fn list(
                &self,
                request: $crate::store::List,
            ) -> $crate::store::StoreFuture<Vec<$crate::store::HeldKey>> {
                let store = self.clone();
                Box::pin(async move { store.0.list(request).await })
            }

            fn wakeups(&self) -> Option<$crate::store::WakeupStream> {
                self.0.wakeups()
            }

            lock_store_over_inner! { @batches
                extend_all(Extend) -> ExtendReply;
                release_all(Release) -> ReleaseReply;
            }
        }
    };
    (@calls $($call:ident($request:ident) -> $reply:ident;)*) => {$(
        fn $call(&self, request: $crate::store::$request) -> $crate::store::StoreFuture<$crate::store::$reply> {
            let store = self.clone();
            Box::pin(async move { store.0.$call(request).await })
        }
    )*};
    (@batches $($call:ident($request:ident) -> $reply:ident;)*) => {$(
        fn $call(
            &self,
            requests: Vec<$crate::store::$request>,
        ) -> $crate::store::BatchFuture<$crate::store::$reply> {
            let store = self.clone();
            Box::pin(async move { store.0.$call(&requests).await })
        }
    )*};
}
