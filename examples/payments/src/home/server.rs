use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A database of a server, by a URL that may have a password in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Server {
    pub(super) url: String,
    /// The URL without user, password and options.
    name: String,
}

impl Server {
    pub(super) fn new(
        url: &str,
        host: &str,
        port: u16,
        socket: Option<&PathBuf>,
        database: Option<&str>,
    ) -> Self {
        let scheme = url.split("://").next().unwrap_or_default();
        let place = match socket {
            Some(socket) => socket.display().to_string(),
            None => format!("{host}:{port}"),
        };
        Self { url: url.into(), name: format!("{scheme}://{place}/{}", database.unwrap_or_default()) }
    }
}

/// Without the password.
impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// Without the password.
impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}
