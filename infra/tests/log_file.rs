//! The file of the embedded log: what is refused, what is kept, what an operator reads.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::ops::ControlFlow;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt as _;
use jiff::Timestamp;
use om_domain::decider::{Effective, Role};
use om_domain::ids::CommandId;
use om_domain::metadata::{Metadata, RequestHash};
use om_infra::log::sqlite::{FILE_NAME, LOCK_NAME, Options, audit, audit::Damage};
use om_infra::log::{
    AppendError, EventLog, Expected, LogError, NewEvent, OpenError, Position, ShownEvent, SqliteLog,
    StoredEvent, StreamName, leaf,
};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tempfile::TempDir;
use uuid::Uuid;

fn open(dir: &TempDir) -> Result<Arc<SqliteLog>, OpenError> {
    SqliteLog::open(dir.path(), Options::default())
}

fn matter() -> StreamName {
    StreamName::new("530322", "matter", "01JD").unwrap()
}

fn event(text: &str) -> NewEvent {
    NewEvent {
        id: Uuid::new_v4(),
        kind: "permit-opened".into(),
        version: 1,
        recorded: Timestamp::from_microsecond(1_790_000_000_123_456).unwrap(),
        payload: Bytes::copy_from_slice(text.as_bytes()),
        metadata: Bytes::from_static(b"{}"),
    }
}

#[tokio::test]
async fn what_was_stored_is_there_after_reopening() {
    let dir = TempDir::new().unwrap();
    let first = open(&dir).unwrap();
    let id = first.id();
    let events = vec![event(r#"{"名称":"食品经营许可"}"#), event("")];
    let appended = first.append(&matter(), Expected::NoStream, events.clone()).await.unwrap();
    drop(first);

    let again = open(&dir).unwrap();
    assert_eq!(again.id(), id);
    assert_eq!(again.head().await.unwrap(), Some(appended.position));
    assert_eq!(again.stream_head(&matter()).await.unwrap(), Some(1));
    let stored = again.read_stream(&matter(), 0, 10).await.unwrap();
    assert_eq!(stored, again.read_all(None, 10).await.unwrap());
    assert_eq!(stored.len(), 2);
    for (stored, given) in stored.iter().zip(&events) {
        assert_eq!((&stored.payload, stored.metadata.json()), (&given.payload, given.metadata.clone()));
        assert_eq!((stored.recorded, stored.version), (given.recorded, 1));
        assert!(leaf::is_intact(stored));
    }
    let retried = again.append(&matter(), Expected::NoStream, events).await.unwrap();
    assert_eq!(retried, appended, "an append is the same append after a restart");
}

#[tokio::test]
async fn a_closed_log_still_reads_and_leaves_one_file() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    log.append(&matter(), Expected::NoStream, vec![event("1")]).await.unwrap();
    log.close().await;
    assert_eq!(log.read_all(None, 10).await.unwrap().len(), 1);
    let late = log.append(&matter(), Expected::Revision(0), vec![event("2")]).await;
    assert!(matches!(late, Err(AppendError::Fault(LogError::Closed))), "{late:?}");
    let wal = dir.path().join(format!("{FILE_NAME}-wal"));
    assert_eq!(wal.metadata().map_or(0, |m| m.len()), 0, "everything is in the file itself");
}

#[tokio::test]
async fn a_second_process_is_told_that_the_log_is_in_use() {
    let dir = TempDir::new().unwrap();
    let first = open(&dir).unwrap();
    let second = open(&dir).err().unwrap();
    assert!(matches!(second, OpenError::InUse { .. }), "{second}");
    assert!(second.to_string().contains("Stop that one first"), "{second}");
    drop(first);
    assert!(open(&dir).is_ok(), "free again");
}

/// What SQLite's index says is folded in may be what the disk did not take. The index lives as long as anybody has the file open.
#[tokio::test]
async fn after_a_failed_sync_all_is_folded_in_anew() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    log.append(&matter(), Expected::NoStream, vec![event("立项")]).await.unwrap();
    log.close().await;
    drop(log);
    // a fold that a reader holds up half way
    let [writer, reader] = [(); 2].map(|()| {
        let connection = Connection::open(dir.path().join(FILE_NAME)).unwrap();
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
        connection
    });
    let change = || writer.execute("UPDATE stream SET name = name", ()).unwrap();
    change();
    reader.execute_batch("BEGIN; SELECT * FROM stream").unwrap();
    change();
    let folded = writer.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |row| {
        Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    });
    assert!(matches!(folded, Ok((length, folded)) if 0 < folded && folded < length), "{folded:?}");
    reader.execute_batch("ROLLBACK").unwrap();

    let lock = dir.path().join(LOCK_NAME);
    std::fs::write(&lock, "!").unwrap();
    let refused = open(&dir).err().unwrap();
    assert!(matches!(refused, OpenError::InDoubt { .. }), "{refused}");
    drop((writer, reader));
    let log = open(&dir).unwrap();
    assert_eq!(log.read_stream(&matter(), 0, 9).await.unwrap().len(), 1);
    assert_eq!(std::fs::metadata(&lock).unwrap().len(), 0);
}

/// An event whose metadata are the platform's own, which are packed.
fn packed(text: &str) -> NewEvent {
    let recorded = Timestamp::from_microsecond(1_790_000_000_123_456).unwrap();
    let metadata = Metadata {
        county: "530322".parse().unwrap(),
        officer: "housing-officer-1".parse().unwrap(),
        body: "housing".parse().unwrap(),
        roles: [Role::Officer].into(),
        stands_in_for: None,
        effective: Effective::At(recorded),
        recorded,
        command: CommandId(Uuid::from_u128(7)),
        request: RequestHash([0xa5; 32]),
        correlation: CommandId(Uuid::from_u128(7)),
        causation: None,
        traceparent: None,
        entered_by: None,
    };
    NewEvent { metadata: metadata.to_json().unwrap().into(), ..event(text) }
}

fn sql(dir: &TempDir) -> Connection {
    Connection::open(dir.path().join(FILE_NAME)).unwrap()
}

#[tokio::test]
async fn metadata_lie_packed_and_are_the_same_json_again() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    let given = [packed("{}"), event("{}")];
    log.append(&matter(), Expected::NoStream, given.to_vec()).await.unwrap();
    drop(log);
    let lying = sql(&dir)
        .prepare("SELECT type < 0, length(metadata) FROM event ORDER BY no")
        .unwrap()
        .query_map((), |row| Ok((row.get::<_, bool>(0)?, row.get::<_, i64>(1)?)))
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    assert!(matches!(lying[..], [(true, 0..100), (false, 2)]), "{lying:?}");

    let log = open(&dir).unwrap();
    for stored in [log.read_stream(&matter(), 0, 9).await.unwrap(), log.read_all(None, 9).await.unwrap()] {
        assert!(stored.iter().zip(&given).all(|(stored, given)| stored.metadata.json() == given.metadata));
        assert!(stored.iter().all(leaf::is_intact));
    }
}

#[tokio::test]
async fn packed_metadata_that_are_damaged_are_told_to_who_reads_them_and_by_the_leaf() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    log.append(&matter(), Expected::NoStream, vec![packed("{}"), packed("{}")]).await.unwrap();
    drop(log);
    sql(&dir).execute("UPDATE event SET metadata = substr(metadata, 1, 60) WHERE no % 2 = 1", ()).unwrap();
    let log = open(&dir).unwrap();
    for read in [log.read_stream(&matter(), 0, 9).await.unwrap(), log.read_all(None, 9).await.unwrap()] {
        let said = |event: &StoredEvent| (event.metadata.stored().whole().is_ok(), leaf::is_intact(event));
        assert_eq!(read.iter().map(said).collect::<Vec<_>>(), [(true, true), (false, false)]);
        let told = read[1].metadata.stored().whole().unwrap_err().to_string();
        assert!(told.contains("the packed metadata are damaged"), "{told}");
    }
    drop(log);
    let damages = audit::audit(dir.path(), &mut |_| {}, &|_, _| {}).unwrap().damages;
    assert!(matches!(damages[..], [Damage::Leaf { revision: 1, .. }]), "{damages:?}");
}

#[tokio::test]
async fn a_file_of_the_layout_before_is_read_as_it_is_and_written_on() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    let given = [packed("{}"), packed("{}")];
    log.append(&matter(), Expected::NoStream, given[..1].to_vec()).await.unwrap();
    drop(log);
    let file = sql(&dir);
    file.execute("UPDATE event SET type = -type, metadata = ?1", (&given[0].metadata[..],)).unwrap();
    file.pragma_update(None, "user_version", 1).unwrap();
    drop(file);

    let read_only = SqliteLog::open_read_only(dir.path(), &Options::default()).unwrap();
    assert_eq!(read_only.read_stream(&matter(), 0, 9).await.unwrap()[0].metadata.json(), given[0].metadata);
    drop(read_only);
    let layout = |file: Connection| file.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    assert_eq!(layout(sql(&dir)), Ok(1), "who only reads changes nothing");

    let log = open(&dir).unwrap();
    log.append(&matter(), Expected::Revision(0), given[1..].to_vec()).await.unwrap();
    let stored = log.read_all(None, 9).await.unwrap();
    assert!(stored.iter().zip(&given).all(|(stored, given)| stored.metadata.json() == given.metadata));
    assert!(stored.len() == 2 && stored.iter().all(leaf::is_intact));
    drop(log);
    let whole = audit::audit(dir.path(), &mut |_| {}, &|_, _| {}).unwrap();
    assert!(whole.is_sound() && whole.events == 2, "{whole:?}");
    assert_eq!(layout(sql(&dir)), Ok(2), "an earlier version says that it is too old for it");
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let dir = TempDir::new().unwrap();
    drop(open(&dir).unwrap());
    let file = dir.path().join(FILE_NAME);
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let refused = open(&dir).err().unwrap();
    assert!(matches!(refused, OpenError::Newer { found: 7, known: 2, .. }), "{refused}");
    assert!(refused.to_string().contains("Start the newer version"), "{refused}");
}

#[test]
fn what_is_not_a_log_is_refused_and_left_alone() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join(FILE_NAME);
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE accounts (a)").unwrap();
    let before = std::fs::read(&file).unwrap();
    assert!(matches!(open(&dir), Err(OpenError::NotALog { .. })));
    assert_eq!(std::fs::read(&file).unwrap(), before);

    let letter = "昨天的会议纪要。".repeat(200);
    std::fs::write(&file, &letter).unwrap();
    assert!(matches!(open(&dir), Err(OpenError::NotALog { .. })));
    assert_eq!(std::fs::read(&file).unwrap(), letter.as_bytes());
}

#[tokio::test]
async fn what_is_acknowledged_is_synced_as_sqlite_itself_says() {
    let dir = TempDir::new().unwrap();
    // a copy that somebody restored by hand, out of its write-ahead mode
    drop(open(&dir).unwrap());
    Connection::open(dir.path().join(FILE_NAME))
        .unwrap()
        .pragma_update(None, "journal_mode", "DELETE")
        .unwrap();
    let log = open(&dir).unwrap();
    assert_eq!(log.durability(), Some("journal_mode=wal synchronous=FULL"));
    let beside = SqliteLog::open_read_only(dir.path(), &Options::default()).unwrap();
    assert_eq!(beside.durability(), None, "it writes nothing");
}

#[tokio::test]
async fn a_stream_ends_at_its_last_revision() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    log.append(&matter(), Expected::NoStream, vec![event("1")]).await.unwrap();
    drop(log);
    let last: u64 = (1 << 24) - 1;
    let file = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    // as if the events between had been written
    file.execute("UPDATE event SET no = no + ?1", (last.cast_signed(),)).unwrap();
    file.execute("UPDATE log SET event = event + ?1", (last.cast_signed(),)).unwrap();
    drop(file);

    let log = open(&dir).unwrap();
    assert_eq!(log.stream_head(&matter()).await.unwrap(), Some(last));
    let full = log.append(&matter(), Expected::Revision(last), vec![event("2")]).await;
    assert!(matches!(full, Err(AppendError::StreamFull { .. })), "{full:?}");
    let other = StreamName::new("530322", "matter", "01JE").unwrap();
    assert!(log.append(&other, Expected::NoStream, vec![event("3")]).await.is_ok(), "alone");
}

#[tokio::test]
async fn a_stream_with_an_event_cut_out_of_it_is_not_read_as_if_nothing_had_been_there() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    log.append(&matter(), Expected::NoStream, ["1", "2", "3"].map(event).into()).await.unwrap();
    let file = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    assert_eq!(file.execute("DELETE FROM event WHERE no & 0xffffff = 1", ()).unwrap(), 1);
    let is_damaged = |error: LogError| error.to_string().contains("has revision 2 in the place of 1");
    for from in [0, 1] {
        assert!(is_damaged(log.read_stream(&matter(), from, 10).await.unwrap_err()), "from {from}");
    }
    let shown = log.show_stream(&matter(), 0, 10, Box::new(|_| ControlFlow::Continue(()))).await;
    assert!(is_damaged(shown.unwrap_err()));
    assert_eq!(log.read_stream(&matter(), 2, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_position_after_the_end_says_that_the_log_is_an_older_copy() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    let appended = log.append(&matter(), Expected::NoStream, vec![event("1")]).await.unwrap();
    let ahead = Position::new(log.id(), appended.position.number() + 1);
    let refused = log.read_all(Some(ahead), 10).await;
    assert!(matches!(refused, Err(LogError::AheadOfLog { head: 1, .. })), "{refused:?}");
}

#[tokio::test]
async fn a_log_is_read_beside_the_process_that_writes_it_and_takes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(
        SqliteLog::open_read_only(dir.path(), &Options::default()),
        Err(OpenError::Missing { .. })
    ));
    let writing = SqliteLog::open(dir.path(), Options::default()).unwrap();
    let stream = StreamName::new("530322", "matter", "1").unwrap();
    let event = || om_infra::log::NewEvent {
        id: uuid::Uuid::new_v4(),
        kind: "Noted".into(),
        version: 1,
        recorded: jiff::Timestamp::UNIX_EPOCH,
        payload: "{}".into(),
        metadata: "{}".into(),
    };
    writing.append(&stream, Expected::NoStream, vec![event()]).await.unwrap();
    let reading = SqliteLog::open_read_only(dir.path(), &Options::default()).unwrap();
    assert_eq!(reading.id(), writing.id());
    assert_eq!(reading.read_stream(&stream, 0, 10).await.unwrap().len(), 1);
    let refused = reading.append(&stream, Expected::Revision(0), vec![event()]).await;
    assert!(matches!(refused, Err(AppendError::Fault(LogError::Closed))), "{refused:?}");
}

#[tokio::test]
async fn whole_streams_come_one_after_another_up_to_a_position() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    let name = |category: &str, n: usize| StreamName::new("530322", category, n).unwrap();
    let mut positions = Vec::new();
    // more than one stretch of the first stream, the others in between
    for n in 0..45_usize {
        for stream in [name("matter", 0), name("meeting", n % 3), name("matter", 4 - n % 4)] {
            let count = if stream == name("matter", 0) { 100 } else { 1 };
            let head = log.stream_head(&stream).await.unwrap();
            let events = (0..count).map(|nth| event(&format!("{n}-{nth}"))).collect();
            positions.push(log.append(&stream, Expected::of_head(head), events).await.unwrap().position);
        }
    }
    let last = *positions.last().unwrap();
    for upto in [positions[0], positions[60], last] {
        for step in [1, 3, 100] {
            let mut reader = log.by_stream().unwrap().unwrap();
            let streams = reader.streams(&["matter"]).unwrap();
            let mut seen = Vec::new();
            for some in streams.chunks(step) {
                let mut keep = |event: &ShownEvent<'_>| {
                    seen.push((event.stream.clone(), event.revision, event.id, event.payload.to_vec()));
                    ControlFlow::Continue(())
                };
                reader.read(some, upto, &mut keep).unwrap();
            }
            let mut expected = Vec::new();
            for n in [0, 1, 2, 3, 4] {
                let stored = log.read_stream(&name("matter", n), 0, usize::MAX).await.unwrap();
                let before = stored.into_iter().filter(|event| event.position <= upto);
                expected.extend(before.map(|e| (e.stream, e.revision, e.id, e.payload.to_vec())));
            }
            assert_eq!(seen, expected, "{upto} {step}");
        }
    }
    let mut reader = log.by_stream().unwrap().unwrap();
    assert!(reader.recorded(last).unwrap().is_some());
    assert_eq!(reader.recorded(Position::new(log.id(), last.number() + 1)).unwrap(), None);
    let mut count = 0;
    let mut two = |_: &ShownEvent<'_>| {
        count += 1;
        if count < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let streams = reader.streams(&["matter"]).unwrap();
    reader.read(&streams, last, &mut two).unwrap();
    assert_eq!(count, 2, "it stops when told");
}

#[tokio::test]
async fn the_log_is_read_in_its_own_order_however_its_streams_lie_and_past_what_is_missing() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    let mut written = Vec::new();
    for n in 0..120_usize {
        let stream = StreamName::new("530322", "matter", n * n % 7).unwrap();
        let head = log.stream_head(&stream).await.unwrap();
        // now and then more than a subscription holds at once
        let text = if n % 20 == 19 { "缓".repeat(200_000) } else { n.to_string() };
        written.push(text.clone());
        log.append(&stream, Expected::of_head(head), vec![event(&text)]).await.unwrap();
    }
    log.close().await;
    drop(log);
    for missing in [None, Some(50_u64)] {
        if let Some(position) = missing {
            let file = Connection::open(dir.path().join(FILE_NAME)).unwrap();
            let position = i64::try_from(position).unwrap();
            file.execute("DELETE FROM event WHERE position = ?1", [position]).unwrap();
        }
        let there = |position: &u64| Some(*position) != missing;
        let expected: Vec<u64> = (1..=120).filter(there).collect();
        // what was appended in the life of a log is read from memory
        let log = open(&dir).unwrap();
        for page in [1, 7, 49, 50, 119, 120, 1_000, usize::MAX] {
            let mut read = Vec::new();
            loop {
                let after = read.last().map(|event: &StoredEvent| event.position);
                let more = log.read_all(after, page).await.unwrap();
                if more.is_empty() {
                    break;
                }
                assert!(more.len() <= page);
                read.extend(more);
            }
            let positions: Vec<_> = read.iter().map(|event| event.position.number()).collect();
            assert_eq!(positions, expected, "pages of {page}, without {missing:?}");
            let says = |event: &StoredEvent| {
                event.payload == written[usize::try_from(event.position.number()).unwrap() - 1]
            };
            assert!(read.iter().all(says));
        }
        let followed: Vec<_> = log.subscribe(None).take(expected.len()).collect().await;
        let followed: Vec<_> = followed.into_iter().map(|event| event.unwrap().position.number()).collect();
        assert_eq!(followed, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_page_is_the_same_however_it_is_read_and_goes_past_what_is_missing() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    for round in 0..30_u64 {
        let stream = StreamName::new("530322", "matter", round % 3).unwrap();
        let head = log.stream_head(&stream).await.unwrap();
        let events = (0..100).map(|n| event(&(round * 100 + n + 1).to_string())).collect();
        log.append(&stream, Expected::of_head(head), events).await.unwrap();
    }
    log.close().await;
    drop(log);
    // before the middle of a page, its middle, behind it, its last
    let mut missing: Vec<i64> = Vec::new();
    for next in [None, Some(700), Some(1_500), Some(2_000), Some(3_000)] {
        if let Some(position) = next {
            let file = Connection::open(dir.path().join(FILE_NAME)).unwrap();
            assert_eq!(file.execute("DELETE FROM event WHERE position = ?1", [position]).unwrap(), 1);
            missing.push(position);
        }
        let expected: Vec<u64> =
            (1..=3_000).filter(|n| !missing.contains(n)).map(i64::cast_unsigned).collect();
        let log = open(&dir).unwrap();
        for page in [1_000, 1_023, 1_024, 1_400, 2_999, 3_000, 4_096, usize::MAX] {
            let mut read: Vec<StoredEvent> = Vec::new();
            loop {
                let after = read.last().map(|event| event.position);
                let left = expected.len() - read.len();
                let more = log.read_all(after, page).await.unwrap();
                assert_eq!(more.len(), page.min(left), "pages of {page}, without {missing:?}");
                if more.is_empty() {
                    break;
                }
                read.extend(more);
            }
            let positions: Vec<_> = read.iter().map(|event| event.position.number()).collect();
            assert_eq!(positions, expected, "pages of {page}, without {missing:?}");
            assert!(read.iter().all(|event| event.payload == event.position.number().to_string()));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn alone_or_together_every_append_is_stored_once_until_the_log_is_closed() {
    const CLIENTS: u64 = 16;
    let dir = TempDir::new().unwrap();
    let log = open(&dir).unwrap();
    let client = |nth: u64| {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            let stream = StreamName::new("530322", "matter", format!("{nth:04}")).unwrap();
            let mut acknowledged = Vec::new();
            for revision in 0.. {
                let expected = Expected::of_head(u64::checked_sub(revision, 1));
                match log.append(&stream, expected, vec![event("1")]).await {
                    Ok(appended) => acknowledged.push(appended.position.number()),
                    Err(AppendError::Fault(LogError::Closed)) => break,
                    Err(other) => panic!("{other}"),
                }
                // now and then it comes when nobody else does
                if (nth + revision).is_multiple_of(3) {
                    tokio::time::sleep(std::time::Duration::from_micros(200 * nth)).await;
                }
            }
            acknowledged
        })
    };
    let clients: Vec<_> = (0..CLIENTS).map(client).collect();
    while log.head().await.unwrap().is_none_or(|head| head.number() < 2_000) {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    log.close().await;
    let mut acknowledged = Vec::new();
    for client in clients {
        acknowledged.extend(client.await.unwrap());
    }
    drop(log);
    acknowledged.sort_unstable();
    let again = open(&dir).unwrap();
    let head = again.head().await.unwrap().unwrap().number();
    assert_eq!(
        acknowledged,
        (1..=head).collect::<Vec<_>>(),
        "each has its place, and none is without an answer"
    );
}
