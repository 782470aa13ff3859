//! A TCP proxy in front of a server. It can fall silent as a broken network does (connections stay open, nothing
//! passes), hold a statement back, answer one in the server's place, and lead to another server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

pub(crate) struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    target: Mutex<SocketAddr>,
    drops_new: AtomicBool,
    accepted: AtomicUsize,
    sent: AtomicUsize,
    connections: Mutex<Vec<Arc<Connection>>>,
    hold: Mutex<Option<Hold>>,
    refusal: Mutex<Option<Refusal>>,
}

struct Connection {
    client: TcpStream,
    server: TcpStream,
    is_silent: AtomicBool,
}

struct Hold {
    after: &'static str,
    at: &'static str,
    caught: Sender<()>,
    release: Receiver<()>,
}

struct Refusal {
    statement: &'static str,
    code: u16,
    message: &'static str,
}

/// A statement that is held back.
pub(crate) struct Held {
    caught: Receiver<()>,
    release: Sender<()>,
}

impl Held {
    /// Waits until the statement has come.
    pub(crate) fn wait(&self) {
        self.caught.recv().expect("the proxy ended before the statement came");
    }

    /// Lets the statement pass.
    pub(crate) fn release(self) {
        let _ = self.release.send(());
    }
}

impl Proxy {
    /// A proxy in front of a server on this machine.
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let own_port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            target: Mutex::new((Ipv4Addr::LOCALHOST, port).into()),
            drops_new: AtomicBool::new(false),
            accepted: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            connections: Mutex::default(),
            hold: Mutex::new(None),
            refusal: Mutex::new(None),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                accept(&accepting, client.unwrap());
            }
        });
        Self { port: own_port, shared }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How many connections were made.
    pub(crate) fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// How many packets the clients sent.
    pub(crate) fn sent(&self) -> usize {
        self.shared.sent.load(Ordering::SeqCst)
    }

    /// From now on nothing passes on the connections that are open.
    pub(crate) fn drop_open(&self) {
        for connection in self.shared.connections.lock().unwrap().iter() {
            connection.is_silent.store(true, Ordering::SeqCst);
        }
    }

    /// From now on nothing passes at all.
    pub(crate) fn drop_everything(&self) {
        self.shared.drops_new.store(true, Ordering::SeqCst);
        self.drop_open();
    }

    /// New connections lead to another server.
    pub(crate) fn lead_to(&self, port: u16) {
        *self.shared.target.lock().unwrap() = (Ipv4Addr::LOCALHOST, port).into();
    }

    /// Holds back the first statement with `at` in it, on a connection that has sent `after` before.
    pub(crate) fn hold(&self, after: &'static str, at: &'static str) -> Held {
        let ((caught, is_caught), (do_release, release)) = (channel(), channel());
        *self.shared.hold.lock().unwrap() = Some(Hold { after, at, caught, release });
        Held { caught: is_caught, release: do_release }
    }

    /// Refuses each statement with this text in it, in the server's place.
    pub(crate) fn refuse(&self, statement: &'static str, code: u16, message: &'static str) {
        *self.shared.refusal.lock().unwrap() = Some(Refusal { statement, code, message });
    }
}

fn accept(shared: &Arc<Shared>, client: TcpStream) {
    shared.accepted.fetch_add(1, Ordering::SeqCst);
    let target = *shared.target.lock().unwrap();
    // A server that is down: the client sees its connection closed.
    let Ok(server) = TcpStream::connect(target) else { return };
    let is_silent = AtomicBool::new(shared.drops_new.load(Ordering::SeqCst));
    let connection = Arc::new(Connection { client, server, is_silent });
    shared.connections.lock().unwrap().push(Arc::clone(&connection));
    let (shared, other) = (Arc::clone(shared), Arc::clone(&connection));
    thread::spawn(move || upstream(&shared, &connection));
    thread::spawn(move || pass(&other, &other.server, &other.client, |_| true));
}

/// Passes on what comes, as long as the connection is not silent and `may_pass` agrees.
fn pass(connection: &Connection, mut from: &TcpStream, mut to: &TcpStream, mut may_pass: impl FnMut(&[u8]) -> bool) {
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).unwrap_or(0);
        let passes = read > 0 && may_pass(&buffer[..read]);
        if connection.is_silent.load(Ordering::SeqCst) {
            if read == 0 {
                return;
            }
        } else if read == 0 {
            let _ = to.shutdown(Shutdown::Both);
            return;
        } else if passes && to.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
}

fn upstream(shared: &Shared, connection: &Connection) {
    let mut sent = Vec::new();
    pass(connection, &connection.client, &connection.server, |packet| {
        shared.sent.fetch_add(1, Ordering::SeqCst);
        let is_held = |hold: &mut Hold| contains(&sent, hold.after) && contains(packet, hold.at);
        let hold = shared.hold.lock().unwrap().take_if(is_held);
        sent.extend_from_slice(packet);
        if let Some(hold) = hold {
            let _ = hold.caught.send(());
            let _ = hold.release.recv();
        }
        match &*shared.refusal.lock().unwrap() {
            Some(refusal) if contains(packet, refusal.statement) => {
                let mut client = &connection.client;
                client.write_all(&error_packet(packet[3] + 1, refusal)).is_err()
            }
            _ => true,
        }
    });
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window == part.as_bytes())
}

/// An `ERR_Packet` of the protocol.
fn error_packet(sequence: u8, refusal: &Refusal) -> Vec<u8> {
    let mut body = vec![0xff];
    body.extend(refusal.code.to_le_bytes());
    body.extend(b"#HY000");
    body.extend(refusal.message.as_bytes());
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [&length[..3], &[sequence], &body].concat()
}

impl Drop for Proxy {
    fn drop(&mut self) {
        for connection in self.shared.connections.lock().unwrap().iter() {
            let _ = connection.client.shutdown(Shutdown::Both);
            let _ = connection.server.shutdown(Shutdown::Both);
        }
    }
}
