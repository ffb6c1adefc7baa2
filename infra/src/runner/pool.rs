//! Connections for queries on one generation of a projection.
//!
//! Invariants: a query sees one state of the rows, whatever is committed meanwhile; it cannot write.
//! Deliberately absent: waiting for the projection; see `wait_for`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::file;

/// How many queries on one projection run at once.
const AT_ONCE: usize = 8;

/// A query got no answer.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is nothing to read yet.
    #[error("the projection {0} is being built and cannot be read yet")]
    Building(&'static str),
    /// No such projection runs here.
    #[error("no projection {0} runs here")]
    Unknown(&'static str),
    /// SQLite failed.
    #[error("the read database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// The query panicked, or the process is ending.
    #[error("the query was not carried out: {0}")]
    NotRun(String),
}

#[derive(Debug)]
pub(super) struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    retired: AtomicBool,
}

/// The last query on a retired generation removes its file.
impl Drop for Pool {
    fn drop(&mut self) {
        self.idle.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        if *self.retired.get_mut() {
            file::remove_generation(&self.path);
        }
    }
}

impl Pool {
    pub(super) fn new(path: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            path,
            idle: Mutex::default(),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            retired: AtomicBool::new(false),
        })
    }

    /// Another generation serves from now on.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    pub(super) fn is_of(&self, path: &Path) -> bool {
        self.path == path
    }

    pub(super) async fn read<T: Send + 'static>(
        self: Arc<Self>,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ReadError> {
        let pool = Arc::clone(&self);
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(|e| ReadError::NotRun(e.to_string()))?;
        // a query goes on when nobody waits for it any more, and so keeps its place
        let work = move || {
            let _permit = permit;
            pool.run(query)
        };
        tokio::task::spawn_blocking(work).await.map_err(|e| ReadError::NotRun(e.to_string()))?
    }

    fn run<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, ReadError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => file::open_for_reading(&self.path)?,
        };
        connection.execute_batch("BEGIN")?;
        let answer = query(&connection);
        connection.execute_batch("COMMIT")?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(answer?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_query_that_nobody_waits_for_keeps_its_place_until_it_has_ended() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("rows");
        Connection::open(&path).unwrap();
        let pool = Pool::new(path);
        let (begun, begins) = mpsc::channel();
        let (go, went) = mpsc::channel::<()>();
        let query = Arc::clone(&pool).read(move |_| {
            begun.send(()).unwrap();
            Ok(went.recv().is_ok())
        });
        let query = tokio::spawn(query);
        begins.recv().unwrap();
        query.abort();
        assert!(query.await.unwrap_err().is_cancelled());
        assert_eq!(pool.permits.available_permits(), AT_ONCE - 1);
        go.send(()).unwrap();
        let places = u32::try_from(AT_ONCE).unwrap();
        let _all = pool.permits.acquire_many(places).await.unwrap();
        assert_eq!(pool.idle.lock().unwrap().len(), 1);
    }
}
