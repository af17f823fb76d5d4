use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::AccountId;

/// One line of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payment {
    #[serde(rename = "payment")]
    pub(crate) id: PaymentId,
    pub(crate) account: AccountId,
    pub(crate) kind: Kind,
    pub(crate) cents: NonZeroU32,
}

/// What makes a payment the same payment, however often it arrives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct PaymentId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Charge,
    Refund,
}

impl Payment {
    /// What it does to the balance.
    pub(super) fn amount(&self) -> i64 {
        let cents = i64::from(self.cents.get());
        match self.kind {
            Kind::Charge => cents,
            Kind::Refund => -cents,
        }
    }
}

impl TryFrom<String> for PaymentId {
    type Error = &'static str;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        if id.is_empty() { Err("the id of the payment is empty") } else { Ok(Self(id)) }
    }
}

impl std::fmt::Display for PaymentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
