use crate::{domain::Outcome, protocol::Refusal};

/// What the workers have done, as far as they have said it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) applied: usize,
    pub(crate) duplicates: usize,
    pub(crate) refused_by_fence: usize,
    pub(crate) refused_by_deadline: usize,
    pub(crate) refused_by_version: usize,
    pub(crate) replaced: usize,
    /// A worker was killed while it held a lock, and replaced.
    pub(crate) holder_killed: bool,
}

impl Tally {
    pub(super) fn done(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Applied => self.applied += 1,
            Outcome::Duplicate => self.duplicates += 1,
        }
    }

    pub(super) fn refused(&mut self, by: Refusal) {
        match by {
            Refusal::Deadline => self.refused_by_deadline += 1,
            Refusal::Fence => self.refused_by_fence += 1,
            Refusal::Version => self.refused_by_version += 1,
        }
    }
}
