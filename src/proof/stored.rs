/// An entity as a database holds it.
///
/// Nothing but [`Storage::claim`](crate::Storage::claim) under a lock turns it into something that can be written, so
/// it can be made freely, from a user's own queries too.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "made by users from their rows")]
pub struct Stored<T> {
    /// The entity.
    pub entity: T,
    /// How often it was written, starting from a number that is never used again for the same id.
    pub version: i64,
}
