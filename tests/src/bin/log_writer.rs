//! Appends to an embedded log and says on standard output what was acknowledged: the patient of the fault
//! harness in `powercut.rs`.
//!
//! `log_writer DIR APPENDS [unsynced]`. One line each: `ack STREAM FIRST LAST` after an acknowledgement,
//! `full` for an append refused for want of space (tried again), `stopped` when the log has stopped.

#![expect(clippy::unwrap_used, reason = "a harness: a panic ends the run and is seen")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use om_infra::log::sqlite::{Durability, Options};
use om_infra::log::{AppendError, EventLog, Expected, LogError, LogState, SqliteLog};
use om_tests::powercut::{STREAMS, planned_event, planned_stream};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let appends: u64 = arguments[2].parse().unwrap();
    let durability = match arguments.get(3).map(String::as_str) {
        Some("unsynced") => Durability::UnsyncedForFaultTests,
        _ => Durability::Synced,
    };
    let options = Options { checkpoint_pages: 100, durability, ..Options::default() };
    let log = SqliteLog::open(Path::new(&arguments[1]), options).unwrap();
    let clients: Vec<_> =
        (0..STREAMS).map(|client| tokio::spawn(write(Arc::clone(&log), client, appends / STREAMS))).collect();
    for client in clients {
        client.await.unwrap();
    }
    log.close().await;
}

async fn write(log: Arc<SqliteLog>, client: u64, appends: u64) {
    let stream = planned_stream(client);
    let mut expected = Expected::NoStream;
    for n in 0..appends {
        let first = expected.next_revision();
        let events: Vec<_> =
            (first..=first + n % 3).map(|revision| planned_event(&stream, revision)).collect();
        loop {
            match log.append(&stream, expected, events.clone()).await {
                Ok(appended) => {
                    println!("ack {stream} {} {}", appended.first_revision, appended.last_revision);
                    expected = Expected::Revision(appended.last_revision);
                    break;
                }
                Err(AppendError::Fault(LogError::DiskFull)) => {
                    let stored = log.read_stream(&stream, 0, usize::MAX).await.unwrap();
                    assert_eq!(stored.len() as u64, first, "reads go on, and show what was acknowledged");
                    assert_eq!(log.state(), LogState::Serving);
                    println!("full");
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Err(AppendError::Fault(LogError::Stopped { .. })) => {
                    assert!(matches!(log.state(), LogState::Stopped { .. }));
                    let stored = log.read_stream(&stream, 0, usize::MAX).await.unwrap();
                    assert!(stored.len() as u64 >= first, "reads go on");
                    println!("stopped");
                    return;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}
