//! In what the servers differ.

use std::{fmt, path::Path, process::Command, sync::OnceLock};

use rustix::process::Signal;

use crate::{home::Home, server::Server};

/// What [`Server`] has to know of a server.
pub trait Kind: Sized + Send + Sync + fmt::Debug + 'static {
    #[doc(hidden)]
    const PARTS: Parts;

    /// Where the one server of this process is.
    #[doc(hidden)]
    fn shared() -> &'static OnceLock<Server<Self>>;
}

/// The facts and programs of one kind.
#[doc(hidden)]
#[derive(Debug)]
pub struct Parts {
    pub name: &'static str,
    /// As whom root runs it.
    pub(crate) user: &'static str,
    /// What the server removes as its last act, if SIGQUIT asks it to.
    pub(crate) last_file: &'static str,
    /// What ends it cleanly without waiting for its clients.
    pub(crate) clean: Signal,
    /// For tests that lose nothing when the machine fails.
    pub(crate) not_durable: &'static [(&'static str, &'static str)],
    /// Makes the data of an empty server: the commands for it, in turn.
    pub(crate) install: fn(&Home) -> Vec<Command>,
    pub(crate) server: fn(&Home, u16) -> Command,
    /// The argument or arguments for a setting.
    pub(crate) setting: fn(&mut Command, &str, &str),
    /// Whether it answers, by its directory, its process id and what it has logged since its start.
    pub(crate) ready: fn(&Path, u32, &str) -> bool,
    /// A client that reads SQL from its stdin and prints nothing but values.
    pub(crate) client: fn(u16, &str) -> Command,
    /// Scheme and user of a URL.
    pub(crate) login: &'static str,
    pub(crate) maintenance: &'static str,
}
