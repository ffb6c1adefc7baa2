//! Folds the write-ahead log into the file beside the writer, so that nobody's commit waits for most of it.
//!
//! Invariants: one fold at a time; what it says is heard by the writer before it commits again; the thread has ended before
//! the file is closed.
//! Deliberately absent: the rest of it. What is committed meanwhile is folded in by the writer between two commits: only where
//! everything is in the file does the write-ahead log begin anew.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, ffi};

// before, a write-ahead log that began anew while two connections folded in and committed could damage the file
const _: () = assert!(ffi::SQLITE_VERSION_NUMBER >= 3_051_003, "https://sqlite.org/wal.html#walresetbug");

/// What folds in, on a connection of its own.
pub(super) struct Folding {
    connection: Arc<Mutex<Connection>>,
    at_work: Option<JoinHandle<rusqlite::Result<()>>>,
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
    pub(super) fn begin(&mut self) -> io::Result<()> {
        if self.at_work.is_none() {
            let connection = Arc::clone(&self.connection);
            let thread = thread::Builder::new().name("event-log-folding".into());
            self.at_work = Some(thread.spawn(move || {
                fold_in(&connection.lock().unwrap_or_else(PoisonError::into_inner), "PASSIVE")
            })?);
        }
        Ok(())
    }

    /// What came of it, once, when it has ended.
    pub(super) fn ended(&mut self) -> Option<rusqlite::Result<()>> {
        let ended = self.at_work.take_if(|thread| thread.is_finished())?;
        Some(ended.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }

    /// Waits for it; what came of it, if it was at work.
    pub(super) fn end(&mut self) -> Option<rusqlite::Result<()>> {
        Some(self.at_work.take()?.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }
}

impl Drop for Folding {
    fn drop(&mut self) {
        if let Some(thread) = self.at_work.take() {
            // nobody is left whom it could tell
            let _ = thread.join();
        }
    }
}

/// Folds in on this thread.
pub(super) fn fold_in(connection: &Connection, mode: &str) -> rusqlite::Result<()> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), (), |_| Ok(()))
}
