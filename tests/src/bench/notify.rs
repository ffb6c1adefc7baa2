//! W8: from the acknowledgement of a command to the sockets of a thousand others who follow its matter.
//!
//! Invariants: every subscriber hears of every command, in order, or there is no figure; what came before the acknowledgement
//! counts as nothing, not as less.
//! Deliberately absent: a network; the clients share the processors with the server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{Barrier, mpsc};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::process::{self, Process};
use super::report::{self, Clock, Figure};
use super::{Options, Outcome};
use crate::load;
use crate::server::Api;

const SUBSCRIBERS: usize = 1_000;
/// The matter's first commands, after which it can be suspended and resumed.
const FIRST: u64 = 6;
/// The last command of the matter.
const LAST: u64 = 24;
/// Between two commands, so that one is heard by all before the next.
const PAUSE: Duration = Duration::from_millis(200);
const SUBSCRIBE: &str = "subscription($id: ID!, $since: Int) { matterChanged(id: $id, since: $since) {
    __typename ... on MatterChanged { revision } } }";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The value is the 99th percentile over all commands and subscribers. `apart`: each asks in words of its own, so that nothing is
/// put together for several.
pub(super) async fn subscribers(options: &Options, apart: bool) -> Outcome {
    process::import_people(&options.dir)?;
    process::import("template", &process::templates().join("municipal-road-bridge.toml"), &options.dir)?;
    let server = Process::server(&options.dir, None)?;
    server.ready().await?;
    let api = Api::at(&format!("http://{}", server.address()));
    let mut matter = None;
    let mut revision = 0;
    for n in 0..FIRST {
        let receipt = carried_out(&api, options.seed, n, matter.as_deref()).await?;
        (matter, revision) = (Some(receipt.matter), receipt.last_revision);
    }
    let matter = matter.ok_or("no matter")?;
    let all_there = Arc::new(Barrier::new(SUBSCRIBERS + 1));
    let (hear, mut heard) = mpsc::unbounded_channel();
    let listening: Vec<_> = (0..SUBSCRIBERS)
        .map(|nth| {
            let words = if apart { format!("{SUBSCRIBE} # {nth}") } else { SUBSCRIBE.to_owned() };
            let (address, matter, hear) = (server.address().to_string(), matter.clone(), hear.clone());
            let all_there = Arc::clone(&all_there);
            tokio::spawn(async move {
                let socket = subscribed(&address, &words, &matter, revision).await;
                all_there.wait().await;
                listen(socket?, revision, &hear).await
            })
        })
        .collect();
    all_there.wait().await;
    // subscriptions are taken up one after another; the first command must find them all
    tokio::time::sleep(5 * PAUSE).await;
    let (cpu, clock) = (report::cpu_time(Some(server.id())), Clock::start(None));
    let mut taken = Vec::new();
    for n in FIRST..LAST {
        let receipt = carried_out(&api, options.seed, n, Some(&matter)).await?;
        let acknowledged = Instant::now();
        for _ in 0..SUBSCRIBERS {
            let next = tokio::time::timeout(Duration::from_secs(30), heard.recv());
            let (at, revision): (Instant, u64) = next.await?.ok_or("nobody listens")?;
            if revision != receipt.last_revision {
                return Err(format!("{revision} was heard instead of {}", receipt.last_revision).into());
            }
            taken.push(at.saturating_duration_since(acknowledged));
        }
        tokio::time::sleep(PAUSE).await;
    }
    listening.iter().for_each(tokio::task::JoinHandle::abort);
    let mut figure = Figure::new(options);
    figure.note(&format!("{SUBSCRIBERS} subscribers, {} commands", LAST - FIRST));
    let cpu = report::cpu_time(Some(server.id())).saturating_sub(cpu);
    figure.heard(&mut taken, &clock, cpu, report::peak_rss_mib(Some(server.id())));
    Ok(())
}

async fn carried_out(api: &Api, seed: u64, n: u64, matter: Option<&str>) -> Outcome<load::Receipt> {
    let answer = load::send(api, &load::planned(seed, 0, n, matter)).await?;
    answer.map_err(|answer| format!("command {n} was answered {answer}").into())
}

async fn subscribed(address: &str, words: &str, matter: &str, since: u64) -> Outcome<Socket> {
    let mut request = format!("ws://{address}/graphql/ws").into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
    let (mut socket, _) = connect_async(request).await?;
    let variables = json!({ "id": matter, "since": since });
    for message in [
        json!({ "type": "connection_init", "payload": { "authorization": "Bearer dev:lead" } }),
        json!({ "type": "subscribe", "id": "1", "payload": { "query": words, "variables": variables } }),
    ] {
        socket.send(Message::text(message.to_string())).await?;
    }
    match socket.next().await {
        Some(Ok(Message::Text(text))) if text.contains("connection_ack") => Ok(socket),
        other => Err(format!("the server answered {other:?}").into()),
    }
}

/// Tells of each entry that comes, until nobody asks any more.
async fn listen(mut socket: Socket, mut last: u64, hear: &mpsc::UnboundedSender<(Instant, u64)>) -> Outcome {
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        let at = Instant::now();
        let told: Value = serde_json::from_str(&text)?;
        let revision = told["payload"]["data"]["matterChanged"]["revision"].as_u64();
        let Some(revision) = revision.filter(|revision| *revision == last + 1) else {
            return Err(format!("after {last} came {text}").into());
        };
        last = revision;
        if hear.send((at, revision)).is_err() {
            break;
        }
    }
    Ok(())
}
