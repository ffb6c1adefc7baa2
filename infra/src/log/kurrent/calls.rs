//! The calls to the cluster: each asked once, with a limit on every wait.
//!
//! Invariants: an append names the revision it was decided on; reads ask the leader, for a follower may be behind.
//! Deliberately absent: trying again; whoever calls knows whether that is safe.

use std::future::Future;
use std::time::Duration;

use kurrentdb::{
    AppendToStreamOptions, Client, EventData, Position as At, ReadAllOptions, ReadStream, ReadStreamOptions,
    RecordedEvent, StreamPosition, StreamState, SubscribeToAllOptions, Subscription, SubscriptionFilter,
    WriteResult,
};
use uuid::Uuid;

use super::address::Address;
use super::some;
use super::wire::Trouble;
use crate::log::envelope::{IDENTITY_KIND, IDENTITY_STREAM, identity_data, identity_of};
use crate::log::{LogError, LogId};

/// Where a cluster that is not our own node keeps the log's identity: outside our streams' names.
const KEPT_IDENTITY: &str = "onematter-log-identity";

/// As who, and of whom, everything is asked.
macro_rules! asked {
    ($address:expr, $options:expr) => {{
        let options = $options.requires_leader(true);
        match $address.credentials() {
            Some(credentials) => options.authenticated(credentials),
            None => options,
        }
    }};
}

pub(super) async fn append(
    client: &Client,
    address: &Address,
    stream: &str,
    state: StreamState,
    events: Vec<EventData>,
) -> Result<WriteResult, Trouble> {
    let options =
        asked!(address, AppendToStreamOptions::default().stream_state(state).deadline(address.deadline));
    within(address.deadline, client.append_to_stream(stream, &options, events)).await
}

/// A part of a stream, forwards from a revision.
pub(super) async fn read_stream(
    client: &Client,
    address: &Address,
    stream: &str,
    from: u64,
    max: usize,
) -> Result<Vec<RecordedEvent>, Trouble> {
    let options = ReadStreamOptions::default().position(StreamPosition::Position(from)).forwards();
    let options = asked!(address, options.max_count(max));
    let found = within(address.deadline, client.read_stream(stream, &options)).await;
    none_if_missing(collect(address.deadline, found, max, usize::MAX).await)
}

/// The last event of a stream.
pub(super) async fn last_of_stream(
    client: &Client,
    address: &Address,
    stream: &str,
) -> Result<Option<RecordedEvent>, Trouble> {
    let options = asked!(address, ReadStreamOptions::default().position(StreamPosition::End).max_count(1));
    let found = within(address.deadline, client.read_stream(stream, &options)).await;
    Ok(none_if_missing(collect(address.deadline, found, 1, usize::MAX).await)?.pop())
}

/// Our events from a position on (that position's too), fewer than `max` if they exceed `max_bytes`.
pub(super) async fn read_all(
    client: &Client,
    address: &Address,
    from: Option<u64>,
    max: usize,
    max_bytes: usize,
) -> Result<Vec<RecordedEvent>, Trouble> {
    let options = ReadAllOptions::default().position(position(from)).forwards().filter(ours(address));
    let options = asked!(address, options.max_count(max));
    let found = within(address.deadline, client.read_all(&options)).await;
    collect(address.deadline, found, max, max_bytes).await
}

/// Our event at a position.
pub(super) async fn event_at(
    client: &Client,
    address: &Address,
    number: u64,
) -> Result<Option<RecordedEvent>, Trouble> {
    let first = read_all(client, address, some(number), 1, usize::MAX).await?.into_iter().next();
    Ok(first.filter(|event| event.position.commit == number))
}

/// Our last event.
pub(super) async fn last_of_all(
    client: &Client,
    address: &Address,
) -> Result<Option<RecordedEvent>, Trouble> {
    let options = ReadAllOptions::default().position(StreamPosition::End).filter(ours(address));
    let options = asked!(address, options.max_count(1));
    let found = within(address.deadline, client.read_all(&options)).await;
    Ok(collect(address.deadline, found, 1, usize::MAX).await?.pop())
}

/// Our events after a position, and those to come.
pub(super) async fn subscribe(client: &Client, address: &Address, after: Option<u64>) -> Subscription {
    let options = SubscribeToAllOptions::default().position(position(after)).filter(ours(address));
    client.subscribe_to_all(&asked!(address, options)).await
}

/// Who a log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) id: LogId,
    /// A node of ours serves it: its positions count events. A cluster's are bytes.
    pub(super) counts_events: bool,
}

/// The identity that the log has; none if nobody gave it one.
pub(super) async fn told_identity(client: &Client, address: &Address) -> Result<Option<Identity>, Trouble> {
    match looked_up(client, address).await? {
        // the password was changed between one question and the other, so that there is none is not known
        (None, true) => Err(Trouble::Denied),
        (found, _) => Ok(found),
    }
}

/// The identity, and whether the place was closed to us where our own nodes tell it.
async fn looked_up(client: &Client, address: &Address) -> Result<(Option<Identity>, bool), Trouble> {
    let denied = match first_identity(client, address, IDENTITY_STREAM).await {
        Ok(Some(id)) => return Ok((Some(Identity { id, counts_events: true }), false)),
        Ok(None) => false,
        // a user of KurrentDB may well not read what begins with $
        Err(Trouble::Refused(_) | Trouble::Denied) => true,
        Err(trouble) => return Err(trouble),
    };
    let kept = first_identity(client, address, KEPT_IDENTITY).await?;
    Ok((kept.map(|id| Identity { id, counts_events: false }), denied))
}

/// The identity of the log; a cluster that has none gets one.
pub(super) async fn identity(client: &Client, address: &Address) -> Result<Identity, Trouble> {
    if let (Some(identity), _) = looked_up(client, address).await? {
        return Ok(identity);
    }
    let id = LogId::new(Uuid::new_v4());
    let data: serde_json::Value = serde_json::from_slice(&identity_data(id))
        .map_err(|e| Trouble::Refused(format!("the identity cannot be written: {e}")))?;
    let event = EventData::json(IDENTITY_KIND, &data)
        .map_err(|e| Trouble::Refused(format!("the identity cannot be written: {e}")))?;
    match append(client, address, KEPT_IDENTITY, StreamState::NoStream, vec![event]).await {
        // of two that begin at once one wins
        Ok(_) | Err(Trouble::Elsewhere(_)) => {}
        Err(trouble) => return Err(trouble),
    }
    looked_up(client, address)
        .await?
        .0
        .ok_or_else(|| Trouble::NoAnswer("the identity was written and is not there".into()))
}

async fn first_identity(client: &Client, address: &Address, stream: &str) -> Result<Option<LogId>, Trouble> {
    let Some(event) = read_stream(client, address, stream, 0, 1).await?.pop() else { return Ok(None) };
    identity_of(&event.data).map(Some).ok_or_else(|| {
        Trouble::Damaged(LogError::Damaged { what: format!("stream {stream} tells no identity of a log") })
    })
}

/// What else a cluster holds is none of ours.
fn ours(address: &Address) -> SubscriptionFilter {
    SubscriptionFilter::on_stream_name().regex(address.pattern())
}

/// Prepare and commit are one place for all that is written over gRPC.
const fn position(number: Option<u64>) -> StreamPosition<At> {
    match number {
        None => StreamPosition::Start,
        Some(number) => StreamPosition::Position(At { commit: number, prepare: number }),
    }
}

async fn within<T>(limit: Duration, call: impl Future<Output = kurrentdb::Result<T>>) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, call).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Trouble::NoAnswer(format!("nothing came within {limit:?}"))),
    }
}

/// The limit is on each wait, so a long page takes as long as it keeps coming.
async fn collect(
    limit: Duration,
    found: Result<ReadStream, Trouble>,
    max: usize,
    max_bytes: usize,
) -> Result<Vec<RecordedEvent>, Trouble> {
    let mut found = found?;
    let (mut events, mut bytes) = (Vec::new(), 0);
    while events.len() < max && bytes < max_bytes {
        let Some(event) = within(limit, found.next()).await? else { break };
        let Some(event) = event.event else { continue };
        bytes += event.data.len() + event.custom_metadata.len();
        events.push(event);
    }
    Ok(events)
}

fn none_if_missing(found: Result<Vec<RecordedEvent>, Trouble>) -> Result<Vec<RecordedEvent>, Trouble> {
    match found {
        Err(Trouble::NoStream) => Ok(Vec::new()),
        found => found,
    }
}
