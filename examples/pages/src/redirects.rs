//! Receives the browser when it comes back from Zoho's consent page.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use maud::{Markup, html};

use crate::connection::Connection;
use crate::page::{Notice, notice};

/// How many connections are served at once; browsers open a few in advance.
const MAX_CONNECTIONS: usize = 64;

/// How many reloads of a redirect wait for its outcome.
const MAX_WAITING: usize = 8;

/// A page on this machine that receives redirects, one at a time. It ends when it is dropped.
///
/// ```no_run
/// # fn sign_in(query: &str) -> Result<String, String> { Err(query.to_owned()) }
/// let redirects = zcrm_pages::Redirects::listen("127.0.0.1:8000")?;
/// println!("waiting at http://{}", redirects.address());
/// let redirect = redirects.wait()?;
/// match sign_in(redirect.query()) {
///     Ok(user) => redirect.signed_in(&user),
///     Err(reason) => redirect.failed(&reason),
/// }
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct Redirects {
    address: SocketAddr,
    received: Receiver<Redirect>,
    stopping: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Redirects {
    /// Listens at `address`, such as `127.0.0.1:8000`; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// If the address is in use, or is not an address of this machine.
    pub fn listen(address: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let (sender, received) = channel();
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let thread = thread::spawn(move || serve(&listener, &stop, &sender));
        Ok(Self { address, received, stopping, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the next redirect. After one that [failed](Redirect::failed), another may come: the user may have
    /// consented again, and anybody can make up a redirect.
    ///
    /// # Errors
    ///
    /// If the page cannot go on.
    pub fn wait(&self) -> io::Result<Redirect> {
        self.received.recv().map_err(|_| io::Error::other("the page that waits for the redirect has ended"))
    }
}

impl Drop for Redirects {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // A connection of our own wakes the thread that waits for one.
        let mut own = self.address;
        match own.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => own.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => own.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        if let (Ok(_), Some(thread)) = (TcpStream::connect(own), self.thread.take()) {
            let _ = thread.join();
        }
    }
}

/// A browser that came back, and waits for its page.
#[must_use = "the browser waits for its page"]
pub struct Redirect {
    query: String,
    browser: Option<Connection>,
    shared: Arc<Mutex<Option<Current>>>,
}

/// The redirect that is in progress, or was the last.
struct Current {
    query: String,
    waiting: Vec<Connection>,
    outcome: Option<Outcome>,
}

#[derive(Clone)]
struct Outcome {
    status: u16,
    page: String,
    is_final: bool,
}

impl Redirect {
    /// The query of its address, with the grant or the refusal.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// Tells the browser that its user is signed in. Later redirects learn that this is over.
    pub fn signed_in(mut self, user: &str) {
        let page = notice(
            Notice::Success,
            "You are signed in",
            &html! {
                p { "Signed in as " strong { (user) } "." }
                p.muted { "You can close this page and go back to the program." }
            },
        );
        self.finish(Outcome { status: 200, page: page.into_string(), is_final: true });
    }

    /// Tells the browser why its user is not signed in. Another redirect may come.
    pub fn failed(mut self, reason: &str) {
        self.finish(failure(reason));
    }

    fn finish(&mut self, outcome: Outcome) {
        let Some(browser) = self.browser.take() else { return };
        let waiting = match &mut *lock(&self.shared) {
            Some(current) => {
                current.outcome = Some(outcome.clone());
                std::mem::take(&mut current.waiting)
            }
            None => Vec::new(),
        };
        for browser in waiting.into_iter().chain([browser]) {
            browser.respond(outcome.status, &outcome.page);
        }
    }
}

impl Drop for Redirect {
    fn drop(&mut self) {
        self.finish(failure("The program stopped before the sign-in was complete."));
    }
}

impl std::fmt::Debug for Redirect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redirect").finish_non_exhaustive()
    }
}

fn failure(reason: &str) -> Outcome {
    let page = notice(
        Notice::Failure,
        "You are not signed in",
        &html! {
            p { (reason) }
            p.muted { "Go back to the program: it says whether it still waits or has to be started again." }
        },
    );
    Outcome { status: 400, page: page.into_string(), is_final: false }
}

fn serve(listener: &TcpListener, stopping: &AtomicBool, received: &Sender<Redirect>) {
    let shared = Arc::new(Mutex::new(None));
    let open = Arc::new(AtomicUsize::new(0));
    // It ends when it is told to, or when the socket breaks; whoever waits then learns of it through the channel.
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(fault) if is_of_one_connection(&fault) => continue,
            Err(_) => return,
        };
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        if open.fetch_add(1, Ordering::SeqCst) >= MAX_CONNECTIONS {
            open.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let (shared, open, received) = (Arc::clone(&shared), Arc::clone(&open), received.clone());
        thread::spawn(move || {
            if let Some(browser) = Connection::read(stream) {
                take(browser, &shared, &received);
            }
            open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

fn is_of_one_connection(fault: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(fault.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

fn take(browser: Connection, shared: &Arc<Mutex<Option<Current>>>, received: &Sender<Redirect>) {
    if !browser.is_get {
        return browser.respond(405, &nothing_here().into_string());
    }
    let query = browser.query.clone();
    // Browsers ask for icons and the like too: only a query with a code or an error comes from Zoho.
    if !url::form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == "code" || key == "error") {
        return browser.respond(404, &nothing_here().into_string());
    }
    let mut current = lock(shared);
    let (status, page) = match &mut *current {
        Some(Current { query: same, waiting, outcome: None }) if *same == query && waiting.len() < MAX_WAITING => {
            waiting.push(browser);
            return;
        }
        Some(Current { query: same, outcome: Some(outcome), .. }) if *same == query => {
            (outcome.status, outcome.page.clone())
        }
        Some(Current { outcome: None, .. }) => (409, busy().into_string()),
        Some(Current { outcome: Some(outcome), .. }) if outcome.is_final => (410, over().into_string()),
        _ => {
            *current = Some(Current { query: query.clone(), waiting: Vec::new(), outcome: None });
            drop(current);
            // If nobody waits any more, dropping the redirect tells the browser.
            let _ = received.send(Redirect { query, browser: Some(browser), shared: Arc::clone(shared) });
            return;
        }
    };
    drop(current);
    browser.respond(status, &page);
}

fn lock(shared: &Mutex<Option<Current>>) -> MutexGuard<'_, Option<Current>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn nothing_here() -> Markup {
    notice(
        Notice::Information,
        "Nothing here",
        &html! {
            p { "A program on this machine waits here for you to come back from Zoho." }
            p.muted { "Open the address that the program has printed, and give your consent there." }
        },
    )
}

fn busy() -> Markup {
    notice(
        Notice::Information,
        "One moment",
        &html! { p { "The program is completing another sign-in. Reload this page in a few seconds." } },
    )
}

fn over() -> Markup {
    notice(
        Notice::Information,
        "This is over",
        &html! { p { "The program is signed in already and waits no more. You can close this page." } },
    )
}
