//! Folds the write-ahead log into the file beside the writer, so that nobody's commit waits for most of it.
//!
//! Invariants: one fold at a time; what leaves the disk in doubt stops the log from the thread on which it is found; the thread has
//! ended before the file is closed.
//! Deliberately absent: the rest of it. What is committed meanwhile is folded in by the writer between two commits: only where
//! everything is in the file, and synced there, does the write-ahead log begin anew.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, ffi};

use super::{Shared, priority};
use crate::log::LogError;

// before, a write-ahead log that began anew while two connections folded in and committed could damage the file
const _: () = assert!(ffi::SQLITE_VERSION_NUMBER >= 3_051_003, "https://sqlite.org/wal.html#walresetbug");

/// What folds in, on a connection of its own.
pub(super) struct Folding {
    connection: Arc<Mutex<Connection>>,
    at_work: Option<JoinHandle<bool>>,
}

impl Folding {
    /// With a connection that is set as the writer's is.
    pub(super) fn new(connection: Connection) -> Self {
        Folding { connection: Arc::new(Mutex::new(connection)), at_work: None }
    }

    /// Begins, unless it is at work.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn begin(&mut self, shared: &Arc<Shared>) -> io::Result<()> {
        if self.at_work.is_none() {
            let (connection, shared) = (Arc::clone(&self.connection), Arc::clone(shared));
            let thread = thread::Builder::new().name("event-log-folding".into());
            self.at_work = Some(thread.spawn(move || {
                priority::go_as_others();
                let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                // SQLite syncs the file only if nothing was committed meanwhile
                fold_in(&connection, &shared, "PASSIVE") && told(shared.sync().map(|()| true))
            })?);
        }
        Ok(())
    }

    /// Whether it was folded in, once, when the thread has ended.
    pub(super) fn ended(&mut self) -> Option<bool> {
        // after a panic it is folded in another time
        self.at_work.take_if(|thread| thread.is_finished()).map(|thread| thread.join().unwrap_or(false))
    }

    /// Waits for the thread.
    pub(super) fn wait(&mut self) {
        if let Some(thread) = self.at_work.take() {
            // what it came to, it has told
            let _ = thread.join();
        }
    }
}

impl Drop for Folding {
    fn drop(&mut self) {
        self.wait();
    }
}

/// Folds in on this thread. Whether it was done: not if another program is at it, nor if it failed, which is told, and stops the log where
/// what is on disk is in doubt.
pub(super) fn fold_in(connection: &Connection, shared: &Shared, mode: &str) -> bool {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let busy = connection.query_row(&sql, (), |row| row.get(0));
    told(busy.map(|busy: bool| !busy).map_err(|error| shared.classify(error)))
}

/// Pages of the write-ahead log, and how many of them are folded in.
pub(super) fn length_and_folded(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    connection.query_row("PRAGMA wal_checkpoint(NOOP)", (), |row| Ok((row.get(1)?, row.get(2)?)))
}

fn told(folded: Result<bool, LogError>) -> bool {
    folded.unwrap_or_else(|fault| {
        tracing::warn!(%fault, "the write-ahead log of the event log could not be folded in");
        false
    })
}
