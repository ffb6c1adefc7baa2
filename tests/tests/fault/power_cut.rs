//! The embedded log and its disk: power cuts, no space, syncs that fail. Counts what was lost.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use om_infra::log::sqlite::{FILE_NAME, LOCK_NAME};
use om_tests::powercut::{Choices, Fault, Recording, Verdict, examine, record};
use tempfile::TempDir;

const CUTS: u64 = 20;
const WAL: &str = "events.db-wal";
const WRITER: &str = env!("CARGO_BIN_EXE_log_writer");

/// Cuts spread over the whole record, the first while the file is being made.
async fn cut(recording: &Recording, seed: u64) -> (Verdict, usize) {
    let scratch = TempDir::new().unwrap();
    let mut choices = Choices::new(seed);
    let share = recording.len() / usize::try_from(CUTS).unwrap();
    let at = usize::try_from(seed % CUTS).unwrap() * share + choices.below(share);
    recording.image(at, &mut choices, scratch.path());
    let acks = recording.acks(at);
    (examine(scratch.path(), &acks).await, acks.len())
}

async fn lost_and_corrupt(recording: &Recording, seeds: std::ops::Range<u64>) -> (usize, usize, usize) {
    let (mut lost, mut corrupt, mut acknowledged) = (0, 0, 0);
    for seed in seeds {
        let (verdict, acks) = cut(recording, seed).await;
        lost += verdict.lost;
        corrupt += usize::from(verdict.corrupt);
        acknowledged += acks;
    }
    (lost, corrupt, acknowledged)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let scratch = TempDir::new().unwrap();
    let recording = record(WRITER, scratch.path(), 1_200, false, Fault::None);
    assert_eq!(recording.acks(recording.len()).len(), 1_200);
    assert!(recording.syncs(FILE_NAME) >= 4, "the cuts must also fall into the folding in of the log");
    let (length, written) = recording.length_and_written(WAL);
    println!("{} KiB were written into a write-ahead log of {} KiB", written >> 10, length >> 10);
    assert!(written > 3 * length, "it begins anew once it is folded in");
    let (lost, corrupt, acknowledged) = lost_and_corrupt(&recording, 0..CUTS).await;
    println!(
        "{CUTS} power cuts, {acknowledged} acknowledgements before them: lost {lost}, corrupt {corrupt}"
    );
    assert_eq!((lost, corrupt), (0, 0));
    assert!(acknowledged > 1_000);
}

/// More than the data is twice the work on a file system with a journal: SQLite asks for it unless it is built for this
/// (`.cargo/config.toml`).
#[test]
fn a_commit_syncs_no_more_than_the_data() {
    let scratch = TempDir::new().unwrap();
    let recording = record(WRITER, scratch.path(), 100, false, Fault::None);
    assert!(recording.syncs(WAL) > 20);
    assert_eq!(recording.data_syncs(WAL), recording.syncs(WAL));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_four_hundred_power_cuts_lose_nothing() {
    let scratch = TempDir::new().unwrap();
    let recording = record(WRITER, scratch.path(), 3_000, false, Fault::None);
    let (lost, corrupt, acknowledged) = lost_and_corrupt(&recording, 1_000..1_400).await;
    println!("400 power cuts, {acknowledged} acknowledgements before them: lost {lost}, corrupt {corrupt}");
    assert_eq!((lost, corrupt), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_harness_notices_a_log_that_does_not_sync() {
    let scratch = TempDir::new().unwrap();
    let recording = record(WRITER, scratch.path(), 1_200, true, Fault::None);
    let (lost, corrupt, _) = lost_and_corrupt(&recording, 0..CUTS).await;
    println!("{CUTS} power cuts without syncs: lost {lost}, corrupt {corrupt}");
    assert!(lost > 0, "a harness that finds nothing here finds nothing anywhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_recovers() {
    for (from, to) in [(60, 90), (200, 201), (1_000, 1_400)] {
        let scratch = TempDir::new().unwrap();
        let recording = record(WRITER, scratch.path(), 800, false, Fault::Full { from, to });
        let lines = recording.output(recording.len());
        let last_full = lines.iter().rposition(|line| line == "full").unwrap();
        assert!(lines.iter().all(|line| line != "stopped"));
        assert!(lines[last_full..].iter().any(|line| line.starts_with("ack")), "recovers by itself");
        let acks = recording.acks(recording.len());
        assert_eq!(acks.len(), 800);
        let verdict = examine(&recording.dir, &acks).await;
        assert_eq!((verdict.lost, verdict.corrupt), (0, false), "full from write {from} to {to}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_after_a_failed_sync() {
    for from in [12, 100, 271] {
        stops_at(Fault::NoSync { from }).await;
    }
}

/// The next sync succeeds, without what the failed one was to bring to the disk. Of the file's the folding thread makes some, the writer others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sync_that_fails_is_enough() {
    for (of, at) in [(FILE_NAME, 5..9), (WAL, 100..104)] {
        for at in at {
            let recording = stops_at(Fault::OneSync { of, at }).await;
            assert!(recording.failed_syncs(of) > 0);
        }
    }
}

async fn stops_at(fault: Fault) -> Recording {
    let scratch = TempDir::new().unwrap();
    let recording = record(WRITER, scratch.path(), 1_200, false, fault);
    let lines = recording.output(recording.len());
    let stopped = lines.iter().filter(|line| *line == "stopped").count();
    assert_eq!(stopped, 4, "every client was told: {fault:?}");
    // a client may still be printing what was acknowledged before the failure
    let acks = recording.acks(recording.len());
    assert!(!acks.is_empty() && recording.syncs(WAL) > 0);
    let noted = || std::fs::metadata(recording.dir.join(LOCK_NAME)).unwrap().len() > 0;
    assert!(noted(), "the next start knows: {fault:?}");
    let verdict = examine(&recording.dir, &acks).await;
    assert_eq!((verdict.lost, verdict.corrupt), (0, false), "{fault:?}");
    assert!(!noted(), "all is folded in anew: {fault:?}");
    // and no more than that reached the disk: cut the power now
    let image = TempDir::new().unwrap();
    recording.image(recording.len(), &mut Choices::new(7), image.path());
    let verdict = examine(image.path(), &acks).await;
    assert_eq!((verdict.lost, verdict.corrupt), (0, false), "{fault:?}, then a cut");
    recording
}
