//! UmaDB 0.7's engine in process, by `umadb-core`: no gRPC between. W2 uses the writer thread of its server, which batches
//! what has queued; the other workloads its plain handle.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};
use umadb_core::db::UmaDb;
use umadb_core::mvcc::{Mvcc, StorageOptions};
use umadb_core::writer_thread_blocking::writer_thread_blocking;
use umadb_core::writer_thread_request::WriterThreadRequest;
use umadb_dcb::{
    DcbAppendCondition, DcbEvent, DcbEventStoreSync, DcbQuery, DcbQueryItem, DcbResult, DcbSequencedEvent,
};

use crate::Outcome;
use crate::figure::{Clock, Options};
use crate::workload::{EVENTS, Event, Matter, Slim, event, log_order, matter_id, visited};

const PAGE: u32 = 10_000;
pub const FILE: &str = "uma.db";

/// Step, department, due.
type Row = (u8, String, String);

pub fn of(matter: &str) -> DcbQuery {
    DcbQuery::new().item(DcbQueryItem::new().tags([matter]))
}

fn stored(matter: &str, event: &Event) -> DcbEvent {
    DcbEvent::new()
        .event_type(event.name())
        .tags([matter])
        .data(event.to_json())
        .metadata([("actor", "530322-0417"), ("recorded", "2026-03-17T01:02:03.456Z")])
}

fn folded(events: &[DcbSequencedEvent]) -> Matter {
    let mut state = Matter::default();
    for event in events {
        state.apply(&serde_json::from_slice(&event.event.data).expect("our own payload"));
    }
    state
}

/// The state, and the position after which nothing of this matter may have been appended.
fn load(db: &UmaDb, id: &str) -> DcbResult<(Matter, Option<u64>)> {
    let (events, head) = db.read_with_head(Some(of(id)), None, false, None)?;
    Ok((folded(&events), head))
}

/// What is appended by a command on what was read, and on which condition.
pub fn decided(
    id: &str,
    events: &[DcbSequencedEvent],
    head: Option<u64>,
    command: Event,
) -> (DcbEvent, DcbAppendCondition) {
    let event = folded(events).decide(command).expect("in order");
    (stored(id, &event), DcbAppendCondition::new(of(id)).after(head))
}

fn loaded_and_decided(db: &UmaDb, id: &str, command: Event) -> DcbResult<(DcbEvent, DcbAppendCondition)> {
    let (events, head) = db.read_with_head(Some(of(id)), None, false, None)?;
    Ok(decided(id, &events, head, command))
}

/// UmaDB allocates its file in large pieces. Until they have been written once, every sync also pays the file system
/// for turning them into written ones: so write back what they hold, and measure what it does after a while.
pub fn open(path: &Path) -> Outcome<Arc<Mvcc>> {
    let open = || Mvcc::new(false, StorageOptions::default().db_path(path));
    if !path.exists() {
        drop(open()?);
        let file = File::options().read(true).write(true).open(path)?;
        let mut piece = vec![0; 1 << 20];
        let mut at = 0;
        loop {
            let n = file.read_at(&mut piece, at)?;
            if n == 0 {
                break;
            }
            file.write_all_at(&piece[..n], at)?;
            at += n as u64;
        }
        file.sync_all()?;
    }
    Ok(Arc::new(open()?))
}

pub async fn run(options: &Options) -> Outcome {
    let mvcc = open(&options.dir.join(FILE))?;
    let db = UmaDb::from_arc(mvcc.clone());
    match options.workload.as_str() {
        "fill" => {
            let mut batch = Vec::new();
            for (matter, revision) in log_order(options.matters()) {
                batch.push(stored(&matter_id(matter), &event(options.seed, matter, revision)));
                if batch.len() == PAGE as usize {
                    db.append(std::mem::take(&mut batch), None, None)?;
                }
            }
            db.append(batch, None, None)?;
        }
        "W1" => {
            let (warm_up, first) = options.warm_up();
            one_client(&db, options.seed, 0, warm_up)?;
            let clock = Clock::start();
            let taken = one_client(&db, options.seed, first, options.events)?;
            options.commands(taken, &clock, 0);
        }
        "W2" => {
            let (requests, queue) = mpsc::channel(1_024);
            let (head, _) = watch::channel(None);
            let writer = std::thread::spawn({
                let mvcc = mvcc.clone();
                move || writer_thread_blocking(mvcc, queue, head, 2_000)
            });
            let (warm_up, first) = options.warm_up();
            many_clients(&mvcc, &requests, options.seed, 0, warm_up).await?;
            let clock = Clock::start();
            let taken = many_clients(&mvcc, &requests, options.seed, first, options.events).await?;
            options.commands(taken, &clock, 0);
            drop(requests);
            writer.join().map_err(|_| "the writer thread panicked")?;
        }
        "W3" => {
            let clock = Clock::start();
            let mut taken = Vec::new();
            for nth in 0..1_000 {
                let id = matter_id(visited(nth, options.matters()));
                let started = Instant::now();
                let (state, _) = load(&db, &id)?;
                taken.push(started.elapsed());
                assert_eq!(state.own, 4, "fill this directory first");
            }
            options.latency(taken, &clock);
        }
        // Folded in memory: it has no views of its own.
        "W4" => {
            let clock = Clock::start();
            let mut board: HashMap<String, HashMap<Option<u8>, Row>> = HashMap::new();
            let n = read_all(&db, |tags, data| {
                let slim: Slim = serde_json::from_slice(data).expect("our own payload");
                let row = (slim.step, slim.department.into(), slim.due.into());
                board.entry(tags[0].clone()).or_default().insert(slim.permit, row);
            })?;
            assert_eq!(board.len(), options.matters(), "fill this directory first");
            options.rate("events/s", n, &clock);
        }
        "W5" => {
            let clock = Clock::start();
            let n = read_all(&db, |_, _| ())?;
            options.rate("events/s", n, &clock);
        }
        // The file is allocated in large pieces; what counts is the pages in use.
        "W6" => {
            let pages = mvcc.get_latest_header_page()?.as_header_node()?.next_page_id.0;
            options.bytes(pages * mvcc.page_size as u64, options.matters() * EVENTS);
        }
        other => return Err(format!("unknown workload {other}").into()),
    }
    Ok(())
}

fn read_all(db: &UmaDb, mut see: impl FnMut(&[String], &[u8])) -> DcbResult<usize> {
    let (mut n, mut start) = (0, None);
    loop {
        let (page, _) = db.read_with_head(None, start, false, Some(PAGE))?;
        let Some(last) = page.last() else { return Ok(n) };
        start = Some(last.position + 1);
        n += page.len();
        page.iter().for_each(|event| see(&event.event.tags, &event.event.data));
    }
}

fn one_client(db: &UmaDb, seed: u64, first: usize, count: usize) -> Outcome<Vec<Duration>> {
    let mut taken = Vec::with_capacity(count);
    for n in 0..count {
        let (matter, revision) = (first + n / EVENTS, n % EVENTS);
        let (id, command) = (matter_id(matter), event(seed, matter, revision));
        let started = Instant::now();
        let (event, condition) = loaded_and_decided(db, &id, command)?;
        db.append(vec![event], Some(condition), None)?;
        taken.push(started.elapsed());
    }
    Ok(taken)
}

async fn many_clients(
    mvcc: &Arc<Mvcc>,
    requests: &mpsc::Sender<WriterThreadRequest>,
    seed: u64,
    first: usize,
    count: usize,
) -> Outcome<Vec<Duration>> {
    let each = count.div_ceil(64);
    let clients: Vec<_> = (0..64)
        .map(|client| {
            let (requests, db) = (requests.clone(), UmaDb::from_arc(mvcc.clone()));
            tokio::spawn(async move {
                let mut taken = Vec::with_capacity(each);
                for n in 0..each {
                    let (matter, revision) = (first + client + 64 * (n / EVENTS), n % EVENTS);
                    let (id, command) = (matter_id(matter), event(seed, matter, revision));
                    let started = Instant::now();
                    let (event, condition) = loaded_and_decided(&db, &id, command)?;
                    let (response_tx, response) = oneshot::channel();
                    let request = WriterThreadRequest::Append {
                        events: vec![event],
                        condition: Some(condition),
                        tracking_info: None,
                        response_tx,
                        cancel: None,
                    };
                    requests.send(request).await.map_err(|e| e.to_string())?;
                    response.await??;
                    taken.push(started.elapsed());
                }
                Outcome::Ok(taken)
            })
        })
        .collect();
    let mut taken = Vec::new();
    for client in clients {
        taken.extend(client.await??);
    }
    Ok(taken)
}
