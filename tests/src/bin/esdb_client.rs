//! The list of checks with the official Rust client, run by `tests/clients/run.py`; and a certificate for its node.
//!
//! Invariant: each check prints one line, `ok NAME` or `FAIL NAME -- why`, whatever went wrong.
//! Deliberately absent: an opinion on what the node should do; the same list stands in Python and JavaScript.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a harness: a panic fails one check and is printed")]

use std::panic::AssertUnwindSafe;
use std::path::Path;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use kurrentdb::{
    AppendToStreamOptions, Client, DeleteStreamOptions, Error, EventData, ReadAllOptions, ReadStreamOptions,
    StreamPosition, StreamState, SubscribeToAllOptions, SubscriptionFilter, TombstoneStreamOptions,
    WriteResult,
};
use uuid::Uuid;

const STREAM: &str = "530322.matter-rust";
const OTHER: &str = "530322.call-rust";

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("certificate"), Some(dir)) => certificate(Path::new(&dir)),
        (Some("check"), None) => check().await,
        _ => panic!("esdb_client certificate DIR | check"),
    }
}

fn certificate(dir: &Path) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    std::fs::write(dir.join("node.crt"), made.cert.pem()).unwrap();
    std::fs::write(dir.join("node.key"), made.signing_key.serialize_pem()).unwrap();
}

type Check = fn(Client) -> BoxFuture<'static, ()>;

async fn check() {
    let checks: [(&str, Check); 12] = [
        ("append", |db| append(db).boxed()),
        ("conflict", |db| conflict(db).boxed()),
        ("idempotent retry", |db| retry(db).boxed()),
        ("stream forwards", |db| forwards(db).boxed()),
        ("stream backwards", |db| backwards(db).boxed()),
        ("$all both ways", |db| all_ways(db).boxed()),
        ("missing stream", |db| missing(db).boxed()),
        ("default filter", |db| default_filter(db).boxed()),
        ("subscription across a restart", |db| restart(db).boxed()),
        ("deletion refused", |db| never_deleted(db).boxed()),
        ("read-only account", |db| read_only(db).boxed()),
        ("wrong password", |db| stranger(db).boxed()),
    ];
    for (name, check) in checks {
        // a client of its own each: one whose connection failed never recovers
        match AssertUnwindSafe(check(client("ESDB_RW"))).catch_unwind().await {
            Ok(()) => println!("ok {name}"),
            Err(_) => println!("FAIL {name} -- it panicked, see above"),
        }
    }
}

fn client(variable: &str) -> Client {
    Client::new(std::env::var(variable).unwrap().parse().unwrap()).unwrap()
}

fn event(n: u128, kind: &str) -> EventData {
    EventData::json(kind, &serde_json::json!({ "n": n.to_string() })).unwrap().id(Uuid::from_u128(n))
}

async fn put(
    db: &Client,
    stream: &str,
    at: StreamState,
    events: Vec<EventData>,
) -> Result<WriteResult, Error> {
    db.append_to_stream(stream, &AppendToStreamOptions::default().stream_state(at), events).await
}

fn permits(numbers: &[u128]) -> Vec<EventData> {
    numbers.iter().map(|n| event(*n, "PermitApproved")).collect()
}

async fn append(db: Client) {
    let first = put(&db, STREAM, StreamState::NoStream, permits(&[1, 2])).await.unwrap();
    let second = put(&db, STREAM, StreamState::StreamRevision(1), permits(&[3])).await.unwrap();
    assert!(second.position > first.position);
    put(&db, OTHER, StreamState::Any, vec![event(4, "CallMade")]).await.unwrap();
}

async fn conflict(db: Client) {
    for at in [StreamState::NoStream, StreamState::StreamRevision(1), StreamState::StreamRevision(9)] {
        let refused = put(&db, STREAM, at, permits(&[9])).await;
        assert!(matches!(refused, Err(Error::WrongExpectedVersion { .. })), "{refused:?}");
    }
}

async fn retry(db: Client) {
    let first = put(&db, STREAM, StreamState::NoStream, permits(&[1, 2])).await.unwrap();
    let again = put(&db, STREAM, StreamState::NoStream, permits(&[1, 2])).await.unwrap();
    assert_eq!(first.position, again.position);
    assert_eq!(revisions(&db, ReadStreamOptions::default()).await, [0, 1, 2]);
}

async fn revisions(db: &Client, options: ReadStreamOptions) -> Vec<u64> {
    let mut read = db.read_stream(STREAM, &options).await.unwrap();
    let mut revisions = Vec::new();
    while let Some(event) = read.next().await.unwrap() {
        revisions.push(event.get_original_event().revision);
    }
    revisions
}

async fn forwards(db: Client) {
    assert_eq!(revisions(&db, ReadStreamOptions::default()).await, [0, 1, 2]);
    let one = ReadStreamOptions::default().position(StreamPosition::Position(1)).max_count(1);
    assert_eq!(revisions(&db, one).await, [1]);
}

async fn backwards(db: Client) {
    let from = |position| ReadStreamOptions::default().position(position).backwards();
    assert_eq!(revisions(&db, from(StreamPosition::End)).await, [2, 1, 0]);
    assert_eq!(revisions(&db, from(StreamPosition::Position(1))).await, [1, 0]);
}

async fn of_all(db: &Client, options: ReadAllOptions) -> Vec<(u64, String)> {
    let mut read = db.read_all(&options).await.unwrap();
    let mut events = Vec::new();
    while let Some(event) = read.next().await.unwrap() {
        let event = event.get_original_event();
        events.push((event.position.commit, event.event_type.clone()));
    }
    events
}

async fn all_ways(db: Client) {
    let forwards = of_all(&db, ReadAllOptions::default()).await;
    assert!(forwards.is_sorted_by_key(|(position, _)| *position) && forwards.len() >= 4);
    let mut backwards =
        of_all(&db, ReadAllOptions::default().position(StreamPosition::End).backwards()).await;
    backwards.reverse();
    assert_eq!(forwards, backwards);
}

async fn missing(db: Client) {
    let mut read = db.read_stream("530322.matter-none", &ReadStreamOptions::default()).await.unwrap();
    assert!(matches!(read.next().await, Err(Error::ResourceNotFound)));
}

async fn default_filter(db: Client) {
    let filter = SubscriptionFilter::on_event_type().exclude_system_events();
    let events = of_all(&db, ReadAllOptions::default().filter(filter)).await;
    assert!(["PermitApproved", "CallMade"].iter().all(|kind| events.iter().any(|(_, k)| k == kind)));
}

async fn restart(db: Client) {
    let filter = SubscriptionFilter::on_stream_name().add_prefix(OTHER);
    let options = SubscribeToAllOptions::default().filter(filter);
    let mut subscription = db.subscribe_to_all(&options).await;
    let bookmark = subscription.next().await.unwrap().get_original_event().position;
    println!("RESTART");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let db = client("ESDB_RW");
    put(&db, OTHER, StreamState::StreamRevision(0), vec![event(5, "CallAnswered")]).await.unwrap();
    let options = options.position(StreamPosition::Position(bookmark));
    let mut after = db.subscribe_to_all(&options).await;
    assert_eq!(after.next().await.unwrap().get_original_event().event_type, "CallAnswered");
    put(&db, OTHER, StreamState::StreamRevision(1), vec![event(6, "CallRated")]).await.unwrap();
    assert_eq!(after.next().await.unwrap().get_original_event().event_type, "CallRated");
}

async fn never_deleted(db: Client) {
    let deleted = db.delete_stream(STREAM, &DeleteStreamOptions::default()).await;
    assert!(matches!(&deleted, Err(Error::Grpc { message, .. }) if message.contains("deletes nothing")));
    let buried = db.tombstone_stream(STREAM, &TombstoneStreamOptions::default()).await;
    assert!(matches!(&buried, Err(Error::Grpc { message, .. }) if message.contains("deletes nothing")));
    assert_eq!(revisions(&db, ReadStreamOptions::default()).await, [0, 1, 2]);
}

async fn read_only(_: Client) {
    let audit = client("ESDB_RO");
    assert_eq!(revisions(&audit, ReadStreamOptions::default()).await, [0, 1, 2]);
    let refused = put(&audit, STREAM, StreamState::StreamRevision(2), permits(&[9])).await;
    assert!(matches!(refused, Err(Error::AccessDenied)), "{refused:?}");
}

async fn stranger(_: Client) {
    let refused = client("ESDB_BAD").read_stream(STREAM, &ReadStreamOptions::default()).await;
    assert!(matches!(refused, Err(Error::AccessDenied)));
}
