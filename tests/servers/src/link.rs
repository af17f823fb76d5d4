//! One connection through a proxy, and what all of them have in common.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::net::sockopt::set_socket_linger;

use crate::proxy::Mode;

/// After so long, a call that blocks looks at whether the connection is to be reset.
const BLOCKED: Duration = Duration::from_millis(50);
/// How many pieces are kept for a direction that is held, before the sender is, as by TCP itself.
const KEPT: usize = 64;

/// The mode, and to whom it applies.
#[derive(Debug)]
pub(crate) struct Network {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    links: Vec<Weak<Link>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    ToServer,
    ToClient,
}

impl Network {
    pub(crate) fn new(mode: Mode) -> Self {
        Self { state: Mutex::new(State { mode, links: Vec::new() }), changed: Condvar::new() }
    }

    /// Gives the connections that this ends, which may take them a moment.
    pub(crate) fn set(&self, mode: Mode) -> Vec<Weak<Link>> {
        let mut state = self.state();
        state.mode = mode;
        let mut ended = Vec::new();
        if matches!(mode, Mode::Reset | Mode::Refuse) {
            ended.append(&mut state.links);
        }
        ended.iter().filter_map(Weak::upgrade).for_each(|link| link.reset());
        self.changed.notify_all();
        ended
    }

    /// The mode that the new connection begins with.
    pub(crate) fn add(&self, link: &Arc<Link>) -> Mode {
        let mut state = self.state();
        state.links.retain(|link| link.strong_count() > 0);
        state.links.push(Arc::downgrade(link));
        state.mode
    }

    /// When what is sent now arrives.
    fn due(&self) -> Instant {
        let now = Instant::now();
        match self.state().mode {
            Mode::Delay(round_trip) => now + round_trip / 2,
            _ => now,
        }
    }

    /// Waits until this time and until nothing holds what goes this way; or until the connection is reset, then `false`.
    fn let_through(&self, direction: Direction, due: Instant, link: &Link) -> bool {
        let mut state = self.state();
        loop {
            if link.is_over() {
                return false;
            }
            let held = match state.mode {
                Mode::Hole => true,
                Mode::HoleToServer => direction == Direction::ToServer,
                Mode::HoleToClient | Mode::HoleToClientAfter(0) => direction == Direction::ToClient,
                _ => false,
            };
            let rest = due.saturating_duration_since(Instant::now());
            if !held && rest.is_zero() {
                if let (Mode::HoleToClientAfter(left), Direction::ToClient) = (&mut state.mode, direction) {
                    *left -= 1;
                }
                return true;
            }
            state = if held {
                self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
            } else {
                self.changed.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner).0
            };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client's connection and that to the server, which are closed when the last thread lets go of them.
#[derive(Debug)]
pub(crate) struct Link {
    client: TcpStream,
    server: OnceLock<TcpStream>,
    over: AtomicBool,
}

/// What was read, to be written at this time.
type Piece = (Instant, Event);

enum Event {
    Bytes(Vec<u8>),
    /// There are no more.
    End,
    Reset,
}

impl Link {
    pub(crate) fn new(client: TcpStream) -> Self {
        Self { client, server: OnceLock::new(), over: AtomicBool::new(false) }
    }

    /// Ends it with a reset on both sides, as soon as its threads have heard of it.
    pub(crate) fn reset(&self) {
        self.over.store(true, Ordering::SeqCst);
        for stream in [Some(&self.client), self.server.get()].into_iter().flatten() {
            // Closing is then a reset. Either fails only if the other side was faster.
            let _ = set_socket_linger(stream, Some(Duration::ZERO));
            // Whoever reads reads no more. Ending the writing would tell the other side of an orderly end.
            let _ = stream.shutdown(Shutdown::Read);
        }
    }

    /// Carries what there is until both sides have ended.
    pub(crate) fn run(self: Arc<Self>, server: SocketAddr, network: Arc<Network>) {
        if !network.let_through(Direction::ToServer, network.due(), &self) {
            return;
        }
        let Some(server) = self.connect(server) else { return self.reset() };
        for stream in [&self.client, server] {
            let set = stream.set_nodelay(true).and_then(|()| stream.set_write_timeout(Some(BLOCKED)));
            if set.is_err() {
                return self.reset();
            }
        }
        for direction in [Direction::ToServer, Direction::ToClient] {
            let (pieces, queue) = sync_channel(KEPT);
            let (reader, writer) = (Arc::clone(&self), Arc::clone(&self));
            let (due, passing) = (Arc::clone(&network), Arc::clone(&network));
            thread::spawn(move || reader.read(direction, &due, &pieces));
            thread::spawn(move || writer.write(direction, &passing, &queue));
        }
    }

    fn connect(&self, server: SocketAddr) -> Option<&TcpStream> {
        while !self.is_over() {
            match TcpStream::connect_timeout(&server, BLOCKED) {
                Ok(stream) => {
                    let server = self.server.get_or_init(|| stream);
                    // Who reset it before that has not seen this side.
                    return (!self.is_over()).then_some(server);
                }
                // Its line may be full while it is paused.
                Err(error) if error.kind() == ErrorKind::TimedOut => {}
                Err(_) => return None,
            }
        }
        None
    }

    fn read(&self, direction: Direction, network: &Network, pieces: &SyncSender<Piece>) {
        let [mut from, _] = self.ends(direction);
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let event = match from.read(&mut bytes) {
                Ok(0) => Event::End,
                Ok(n) => Event::Bytes(bytes[..n].to_vec()),
                Err(_) => Event::Reset,
            };
            let last = !matches!(event, Event::Bytes(_));
            // Without a writer the connection is over.
            if pieces.send((network.due(), event)).is_err() || last {
                return;
            }
        }
    }

    fn write(&self, direction: Direction, network: &Network, queue: &Receiver<Piece>) {
        let [_, to] = self.ends(direction);
        for (due, event) in queue {
            if !network.let_through(direction, due, self) {
                return;
            }
            let sent = match event {
                Event::Bytes(bytes) => self.send(to, &bytes),
                Event::End => to.shutdown(Shutdown::Write).is_ok(),
                Event::Reset => false,
            };
            if !sent {
                return self.reset();
            }
        }
    }

    /// Whether all of it has gone.
    fn send(&self, mut to: &TcpStream, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() && !self.is_over() {
            match to.write(bytes) {
                Ok(n) => bytes = &bytes[n..],
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(_) => return false,
            }
        }
        bytes.is_empty()
    }

    /// From where to where.
    fn ends(&self, direction: Direction) -> [&TcpStream; 2] {
        let server = self.server.get().expect("it carries nothing before it has both sides");
        match direction {
            Direction::ToServer => [&self.client, server],
            Direction::ToClient => [server, &self.client],
        }
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}
