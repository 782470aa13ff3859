//! HTTP/1.1 as far as one page needs it: the head of one request, one response, and the connection is closed.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::page::HEADERS;

const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 100;

/// How long a browser may take to send the next part of its request, or to take the next part of the page. Browsers
/// also open connections in advance and send nothing.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long a browser may take to close its side after the page.
const LINGER: Duration = Duration::from_millis(500);

/// A browser that has sent a request.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    pub(crate) is_get: bool,
    pub(crate) query: String,
}

impl Connection {
    /// Reads the head of a request; `None` if there is none, or none that can be understood.
    pub(crate) fn read(mut stream: TcpStream) -> Option<Self> {
        stream.set_read_timeout(Some(TIMEOUT)).ok()?;
        stream.set_write_timeout(Some(TIMEOUT)).ok()?;
        let mut head = Vec::new();
        let mut chunk = [0; 2048];
        loop {
            let length = stream.read(&mut chunk).ok()?;
            head.extend_from_slice(chunk.get(..length)?);
            match parse(&head) {
                Ok(Some((is_get, query))) => return Some(Self { stream, is_get, query }),
                Ok(None) if length > 0 && head.len() <= MAX_HEAD => {}
                _ => return None,
            }
        }
    }

    /// Sends a page. Nobody is told if the browser is gone: it needs no page.
    pub(crate) fn respond(self, status: u16, page: &str) {
        let _ = self.send(status, page);
    }

    fn send(mut self, status: u16, page: &str) -> io::Result<()> {
        let reason = match status {
            200 => "OK",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            410 => "Gone",
            _ => "Bad Request",
        };
        let mut response =
            format!("HTTP/1.1 {status} {reason}\r\nconnection: close\r\ncontent-length: {}\r\n", page.len());
        for (name, value) in HEADERS.iter() {
            let _ = write!(response, "{name}: {value}\r\n");
        }
        response.push_str("\r\n");
        response.push_str(page);
        self.stream.write_all(response.as_bytes())?;
        self.stream.shutdown(Shutdown::Write)?;
        // Closing with a part of the request unread would reset the connection, and the page with it.
        self.stream.set_read_timeout(Some(LINGER))?;
        io::copy(&mut self.stream.take(MAX_HEAD as u64), &mut io::sink()).map(drop)
    }
}

/// Whether a request is a GET, and its query; `None` as long as its head is not complete.
fn parse(head: &[u8]) -> Result<Option<(bool, String)>, httparse::Error> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    if request.parse(head)?.is_partial() {
        return Ok(None);
    }
    let query = request.path.and_then(|path| path.split_once('?')).map_or("", |(_, query)| query);
    Ok(Some((request.method == Some("GET"), query.to_owned())))
}
