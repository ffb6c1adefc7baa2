//! What SQLite and a synced file can do with the permit workload when nothing stands between: the raw limits.
//!
//! `rawbench <system> <workload> --events N --dir DIR`. The layout is the embedded log's: `event` clustered by
//! `stream << 24 | revision`, `log` from position to event, WAL, `synchronous=FULL`; the leaf hash is left out.

#[path = "../../peers/src/figure.rs"]
#[expect(dead_code, reason = "a peer in a process of its own needs more of it")]
mod figure;
#[path = "../../peers/src/workload.rs"]
#[expect(dead_code, reason = "the peers need more of it")]
mod workload;

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use figure::{Clock, Options, size_of};
use rusqlite::{Connection, params};
use tokio::sync::oneshot;
use workload::{EVENTS, Event, Matter, Slim, event, log_order, visited};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const LAYOUT: &str = "
PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
CREATE TABLE IF NOT EXISTS event (no INTEGER PRIMARY KEY, type INTEGER NOT NULL, recorded INTEGER NOT NULL,
  id BLOB NOT NULL, payload BLOB NOT NULL, metadata BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS log (position INTEGER PRIMARY KEY, event INTEGER NOT NULL) STRICT;";
const INSERT_EVENT: &str = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)";
const INSERT_LOG: &str = "INSERT INTO log (event) VALUES (?)";
/// As long as the product's own are on average, packed.
const METADATA: [u8; 87] = [0xa5; 87];
const IN_LOG_ORDER: &str =
    "SELECT e.no, e.payload FROM log l CROSS JOIN event e ON e.no = l.event ORDER BY l.position";
const OF_MATTER: &str = "SELECT payload FROM event WHERE no BETWEEN ? AND ? ORDER BY no";

/// SQLite's page cache, in KiB: of the limit that bars are judged over, and a small one, which reads faster (decision 0074).
const CACHE: i64 = 64 << 10;
const SMALL_CACHE: i64 = 4 << 10;

fn open(options: &Options) -> Outcome<Connection> {
    let db = Connection::open(options.dir.join("raw.db"))?;
    let kib = if options.system == "sqlite-small-cache" { SMALL_CACHE } else { CACHE };
    db.pragma_update(None, "cache_size", -kib)?;
    db.execute_batch(LAYOUT)?;
    Ok(db)
}

fn insert(db: &Connection, matter: usize, revision: usize, event: &Event) -> Outcome {
    let no = ((matter as i64 + 1) << 24) | revision as i64;
    let recorded = 1_790_000_000_000_000 + no;
    let mut id = [0xa5; 16];
    id[..8].copy_from_slice(&no.to_be_bytes());
    let kind = event.permit.map_or(8, |_| 0) + event.step;
    db.prepare_cached(INSERT_EVENT)?.execute(params![no, kind, recorded, id, event.to_json(), METADATA])?;
    db.prepare_cached(INSERT_LOG)?.execute([no])?;
    Ok(())
}

fn main() -> Outcome {
    let options = &Options::from_args()?;
    match (options.system.as_str(), options.workload.as_str()) {
        ("sqlite", "fill") => fill(options),
        ("sqlite", "W1") => sqlite_commits(options, 1, false),
        ("sqlite-decide", "W1") => sqlite_commits(options, 1, true),
        ("sqlite", "W2") => sqlite_commits(options, 64, false),
        ("engine", "W2") => engine(options),
        ("file", "W1") => file_syncs(options, 1),
        ("file", "W2") => file_syncs(options, 64),
        ("sqlite" | "sqlite-small-cache", "W3") => load(options, true),
        ("sqlite-rows", "W3") => load(options, false),
        ("sqlite" | "sqlite-small-cache", "W4") => rebuild(options),
        ("sqlite" | "sqlite-small-cache", "W5") => {
            let clock = Clock::start();
            let mut bytes = 0;
            let n = read_all(&open(options)?, |_, payload| {
                bytes += payload.len();
                Ok(())
            })?;
            assert!(n == options.matters() * EVENTS && bytes > n * 273, "fill this directory first");
            options.rate("events/s", n, &clock);
            Ok(())
        }
        ("sqlite", "W6") => {
            open(options)?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            options.bytes(size_of(&options.dir), options.matters() * EVENTS);
            Ok(())
        }
        (system, workload) => Err(format!("nothing to measure for {system} {workload}").into()),
    }
}

fn fill(options: &Options) -> Outcome {
    let db = open(options)?;
    for (n, (matter, revision)) in log_order(options.matters()).enumerate() {
        if n % 1_000 == 0 {
            db.execute_batch(if n == 0 { "BEGIN" } else { "COMMIT; BEGIN" })?;
        }
        insert(&db, matter, revision, &event(options.seed, matter, revision))?;
    }
    db.execute_batch("COMMIT")?;
    Ok(())
}

/// One client; `together` inserts a commit.
fn sqlite_commits(options: &Options, together: usize, decide: bool) -> Outcome {
    let db = open(options)?;
    let mut states: HashMap<usize, Matter> = HashMap::new();
    in_batches(options, together, |events| {
        db.execute_batch("BEGIN IMMEDIATE")?;
        for (matter, revision, event) in events {
            if decide {
                let state = states.entry(matter).or_default();
                let event = state.decide(event)?;
                state.apply(&event);
                insert(&db, matter, revision, &event)?;
            } else {
                insert(&db, matter, revision, &event)?;
            }
        }
        Ok(db.execute_batch("COMMIT")?)
    })
}

fn file_syncs(options: &Options, together: usize) -> Outcome {
    let mut file = File::create(options.dir.join("raw.log"))?;
    in_batches(options, together, |events| {
        let bytes: Vec<u8> = events.into_iter().flat_map(|(_, _, event)| event.to_json()).collect();
        file.write_all(&bytes)?;
        Ok(file.sync_data()?)
    })
}

/// The events of the commands, `together` at a time; each is charged the time of its batch.
fn in_batches(
    options: &Options,
    together: usize,
    mut commit: impl FnMut(Vec<(usize, usize, Event)>) -> Outcome,
) -> Outcome {
    let (warm_up, first) = options.warm_up();
    let mut taken = Vec::with_capacity(options.events);
    let mut clock = Clock::start();
    for (first, count) in [(0, warm_up), (first, options.events)] {
        taken.clear();
        clock = Clock::start();
        for start in (0..count).step_by(together) {
            let batch = start..(start + together).min(count);
            let events: Vec<_> = batch
                .map(|n| (first + n / EVENTS, n % EVENTS))
                .map(|(matter, revision)| (matter, revision, event(options.seed, matter, revision)))
                .collect();
            let (started, n) = (Instant::now(), events.len());
            commit(events)?;
            taken.extend(std::iter::repeat_n(started.elapsed(), n));
        }
    }
    options.commands(taken, &clock, 0);
    Ok(())
}

struct Command {
    matter: usize,
    revision: usize,
    event: Event,
    done: oneshot::Sender<()>,
}

/// 64 clients wait on oneshots; one writer decides on states in memory and commits whatever has queued.
#[tokio::main(worker_threads = 2)]
async fn engine(options: &Options) -> Outcome {
    let db = open(options)?;
    let (queue, commands) = channel::<Command>();
    let writer = std::thread::spawn(move || -> Outcome {
        let mut states: HashMap<usize, Matter> = HashMap::new();
        let mut waiting = Vec::new();
        while let Ok(first) = commands.recv() {
            db.execute_batch("BEGIN IMMEDIATE")?;
            for command in std::iter::once(first).chain(commands.try_iter().take(1_023)) {
                let state = states.entry(command.matter).or_default();
                let event = state.decide(command.event)?;
                state.apply(&event);
                insert(&db, command.matter, command.revision, &event)?;
                waiting.push(command.done);
            }
            db.execute_batch("COMMIT")?;
            for done in waiting.drain(..) {
                let _ = done.send(());
            }
        }
        Ok(())
    });
    let (warm_up, first) = options.warm_up();
    clients(&queue, options.seed, 0, warm_up).await?;
    let clock = Clock::start();
    let taken = clients(&queue, options.seed, first, options.events).await?;
    options.commands(taken, &clock, 0);
    drop(queue);
    writer.join().map_err(|_| "the writer panicked")?
}

async fn clients(queue: &Sender<Command>, seed: u64, first: usize, count: usize) -> Outcome<Vec<Duration>> {
    let each = count.div_ceil(64);
    let running: Vec<_> = (0..64)
        .map(|client| {
            let queue = queue.clone();
            tokio::spawn(async move {
                let mut taken = Vec::with_capacity(each);
                for n in 0..each {
                    let (matter, revision) = (first + client + 64 * (n / EVENTS), n % EVENTS);
                    let event = event(seed, matter, revision);
                    let started = Instant::now();
                    let (done, answer) = oneshot::channel();
                    queue.send(Command { matter, revision, event, done })?;
                    answer.await?;
                    taken.push(started.elapsed());
                }
                Outcome::Ok(taken)
            })
        })
        .collect();
    let mut taken = Vec::new();
    for client in running {
        taken.extend(client.await??);
    }
    Ok(taken)
}

fn load(options: &Options, decode: bool) -> Outcome {
    let db = open(options)?;
    let clock = Clock::start();
    let mut taken = Vec::new();
    for nth in 0..1_000 {
        let stream = (visited(nth, options.matters()) as i64 + 1) << 24;
        let started = Instant::now();
        let mut query = db.prepare_cached(OF_MATTER)?;
        let mut rows = query.query([stream, stream | 0xff_ffff])?;
        let (mut state, mut n) = (Matter::default(), 0);
        while let Some(row) = rows.next()? {
            let payload = row.get_ref(0)?.as_blob()?;
            if decode {
                state.apply(&serde_json::from_slice(payload)?);
            }
            n += 1;
        }
        taken.push(started.elapsed());
        assert_eq!(n, EVENTS, "fill this directory first");
    }
    options.latency(taken, &clock);
    Ok(())
}

fn read_all(db: &Connection, mut see: impl FnMut(i64, &[u8]) -> Outcome) -> Outcome<usize> {
    let mut query = db.prepare(IN_LOG_ORDER)?;
    let mut rows = query.query([])?;
    let mut n = 0;
    while let Some(row) = rows.next()? {
        see(row.get(0)?, row.get_ref(1)?.as_blob()?)?;
        n += 1;
    }
    Ok(n)
}

const BOARD: &str = "
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
CREATE TABLE board (matter INTEGER NOT NULL, permit INTEGER NOT NULL, step INTEGER NOT NULL,
  department TEXT NOT NULL, due TEXT NOT NULL, PRIMARY KEY (matter, permit)) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoint (position INTEGER NOT NULL) STRICT;";

struct Row {
    step: u8,
    department: String,
    due: String,
}

fn remove_view(dir: &Path) -> Outcome {
    for name in ["read.db", "read.db-wal", "read.db-shm"] {
        match std::fs::remove_file(dir.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    Ok(())
}

/// One thread: read, decode what the board needs, fold, and every 10,000 events write what was touched.
fn rebuild(options: &Options) -> Outcome {
    remove_view(&options.dir)?;
    let view = Connection::open(options.dir.join("read.db"))?;
    view.execute_batch(BOARD)?;
    let log = open(options)?;
    let clock = Clock::start();
    let mut touched: HashMap<(i64, i64), Row> = HashMap::new();
    let mut position = 0;
    let n = read_all(&log, |no, payload| {
        let slim: Slim = serde_json::from_slice(payload)?;
        let key = (no >> 24, slim.permit.map_or(-1, i64::from));
        touched
            .entry(key)
            .and_modify(|row| {
                row.step = slim.step;
                slim.department.clone_into(&mut row.department);
                slim.due.clone_into(&mut row.due);
            })
            .or_insert_with(|| Row {
                step: slim.step,
                department: slim.department.into(),
                due: slim.due.into(),
            });
        position += 1;
        if position % 10_000 == 0 { write(&view, &mut touched, position) } else { Ok(()) }
    })?;
    write(&view, &mut touched, position)?;
    assert_eq!(n, options.matters() * EVENTS, "fill this directory first");
    options.rate("events/s", n, &clock);
    remove_view(&options.dir)
}

fn write(view: &Connection, touched: &mut HashMap<(i64, i64), Row>, position: i64) -> Outcome {
    view.execute_batch("BEGIN")?;
    let mut upsert = view.prepare_cached("INSERT OR REPLACE INTO board VALUES (?, ?, ?, ?, ?)")?;
    for ((matter, permit), row) in touched.drain() {
        upsert.execute(params![matter, permit, row.step, row.department, row.due])?;
    }
    view.execute("DELETE FROM checkpoint", [])?;
    view.execute("INSERT INTO checkpoint VALUES (?)", [position])?;
    view.execute_batch("COMMIT")?;
    Ok(())
}
