//! The read connections.
//!
//! Invariant: a connection is in the hands of one read at a time, and goes back without an open transaction.
//! Deliberately absent: any wait on the writer; SQLite's readers see the last commit and block nobody.

use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::Options;
use super::reader::ReadConnection;
use crate::blocking;
use crate::log::LogError;

/// Page cache, in KiB, where a page is read once: a small one stays in the processor's caches.
const READ_ONCE_KIB: u32 = 1_024;

#[derive(Clone)]
pub(super) struct Pool(Arc<Inner>);

struct Inner {
    file: PathBuf,
    cache_kib: u32,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<ReadConnection>>,
    /// The file once more, to sync it; none where nothing is written. Never closed: that would take from all connections of the process, also of
    /// another log on the file, what SQLite has locked in it (POSIX).
    synced: Option<ManuallyDrop<File>>,
}

impl Pool {
    /// Connections are opened when first needed.
    pub(super) fn new(file: PathBuf, synced: Option<File>, options: &Options) -> Self {
        let permits = Arc::new(Semaphore::new(options.read_connections.max(1)));
        let cache_kib = options.read_cache_kib;
        Self(Arc::new(Inner {
            file,
            cache_kib,
            permits,
            idle: Mutex::default(),
            synced: synced.map(ManuallyDrop::new),
        }))
    }

    /// The log's file.
    pub(super) fn file(&self) -> &Path {
        &self.0.file
    }

    /// Brings to the disk what any connection has written into the file.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.0.synced.as_ref().map_or(Ok(()), |file| file.sync_data())
    }

    /// A connection for who reads whole streams, one after another; it counts as none of these.
    pub(super) fn apart(&self) -> Result<ReadConnection, LogError> {
        ReadConnection::open(&self.0.file, READ_ONCE_KIB)
    }

    /// Runs one read, on this thread if it may block.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut ReadConnection) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let inner = Arc::clone(&self.0);
        let permit = Arc::clone(&inner.permits).acquire_owned().await.map_err(|_| LogError::Closed)?;
        let done = blocking::run(move || {
            let idle = inner.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match idle {
                Some(connection) => connection,
                None => ReadConnection::open(&inner.file, inner.cache_kib)?,
            };
            let answer = read(&mut connection);
            inner.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            drop(permit);
            answer
        });
        done.await
            .unwrap_or_else(|stopped| Err(LogError::Storage { doing: "reading", source: Arc::new(stopped) }))
    }
}
