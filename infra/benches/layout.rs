//! Three layouts of the event table, compared on one machine in one run, and the engine that uses the chosen
//! one. Recorded in docs/decisions/0001-log-layout.md.
//!
//! `cargo bench -p om-infra --bench layout -- [EVENTS]`. Events are those of permit matters: 100 each, written
//! in an interleaved order; payloads of 273–495 bytes with Chinese text.

#![expect(clippy::unwrap_used, reason = "a bench: a panic ends it and is seen")]

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use om_infra::log::sqlite::{FILE_NAME, Options};
use om_infra::log::{EventLog, Expected, NewEvent, SqliteLog, StreamName};
use rusqlite::Connection;
use uuid::Uuid;

const A_MATTER: u64 = 100;
/// Matters under way at the same time.
const UNDERWAY: u64 = 500;
const COMMIT: usize = 64;
const LOADS: u64 = 2_000;

struct Event {
    matter: u64,
    revision: u64,
    payload: String,
    metadata: String,
}

/// The n-th event of the log: in each group of matters every matter gets its events turn by turn.
fn event(n: u64) -> Event {
    let group = n / (UNDERWAY * A_MATTER);
    let (turn, seat) = (n % (UNDERWAY * A_MATTER) / UNDERWAY, n % UNDERWAY);
    // a fixed shuffle of the seats, another each turn
    let seat = (seat * 211 + turn * 97) % UNDERWAY;
    let matter = group * UNDERWAY + seat;
    let note = "材料齐全，符合法定形式，予以受理。".repeat(2 + usize::try_from((n * 7 + turn) % 5).unwrap());
    Event {
        matter,
        revision: turn,
        payload: format!(
            r#"{{"county":"530322","permit":"permit-{:02}","step":"{turn}","due":"2026-12-{:02}","department":"富源县市场监督管理局","officer":"officer-{:04}","note":"{note}"}}"#,
            turn % 12,
            1 + n % 28,
            n % 1_000,
        ),
        metadata: format!(
            r#"{{"by":"officer-{:04}","command":"{}","hash":"{:016x}"}}"#,
            n % 1_000,
            id(n ^ 0xFFFF_FFFF),
            n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ),
    }
}

fn id(n: u64) -> Uuid {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    Uuid::from_u64_pair(mixed ^ (mixed >> 29), mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9))
}

struct Layout {
    name: &'static str,
    tables: &'static str,
    insert: &'static [&'static str],
    load: &'static str,
    scan: &'static str,
}

/// Parameters of an insert: 1 position, 2 matter, 3 revision, 4 matter << 24 | revision, 5 type, 6 recorded,
/// 7 id, 8 leaf, 9 payload, 10 metadata. Of a load: 1 matter.
const LAYOUTS: [Layout; 3] = [
    Layout {
        name: "row = position, index on (stream, revision)",
        tables: "CREATE TABLE event (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL,
                 type INTEGER, recorded INTEGER, id BLOB, leaf BLOB, payload BLOB, metadata BLOB) STRICT;
                 CREATE UNIQUE INDEX by_stream ON event (stream, revision)",
        insert: &["INSERT INTO event VALUES (?1, ?2, ?3, ?5, ?6, ?7, ?8, ?9, ?10)"],
        load: "SELECT position, type, recorded, id, leaf, payload, metadata FROM event WHERE stream = ?1 ORDER BY revision",
        scan: "SELECT position, type, recorded, id, leaf, payload, metadata FROM event ORDER BY position",
    },
    Layout {
        name: "clustered by (stream, revision), index on position",
        tables: "CREATE TABLE event (stream INTEGER NOT NULL, revision INTEGER NOT NULL, position INTEGER NOT NULL,
                 type INTEGER, recorded INTEGER, id BLOB, leaf BLOB, payload BLOB, metadata BLOB,
                 PRIMARY KEY (stream, revision)) STRICT, WITHOUT ROWID;
                 CREATE UNIQUE INDEX by_position ON event (position)",
        insert: &["INSERT INTO event VALUES (?2, ?3, ?1, ?5, ?6, ?7, ?8, ?9, ?10)"],
        load: "SELECT position, type, recorded, id, leaf, payload, metadata FROM event WHERE stream = ?1 ORDER BY revision",
        scan: "SELECT position, type, recorded, id, leaf, payload, metadata FROM event INDEXED BY by_position ORDER BY position",
    },
    Layout {
        name: "row = stream << 24 | revision, log (position, row)",
        tables: "CREATE TABLE event (no INTEGER PRIMARY KEY, position INTEGER NOT NULL, type INTEGER, recorded INTEGER,
                 id BLOB, leaf BLOB, payload BLOB, metadata BLOB) STRICT;
                 CREATE TABLE log (position INTEGER PRIMARY KEY, event INTEGER NOT NULL) STRICT",
        insert: &[
            "INSERT INTO event VALUES (?4, ?1, ?5, ?6, ?7, ?8, ?9, ?10)",
            "INSERT INTO log VALUES (?1, ?4)",
        ],
        load: "SELECT position, type, recorded, id, leaf, payload, metadata FROM event
               WHERE no BETWEEN ?1 << 24 AND ?1 << 24 | 16777215 ORDER BY no",
        scan: "SELECT l.position, type, recorded, id, leaf, payload, metadata
               FROM log AS l CROSS JOIN event AS e ON e.no = l.event ORDER BY l.position",
    },
];

fn main() {
    let events = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(100_000_u64);
    let events = events.div_ceil(UNDERWAY * A_MATTER) * UNDERWAY * A_MATTER;
    let sample: Vec<usize> = (0..10_000).map(|n| event(n).payload.len()).collect();
    println!(
        "{events} events in {} streams; payload {}–{} bytes, mean {}\n",
        events / A_MATTER,
        sample.iter().min().unwrap(),
        sample.iter().max().unwrap(),
        sample.iter().sum::<usize>() / sample.len()
    );
    println!("| layout | insert, {COMMIT} a commit | load 100, p50 | p99 | scan | bytes an event |");
    println!("|---|---|---|---|---|---|");
    for layout in &LAYOUTS {
        raw(layout, events);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(engine(events));
}

fn row(name: &str, events: u64, inserted: Duration, mut loads: Vec<Duration>, scanned: Duration, bytes: u64) {
    loads.sort_unstable();
    let rate = |took: Duration| events as f64 / took.as_secs_f64() / 1_000.0;
    println!(
        "| {name} | {:.0} k/s | {} µs | {} µs | {:.0} k/s | {} |",
        rate(inserted),
        loads[loads.len() / 2].as_micros(),
        loads[loads.len() * 99 / 100].as_micros(),
        rate(scanned),
        bytes / events
    );
}

fn raw(layout: &Layout, events: u64) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("layout.db");
    let connection = Connection::open(&file).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection.pragma_update(None, "cache_size", -16_384).unwrap();
    connection.pragma_update(None, "wal_autocheckpoint", 4_096).unwrap();
    connection.execute_batch(layout.tables).unwrap();

    let started = Instant::now();
    let mut inserts: Vec<_> = layout.insert.iter().map(|sql| connection.prepare(sql).unwrap()).collect();
    for n in 0..events {
        if n % COMMIT as u64 == 0 {
            connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        }
        let (e, id) = (event(n), id(n));
        let no = (e.matter << 24 | e.revision).cast_signed();
        let (matter, revision) = (e.matter.cast_signed(), e.revision.cast_signed());
        for insert in &mut inserts {
            let values: [(usize, &dyn rusqlite::ToSql); 10] = [
                (1, &(n.cast_signed() + 1)),
                (2, &matter),
                (3, &revision),
                (4, &no),
                (5, &(revision % 9)),
                (6, &(1_790_000_000_000_000 + n.cast_signed())),
                (7, id.as_bytes()),
                (8, &[7_u8; 32]),
                (9, &e.payload.as_bytes()),
                (10, &e.metadata.as_bytes()),
            ];
            let places = insert.parameter_count();
            for (place, value) in values.iter().take(places) {
                insert.raw_bind_parameter(*place, value).unwrap();
            }
            insert.raw_execute().unwrap();
        }
        if n % COMMIT as u64 == COMMIT as u64 - 1 || n + 1 == events {
            connection.execute_batch("COMMIT").unwrap();
        }
    }
    let inserted = started.elapsed();
    drop(inserts);
    checkpoint(&connection);
    let bytes = file.metadata().unwrap().len();

    let reader = Connection::open(&file).unwrap();
    reader.pragma_update(None, "cache_size", -4_096).unwrap();
    let read = |statement: &mut rusqlite::Statement<'_>, matter: Option<i64>| {
        let mut rows = match matter {
            Some(matter) => statement.query((matter,)).unwrap(),
            None => statement.query(()).unwrap(),
        };
        let mut count = 0_u64;
        while let Some(row) = rows.next().unwrap() {
            let position: i64 = row.get(0).unwrap();
            let sizes: usize = (3..7).map(|at| row.get_ref(at).unwrap().as_blob().unwrap().len()).sum();
            std::hint::black_box((position, sizes));
            count += 1;
        }
        count
    };
    let mut load = reader.prepare(layout.load).unwrap();
    let loads = (0..LOADS)
        .map(|n| {
            let matter = (n * 7_919 % (events / A_MATTER)).cast_signed();
            let started = Instant::now();
            assert_eq!(read(&mut load, Some(matter)), A_MATTER);
            started.elapsed()
        })
        .collect();
    let started = Instant::now();
    assert_eq!(read(&mut reader.prepare(layout.scan).unwrap(), None), events);
    row(layout.name, events, inserted, loads, started.elapsed(), bytes);
}

fn checkpoint(connection: &Connection) {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())).unwrap();
}

/// The same through the engine: appends of one event, as many in flight as a raw commit has.
async fn engine(events: u64) {
    let dir = tempfile::tempdir().unwrap();
    let log = SqliteLog::open(dir.path(), Options::default()).unwrap();
    let started = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..COMMIT as u64 {
        let log = std::sync::Arc::clone(&log);
        clients.spawn(async move {
            // all events of its matters, in the order of the log
            for n in (0..events).filter(|n| event_matter(*n) % COMMIT as u64 == client) {
                let e = event(n);
                let expected = e.revision.checked_sub(1).map_or(Expected::NoStream, Expected::Revision);
                log.append(&stream(e.matter), expected, vec![new_event(n, e)]).await.unwrap();
            }
        });
    }
    clients.join_all().await;
    let inserted = started.elapsed();
    log.close().await;
    drop(log);
    let bytes = size(dir.path());

    let log = SqliteLog::open(dir.path(), Options::default()).unwrap();
    let mut loads = Vec::new();
    for n in 0..LOADS {
        let stream = stream(n * 7_919 % (events / A_MATTER));
        let started = Instant::now();
        assert_eq!(log.read_stream(&stream, 0, usize::MAX).await.unwrap().len() as u64, A_MATTER);
        loads.push(started.elapsed());
    }
    let started = Instant::now();
    let (mut after, mut count) = (None, 0);
    loop {
        let part = log.read_all(after, 4_096).await.unwrap();
        let Some(last) = part.last() else { break };
        after = Some(last.position);
        count += part.len() as u64;
    }
    assert_eq!(count, events);
    let name = format!("the engine: one event an append, {COMMIT} clients, whole events out");
    row(&name, events, inserted, loads, started.elapsed(), bytes);
    alone(&log).await;
}

/// One client, one event an append: what a sync costs, beside a bare insert and commit.
async fn alone(log: &SqliteLog) {
    const APPENDS: u64 = 3_000;
    let dir = tempfile::tempdir().unwrap();
    let connection = Connection::open(dir.path().join("one.db")).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection.execute_batch(LAYOUTS[0].tables).unwrap();
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    let name = StreamName::new("530322", "matter", "alone").unwrap();
    for n in 0..APPENDS {
        let (e, id) = (event(n), id(n));
        let started = Instant::now();
        let row = (
            n.cast_signed(),
            1,
            n.cast_signed(),
            3,
            4,
            id.as_bytes(),
            [7_u8; 32],
            e.payload.as_bytes(),
            e.metadata.as_bytes(),
        );
        let sql = "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        connection.prepare_cached(sql).unwrap().execute(row).unwrap();
        bare.push(started.elapsed());
        let expected = n.checked_sub(1).map_or(Expected::NoStream, Expected::Revision);
        let event = vec![new_event(n + (1 << 40), e)];
        let started = Instant::now();
        log.append(&name, expected, event).await.unwrap();
        ours.push(started.elapsed());
    }
    let report = |name: &str, mut took: Vec<Duration>| {
        took.sort_unstable();
        let rate = took.len() as f64 / took.iter().sum::<Duration>().as_secs_f64();
        println!(
            "{name}: {rate:.0} a second, p50 {} µs, p99 {} µs",
            took[took.len() / 2].as_micros(),
            took[took.len() * 99 / 100].as_micros()
        );
    };
    println!();
    report("one client, bare SQLite insert and commit", bare);
    report("one client, the engine", ours);
}

fn event_matter(n: u64) -> u64 {
    let group = n / (UNDERWAY * A_MATTER);
    let (turn, seat) = (n % (UNDERWAY * A_MATTER) / UNDERWAY, n % UNDERWAY);
    group * UNDERWAY + (seat * 211 + turn * 97) % UNDERWAY
}

fn stream(matter: u64) -> StreamName {
    StreamName::new("530322", "matter", format!("01JD9Z6Q0V{matter:016}")).unwrap()
}

fn new_event(n: u64, e: Event) -> NewEvent {
    const KINDS: [&str; 9] = [
        "permit-opened",
        "permit-accepted",
        "materials-requested",
        "tolerance-granted",
        "permit-supplemented",
        "permit-handed-off",
        "permit-reviewed",
        "permit-approved",
        "matter-opened",
    ];
    NewEvent {
        id: id(n),
        kind: KINDS[usize::try_from(e.revision % 9).unwrap()].into(),
        version: 1,
        recorded: Timestamp::from_microsecond(1_790_000_000_000_000 + (n % (1 << 40)).cast_signed()).unwrap(),
        payload: Bytes::from(e.payload),
        metadata: Bytes::from(e.metadata),
    }
}

fn size(dir: &Path) -> u64 {
    dir.join(FILE_NAME).metadata().unwrap().len()
}
