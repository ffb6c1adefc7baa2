//! The log moves to another of its addresses, as when the leader of a cluster changes: the engine finds it there by
//! asking every address for its gossip, and nothing is lost, doubled or missed.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::time::Duration;

use om_infra::log::kurrent::KurrentLog;
use om_infra::log::{EventLog as _, Expected, LogState};
use om_tests::conformance::{append, event, stream};
use om_tests::node::{NodeHome, free_address};

use super::esdb::{Follower, Writers, all_is_there, state_is};

async fn the_log_moves_from_address_to_address(scheme: &str) {
    let home = NodeHome::new();
    let (here, there) = (home.address(), free_address());
    home.start();
    let url = format!("{scheme}://{here},{there}?tls=false");
    let log = KurrentLog::open(url.parse().unwrap(), Duration::from_secs(10)).await.unwrap();
    let follower = Follower::start(&log);
    let writers = Writers::start(&log, 4);
    for address in [there, here, there] {
        tokio::time::sleep(Duration::from_millis(300)).await;
        if address == here {
            home.stop().await;
        } else {
            home.kill().await;
        }
        home.start_at(address);
        // whoever writes has to have found it there
        let before = home.served().head().await.unwrap();
        let begun = std::time::Instant::now();
        while home.served().head().await.unwrap() == before {
            assert!(begun.elapsed() < Duration::from_secs(30), "nobody comes to {address}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    all_is_there(&log, follower, writers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_is_found_among_several_addresses() {
    the_log_moves_from_address_to_address("esdb").await;
}

/// Of several addresses with `+discover` the client itself would ask the first only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_is_found_by_discovery() {
    the_log_moves_from_address_to_address("esdb+discover").await;
}

/// One address, behind which another log comes up: what it stores is never acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_another_one_at_the_second_address_is_not_written_to() {
    let (first, second) = (NodeHome::new(), NodeHome::new());
    first.start();
    let url = format!("esdb+discover://{},{}?tls=false", first.address(), second.address());
    let log = KurrentLog::open(url.parse().unwrap(), Duration::from_secs(10)).await.unwrap();
    append(&*log, &stream("1"), vec![event("1")]).await;
    first.kill().await;
    second.start();
    for n in 0..20 {
        let appended = log.append(&stream(&format!("new-{n}")), Expected::NoStream, vec![event("2")]).await;
        assert!(appended.is_err(), "acknowledged by another log");
        if matches!(log.state(), LogState::Stopped { .. }) {
            return;
        }
    }
    state_is(&log, |state| matches!(state, LogState::Stopped { .. })).await;
}
