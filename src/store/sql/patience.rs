use std::time::Duration;

use crate::model::clock::BootInstant;

/// How long something that somebody else has in hand is worth another look.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    since: BootInstant,
    limit: Duration,
    pause: Duration,
}

impl Patience {
    pub(crate) fn of(limit: Duration) -> Self {
        Self { since: BootInstant::now(), limit, pause: Duration::from_millis(1) }
    }

    /// Waits a little, without a connection. Says `false` if it has lasted for too long.
    pub(crate) async fn pause(&mut self) -> bool {
        let left = self.limit.saturating_sub(BootInstant::now().since(self.since));
        if left.is_zero() {
            return false;
        }
        tokio::time::sleep(self.pause.min(left)).await;
        self.pause = (self.pause * 2).min(Duration::from_millis(16));
        true
    }
}
