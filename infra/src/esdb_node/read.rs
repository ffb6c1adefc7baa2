//! Reads that end: one stream or `$all`, forwards or backwards.
//!
//! As the server of the protocol has it: `$all` forwards begins at the given position, backwards before it; a stream
//! begins at the given revision both ways. A count counts the events that pass the filter.
//!
//! Invariant: at most one batch is held, of about a megabyte, however slow the reader is.
//! Deliberately absent: links, `maxAge` and the other ways of a stream to lose events; ours lose none.

use std::sync::Arc;

use async_stream::try_stream;
use futures::stream::{BoxStream, StreamExt as _};
use tonic::Status;

use super::fault::of_log;
use super::filter::Filter;
use super::proto::streams::{ReadResp, read_resp};
use super::wire::{self, UuidForm};
use crate::log::envelope::IDENTITY_STREAM;
use crate::log::{EventLog, Position, StoredEvent, StreamName};

/// What a read answers with, message by message.
pub(super) type Answers = BoxStream<'static, Result<ReadResp, Status>>;

/// Where a read begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// Before the first event.
    Start,
    /// After the last event.
    End,
    /// At a revision, or a position of `$all`.
    At(u64),
}

/// What every read has.
#[derive(Clone, Copy)]
pub(super) struct Read {
    pub(super) from: From,
    pub(super) backwards: bool,
    pub(super) count: u64,
    pub(super) form: UuidForm,
    /// The client knows messages about the stream's ends.
    pub(super) tells_ends: bool,
}

/// How many events are read at once: as many as make about a megabyte.
struct Batch(usize);

impl Batch {
    const EVENTS: usize = 512;
    const BYTES: usize = 1 << 20;

    fn adapt(&mut self, events: &[StoredEvent]) {
        let bytes: usize =
            events.iter().map(|event| event.payload.len() + event.metadata.lying_bytes()).sum();
        if bytes > Self::BYTES {
            self.0 = (self.0 / 2).max(1);
        } else if bytes < Self::BYTES / 2 {
            self.0 = (self.0 * 2).min(Self::EVENTS);
        }
    }

    fn next(&self, left: u64) -> usize {
        usize::try_from(left).unwrap_or(usize::MAX).min(self.0)
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self(16)
    }
}

/// One stream. A name that no stream of ours can have is a stream that does not exist.
pub(super) fn stream(log: Arc<dyn EventLog>, name: Vec<u8>, read: Read) -> Answers {
    let text = String::from_utf8_lossy(&name).into_owned();
    if text == IDENTITY_STREAM {
        let identity = wire::identity(log.id(), read.form);
        return futures::stream::iter((read.count > 0).then_some(Ok(identity))).boxed();
    }
    match text.parse::<StreamName>() {
        Err(_) => futures::stream::iter([Ok(not_found(&text))]).boxed(),
        Ok(name) if read.backwards => stream_backwards(log, name, read),
        Ok(name) => stream_forwards(log, name, read),
    }
}

fn not_found(name: &str) -> ReadResp {
    let stream_identifier = Some(wire::name(name));
    wire::answer(read_resp::Content::StreamNotFound(read_resp::StreamNotFound { stream_identifier }))
}

fn stream_forwards(log: Arc<dyn EventLog>, name: StreamName, read: Read) -> Answers {
    try_stream! {
        let Some(head) = log.stream_head(&name).await.map_err(of_log)? else {
            yield not_found(name.as_str());
            return;
        };
        let mut next = match read.from {
            From::Start => 0,
            From::At(revision) => revision,
            From::End => head.saturating_add(1),
        };
        let (mut left, mut batch, mut last) = (read.count, Batch::default(), head);
        let mut ended = next > head;
        while left > 0 && !ended {
            let max = batch.next(left);
            let events = log.read_stream(&name, next, max).await.map_err(of_log)?;
            ended = events.len() < max;
            batch.adapt(&events);
            for event in events {
                (next, last) = (event.revision + 1, last.max(event.revision));
                left -= 1;
                yield wire::event(&event, read.form);
            }
        }
        if read.tells_ends && ended {
            yield wire::answer(read_resp::Content::LastStreamPosition(last));
        }
    }
    .boxed()
}

fn stream_backwards(log: Arc<dyn EventLog>, name: StreamName, read: Read) -> Answers {
    try_stream! {
        let Some(head) = log.stream_head(&name).await.map_err(of_log)? else {
            yield not_found(name.as_str());
            return;
        };
        let mut upper = match read.from {
            From::Start => 1,
            From::At(revision) => revision.min(head) + 1,
            From::End => head + 1,
        };
        let (mut left, mut batch) = (read.count, Batch::default());
        while left > 0 && upper > 0 {
            let max = batch.next(left.min(upper));
            let lower = upper - max as u64;
            let events = log.read_stream(&name, lower, max).await.map_err(of_log)?;
            batch.adapt(&events);
            left -= max as u64;
            for event in events.iter().rev() {
                yield wire::event(event, read.form);
            }
            upper = lower;
        }
    }
    .boxed()
}

/// All streams.
pub(super) fn all(log: Arc<dyn EventLog>, filter: Option<Filter>, read: Read) -> Answers {
    if read.backwards { all_backwards(log, filter, read) } else { all_forwards(log, filter, read) }
}

fn all_forwards(log: Arc<dyn EventLog>, filter: Option<Filter>, read: Read) -> Answers {
    try_stream! {
        let head = head(&*log).await?;
        let mut after = match read.from {
            From::Start => 0,
            From::At(position) => position.saturating_sub(1),
            From::End => head,
        };
        let (mut left, mut batch, mut ended) = (read.count, Batch::default(), after >= head);
        while left > 0 && !ended {
            let max = if filter.is_some() { batch.0 } else { batch.next(left) };
            let events = log.read_all(place(&*log, after), max).await.map_err(of_log)?;
            ended = events.len() < max;
            batch.adapt(&events);
            for event in events {
                after = event.position.number();
                if left > 0 && wanted(filter.as_ref(), &event)? {
                    left -= 1;
                    yield wire::event(&event, read.form);
                }
            }
        }
    }
    .boxed()
}

/// Counts on positions without a gap, as the embedded log's are.
fn all_backwards(log: Arc<dyn EventLog>, filter: Option<Filter>, read: Read) -> Answers {
    try_stream! {
        // the lowest position that is not wanted any more
        let end = head(&*log).await?.saturating_add(1);
        let mut upper = match read.from {
            From::Start => 1,
            From::At(position) => position.clamp(1, end),
            From::End => end,
        };
        let (mut left, mut batch) = (read.count, Batch::default());
        while left > 0 && upper > 1 {
            let reach = if filter.is_some() { upper - 1 } else { left.min(upper - 1) };
            let max = batch.next(reach);
            let lower = upper - max as u64;
            let events = log.read_all(place(&*log, lower - 1), max).await.map_err(of_log)?;
            batch.adapt(&events);
            for event in events.iter().rev() {
                if left > 0 && wanted(filter.as_ref(), event)? {
                    left -= 1;
                    yield wire::event(event, read.form);
                }
            }
            upper = lower;
        }
    }
    .boxed()
}

/// The number of the last position, 0 while the log is empty.
pub(super) async fn head(log: &dyn EventLog) -> Result<u64, Status> {
    Ok(log.head().await.map_err(of_log)?.map_or(0, |head| head.number()))
}

/// The place after `number` events.
pub(super) fn place(log: &dyn EventLog, number: u64) -> Option<Position> {
    (number > 0).then(|| Position::new(log.id(), number))
}

pub(super) fn wanted(filter: Option<&Filter>, event: &StoredEvent) -> Result<bool, Status> {
    filter.map_or(Ok(true), |filter| filter.wants(event))
}
