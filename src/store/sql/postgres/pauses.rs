use std::time::Duration;

use tokio::time::sleep;

/// How often, and after which pauses, a row is looked at again that another transaction has: a commit is through soon, a
/// save that pins the row for long is not waited for.
pub(super) struct Pauses(Duration);

impl Pauses {
    pub(super) fn new() -> Self {
        Self(Duration::from_millis(1))
    }

    /// Pauses, each time twice as long; `false` if there is no further look.
    pub(super) async fn pause(&mut self) -> bool {
        const LONGEST: Duration = Duration::from_millis(32);

        if self.0 > LONGEST {
            return false;
        }
        sleep(self.0).await;
        self.0 *= 2;
        true
    }
}
