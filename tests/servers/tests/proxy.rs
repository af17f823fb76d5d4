//! The proxy does to a connection what it is told.

#![cfg(unix)]

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use lockproof_test_servers::{MariaDb, Mode, Proxy};

/// Long enough that what would arrive has arrived.
const WHILE: Duration = Duration::from_millis(300);
/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn everything_passes_both_ways_and_ends_in_order() {
    let (proxy, _heard) = proxy_of_echo();
    let mut client = connect(&proxy);
    let sent: Vec<u8> = (0..10_000_000_u32).map(|n| n as u8 ^ (n >> 8) as u8).collect();
    let echoed = thread::scope(|scope| {
        scope.spawn(|| {
            (&client).write_all(&sent).expect("goes");
            client.shutdown(Shutdown::Write).expect("ends");
        });
        let mut echoed = Vec::new();
        (&client).read_to_end(&mut echoed).expect("comes");
        echoed
    });
    assert!(sent == echoed);
    assert_eq!(client.read(&mut [0]).expect("ended"), 0);
}

#[test]
fn a_delay_is_that_of_a_round_trip_and_not_of_each_piece() {
    let (proxy, _heard) = proxy_of_echo();
    let mut client = connect(&proxy);
    ask(&mut client, "warm");
    let delay = Duration::from_millis(600);
    proxy.set(Mode::Delay(delay));
    let begun = Instant::now();
    ask(&mut client, "late");
    assert!(begun.elapsed() >= delay, "{:?}", begun.elapsed());
    let begun = Instant::now();
    for _ in 0..20 {
        client.write_all(b"1234").expect("goes");
        thread::sleep(Duration::from_millis(5)); // so that each is a piece of its own
    }
    client.read_exact(&mut [0; 80]).expect("comes");
    assert!(begun.elapsed() < 10 * delay, "{:?}", begun.elapsed());
}

#[test]
fn what_a_hole_holds_arrives_when_it_is_closed() {
    for (mode, is_heard) in [(Mode::HoleToServer, false), (Mode::HoleToClient, true), (Mode::Hole, false)] {
        let (proxy, heard) = proxy_of_echo();
        let mut client = connect(&proxy);
        ask(&mut client, "warm");
        assert_eq!(heard.recv_timeout(PATIENCE).expect("heard"), b"warm");
        proxy.set(mode);
        client.write_all(b"held").expect("goes");
        if is_heard {
            assert_eq!(heard.recv_timeout(PATIENCE).expect("heard"), b"held");
        }
        assert!(comes_to_nothing(&mut client), "{mode:?}");
        assert!(heard.try_recv().is_err(), "{mode:?}");
        proxy.set(Mode::Pass);
        client.read_exact(&mut [0; 4]).expect("comes");
        assert!(is_heard || heard.recv_timeout(PATIENCE).expect("heard") == b"held");
    }
}

#[test]
fn a_new_connection_falls_into_the_hole_too() {
    let (proxy, heard) = proxy_of_echo();
    proxy.set(Mode::Hole);
    let mut client = connect(&proxy);
    client.write_all(b"held").expect("goes");
    assert!(comes_to_nothing(&mut client));
    assert!(heard.try_recv().is_err());
    proxy.set(Mode::Pass);
    client.read_exact(&mut [0; 4]).expect("comes");
}

#[test]
fn a_reply_is_lost_by_a_hole_and_a_reset() {
    let (proxy, heard) = proxy_of_echo();
    let mut client = connect(&proxy);
    proxy.set(Mode::HoleToClient);
    client.write_all(b"done").expect("goes");
    assert_eq!(heard.recv_timeout(PATIENCE).expect("heard"), b"done");
    proxy.set(Mode::Reset);
    assert_eq!(client.read(&mut [0]).expect_err("reset").kind(), ErrorKind::ConnectionReset);
    proxy.set(Mode::Pass);
    ask(&mut connect(&proxy), "next");
}

#[test]
fn a_hole_begins_after_as_many_answers_as_it_is_told() {
    let (proxy, heard) = proxy_of_echo();
    let mut client = connect(&proxy);
    proxy.set(Mode::HoleToClientAfter(2));
    ask(&mut client, "one");
    ask(&mut client, "two");
    client.write_all(b"held").expect("goes");
    for asked in ["one", "two", "held"] {
        assert_eq!(heard.recv_timeout(PATIENCE).expect("heard"), asked.as_bytes());
    }
    assert!(comes_to_nothing(&mut client));
    proxy.set(Mode::Pass);
    client.read_exact(&mut [0; 4]).expect("comes");
}

#[test]
fn connections_are_reset_and_so_are_new_ones() {
    let (proxy, _heard) = proxy_of_echo();
    let mut clients: Vec<_> = (0..5).map(|_| connect(&proxy)).collect();
    clients.iter_mut().for_each(|client| ask(client, "warm"));
    proxy.set(Mode::Reset);
    clients.push(connect(&proxy));
    for mut client in clients {
        assert_eq!(client.read(&mut [0]).expect_err("reset").kind(), ErrorKind::ConnectionReset);
    }
}

#[test]
fn a_connection_whose_server_reads_nothing_can_be_reset() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let proxy = Proxy::to(listener.local_addr().expect("bound"));
    let mut client = connect(&proxy);
    client.set_write_timeout(Some(WHILE)).expect("a time");
    while client.write(&[0; 64 * 1024]).is_ok() {}
    proxy.set(Mode::Reset);
    client.write_all(b"more").expect_err("reset");
}

#[test]
fn refused_connections_are_accepted_again_at_the_same_port() {
    let (proxy, _heard) = proxy_of_echo();
    let mut client = connect(&proxy);
    ask(&mut client, "warm");
    for _ in 0..20 {
        proxy.set(Mode::Refuse);
        let refused = TcpStream::connect(("127.0.0.1", proxy.port()));
        assert_eq!(refused.expect_err("nobody listens").kind(), ErrorKind::ConnectionRefused);
        proxy.set(Mode::Refuse);
        proxy.set(Mode::Delay(Duration::from_millis(1)));
        ask(&mut connect(&proxy), "next");
    }
    assert_eq!(client.read(&mut [0]).expect_err("reset").kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_server_that_is_not_there_resets() {
    let proxy = Proxy::to(("127.0.0.1", 1)); // which is not for servers that anybody has
    let mut client = connect(&proxy);
    assert_eq!(client.read(&mut [0]).expect_err("reset").kind(), ErrorKind::ConnectionReset);
}

#[test]
fn nobody_listens_when_it_is_dropped() {
    let (proxy, _heard) = proxy_of_echo();
    let port = proxy.port();
    let mut client = connect(&proxy);
    drop(proxy);
    TcpStream::connect(("127.0.0.1", port)).expect_err("nobody listens");
    client.read(&mut [0]).expect_err("reset");
}

#[test]
fn a_url_leads_through_it_to_the_real_server() {
    let server = MariaDb::shared();
    let proxy = Proxy::to(("127.0.0.1", server.port()));
    let url = proxy.url(&server.url());
    assert_eq!(url, format!("mysql://root@127.0.0.1:{}/mysql", proxy.port()));
    let mut greeting = [0; 40];
    connect(&proxy).read_exact(&mut greeting).expect("comes");
    assert!(String::from_utf8_lossy(&greeting).contains("MariaDB"), "{greeting:?}");
}

fn connect(proxy: &Proxy) -> TcpStream {
    let client = TcpStream::connect(("127.0.0.1", proxy.port())).expect("connects");
    client.set_read_timeout(Some(PATIENCE)).expect("a time");
    client.set_nodelay(true).expect("is set");
    client
}

fn ask(client: &mut TcpStream, words: &str) {
    client.write_all(words.as_bytes()).expect("goes");
    let mut answer = vec![0; words.len()];
    client.read_exact(&mut answer).expect("comes");
    assert_eq!(answer, words.as_bytes());
}

fn comes_to_nothing(client: &mut TcpStream) -> bool {
    client.set_read_timeout(Some(WHILE)).expect("a time");
    let read = client.read(&mut [0]);
    client.set_read_timeout(Some(PATIENCE)).expect("a time");
    read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

/// Of a server that says back what it hears, and tells us.
fn proxy_of_echo() -> (Proxy, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address: SocketAddr = listener.local_addr().expect("bound");
    let (tell, heard) = channel();
    thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let tell = tell.clone();
            thread::spawn(move || {
                let mut bytes = [0; 10_000];
                // Until either side ends it.
                while let Ok(n @ 1..) = client.read(&mut bytes) {
                    let told = tell.send(bytes[..n].to_vec());
                    if client.write_all(&bytes[..n]).is_err() || told.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (Proxy::to(address), heard)
}
