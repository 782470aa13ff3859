//! Receives the browser when it comes back from Zoho's consent page.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Html;
use tokio::sync::oneshot;

/// A page on this machine that waits for one redirect, and tells later ones that it is over. It ends when it is dropped.
#[derive(Debug)]
pub struct Redirects {
    address: SocketAddr,
    received: Receiver<String>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<thread::JoinHandle<()>>,
}

impl Redirects {
    /// Listens at `address`, such as `127.0.0.1:8000`; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// When the address is taken, or no address of this machine.
    pub fn listen(address: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind(address))
            .with_context(|| format!("cannot listen at {address}; name a free address with --listen"))?;
        let address = listener.local_addr()?;
        let (sender, received) = channel();
        let (stop, stopped) = oneshot::channel();
        let pages = Router::new().fallback(page).with_state(Arc::new(Mutex::new(Some(sender))));
        let server = thread::spawn(move || {
            let serving = axum::serve(listener, pages).with_graceful_shutdown(async {
                let _ = stopped.await;
            });
            // It ends by its own only when the socket breaks; whoever waits then learns of it through the channel.
            let _ = runtime.block_on(serving.into_future());
        });
        Ok(Self { address, received, stop: Some(stop), server: Some(server) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the redirect, and gives its query.
    ///
    /// # Errors
    ///
    /// When the page cannot go on.
    pub fn wait(&self) -> Result<String> {
        self.received.recv().context("the page that waits for the redirect ended")
    }
}

impl Drop for Redirects {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}

/// Who waits for the redirect, until it has come.
type Waiting = Arc<Mutex<Option<Sender<String>>>>;

/// Browsers ask for icons and the like too: only a query with a code or an error is a redirect of Zoho's.
async fn page(State(waiting): State<Waiting>, RawQuery(query): RawQuery) -> (StatusCode, Html<&'static str>) {
    let query = query.unwrap_or_default();
    let is_redirect = url::form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == "code" || key == "error");
    if !is_redirect {
        return (StatusCode::NOT_FOUND, Html("<p>Nothing here.</p>"));
    }
    let sender = waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
    match sender.map(|sender| sender.send(query)) {
        Some(Ok(())) => (
            StatusCode::OK,
            Html("<p>Zoho's answer has arrived. You can close this page and go back to the program.</p>"),
        ),
        _ => (StatusCode::GONE, Html("<p>This is over: the program has its answer and is not waiting any more.</p>")),
    }
}
