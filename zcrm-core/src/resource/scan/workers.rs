//! Ranges read on threads.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::pool::{Batch, Pool, Taken};
use crate::error::{Error, ErrorKind, Result};

/// Workers on threads of their own. Each has at most one page that nobody took yet; dropping this ends them, each after
/// the request that it has in flight.
#[derive(Debug)]
pub(super) struct Workers {
    pool: Arc<Pool>,
    pages: Receiver<Result<Batch>>,
}

impl Workers {
    pub(super) fn start(pool: &Arc<Pool>, workers: usize) -> Self {
        // A worker hands its page over, or waits until it can.
        let (send, pages) = sync_channel(0);
        for _ in 0..workers {
            let (pool, send) = (Arc::clone(pool), send.clone());
            std::thread::spawn(move || work(&pool, &send));
        }
        Self { pool: Arc::clone(pool), pages }
    }

    /// The next page of any range; `None` when all were read.
    pub(super) fn next(&self) -> Option<Result<Batch>> {
        match self.pages.recv() {
            Ok(page) => Some(page),
            Err(_) if self.pool.is_over() => None,
            Err(_) => {
                Some(Err(Error::new(ErrorKind::Unanswered, "a thread that read a part of the scan panicked").logged()))
            }
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.pool.stop();
    }
}

/// No other worker waits for one that panicked.
struct Watch<'a>(&'a Pool);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

fn work(pool: &Pool, pages: &SyncSender<Result<Batch>>) {
    let _watch = Watch(pool);
    loop {
        let mut taken = match pool.take() {
            Ok(Some(taken)) => taken,
            Ok(None) => return,
            Err(error) => return fail(pool, pages, error),
        };
        loop {
            let slot = taken.slot;
            let batch = match pool.step(taken) {
                Ok(batch) => batch,
                Err(error) => return fail(pool, pages, error),
            };
            let over = batch.next.is_none();
            if pages.send(Ok(batch)).is_err() {
                return;
            }
            if over {
                break;
            }
            taken = Taken::of(slot);
        }
    }
}

/// The scan ends with its first error.
fn fail(pool: &Pool, pages: &SyncSender<Result<Batch>>, error: Error) {
    pool.stop();
    // Where nobody takes it, nobody reads any more.
    _ = pages.send(Err(error));
}
