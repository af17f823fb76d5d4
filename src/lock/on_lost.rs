/// What becomes of the body of a `run` when its lease is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnLost {
    /// It is dropped at its next await.
    #[default]
    Cancel,
    /// It goes on, and its value comes back in [`RunError::LostAfter`](crate::RunError::LostAfter).
    Finish,
}
