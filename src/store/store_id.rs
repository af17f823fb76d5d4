use uuid::Uuid;

/// Tells one store instance from another: made at random with the store and shared by its clones.
///
/// A guard is only good for the store that granted it; two pools to one server are two stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoreId(Uuid);

impl StoreId {
    /// A new one, different from all others.
    pub fn unique() -> Self {
        Self(Uuid::now_v7())
    }
}
