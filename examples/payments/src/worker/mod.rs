//! One worker: takes payments one by one, and applies each until it is applied.

pub(crate) mod process;

use std::sync::Arc;

use anyhow::{Context, Result};
use lockproof::{Error, SaveError};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    domain::{Ledger, Outcome},
    home::Home,
    protocol::{Order, Refusal, Report},
};

/// Where a worker reports to. It returns when the report is on its way.
pub(crate) type Reporter = Arc<dyn Fn(Report) + Send + Sync>;

/// Works until there are no more orders. What goes wrong is reported.
pub(crate) async fn work(home: Home, orders: UnboundedReceiver<Order>, report: Reporter) {
    if let Err(error) = apply_all(&home, orders, &report).await {
        report(Report::Failed { why: format!("{error:#}") });
    }
}

async fn apply_all(home: &Home, mut orders: UnboundedReceiver<Order>, report: &Reporter) -> Result<()> {
    let ledger = Ledger::new(Arc::clone(&home.accounts));
    while let Some(order) = orders.recv().await {
        if let Some(trap) = &home.trap {
            trap.set(order.fault.map(|fault| (order.nth, fault)));
        }
        let outcome = apply(&ledger, &order, report).await?;
        report(Report::Done { nth: order.nth, outcome });
    }
    home.locks.drain().await;
    Ok(())
}

/// Each try takes the lock and reads the account anew. A save whose outcome is unknown is no special case: if it did
/// land, the next try finds the payment among those that were applied; if it has not landed by then, the fence keeps it
/// out for good.
async fn apply(ledger: &Ledger, order: &Order, report: &Reporter) -> Result<Outcome> {
    /// Each failed try has taken a whole lease, or a whole wait.
    const TRIES: usize = 20;

    let nth = order.nth;
    for _ in 1..TRIES {
        match ledger.apply(&order.payment).await {
            Ok(outcome) => return Ok(outcome),
            Err(error) if error.is_retryable() => {
                if let Some(by) = refusal(&error) {
                    report(Report::Refused { nth, by });
                }
            }
            Err(error) => return Err(error).context(order.payment.id.to_string()),
        }
    }
    ledger.apply(&order.payment).await.with_context(|| format!("{}, {TRIES} times", order.payment.id))
}

/// Which check a save did not pass, if that is what went wrong.
fn refusal(error: &Error) -> Option<Refusal> {
    match error {
        Error::Save(SaveError::Fenced { .. }) => Some(Refusal::Fence),
        Error::Save(SaveError::Lost { .. }) => Some(Refusal::Deadline),
        Error::Save(SaveError::StaleVersion { .. }) => Some(Refusal::Version),
        _ => None,
    }
}
