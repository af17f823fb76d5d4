use std::fmt;

use crate::store::StoreCapabilities;

/// What a case asks of a store. A store that does not claim it is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Need {
    /// A holder can be asked to let go.
    Asking,
    /// A lock ends with its ttl.
    Expiry,
    /// Each grant of a key has a higher token than all before.
    Fencing,
    /// `list` is in the order of the keys.
    OrderedList,
    /// Waiters are told of a release.
    Wakeups,
}

impl Need {
    /// Whether a store claims it.
    pub fn is_met_by(self, capabilities: &StoreCapabilities) -> bool {
        match self {
            Self::Asking => capabilities.asking,
            Self::Expiry => capabilities.expiry,
            Self::Fencing => capabilities.fencing,
            Self::OrderedList => capabilities.ordered_list,
            Self::Wakeups => capabilities.wakeups,
        }
    }
}

impl fmt::Display for Need {
    /// The name of the capability.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asking => "asking",
            Self::Expiry => "expiry",
            Self::Fencing => "fencing",
            Self::OrderedList => "ordered_list",
            Self::Wakeups => "wakeups",
        })
    }
}
