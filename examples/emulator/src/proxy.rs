//! A forward proxy that asks for credentials.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// A request head longer than this is no proxy's client.
const LONGEST_HEAD: usize = 16 * 1024;

#[derive(Debug, Default)]
struct Seen {
    carried: AtomicU64,
    refused: AtomicU64,
}

/// An HTTP proxy on 127.0.0.1 that lets clients with the right name and password through, to wherever they want: by
/// `CONNECT`, or by a request whose target is a whole URL. It runs until it is dropped.
///
/// ```
/// use zcrm_emulator::Proxy;
///
/// # fn main() -> std::io::Result<()> {
/// let proxy = Proxy::start("asta", "secret")?;
/// assert!(proxy.url().starts_with("http://asta:secret@127.0.0.1:"));
/// assert_eq!((proxy.carried(), proxy.refused()), (0, 0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Proxy {
    url: String,
    url_without_credentials: String,
    seen: Arc<Seen>,
    runtime: Option<Runtime>,
}

impl Proxy {
    /// Starts one on a free port. Name and password must need no escaping in a URL.
    ///
    /// # Errors
    ///
    /// When there is no free port or the thread cannot be started.
    pub fn start(user: &str, password: &str) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("zcrm-emulator-proxy")
            .enable_io()
            .build()?;
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let listener = {
            let _within = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let seen = Arc::new(Seen::default());
        let expected = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        runtime.spawn(accept(listener, expected, Arc::clone(&seen)));
        Ok(Self {
            url: format!("http://{user}:{password}@{address}"),
            url_without_credentials: format!("http://{address}"),
            seen,
            runtime: Some(runtime),
        })
    }

    /// Its URL with the credentials.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its URL without them, which it refuses with 407.
    pub fn url_without_credentials(&self) -> &str {
        &self.url_without_credentials
    }

    /// Connections that it carried.
    pub fn carried(&self) -> u64 {
        self.seen.carried.load(Ordering::SeqCst)
    }

    /// Connections that it refused for want of credentials.
    pub fn refused(&self) -> u64 {
        self.seen.refused.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(listener: TcpListener, expected: String, seen: Arc<Seen>) {
    while let Ok((client, _)) = listener.accept().await {
        let (expected, seen) = (expected.clone(), Arc::clone(&seen));
        tokio::spawn(async move {
            // A client or a server that goes away ends its own connection only.
            let _ = carry(client, &expected, &seen).await;
        });
    }
}

async fn carry(mut client: TcpStream, expected: &str, seen: &Seen) -> io::Result<()> {
    let (head, rest) = read_head(&mut client).await?;
    let allowed = head.lines().any(|line| {
        let header = line.split_once(':');
        header.is_some_and(|(name, value)| name.eq_ignore_ascii_case("proxy-authorization") && value.trim() == expected)
    });
    if !allowed {
        seen.refused.fetch_add(1, Ordering::SeqCst);
        let answer = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\n\
                      Content-Length: 0\r\nConnection: close\r\n\r\n";
        return client.write_all(answer.as_bytes()).await;
    }
    seen.carried.fetch_add(1, Ordering::SeqCst);
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut server;
    if method == "CONNECT" {
        server = TcpStream::connect(target).await?;
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    } else {
        let url = url::Url::parse(target).map_err(io::Error::other)?;
        let host = url.host_str().unwrap_or_default();
        server = TcpStream::connect((host, url.port_or_known_default().unwrap_or(80))).await?;
        let origin = url.as_str().get(url.origin().ascii_serialization().len()..).unwrap_or("/");
        let head = head.replacen(target, origin, 1);
        // One request for each connection: the next one could be for another server.
        let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("proxy-"));
        let head: String = kept.map(|line| format!("{line}\r\n")).collect();
        server.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).await?;
    }
    server.write_all(&rest).await?;
    copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}

/// The lines of the head, without the empty one that ends it, and what came after.
async fn read_head(client: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = read.split_off(end + 4);
            read.truncate(end);
            return Ok((String::from_utf8_lossy(&read).into_owned(), rest));
        }
        if client.read_buf(&mut read).await? == 0 || read.len() > LONGEST_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}
