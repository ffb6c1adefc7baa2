//! Reads that do not end: what is stored, then what comes.
//!
//! As the server of the protocol has it: a confirmation first, events **after** the given place, `CaughtUp` once when
//! what was stored is sent, and with a filter a checkpoint after every so many events looked at.
//!
//! Invariant: no gap and no double; a subscription never ends well, because a client of the protocol takes a clean end
//! for a reason to spin.
//! Deliberately absent: `FellBehind`. A slow reader is served from the log at its own speed, with nothing queued for it.

use std::sync::Arc;

use async_stream::try_stream;
use futures::stream::{BoxStream, StreamExt as _};
use jiff::Timestamp;
use tonic::Status;
use uuid::Uuid;

use super::fault::{going_down, of_log};
use super::filter::Filter;
use super::proto::streams::{ReadResp, read_resp};
use super::read::{Answers, From, head, place, wanted};
use super::wire::{self, UuidForm};
use crate::clock::Clock;
use crate::log::envelope::IDENTITY_STREAM;
use crate::log::{EventLog, LogError, StoredEvent, StreamName};

/// How many events of one stream are read at once while it catches up.
const CATCH_UP: usize = 64;

/// What every subscription needs.
pub(super) struct Subscribe {
    pub(super) log: Arc<dyn EventLog>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) from: From,
    pub(super) form: UuidForm,
}

type Live = BoxStream<'static, Result<StoredEvent, LogError>>;

/// All streams.
pub(super) fn all(subscribe: Subscribe, filter: Option<Filter>) -> Answers {
    let Subscribe { log, clock, from, form } = subscribe;
    try_stream! {
        let mut after = match from {
            From::Start => 0,
            From::At(position) => position,
            From::End => head(&*log).await?,
        };
        let mut live = begin(&*log, after).await?;
        yield confirmation();
        let mut caught_up = false;
        let mut looked_at = 0;
        loop {
            if !caught_up && after >= head(&*log).await? {
                caught_up = true;
                if filter.is_some() && after > 0 {
                    yield checkpoint(after, clock.now());
                }
                let position = (after > 0).then_some(read_resp::Position {
                    commit_position: after,
                    prepare_position: after,
                });
                yield caught_up_at(clock.now(), None, position);
            }
            let event = next(&mut live).await?;
            after = event.position.number();
            let passes = wanted(filter.as_ref(), &event)?;
            if passes {
                yield wire::event(&event, form);
            }
            looked_at += 1;
            if let Some(filter) = &filter
                && looked_at >= filter.checkpoint_every
            {
                looked_at = 0;
                yield checkpoint(after, clock.now());
            }
        }
    }
    .boxed()
}

/// One stream. One that does not exist yet is waited for; of a name that none can have, nothing ever comes.
pub(super) fn stream(subscribe: Subscribe, name: Vec<u8>) -> Answers {
    let Subscribe { log, clock, from, form } = subscribe;
    let text = String::from_utf8_lossy(&name).into_owned();
    let stream = text.parse::<StreamName>().ok();
    try_stream! {
        let begun = head(&*log).await?;
        let stored = match &stream {
            Some(stream) => log.stream_head(stream).await.map_err(of_log)?,
            None => None,
        };
        let mut next_revision = match from {
            From::Start => 0,
            From::At(revision) => revision.saturating_add(1),
            From::End => stored.map_or(0, |head| head + 1),
        };
        let mut live = begin(&*log, begun).await?;
        yield confirmation();
        if text == IDENTITY_STREAM && from == From::Start {
            yield wire::identity(log.id(), form);
        }
        let mut last = None;
        if let Some(stream) = &stream {
            loop {
                let events = log.read_stream(stream, next_revision, CATCH_UP).await.map_err(of_log)?;
                let ended = events.len() < CATCH_UP;
                for event in events {
                    next_revision = event.revision + 1;
                    last = Some(event.revision);
                    yield wire::event(&event, form);
                }
                if ended {
                    break;
                }
            }
        }
        let revision = last.or(stored).map(u64::cast_signed);
        yield caught_up_at(clock.now(), revision, None);
        loop {
            let event = next(&mut live).await?;
            if Some(&event.stream) == stream.as_ref() && event.revision >= next_revision {
                next_revision = event.revision + 1;
                yield wire::event(&event, form);
            }
        }
    }
    .boxed()
}

/// A place after the log's end is told at once: a copy older than the client's bookmark must not look like silence.
async fn begin(log: &dyn EventLog, after: u64) -> Result<Live, Status> {
    if let Some(position) = place(log, after)
        && after > head(log).await?
    {
        // asking for nothing tells a position of an instant ago from one of a newer copy
        log.read_all(Some(position), 1).await.map_err(of_log)?;
    }
    Ok(log.subscribe(place(log, after)))
}

async fn next(live: &mut Live) -> Result<StoredEvent, Status> {
    match live.next().await {
        Some(event) => event.map_err(of_log),
        None => Err(going_down()),
    }
}

fn confirmation() -> ReadResp {
    let subscription_id = Uuid::new_v4().to_string();
    wire::answer(read_resp::Content::Confirmation(read_resp::SubscriptionConfirmation { subscription_id }))
}

fn checkpoint(number: u64, at: Timestamp) -> ReadResp {
    wire::answer(read_resp::Content::Checkpoint(read_resp::Checkpoint {
        commit_position: number,
        prepare_position: number,
        timestamp: Some(wire::timestamp(at)),
    }))
}

fn caught_up_at(at: Timestamp, revision: Option<i64>, position: Option<read_resp::Position>) -> ReadResp {
    let timestamp = Some(wire::timestamp(at));
    wire::answer(read_resp::Content::CaughtUp(read_resp::CaughtUp {
        timestamp,
        stream_revision: revision,
        position,
    }))
}
