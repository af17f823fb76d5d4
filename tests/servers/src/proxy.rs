//! A network that fails as it is told.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    link::{Link, Network},
    ports,
};

/// What a [`Proxy`] does to the bytes that pass through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "tests go through all of them")]
pub enum Mode {
    /// Nothing.
    Pass,
    /// A round trip takes this much longer, half of it on each way. Bytes do not wait for those before them.
    Delay(Duration),
    /// What the server answers arrives; what is sent to it, new connections too, waits until the mode is another.
    HoleToServer,
    /// The server is asked and does it; its answers wait until the mode is another. With [`Mode::Reset`] afterwards they
    /// are lost.
    HoleToClient,
    /// So many pieces of what the server answers still arrive, and then it is [`Mode::HoleToClient`]. What a server sends
    /// at once on one connection is a piece, unless it is long.
    HoleToClientAfter(u32),
    /// Nothing arrives until the mode is another, and nobody is told.
    Hole,
    /// Connections are reset, those that there are and then each new one. What waited in them is lost.
    Reset,
    /// As if no server was there: connections are reset, and new ones refused.
    Refuse,
}

/// Something to connect to on 127.0.0.1 instead of a server. It ends when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    server: SocketAddr,
    network: Arc<Network>,
    /// Runs while the port is open.
    accepting: Mutex<Option<JoinHandle<()>>>,
}

impl Proxy {
    /// A proxy of the server at this address, such as `("127.0.0.1", server.port())`. It begins with [`Mode::Pass`].
    ///
    /// # Panics
    ///
    /// If there is no such address.
    pub fn to(server: impl ToSocketAddrs) -> Self {
        let server = server.to_socket_addrs().expect("an address").next().expect("an address");
        let (port, listener) =
            ports::free().find_map(|port| Some((port, listen(port).ok()?))).expect("a port is free");
        let network = Arc::new(Network::new(Mode::Pass));
        let accepting = Mutex::new(Some(accept(listener, server, Arc::clone(&network))));
        Self { port, server, network, accepting }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of something on the server, made one that leads through here.
    ///
    /// # Panics
    ///
    /// If the URL does not name the server's port.
    pub fn url(&self, url: &str) -> String {
        let there = format!(":{}/", self.server.port());
        assert!(url.contains(&there), "this is not a URL of the server behind the proxy");
        url.replacen(&there, &format!(":{}/", self.port), 1)
    }

    /// From now on it is so. What the mode ends has ended when this returns; what another mode held goes on.
    pub fn set(&self, mode: Mode) {
        let mut accepting = self.accepting.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = self.network.set(mode);
        match accepting.take() {
            Some(thread) if mode == Mode::Refuse => {
                // It looks at the mode when somebody connects.
                drop(TcpStream::connect(("127.0.0.1", self.port)));
                thread.join().expect("it does not panic");
            }
            None if mode != Mode::Refuse => {
                let listener = listen_again(self.port);
                *accepting = Some(accept(listener, self.server, Arc::clone(&self.network)));
            }
            as_before => *accepting = as_before,
        }
        while ended.iter().any(|link| link.strong_count() > 0) {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.set(Mode::Refuse);
    }
}

fn accept(listener: TcpListener, server: SocketAddr, network: Arc<Network>) -> JoinHandle<()> {
    thread::spawn(move || {
        loop {
            let Ok((client, _)) = listener.accept() else { continue }; // it has gone already
            let link = Arc::new(Link::new(client));
            match network.add(&link) {
                Mode::Refuse => return link.reset(),
                Mode::Reset => link.reset(),
                _ => {
                    let network = Arc::clone(&network);
                    thread::spawn(move || link.run(server, network));
                }
            }
        }
    })
}

fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port))
}

fn listen_again(port: u16) -> TcpListener {
    let begun = Instant::now();
    loop {
        match listen(port) {
            Ok(listener) => return listener,
            // Somebody who looks for a free port has it for a moment.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && begun.elapsed().as_secs() < 10 => {
                thread::sleep(Duration::from_millis(10));
            }
            Err(error) => panic!("cannot listen on port {port} again: {error}"),
        }
    }
}
