//! What the esdb engine does on a node of ours, in figures: for docs/decisions/0022. Nothing is asserted of time.

#![expect(clippy::print_stdout, reason = "a report")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use om_infra::log::{EventLog, Expected};
use om_tests::conformance::{event, events, stream};
use om_tests::node::NodeHome;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_figures_of_appends_and_reads() {
    let home = NodeHome::new();
    let log = home.connect().await;
    for clients in [1, 16, 64] {
        let per_client = 960 / clients;
        let begun = Instant::now();
        let writers: Vec<_> = (0..clients)
            .map(|client| {
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    let stream = stream(&format!("{clients}-{client}"));
                    let (mut expected, mut took) = (Expected::NoStream, Vec::new());
                    for _ in 0..per_client.min(200) {
                        let begun = Instant::now();
                        let appended = log.append(&stream, expected, vec![event("量")]).await.unwrap();
                        took.push(begun.elapsed());
                        expected = Expected::Revision(appended.last_revision);
                    }
                    took
                })
            })
            .collect();
        let mut took = Vec::new();
        for writer in writers {
            took.extend(writer.await.unwrap());
        }
        report(&format!("append, {clients} clients"), took, begun.elapsed());
    }
    let (mut took, begun) = (Vec::new(), Instant::now());
    for _ in 0..200 {
        let begun = Instant::now();
        log.stream_head(&stream("1-0")).await.unwrap();
        took.push(begun.elapsed());
    }
    report("stream_head", took, begun.elapsed());
    let mut head = Expected::NoStream;
    for _ in 0..40 {
        let appended = home.served().append(&stream("long"), head, events(500)).await.unwrap();
        head = Expected::Revision(appended.last_revision);
    }
    let begun = Instant::now();
    let all = log.read_all(None, usize::MAX).await.unwrap();
    println!("read_all: {} events in {:?}", all.len(), begun.elapsed());
}

fn report(what: &str, mut took: Vec<Duration>, whole: Duration) {
    took.sort_unstable();
    let at = |part: usize| took[(took.len() - 1) * part / 100];
    let rate = took.len() as f64 / whole.as_secs_f64();
    println!("{what}: {rate:.0}/s, p50 {:?}, p99 {:?}", at(50), at(99));
}
