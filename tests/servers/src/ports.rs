//! Ports to listen on.

use std::{net::TcpListener, ops::Range, process, time::SystemTime};

/// Ports that nobody uses now. They are below those that the kernel gives to outgoing connections: one of these could
/// have the port while nobody listens on it, even that of a client which tries to connect to it.
pub(crate) fn free() -> impl Iterator<Item = u16> {
    const PORTS: Range<u16> = 11_000..32_000;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    let start = (now / 1000).wrapping_add(process::id().wrapping_mul(7919)) % PORTS.len() as u32;
    let ports = PORTS.cycle().skip(start as usize).take(PORTS.len());
    ports.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
}
