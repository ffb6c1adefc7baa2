//! G1 to G6: what one answer or command costs as the county, a matter's life or its plan grows.
//!
//! Invariants: the rules decide every command; over HTTP nothing is answered from memory (`--answers-mib 0`), and each answer is
//! looked at before it is timed.
//! Deliberately absent: a bar; `bench.py` compares the sizes with each other.

use std::sync::Arc;
use std::time::Instant;

use om_domain::matter::MatterDecider;
use om_infra::event_store::LogEventStore;
use serde_json::{Value, json};

use super::process::{self, Process};
use super::report::{Clock, Figure};
use super::system::System;
use super::wire::{self, Question};
use super::{Options, Outcome};

/// Answers or commands timed.
const TIMES: usize = 200;
/// Matters made side by side.
const SIDE_BY_SIDE: usize = 64;
/// The commands after which a matter is open and nothing in it is due.
const STARTED: usize = 4;
/// The commands after which a matter goes on for as long as one likes.
const GOES_ON: usize = 5 * 12 + STARTED;

const OVERVIEW: &str = "{ overview { day underway dueThisWeek overdue debtsOverdue milestonesLate yellowCards redCards
    matters(order: LAST_CHANGE, first: 50) { pageInfo { hasNextPage endCursor } nodes { id name code kind phase place lead target
      changedOn stages { stage permits done } pressure { permits done overdue nextDue debts debtsOverdue cardsRed cardsYellow
      milestonesLate } outlook { completion provisional slackDays critical { code name mover body task since due overdue } }
    } } } }";
const PAGE: &str = "query($id: ID!, $from: Int!) {
    matter(id: $id) { revision phase permits { id code name stage nature lead status custodian } }
    history(matterId: $id, from: $from, first: 50) { edges { node { revision sentenceZh effectiveOn } } } }";
const PERMITS: &str =
    "query($id: ID!) { matter(id: $id) { permits { id code name stage nature lead status custodian } } }";

/// G1: the lead's first page over HTTP, with so many open matters.
pub(super) async fn overview(options: &Options) -> Outcome {
    let system = System::open(options).await?;
    for first in (0..options.events).step_by(SIDE_BY_SIDE) {
        let open = |matter| {
            let system = Arc::clone(&system);
            tokio::spawn(async move {
                for place in 0..STARTED {
                    system.execute(system.workload.request(matter, place)?, place).await?;
                }
                Outcome::Ok(())
            })
        };
        let opening: Vec<_> = (first..options.events.min(first + SIDE_BY_SIDE)).map(open).collect();
        for matter in opening {
            matter.await??;
        }
    }
    system.close().await?;
    drop(system);
    asked(options, OVERVIEW, &json!({}), |told| {
        told["data"]["overview"]["underway"].as_u64() == u64::try_from(options.events).ok()
    })
    .await
}

/// G2: a command on a matter in memory that has so many events.
pub(super) async fn command_after(options: &Options) -> Outcome {
    let system = System::open(options).await?;
    live(&system, options.events).await?;
    commands_from(options, &system, options.events).await
}

/// G3: such a matter is loaded from the log.
pub(super) async fn load_after(options: &Options) -> Outcome {
    let system = System::open(options).await?;
    live(&system, options.events).await?;
    let store = LogEventStore::<MatterDecider>::new(system.host.log.clone());
    let stream = system.workload.stream(0)?;
    let clock = Clock::start(None);
    let mut taken = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let started = Instant::now();
        let hosted = store.load(&stream).await?;
        taken.push(started.elapsed());
        if hosted.revision().map(|last| last + 1) != u64::try_from(options.events).ok() {
            return Err(format!("the matter has {:?}", hosted.revision()).into());
        }
    }
    Figure::new(options).latency(&mut taken, &clock);
    system.close().await
}

/// G4: the page of such a matter over HTTP: its permits and the last fifty of its entries.
pub(super) async fn page_after(options: &Options) -> Outcome {
    let system = System::open(options).await?;
    live(&system, options.events).await?;
    let id = format!("matter:{}", system.workload.stream(0)?.id());
    system.close().await?;
    drop(system);
    asked(options, PAGE, &json!({ "id": id, "from": options.events.saturating_sub(50) }), |told| {
        let entries = told["data"]["history"]["edges"].as_array();
        entries.is_some_and(|entries| entries.len() == 50.min(options.events))
    })
    .await
}

/// G5: a command on a matter of so many permits, of which twelve are under way.
pub(super) async fn command_among(options: &Options) -> Outcome {
    let system = System::open_with_permits(options, options.events).await?;
    live(&system, GOES_ON).await?;
    commands_from(options, &system, GOES_ON).await
}

/// G6: the permits of such a matter over HTTP.
pub(super) async fn permits_of(options: &Options) -> Outcome {
    let system = System::open_with_permits(options, options.events).await?;
    live(&system, GOES_ON).await?;
    let id = format!("matter:{}", system.workload.stream(0)?.id());
    system.close().await?;
    drop(system);
    asked(options, PERMITS, &json!({ "id": id }), |told| {
        told["data"]["matter"]["permits"].as_array().is_some_and(|permits| permits.len() == options.events)
    })
    .await
}

/// One matter, so many events long: once its twelve permits are accepted they are offered and handed back for ever.
async fn live(system: &System, events: usize) -> Outcome {
    for place in 0..events {
        system.execute(system.workload.long(0, place)?, place).await?;
    }
    Ok(())
}

async fn commands_from(options: &Options, system: &System, place: usize) -> Outcome {
    let clock = Clock::start(None);
    let mut taken = Vec::with_capacity(TIMES);
    for place in place..place + TIMES {
        let request = system.workload.long(0, place)?;
        let started = Instant::now();
        system.execute(request, place).await?;
        taken.push(started.elapsed());
    }
    Figure::new(options).latency(&mut taken, &clock);
    system.close().await
}

/// Asks a server of the directory, one question at a time.
async fn asked(options: &Options, query: &str, variables: &Value, whole: impl Fn(&Value) -> bool) -> Outcome {
    process::import_people(&options.dir)?;
    let server = Process::server_that_keeps_nothing(&options.dir)?;
    server.ready().await?;
    let question = Question::new(server.address(), "dev:lead", query, variables);
    let told = wire::answer(server.address(), &question).await?;
    if !whole(&serde_json::from_slice(&told)?) {
        return Err(format!("not what was asked: {}", String::from_utf8_lossy(&told)).into());
    }
    wire::ask_often(server.address(), &question, 1, TIMES / 10).await?;
    let cpu = super::report::cpu_time(Some(server.id()));
    let clock = Clock::start(None);
    let mut taken = wire::ask_often(server.address(), &question, 1, TIMES).await?;
    let cpu = super::report::cpu_time(Some(server.id())).saturating_sub(cpu);
    let mut figure = Figure::new(options);
    figure.note(&format!("{} bytes an answer", told.len()));
    figure.answers(&mut taken, &clock, cpu, super::report::peak_rss_mib(Some(server.id())));
    Ok(())
}
