//! Log lines: through `tracing` where that feature is on, and type-checked all the same where it is off.

#[cfg(feature = "tracing")]
pub(crate) use tracing::{debug, info, warn};

#[cfg(not(feature = "tracing"))]
mod silent {
    macro_rules! silent {
        ($($arguments:tt)*) => {{
            let _ = ::core::format_args!($($arguments)*);
        }};
    }
    pub(crate) use silent as debug;
    pub(crate) use silent as info;
    pub(crate) use silent as warn;
}

#[cfg(not(feature = "tracing"))]
pub(crate) use silent::{debug, info, warn};
