//! W7: one matter's permits over HTTP, asked on 64 connections at once.
//!
//! Invariants: server and clients are processes of their own on one machine, whatever is served; ours is `onematter serve`
//! with every limit it has in development, and asks who is asking.
//! Deliberately absent: a credential but for W7-signed, since people name themselves in development; TLS.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::bare::permits_as_json;
use super::options::Served;
use super::process::{self, Process};
use super::report::{self, Clock, Figure};
use super::system::System;
use super::wire::{self, Connection, Question};
use super::workload::EVENTS;
use super::{Options, Outcome};

/// The permits of the matter.
pub(super) const ASKED_PERMITS: usize = 30;
const CONNECTIONS: usize = 64;
/// What others than ours are asked for; to them one is as good as another.
const ANY: &str = "matter:01JD0000000000000000000000";
/// Who asks in development.
const LEAD: &str = "dev:lead";
const QUERY: &str =
    "query($id: ID!) { matter(id: $id) { permits { id code name stage nature lead status custodian } } }";

/// How ours answers.
pub(super) enum How {
    /// From what it has kept.
    Kept,
    /// Made anew, as the others do.
    Anew,
    /// From what it has kept, to a department's system with its token.
    Signed,
}

/// Asks so many times as there are events.
pub(super) async fn permits(options: &Options, how: How) -> Outcome {
    let of_others = |server| (server, ANY.to_owned(), LEAD.to_owned());
    let (server, id, bearer) = match options.served {
        Served::Ours => ours(options, how).await?,
        Served::Graphql => of_others(bare("graphql")?),
        Served::Json => of_others(bare("json")?),
        Served::Yoga => of_others(yoga()?),
    };
    let question = Question::new(server.address(), &bearer, QUERY, &json!({ "id": id }));
    let answer = answered(&server, &question).await?;
    wire::ask_often(server.address(), &question, CONNECTIONS, (options.events / 5).max(500)).await?;
    let (cpu, clock) = (report::cpu_time(Some(server.id())), Clock::start(None));
    let mut taken = wire::ask_often(server.address(), &question, CONNECTIONS, options.events).await?;
    let mut figure = Figure::new(options);
    figure.note(&format!("{answer} bytes an answer"));
    let cpu = report::cpu_time(Some(server.id())).saturating_sub(cpu);
    figure.requests(&mut taken, &clock, cpu, report::peak_rss_mib(Some(server.id())));
    Ok(())
}

/// Looks at one answer; how long it is.
async fn answered(server: &Process, question: &Question) -> Outcome<usize> {
    let mut connection = Connection::open(server.address()).await?;
    let answer = connection.ask(question).await?;
    let told: Value = serde_json::from_slice(answer)?;
    let permits =
        told["data"]["matter"]["permits"].as_array().ok_or_else(|| format!("no permits: {told}"))?;
    let named = permits.iter().filter(|permit| permit["name"].is_string() && permit["lead"].is_string());
    if named.count() == ASKED_PERMITS {
        Ok(answer.len())
    } else {
        Err(format!("not {ASKED_PERMITS} permits: {told}").into())
    }
}

/// The server of a matter of thirty permits, twelve of them approved; the matter, and the bearer of whoever asks.
async fn ours(options: &Options, how: How) -> Outcome<(Process, String, String)> {
    let system = System::open_with_permits(options, ASKED_PERMITS).await?;
    for place in 0..EVENTS {
        system.execute(system.workload.request(0, place)?, place).await?;
    }
    let id = format!("matter:{}", system.workload.stream(0)?.id());
    system.close().await?;
    drop(system);
    process::import_people(&options.dir)?;
    let dir = &options.dir;
    let (server, bearer) = match how {
        How::Kept => (Process::server(dir, None)?, LEAD.to_owned()),
        How::Anew => (Process::server_that_keeps_nothing(dir)?, LEAD.to_owned()),
        How::Signed => {
            let token = process::make_token("lead", dir)?;
            (Process::server_of_known_people(dir)?, token)
        }
    };
    server.ready().await?;
    Ok((server, id, bearer))
}

fn bare(answer: &str) -> Outcome<Process> {
    let server = std::env::current_exe()?.with_file_name("onematter-bare");
    Process::start(Command::new(server).arg(answer), "GraphQL ")
}

/// In Node's production mode, as one would serve with it; the permits are those of the others.
fn yoga() -> Outcome<Process> {
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/yoga/server.mjs");
    let mut command = Command::new("node");
    command.env("NODE_ENV", "production").arg(server).arg(permits_as_json()?);
    Process::start(&mut command, "GraphQL ")
}
