//! The web server that takes notifications.

use std::convert::Infallible;
use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zcrm_core::ErrorKind;
use zcrm_core::resource::Hints;

/// The largest body. A notification of many records with their values stays far below.
const LARGEST: usize = 2 << 20;

/// Connections beyond these push out the oldest ones that brought no notification, so that nobody keeps others out.
const CONNECTIONS: usize = 128;

/// How long a client may take for a handshake, for the head of a request, for its body, and idle between two.
const PATIENCE: Duration = Duration::from_secs(10);

/// Calls that are refused are told of once in so long.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// How long a connection lives at most.
const LIFE: Duration = Duration::from_secs(120);

/// A certificate of its own, for those without a proxy that ends TLS.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    /// The chain of certificates and the key, in PEM.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or the two do not belong together.
    pub fn read(certificates: &Path, key: &Path) -> Result<Self> {
        let unreadable = |file: &Path| format!("{} has no certificate or key in PEM that can be read", file.display());
        let chain = CertificateDer::pem_file_iter(certificates).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.with_context(|| unreadable(certificates))?;
        let key = PrivateKeyDer::from_pem_file(key).with_context(|| unreadable(key))?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .with_context(|| format!("the certificate in {} and the key cannot be used", certificates.display()))?;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// Tells people, from any thread.
pub type Note = Arc<dyn Fn(&str) + Send + Sync>;

/// A web server on a thread of its own, until it is dropped. It answers 200 to what it passed on, 403 to a wrong token,
/// 400 to what is no notification, and tells people of both.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens at `address`, such as `127.0.0.1:8080`; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// When the address is in use, or is none of this machine.
    pub fn start(address: &str, tls: Option<Tls>, hints: Hints, note: Note) -> Result<Self> {
        let cannot = || format!("cannot listen at {address}; name a free address of this machine with --listen");
        let listener = TcpListener::bind(address).with_context(cannot)?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let thread = thread::spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = serve(listener, tls, Desk::new(hints, note)) => {}
                    _ = stopped => {}
                }
            });
        });
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A connection.
struct Open {
    task: AbortHandle,
    /// Whether it brought a notification.
    is_known: Arc<AtomicBool>,
}

async fn serve(listener: TcpListener, tls: Option<Tls>, desk: Desk) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(cause) => return log::error!("the web server cannot begin: {cause}"),
    };
    let mut open: Vec<Open> = Vec::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(cause) => {
                log::warn!("a connection could not be accepted: {cause}");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        open.retain(|connection| !connection.task.is_finished());
        if open.len() >= CONNECTIONS {
            let least = open.iter().position(|connection| !connection.is_known.load(Ordering::Relaxed)).unwrap_or(0);
            open.remove(least).task.abort();
        }
        let is_known = Arc::<AtomicBool>::default();
        let (tls, desk) = (tls.clone(), Desk { is_known: Arc::clone(&is_known), ..desk.clone() });
        let conversation = async move {
            match tls {
                None => converse(stream, desk).await,
                Some(Tls(acceptor)) => {
                    if let Ok(Ok(stream)) = timeout(PATIENCE, acceptor.accept(stream)).await {
                        converse(stream, desk).await;
                    }
                }
            }
        };
        open.push(Open { task: tokio::spawn(timeout(LIFE, conversation)).abort_handle(), is_known });
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, desk: Desk) {
    let service = service_fn(|request| {
        let desk = desk.clone();
        async move { Ok::<_, Infallible>(empty(desk.answer(request).await)) }
    });
    let mut builder = http1::Builder::new();
    let connection = builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    // Whoever breaks it off needs no answer.
    let _ = pin!(connection.serve_connection(TokioIo::new(stream), service)).await;
}

/// Where requests are dealt with.
#[derive(Clone)]
struct Desk {
    hints: Hints,
    note: Note,
    refused: Arc<Mutex<Refused>>,
    /// Whether the connection brought a notification.
    is_known: Arc<AtomicBool>,
}

/// What was refused and not told yet, and when it was told last.
#[derive(Default)]
struct Refused {
    count: u64,
    told: Option<Instant>,
}

impl Desk {
    fn new(hints: Hints, note: Note) -> Self {
        Self { hints, note, refused: Arc::default(), is_known: Arc::default() }
    }

    async fn answer(&self, request: Request<Incoming>) -> StatusCode {
        if request.method() != Method::POST {
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        let body = match timeout(PATIENCE, Limited::new(request.into_body(), LARGEST).collect()).await {
            Ok(Ok(body)) => body,
            Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE,
            Err(_) => return StatusCode::REQUEST_TIMEOUT,
        };
        match self.hints.receive(body.to_bytes()) {
            Ok(_) => {
                self.is_known.store(true, Ordering::Relaxed);
                StatusCode::OK
            }
            Err(error) => {
                self.refuse(&error);
                if error.kind() == ErrorKind::WrongToken { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST }
            }
        }
    }

    /// Tells of a call that is not passed on, with those since the last time.
    fn refuse(&self, error: &zcrm_core::Error) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.count += 1;
        if refused.told.is_some_and(|told| told.elapsed() < TOLD_EVERY) {
            return;
        }
        let calls = if refused.count == 1 {
            "a call was refused".to_owned()
        } else {
            format!("{} calls were refused", refused.count)
        };
        (self.note)(&format!("{calls}, which is no notification for this channel: {error}"));
        *refused = Refused { count: 0, told: Some(Instant::now()) };
    }
}

fn empty(status: StatusCode) -> Response<Empty<Bytes>> {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    response
}
