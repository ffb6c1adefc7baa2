//! The embedded engine, judged by the list that every engine is judged by.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::sync::Arc;

use async_trait::async_trait;
use om_infra::log::sqlite::Options;
use om_infra::log::{EventLog, SqliteLog};
use om_tests::conformance::Home;
use tempfile::TempDir;

struct Directory(TempDir);

impl Directory {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }
}

#[async_trait]
impl Home for Directory {
    async fn open(&self) -> Arc<dyn EventLog> {
        SqliteLog::open(self.0.path(), Options::default()).unwrap()
    }

    async fn close(&self, log: Arc<dyn EventLog>) {
        drop(log);
    }
}

om_tests::conformance!(Directory::new());
