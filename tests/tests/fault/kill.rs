//! The server killed, and told to stop, under load: what was acknowledged is there, once, and readable at once.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use om_tests::load::{INTENTS, Intent, RECEIPTS, Receipt, Tally, lines, listed, verify};
use om_tests::powercut::Choices;
use om_tests::server::{Server, prepare, succeeds, text};
use tempfile::TempDir;

const CLIENT: &str = env!("CARGO_BIN_EXE_load_client");

/// The clients of one round, in their own process.
pub(super) struct Load {
    child: Child,
    acknowledged: Lines<BufReader<ChildStdout>>,
}

impl Load {
    pub(super) fn begin(server: &Server, seed: u64, dir: &Path) -> Self {
        std::fs::create_dir(dir).unwrap();
        let url = format!("http://{}", server.address);
        let mut child = Command::new(CLIENT)
            .arg(url)
            .arg(seed.to_string())
            .arg(dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let acknowledged = BufReader::new(child.stdout.take().unwrap()).lines();
        Load { child, acknowledged }
    }

    pub(super) fn wait_for(&mut self, acknowledgements: usize) {
        for _ in 0..acknowledgements {
            let line = self.acknowledged.next();
            line.unwrap_or_else(|| panic!("the clients ended while the server lives")).unwrap();
        }
    }

    /// Waits until the clients noticed that the server is gone.
    pub(super) fn end(mut self) {
        self.acknowledged.by_ref().for_each(|line| drop(line.unwrap()));
        let status = self.child.wait().unwrap();
        assert!(status.success(), "the clients ended with {status}");
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write(file: &Path, values: &[impl serde::Serialize]) {
    let lines: String = values.iter().map(|value| serde_json::to_string(value).unwrap() + "\n").collect();
    std::fs::write(file, lines).unwrap();
}

/// Kills in a loop: at a chosen moment under load, and sometimes again before the server is ready.
async fn kills(rounds: u64, seed: u64) {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let mut choices = Choices::new(seed);
    let (mut tally, mut slowest, mut matters) = (Tally::default(), Duration::ZERO, BTreeSet::new());
    let mut server = Server::start(&data);
    server.ready().await;
    for round in 0..rounds {
        let dir = scratch.path().join(format!("round-{round}"));
        let mut load = Load::begin(&server, round, &dir);
        load.wait_for(1 + choices.below(200));
        // within a command, not always just after one
        std::thread::sleep(Duration::from_micros(choices.below(5_000) as u64));
        server.kill();
        load.end();
        if choices.below(3) == 0 {
            Server::start(&data).kill();
        }
        server = Server::start(&data);
        slowest = slowest.max(server.ready().await);
        let api = server.api();
        tally += verify(&api, &dir).await;
        let receipts: Vec<Receipt> = lines(&dir.join(RECEIPTS));
        matters.extend(receipts.into_iter().map(|receipt| receipt.matter));
        let listed = listed(&api).await;
        assert!(matters.is_subset(&listed), "round {round}: the overview does not list every matter");
        matters = listed;
        succeeds(["rebuild", "--data", text(&data), "--check"]);
    }
    println!("kill -9, {rounds} rounds: {tally:?}, slowest start to ready {} ms", slowest.as_millis());
    assert_eq!((tally.lost, tally.doubled), (0, 0));
    assert!(tally.acknowledged > 0);
    let (status, _) = server.terminate(Duration::from_secs(20));
    assert!(status.success());
    let rebuilt = succeeds(["rebuild", "--data", text(&data)]);
    assert!(rebuilt.contains("rebuilt"), "{rebuilt}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_has_lost_nothing_and_doubled_nothing() {
    kills(3, 7).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_twenty_kills_lose_nothing_and_double_nothing() {
    kills(20, 2_023).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_told_to_stop_under_load_finishes_what_it_acknowledged() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let server = Server::start(&data);
    server.ready().await;
    let dir = scratch.path().join("clients");
    let mut load = Load::begin(&server, 1, &dir);
    load.wait_for(60);
    let (status, took) = server.terminate(Duration::from_secs(20));
    load.end();
    assert_eq!(status.code(), Some(0));
    let server = Server::start(&data);
    server.ready().await;
    let tally = verify(&server.api(), &dir).await;
    println!("SIGTERM under load: {tally:?}, ended after {} ms", took.as_millis());
    assert_eq!((tally.lost, tally.doubled), (0, 0));
    assert!(tally.acknowledged >= 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_comparison_notices_what_is_missing_and_what_is_too_much() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let server = Server::start(&data);
    let dir = scratch.path().join("clients");
    let mut load = Load::begin(&server, 1, &dir);
    load.wait_for(60);
    server.kill();
    load.end();
    let server = Server::start(&data);
    let api = server.api();
    let (mut intents, mut receipts): (Vec<Intent>, Vec<Receipt>) =
        (lines(&dir.join(INTENTS)), lines(&dir.join(RECEIPTS)));
    // one acknowledgement of facts that are not there, and facts of a command that nobody sent
    receipts[10].events[0] = receipts[11].events[0].clone();
    let unknown = receipts.remove(20);
    intents.retain(|intent| intent.id != unknown.command_id);
    write(&dir.join(INTENTS), &intents);
    write(&dir.join(RECEIPTS), &receipts);
    let tally = verify(&api, &dir).await;
    assert!(tally.lost >= 1, "{tally:?}");
    assert_eq!(tally.doubled, unknown.events.len(), "{tally:?}");
}
