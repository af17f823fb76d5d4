use crate::model::LockKey;

/// What a store can do, and what it cannot.
///
/// [`wakeups`](Self::wakeups) decides how often waiters poll, and [`ordered_list`](Self::ordered_list) how
/// [`Locks::list`](crate::Locks::list) goes about it. The others are for those who choose a store, and for the kit
/// `lockproof::testing`, which tests what a store claims; a service refuses no store for them.
///
/// ```
/// # use lockproof::StoreCapabilities;
/// let mut capabilities = StoreCapabilities::default();
/// capabilities.ordered_list = false;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreCapabilities {
    /// Each grant of a key has a higher token than all before.
    pub fencing: bool,
    /// A lock ends with its ttl.
    pub expiry: bool,
    /// Expiry is judged by one clock for all processes.
    pub server_clock: bool,
    /// Other processes see the locks.
    pub shared_between_processes: bool,
    /// Waiters are told of a release; else they poll.
    pub wakeups: bool,
    /// `list` is in the order of the keys.
    pub ordered_list: bool,
    /// A holder can be asked to let go.
    pub asking: bool,
    /// The longest key, in bytes.
    pub max_key_len: usize,
}

impl Default for StoreCapabilities {
    /// All that the contract describes, with keys of full length.
    fn default() -> Self {
        Self {
            fencing: true,
            expiry: true,
            server_clock: true,
            shared_between_processes: true,
            wakeups: true,
            ordered_list: true,
            asking: true,
            max_key_len: LockKey::MAX_LEN,
        }
    }
}
