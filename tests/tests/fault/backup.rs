//! Backups taken while people are at work, the server killed in between: each restores everything that was acknowledged
//! before it began.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use om_tests::load::{INTENTS, Intent, RECEIPTS, Receipt, lines, verify};
use om_tests::server::{Server, prepare, run, succeeds, text};
use tempfile::TempDir;

use super::kill::Load;

/// What a client knew to be acknowledged, and the intents of it alone, as `verify` reads them.
fn known_so_far(client: &Path, into: &Path) -> usize {
    let receipts: Vec<Receipt> = lines(&client.join(RECEIPTS));
    let ids: BTreeSet<_> = receipts.iter().map(|receipt| receipt.command_id).collect();
    let mut intents: Vec<Intent> = lines(&client.join(INTENTS));
    intents.retain(|intent| ids.contains(&intent.id));
    fs::create_dir(into).unwrap();
    let write = |name: &str, lines: Vec<String>| fs::write(into.join(name), lines.concat()).unwrap();
    write(RECEIPTS, receipts.iter().map(|r| serde_json::to_string(r).unwrap() + "\n").collect());
    write(INTENTS, intents.iter().map(|i| serde_json::to_string(i).unwrap() + "\n").collect());
    receipts.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_restores_all_that_was_acknowledged_before_it_began() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let server = Server::start(&data);
    server.ready().await;
    let client = scratch.path().join("client");
    let mut load = Load::begin(&server, 1, &client);
    let mut taken = Vec::new();
    for nth in 0..3 {
        load.wait_for(40);
        let known = scratch.path().join(format!("known-{nth}"));
        let acknowledged = known_so_far(&client, &known);
        let to = scratch.path().join(format!("backup-{nth}"));
        let said = succeeds(["backup", "--data", text(&data), "--to", text(&to)]);
        assert!(said.contains("backed up and verified"), "{said}");
        taken.push((acknowledged, known, to));
    }
    // one more begins, and the server is killed under it: a whole backup or none
    let last = scratch.path().join("backup-last");
    std::thread::scope(|scope| {
        let backup = scope.spawn(|| run(["backup", "--data", text(&data), "--to", text(&last)]));
        load.wait_for(5);
        server.kill();
        let output = backup.join().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
    load.end();
    succeeds(["restore", "--check", "--from", text(&last)]);
    for (nth, (acknowledged, known, from)) in taken.iter().enumerate() {
        let restored = scratch.path().join(format!("restored-{nth}"));
        succeeds(["restore", "--from", text(from), "--data", text(&restored)]);
        let server = Server::start(&restored);
        server.ready().await;
        let tally = verify(&server.api(), known).await;
        assert_eq!((tally.acknowledged, tally.lost), (*acknowledged, 0), "backup {nth}: {tally:?}");
        assert!(*acknowledged >= 40 * (nth + 1));
    }
}
