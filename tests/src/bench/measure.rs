//! The figures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use om_domain::matter::MatterDecider;
use om_infra::event_store::LogEventStore;
use om_infra::executor::Request;
use om_infra::log::StreamName;
use om_infra::runner::{Projections, ToRun};
use om_projections::board::Board;

use super::report::{self, Clock, Figure};
use super::system::System;
use super::workload::EVENTS;
use super::{Options, Outcome};

/// Aggregates loaded for W3.
const LOADS: usize = 1_000;
/// Events read at a time in W5: as many as whoever of ours reads the whole log asks for (policies, erasures, the index of the log).
const PAGE: usize = 4_096;

/// W1, W2, E1 to E3: so many clients, each on matters of its own, one after another, in a log that begins empty.
pub(super) async fn commands(options: &Options, clients: usize) -> Outcome {
    clients_on(options, System::open(options).await?, clients, options.events).await
}

/// P1: the same in a log that holds matters already.
pub(super) async fn more_commands(options: &Options, clients: usize) -> Outcome {
    clients_on(options, System::open_for_more(options).await?, clients, options.commands).await
}

async fn clients_on(options: &Options, system: Arc<System>, clients: usize, commands: usize) -> Outcome {
    let (warm_up, first) = options.warm_up(commands);
    serve(&system, asked(&system, clients, 0, warm_up)?).await?;
    let asked = asked(&system, clients, first, commands)?;
    let clock = Clock::start(system.node_id());
    let mut taken = serve(&system, asked).await?;
    let mut figure = Figure::new(options);
    figure.note(&sizes(&system, first).await?);
    if let Some(durability) = &system.durability {
        figure.note(durability);
    }
    figure.commands(&mut taken, &clock);
    system.close().await
}

/// A client's commands, each with its place in the life of its matter.
type Asked = Vec<(Request<MatterDecider>, usize)>;

/// What each client will ask: written beforehand, as whoever asks over a wire has done.
fn asked(system: &System, clients: usize, first: usize, count: usize) -> Outcome<Vec<Asked>> {
    let each = count.div_ceil(clients);
    let of = |client: usize| {
        let nth = |n: usize| {
            let (matter, place) = (first + client + clients * (n / EVENTS), n % EVENTS);
            Ok((system.workload.request(matter, place)?, place))
        };
        (0..each).map(nth).collect()
    };
    (0..clients).map(of).collect()
}

async fn serve(system: &Arc<System>, asked: Vec<Asked>) -> Outcome<Vec<Duration>> {
    let mut taken = Vec::with_capacity(asked.iter().map(Vec::len).sum());
    let running: Vec<_> = asked
        .into_iter()
        .map(|asked| {
            let system = Arc::clone(system);
            tokio::spawn(async move {
                let mut taken = Vec::with_capacity(asked.len());
                for (request, place) in asked {
                    let started = Instant::now();
                    system.execute(request, place).await?;
                    taken.push(started.elapsed());
                }
                Outcome::Ok(taken)
            })
        })
        .collect();
    for client in running {
        taken.extend(client.await??);
    }
    Ok(taken)
}

/// W3 and P2: aggregates of 100 events from the log, as the executor loads one that is not in memory.
pub(super) async fn load(options: &Options) -> Outcome {
    let system = System::open(options).await?;
    let store = LogEventStore::<MatterDecider>::new(system.host.log.clone());
    let streams = streams(&system, options)?;
    let clock = Clock::start(system.node_id());
    let mut taken = Vec::with_capacity(streams.len());
    for stream in &streams {
        let started = Instant::now();
        let hosted = store.load(stream).await?;
        taken.push(started.elapsed());
        whole(hosted.revision())?;
    }
    Figure::new(options).latency(&mut taken, &clock);
    system.close().await
}

/// The same when the executor has the state and the log has not grown since.
pub(super) async fn cached(options: &Options) -> Outcome {
    let system = System::open(options).await?;
    let streams = streams(&system, options)?;
    for stream in &streams {
        whole(system.executor.state(stream).await?.revision)?;
    }
    let clock = Clock::start(system.node_id());
    let mut taken = Vec::with_capacity(streams.len());
    for stream in &streams {
        let started = Instant::now();
        let state = system.executor.state(stream).await?;
        taken.push(started.elapsed());
        whole(state.revision)?;
    }
    Figure::new(options).latency(&mut taken, &clock);
    system.close().await
}

fn whole(revision: Option<u64>) -> Outcome {
    match revision.map(|last| last + 1).map(usize::try_from) {
        Some(Ok(EVENTS)) => Ok(()),
        other => Err(format!("a matter of {EVENTS} events has {other:?}: fill this directory first").into()),
    }
}

/// The matters loaded, in the peers' order: none comes again before all have come.
fn streams(system: &System, options: &Options) -> Outcome<Vec<StreamName>> {
    let matters = options.matters();
    (0..LOADS).map(|nth| system.workload.stream(nth.wrapping_mul(7_919) % matters)).collect()
}

/// W4: the runner builds the board from nothing, up to the log's end.
pub(super) async fn rebuild(options: &Options) -> Outcome {
    let system = System::open(options).await?;
    let dir = options.dir.join("read");
    remove(&dir)?;
    let head = system.log.head().await?.ok_or("fill this directory first")?;
    let clock = Clock::start(system.node_id());
    let projections = Projections::start(system.host.log.clone(), &dir, &[ToRun::new::<Board>()], None);
    let mut progress = projections.progress::<Board>()?;
    progress.wait_for(|progress| progress.position.is_some_and(|at| at >= head)).await?;
    let mut figure = Figure::new(options);
    figure.note("built, synced and serving");
    figure.rate(usize::try_from(head.number())?, &clock);
    let permits = options.matters() * super::plan::PERMITS.len();
    let approved = projections
        .read::<Board, _>(|db| {
            let sql = "SELECT count(*) FROM board_permit WHERE status = 'approved'";
            db.query_row(sql, [], |row| row.get::<_, u32>(0))
        })
        .await?;
    projections.shutdown().await;
    remove(&dir)?;
    if usize::try_from(approved)? == permits {
        Ok(())
    } else {
        Err(format!("{approved} of {permits} permits stand approved on the board").into())
    }
}

fn remove(dir: &std::path::Path) -> Outcome {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// W5 and E4: every event in the global order.
pub(super) async fn read_all(options: &Options) -> Outcome {
    let system = System::open(options).await?;
    let clock = Clock::start(system.node_id());
    let (mut after, mut count, mut bytes) = (None, 0, 0);
    loop {
        let page = system.log.read_all(after, PAGE).await?;
        count += page.len();
        bytes += page.iter().map(|event| event.payload.len()).sum::<usize>();
        after = page.last().map(|event| event.position).or(after);
        if page.len() < PAGE {
            break;
        }
    }
    if count < EVENTS || bytes < count {
        return Err("fill this directory first".into());
    }
    Figure::new(options).rate(count, &clock);
    system.close().await
}

/// W6: all files after a checkpoint.
pub(super) async fn size(options: &Options) -> Outcome {
    let system = System::open(options).await?;
    let mut figure = Figure::new(options);
    figure.note(&sizes(&system, 0).await?);
    let events = system.log.head().await?.ok_or("fill this directory first")?.number();
    system.close().await?;
    drop(system);
    figure.bytes(report::size_of(&options.dir), usize::try_from(events)?);
    Ok(())
}

/// Bytes of payload and metadata in one matter.
async fn sizes(system: &System, matter: usize) -> Outcome<String> {
    let events = system.log.read_stream(&system.workload.stream(matter)?, 0, EVENTS).await?;
    let payloads: Vec<usize> = events.iter().map(|event| event.payload.len()).collect();
    let metadata: usize = events.iter().map(|event| event.metadata.json().len()).sum();
    let n = events.len().max(1);
    let plan = payloads.iter().max().copied().unwrap_or(0);
    Ok(format!(
        "payload {} bytes on average, {} to {plan} (the plan); metadata {}",
        payloads.iter().sum::<usize>() / n,
        payloads.iter().min().copied().unwrap_or(0),
        metadata / n,
    ))
}
