//! What this service is about. Nothing in here knows of processes, pipes or files.

mod account;
mod ledger;
mod payment;

pub(crate) use account::{Account, AccountId};
pub(crate) use ledger::{Ledger, Outcome};
pub(crate) use payment::{Payment, PaymentId};
